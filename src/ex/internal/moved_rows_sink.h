// MovedRowsSink: keeps the rows that an update gives out until all of them have
// come, then sends those that have left their partitions to their new ones.
//
// So an update has read every row before the first one reaches a new partition:
// none is updated twice.  Rows that moved are those with true in the last
// column, which is dropped.
#pragma once

#include <vector>

#include "common/memory_account.h"
#include "common/sync.h"
#include "ex/internal/partition_writer.h"
#include "ex/internal/row_splitter.h"
#include "ql/sink.h"

namespace redbase::ex {

class MovedRowsSink : public ql::Sink {
 public:
  MovedRowsSink(RowSplitter splitter, PartitionWriter& writer, common::MemoryAccount* memory)
      : splitter_(std::move(splitter)), writer_(writer), reservation_(memory) {}

  Status Begin(std::vector<ql::PipelineWorker> /*workers*/) override { return {}; }
  Result<ql::Accepted> Take(size_t worker, Batch* batch) override EXCLUDES(mutex_);
  Status Finish() override EXCLUDES(mutex_);

  // All rows, in the order of the source.  Requires: finished.
  std::vector<Batch>& rows() NO_THREAD_SAFETY_ANALYSIS { return rows_; }

 private:
  RowSplitter splitter_;
  PartitionWriter& writer_;
  common::Mutex mutex_;
  std::vector<Batch> rows_ GUARDED_BY(mutex_);
  common::MemoryReservation reservation_ GUARDED_BY(mutex_);
};

}  // namespace redbase::ex
