#include "ql/internal/join_table.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace redbase::ql {

namespace {

constexpr size_t kBytesPerRow = sizeof(uint64_t) + sizeof(RowNumber);

}  // namespace

JoinTable::JoinTable(Schema schema, std::span<const uint32_t> keys, bool keeps_nulls,
                     common::MemoryAccount* memory)
    : schema_(std::move(schema)),
      keys_(keys),
      keeps_nulls_(keeps_nulls),
      memory_(memory),
      reservation_(memory) {}

Status JoinTable::Begin(std::vector<PipelineWorker> workers) {
  for (size_t i = 0; i < workers.size(); ++i) {
    parts_.push_back({RowStore(schema_, memory_), {}, {}});
  }
  return {};
}

Result<Accepted> JoinTable::Take(size_t worker, Batch* batch) {
  Part& part = parts_[worker];
  if (!keeps_nulls_) {
    DropNullKeys(keys_, batch);
  }
  RETURN_IF_ERROR(part.rows.Append(*batch));
  HashKeys(keys_, *batch, &part.batch_hashes);
  part.hashes.insert(part.hashes.end(), part.batch_hashes.begin(), part.batch_hashes.end());
  return Accepted::kGoOn;
}

Status JoinTable::Finish() {
  RETURN_IF_ERROR(CombineParts());
  if (empty()) {
    return {};
  }
  // At most one row a bucket on average.
  const size_t buckets = std::bit_ceil(rows_->row_count() * 2);
  RETURN_IF_ERROR(reservation_.Resize(hashes_.size() * kBytesPerRow + buckets * sizeof(RowNumber)));
  links_.resize(hashes_.size());
  heads_.assign(buckets, kNoRow);
  mask_ = buckets - 1;
  LinkRows();
  return reservation_.Resize(reservation_.bytes() + null_rows_.capacity() * sizeof(RowNumber));
}

Status JoinTable::CombineParts() {
  size_t places = 0;
  for (const Part& part : parts_) {
    places += part.rows.chunks().size() * kBatchCapacity;
  }
  RETURN_IF_ERROR(reservation_.Resize(places * kBytesPerRow));
  std::vector<RowStore> stores;
  for (Part& part : parts_) {
    // Row numbers of a part begin with its first chunk's.
    part.hashes.resize(part.rows.chunks().size() * kBatchCapacity);
    if (hashes_.empty()) {
      hashes_ = std::move(part.hashes);
    } else {
      hashes_.insert(hashes_.end(), part.hashes.begin(), part.hashes.end());
    }
    stores.push_back(std::move(part.rows));
  }
  parts_.clear();
  rows_ = std::make_unique<RowStore>(RowStore::Combine(std::move(stores)));
  return {};
}

// From the last row to the first: each becomes the head of its chain.
void JoinTable::LinkRows() {
  for (auto run = rows_->runs().rbegin(); run != rows_->runs().rend(); ++run) {
    for (RowNumber row = run->first + run->count; row-- > run->first;) {
      if (keeps_nulls_ && HasNullKey(row)) {
        null_rows_.push_back(row);
        continue;
      }
      RowNumber& head = heads_[hashes_[row] & mask_];
      links_[row] = head;
      head = row;
    }
  }
  std::reverse(null_rows_.begin(), null_rows_.end());
}

bool JoinTable::HasNullKey(RowNumber row) const {
  const Batch& chunk = rows_->chunks()[row / kBatchCapacity];
  return std::any_of(keys_.begin(), keys_.end(), [&](uint32_t key) {
    return !chunk.column(key).IsValid(row % kBatchCapacity);
  });
}

}  // namespace redbase::ql
