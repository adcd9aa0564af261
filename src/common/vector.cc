#include "common/vector.h"

#include <algorithm>
#include <cassert>

namespace redbase {

namespace {

constexpr size_t kFirstChunk = 4096;
constexpr size_t kLargestChunk = size_t{1} << 18;

// Copies values of one width: `row(i)` is the source of the i-th.
template <size_t kWidth, typename RowOf>
void CopyFixed(const std::byte* source, std::byte* to, size_t count, RowOf row) {
  for (size_t i = 0; i < count; ++i) {
    std::memcpy(to + i * kWidth, source + row(i) * kWidth, kWidth);
  }
}

template <typename RowOf>
void CopyFixed(size_t width, const std::byte* source, std::byte* to, size_t count, RowOf row) {
  switch (width) {
    case 1:
      return CopyFixed<1>(source, to, count, row);
    case 2:
      return CopyFixed<2>(source, to, count, row);
    case 4:
      return CopyFixed<4>(source, to, count, row);
    case 8:
      return CopyFixed<8>(source, to, count, row);
    default:
      return CopyFixed<16>(source, to, count, row);
  }
}

}  // namespace

StringView StringHeap::Add(std::string_view s) {
  if (s.size() <= StringView::kInlineBytes) {
    return StringView(s);
  }
  char* copy = Allocate(s.size());
  std::memcpy(copy, s.data(), s.size());
  return StringView({copy, s.size()});
}

char* StringHeap::Allocate(size_t size) {
  if (chunks_.empty() || size > chunk_size_ - used_) {
    const size_t next = chunks_.empty() ? kFirstChunk : std::min(chunk_size_ * 2, kLargestChunk);
    chunk_size_ = std::max(size, next);
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk_size_));
    bytes_ = (chunks_.size() == 1 ? 0 : bytes_) + chunk_size_;
    used_ = 0;
  }
  char* p = chunks_.back().get() + used_;
  used_ += size;
  return p;
}

void StringHeap::Clear() {
  // The last chunk is the largest of the regular ones; an oversized one goes.
  if (!chunks_.empty() && chunk_size_ <= kLargestChunk) {
    chunks_.erase(chunks_.begin(), chunks_.end() - 1);
    bytes_ = chunk_size_;
  } else {
    chunks_.clear();
    bytes_ = 0;
  }
  used_ = 0;
}

void Vector::Reset(LogicalType type, size_t capacity) {
  const size_t bytes = capacity * WidthOf(PhysicalTypeOf(type));
  const size_t blocks = (bytes + sizeof(Block) - 1) / sizeof(Block);
  if (data_ == nullptr || blocks > blocks_) {
    data_ = std::make_unique_for_overwrite<Block[]>(blocks);
    blocks_ = blocks;
  }
  type_ = type;
  capacity_ = capacity;
  may_have_nulls_ = false;
  heap_.Clear();
}

uint64_t* Vector::AllowNulls() {
  if (!may_have_nulls_) {
    validity_.assign((capacity_ + 63) / 64, ~uint64_t{0});
    may_have_nulls_ = true;
  }
  return validity_.data();
}

// Bytes of long strings are taken from the heap at once.
template <typename RowOf>
static void CopyStrings(const Vector& source, size_t count, RowOf row, StringView* target,
                        StringHeap* heap) {
  const StringView* const from = source.data<StringView>();
  size_t bytes = 0;
  for (size_t i = 0; i < count; ++i) {
    const size_t r = row(i);
    target[i] = source.IsValid(r) ? from[r] : StringView();
    bytes += target[i].is_inline() ? 0 : target[i].size();
  }
  if (bytes == 0) {
    return;
  }
  char* copy = heap->Allocate(bytes);
  for (size_t i = 0; i < count; ++i) {
    if (!target[i].is_inline()) {
      const std::string_view text = target[i].view();
      std::memcpy(copy, text.data(), text.size());
      target[i] = StringView({copy, text.size()});
      copy += text.size();
    }
  }
}

template <typename RowOf>
void Vector::CopyRows(const Vector& source, size_t count, size_t to, RowOf row) {
  assert(physical() == source.physical() && to + count <= capacity_);
  if (physical() == PhysicalType::kString) {
    CopyStrings(source, count, row, data<StringView>() + to, &heap_);
  } else {
    const size_t width = WidthOf(physical());
    CopyFixed(width, source.raw(), raw() + to * width, count, row);
  }
  if (!source.may_have_nulls() && !may_have_nulls_) {
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    if (source.IsValid(row(i))) {
      SetValid(to + i);
    } else {
      SetNull(to + i);
    }
  }
}

void Vector::CopyRow(const Vector& source, size_t from, size_t to) {
  CopyRows(source, 1, to, [from](size_t) { return from; });
}

void Vector::CopyRange(const Vector& source, size_t from, size_t count, size_t to) {
  CopyRows(source, count, to, [from](size_t i) { return from + i; });
}

void Vector::Gather(const Vector& source, std::span<const uint16_t> rows, size_t to) {
  CopyRows(source, rows.size(), to, [rows](size_t i) { return size_t{rows[i]}; });
}

}  // namespace redbase
