#include "ql/internal/row_store.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

#include "ql/internal/ordered_buffer.h"

namespace redbase::ql {

namespace {

constexpr size_t kMaxChunks = std::numeric_limits<RowNumber>::max() / kBatchCapacity;

template <size_t kWidth>
void GatherFixed(const std::vector<Batch>& chunks, size_t column, std::span<const RowNumber> rows,
                 Vector* out) {
  std::byte* to = out->raw();
  for (size_t i = 0; i < rows.size(); ++i) {
    const Vector& from = chunks[rows[i] / kBatchCapacity].column(column);
    std::memcpy(to + i * kWidth, from.raw() + rows[i] % kBatchCapacity * kWidth, kWidth);
  }
}

void GatherStrings(const std::vector<Batch>& chunks, size_t column, std::span<const RowNumber> rows,
                   Vector* out) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const Vector& from = chunks[rows[i] / kBatchCapacity].column(column);
    out->SetString(i, from.data<StringView>()[rows[i] % kBatchCapacity].view());
  }
}

}  // namespace

RowStore::RowStore(Schema schema, common::MemoryAccount* memory)
    : schema_(std::move(schema)), memory_(memory), has_nulls_(schema_.size(), false) {
  reservations_.push_back(std::make_unique<common::MemoryReservation>(memory));
}

Status RowStore::Append(const Batch& batch) { return AppendRun(batch, batch.sequence()); }

Status RowStore::AppendRun(const Batch& batch, uint64_t sequence) {
  size_t done = 0;
  while (done < batch.selected()) {
    if (chunks_.empty() || chunks_.back().rows() == kBatchCapacity) {
      if (chunks_.size() == kMaxChunks) {
        return {Code::kNoMemory, "more rows than an operator can hold in memory"};
      }
      chunks_.emplace_back(schema_);
      RETURN_IF_ERROR(Charge(0, BatchBytes(chunks_.back())));
    }
    Batch& chunk = chunks_.back();
    const size_t before = BatchBytes(chunk);
    const auto first = static_cast<RowNumber>((chunks_.size() - 1) * kBatchCapacity + chunk.rows());
    const size_t count = chunk.Append(batch, done);
    NoteRun(sequence, first, static_cast<uint32_t>(count));
    for (size_t c = 0; c < schema_.size(); ++c) {
      has_nulls_[c] = has_nulls_[c] || chunk.column(c).may_have_nulls();
    }
    RETURN_IF_ERROR(Charge(before, BatchBytes(chunk)));
    done += count;
    row_count_ += count;
  }
  return {};
}

Status RowStore::Charge(size_t before, size_t after) {
  common::MemoryReservation& reservation = *reservations_.back();
  return reservation.Resize(reservation.bytes() + after - before);
}

void RowStore::NoteRun(uint64_t sequence, RowNumber first, uint32_t count) {
  if (!runs_.empty() && runs_.back().sequence == sequence &&
      runs_.back().first + runs_.back().count == first) {
    runs_.back().count += count;
  } else {
    runs_.push_back({sequence, first, count});
  }
}

RowStore RowStore::Combine(std::vector<RowStore> parts) {
  assert(!parts.empty());
  RowStore all = std::move(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) {
    RowStore& part = parts[i];
    const auto base = static_cast<RowNumber>(all.chunks_.size() * kBatchCapacity);
    std::move(part.chunks_.begin(), part.chunks_.end(), std::back_inserter(all.chunks_));
    for (const RowRun& run : part.runs_) {
      all.runs_.push_back({run.sequence, run.first + base, run.count});
    }
    all.row_count_ += part.row_count_;
    std::move(part.reservations_.begin(), part.reservations_.end(),
              std::back_inserter(all.reservations_));
    for (size_t c = 0; c < all.has_nulls_.size(); ++c) {
      all.has_nulls_[c] = all.has_nulls_[c] || part.has_nulls_[c];
    }
  }
  std::stable_sort(all.runs_.begin(), all.runs_.end(),
                   [](const RowRun& a, const RowRun& b) { return a.sequence < b.sequence; });
  return all;
}

Status RowStore::PutInOrder() {
  const bool ordered =
      std::is_sorted(runs_.begin(), runs_.end(),
                     [](const RowRun& a, const RowRun& b) { return a.first < b.first; });
  const bool dense = chunks_.size() <= (row_count_ + kBatchCapacity - 1) / kBatchCapacity;
  if (ordered && dense) {
    return {};
  }
  RowStore sorted(schema_, memory_);
  for (const RowRun& run : runs_) {
    for (uint32_t done = 0; done < run.count;) {
      const RowNumber first = run.first + done;
      const uint32_t place = first % kBatchCapacity;
      const uint32_t count =
          std::min(run.count - done, static_cast<uint32_t>(kBatchCapacity) - place);
      std::vector<uint16_t> rows(count);
      std::iota(rows.begin(), rows.end(), static_cast<uint16_t>(place));
      Batch& chunk = chunks_[first / kBatchCapacity];
      chunk.SetSelection(std::move(rows));
      RETURN_IF_ERROR(sorted.AppendRun(chunk, run.sequence));
      done += count;
    }
  }
  *this = std::move(sorted);
  return {};
}

void RowStore::Gather(size_t column, std::span<const RowNumber> rows, Vector* out) const {
  if (rows.empty()) {
    return;
  }
  const PhysicalType physical = PhysicalTypeOf(schema_[column].type);
  switch (physical == PhysicalType::kString ? 0 : WidthOf(physical)) {
    case 0:
      GatherStrings(chunks_, column, rows, out);
      break;
    case 1:
      GatherFixed<1>(chunks_, column, rows, out);
      break;
    case 2:
      GatherFixed<2>(chunks_, column, rows, out);
      break;
    case 4:
      GatherFixed<4>(chunks_, column, rows, out);
      break;
    case 8:
      GatherFixed<8>(chunks_, column, rows, out);
      break;
    default:
      GatherFixed<16>(chunks_, column, rows, out);
      break;
  }
  for (size_t i = 0; has_nulls_[column] && i < rows.size(); ++i) {
    if (!chunks_[rows[i] / kBatchCapacity].column(column).IsValid(rows[i] % kBatchCapacity)) {
      out->SetNull(i);
    }
  }
}

}  // namespace redbase::ql
