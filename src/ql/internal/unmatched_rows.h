// UnmatchedRows: which rows of the kept input of a full join have found a match; when all
// workers have come to the end of the other input, those that have not, in their order.
//
// Note is for any thread.  Only the last worker that ends gives rows.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "common/memory_account.h"
#include "ql/internal/row_store.h"
#include "ql/operator.h"

namespace redbase::ql {

class UnmatchedRows {
 public:
  explicit UnmatchedRows(common::MemoryAccount* memory) : reservation_(memory) {}

  // Before the first worker.  `rows` outlives it.
  Status Begin(const RowStore& rows);
  void AddWorker() { workers_.fetch_add(1, std::memory_order_relaxed); }
  void Note(RowNumber row) { matched_[row].store(1, std::memory_order_relaxed); }
  // A worker has read its input; whether it was the last one.
  bool EndWorker() { return workers_.fetch_sub(1, std::memory_order_acq_rel) == 1; }

  // The next rows, with nulls in the first `left_columns` columns; false at the end.  They
  // come behind all others, in partition `partition`.
  bool Next(WorkerState* worker, uint32_t partition, size_t left_columns, Batch* batch);

 private:
  const RowStore* rows_ = nullptr;
  common::MemoryReservation reservation_;
  std::vector<std::atomic<uint8_t>> matched_;  // by row number
  std::atomic<size_t> workers_{0};
  // Where Next is.
  size_t run_ = 0;
  uint32_t place_ = 0;
  uint64_t batches_ = 0;
};

// Sets a column to null in the first `count` rows.
void FillWithNulls(size_t count, Vector* column);

}  // namespace redbase::ql
