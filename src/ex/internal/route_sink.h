// RouteSink: sends the rows of a pipeline to the partitions they belong to, while
// it runs.
//
// Workers split their batches at the same time.  Pieces are sent in the order of
// the source, so that a partition has its rows in the order in which one table
// would have them: a piece waits until no worker can give anything that comes
// before it.  One worker at a time sends, for all.
//
// A worker is told to wait while a partition it has rows for holds too much, or
// while too much waits here and its rows are not the next in order.  The worker
// that is next in order waits for partitions only, so there is always one that
// can go on.
//
// Thread-safe as Sink is.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "common/memory_account.h"
#include "common/sync.h"
#include "ex/internal/partition_writer.h"
#include "ex/internal/row_splitter.h"
#include "ql/sink.h"

namespace redbase::ex {

class RouteSink : public ql::Sink {
 public:
  // At most `limit` bytes wait for their turn.
  RouteSink(RowSplitter splitter, PartitionWriter& writer, common::MemoryAccount* memory,
            size_t limit)
      : splitter_(std::move(splitter)), writer_(writer), limit_(limit), reservation_(memory) {}

  Status Begin(std::vector<ql::PipelineWorker> workers) override EXCLUDES(mutex_);
  void Start(size_t worker) override EXCLUDES(mutex_);
  Result<ql::Accepted> Take(size_t worker, Batch* batch) override EXCLUDES(mutex_);
  Status End(size_t worker) override EXCLUDES(mutex_);
  void PositionChanged() override EXCLUDES(mutex_);
  Status Finish() override EXCLUDES(mutex_);

 private:
  // The pieces of one batch.
  struct Item {
    uint64_t sequence = 0;
    size_t bytes = 0;
    std::vector<Piece> pieces;
  };
  struct Worker {
    ql::PipelineWorker peer;
    bool counts = false;  // from Start to End
    bool waits = false;   // for its turn
    std::deque<Item> items;
  };

  Status Keep(size_t worker, Item item) EXCLUDES(mutex_);
  // Sends what is next in order, unless another worker is at it.
  Status SendReady() EXCLUDES(mutex_);
  std::vector<Item> TakeReady() REQUIRES(mutex_);
  uint64_t LowestPosition() const REQUIRES(mutex_);
  bool MayGoOn(const Worker& worker, uint64_t lowest) const REQUIRES(mutex_);
  std::vector<ql::WakeFunction> TakeWakes() REQUIRES(mutex_);

  const RowSplitter splitter_;  // each worker has a copy
  PartitionWriter& writer_;
  const size_t limit_;
  std::vector<RowSplitter> splitters_;

  common::Mutex mutex_;
  std::vector<Worker> workers_ GUARDED_BY(mutex_);
  bool sending_ GUARDED_BY(mutex_) = false;
  size_t bytes_ GUARDED_BY(mutex_) = 0;
  common::MemoryReservation reservation_ GUARDED_BY(mutex_);
  Status error_ GUARDED_BY(mutex_);
};

}  // namespace redbase::ex
