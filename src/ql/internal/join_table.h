// JoinTable: the build side of a hash join: rows in a RowStore, found by hash.
//
//   heads_[hash & mask] -> row -> links_[row] -> ... -> kNoRow
//
// A chain lists its rows in the order of the source, so that the join's output
// does not depend on which worker brought which row.
//
// Filled by one pipeline, then read by any number of threads.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "ql/internal/join_keys.h"
#include "ql/internal/row_store.h"
#include "ql/sink.h"

namespace redbase::ql {

class JoinTable : public Sink {
 public:
  static constexpr RowNumber kNoRow = std::numeric_limits<RowNumber>::max();

  // `keys` outlive the table.  With `keeps_nulls` it has rows with null in a key as well,
  // though no hash leads to them.
  JoinTable(Schema schema, std::span<const uint32_t> keys, bool keeps_nulls,
            common::MemoryAccount* memory);

  Status Begin(std::vector<PipelineWorker> workers) override;
  Result<Accepted> Take(size_t worker, Batch* batch) override;
  Status Finish() override;

  bool empty() const { return rows_ == nullptr || rows_->row_count() == 0; }
  // Requires: finished.
  const RowStore& rows() const { return *rows_; }
  // Requires: not empty.  The first row whose hash may be `hash`, and the next one.
  RowNumber First(uint64_t hash) const { return heads_[hash & mask_]; }
  RowNumber Next(RowNumber row) const { return links_[row]; }
  uint64_t HashOf(RowNumber row) const { return hashes_[row]; }
  // Those with null in a key, in the order of the source.
  std::span<const RowNumber> null_rows() const { return null_rows_; }

 private:
  struct Part {
    RowStore rows;
    std::vector<uint64_t> hashes;  // by row number
    std::vector<uint64_t> batch_hashes;
  };

  Status CombineParts();
  void LinkRows();
  bool HasNullKey(RowNumber row) const;

  const Schema schema_;
  const std::span<const uint32_t> keys_;
  const bool keeps_nulls_;
  common::MemoryAccount* const memory_;
  std::vector<Part> parts_;
  std::unique_ptr<RowStore> rows_;
  common::MemoryReservation reservation_;
  std::vector<uint64_t> hashes_;
  std::vector<RowNumber> links_;
  std::vector<RowNumber> heads_;
  std::vector<RowNumber> null_rows_;
  uint64_t mask_ = 0;
};

}  // namespace redbase::ql
