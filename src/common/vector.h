// Vector: one column of a batch, typed values with validity bits.
//
// Values lie in Arrow's physical layout.  Strings are 16-byte StringViews: up to
// 12 bytes inline, longer ones as a 4-byte prefix and a pointer into memory that
// the vector's own heap (or an arena that outlives the batch) owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "common/types.h"

namespace redbase {

// Rows in a full batch.
inline constexpr size_t kBatchCapacity = 2048;

// 0        4                16
// +--------+----------------+   length <= 12: the bytes, zero padded
// | length | inline bytes   |
// +--------+-------+--------+   length > 12: first 4 bytes, pointer
// | length | prefix| pointer|
// +--------+-------+--------+
class StringView {
 public:
  static constexpr uint32_t kInlineBytes = 12;

  StringView() = default;
  // Borrows bytes longer than kInlineBytes; the caller keeps them alive.
  explicit StringView(std::string_view s) : length_(static_cast<uint32_t>(s.size())) {
    if (length_ <= kInlineBytes) {
      if (length_ != 0) {  // an empty view may hold a null pointer
        std::memcpy(bytes_, s.data(), length_);
      }
    } else {
      std::memcpy(bytes_, s.data(), 4);
      const char* p = s.data();
      std::memcpy(bytes_ + 4, &p, sizeof(p));
    }
  }

  uint32_t size() const { return length_; }
  bool is_inline() const { return length_ <= kInlineBytes; }
  const char* data() const {
    if (is_inline()) {
      return bytes_;
    }
    const char* p;
    std::memcpy(&p, bytes_ + 4, sizeof(p));
    return p;
  }
  // Points into this object when inline: do not let it outlive *this.
  std::string_view view() const { return {data(), length_}; }

  bool operator==(const StringView& o) const {
    // Length and prefix decide most comparisons without following a pointer.
    return std::memcmp(this, &o, 8) == 0 &&
           (is_inline() ? std::memcmp(this, &o, sizeof(*this)) == 0 : view() == o.view());
  }
  // Bytewise order; a prefix sorts first.
  int Compare(const StringView& o) const {
    const int c = std::memcmp(bytes_, o.bytes_, 4);
    if (c != 0) {
      return c;
    }
    return view().compare(o.view());
  }

 private:
  uint32_t length_ = 0;
  char bytes_[kInlineBytes] = {};
};
static_assert(sizeof(StringView) == 16);

// Bytes that grow in chunks and never move; freed together.
class StringHeap {
 public:
  StringView Add(std::string_view s);
  // Room for `size` bytes at a stable address.
  char* Allocate(size_t size);
  void Clear();
  size_t bytes() const { return bytes_; }

 private:
  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t chunk_size_ = 0;  // of the last chunk
  size_t used_ = 0;        // in the last chunk
  size_t bytes_ = 0;       // in all chunks
};

class Vector {
 public:
  Vector() = default;
  explicit Vector(LogicalType type, size_t capacity = kBatchCapacity) { Reset(type, capacity); }
  Vector(Vector&&) noexcept = default;
  Vector& operator=(Vector&&) noexcept = default;

  // Makes room for `capacity` values, all valid, contents undefined.  Keeps
  // the memory it has when that is enough.
  void Reset(LogicalType type, size_t capacity);

  LogicalType type() const { return type_; }
  PhysicalType physical() const { return PhysicalTypeOf(type_); }
  size_t capacity() const { return capacity_; }

  // Aligned to 64 bytes and readable up to a multiple of 64.
  // Requires: T is the C++ type of physical().
  template <typename T>
  T* data() {
    return reinterpret_cast<T*>(data_.get());
  }
  template <typename T>
  const T* data() const {
    return reinterpret_cast<const T*>(data_.get());
  }
  std::byte* raw() { return data<std::byte>(); }
  const std::byte* raw() const { return data<std::byte>(); }

  bool may_have_nulls() const { return may_have_nulls_; }
  bool IsValid(size_t i) const {
    return !may_have_nulls_ || ((validity_[i / 64] >> (i % 64)) & 1U) != 0;
  }
  void SetNull(size_t i) {
    AllowNulls();
    validity_[i / 64] &= ~(uint64_t{1} << (i % 64));
  }
  void SetValid(size_t i) {
    if (may_have_nulls_) {
      validity_[i / 64] |= uint64_t{1} << (i % 64);
    }
  }
  // Validity words, one bit a row, 1 = valid; all ones after the first call.
  uint64_t* AllowNulls();
  const uint64_t* validity() const { return may_have_nulls_ ? validity_.data() : nullptr; }

  StringHeap& heap() { return heap_; }
  // Copies the bytes of `s` into the heap of this vector when they are long.
  void SetString(size_t i, std::string_view s) { data<StringView>()[i] = heap_.Add(s); }

  // Copies value and validity of row `from` of `source` to row `to`, strings
  // included.  Requires: equal physical types.
  void CopyRow(const Vector& source, size_t from, size_t to);
  // The same for `count` consecutive rows, and for the rows listed, which go to
  // consecutive ones from `to` on.
  void CopyRange(const Vector& source, size_t from, size_t count, size_t to);
  void Gather(const Vector& source, std::span<const uint16_t> rows, size_t to);

 private:
  template <typename RowOf>
  void CopyRows(const Vector& source, size_t count, size_t to, RowOf row);

  // A cache line, and the widest SIMD register.
  struct alignas(64) Block {
    std::byte bytes[64];
  };

  LogicalType type_;
  size_t capacity_ = 0;
  size_t blocks_ = 0;
  bool may_have_nulls_ = false;
  std::unique_ptr<Block[]> data_;
  std::vector<uint64_t> validity_;
  StringHeap heap_;
};

}  // namespace redbase
