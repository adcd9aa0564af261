// RouteSink: sends the rows of a pipeline to the partitions they belong to, while
// it runs.
//
// Workers split their batches at the same time, and gather what comes from one
// place of the source.  Pieces are sent in the order of the source, so that a
// partition has its rows in the order in which one table would have them: a piece
// waits until no worker can give anything that comes before it.  One worker at a
// time sends, for all.
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
#include <optional>
#include <vector>

#include "common/memory_account.h"
#include "common/sync.h"
#include "ex/internal/partition_writer.h"
#include "ex/internal/row_splitter.h"
#include "ql/sink.h"

namespace redbase::ex {

class RouteSink : public ql::Sink {
 public:
  // `schema` and `vector`: those of the rows.
  RouteSink(Schema schema, sm::PartitionVector vector, PartitionWriter& writer,
            common::MemoryAccount* memory);

  Status Begin(std::vector<ql::PipelineWorker> workers) override EXCLUDES(mutex_);
  void Start(size_t worker) override EXCLUDES(mutex_);
  Result<ql::Accepted> Take(size_t worker, Batch* batch) override EXCLUDES(mutex_);
  Status End(size_t worker) override EXCLUDES(mutex_);
  void PositionChanged() override EXCLUDES(mutex_);
  Status Finish() override EXCLUDES(mutex_);

 private:
  // Pieces from one place of the source.
  struct Item {
    uint64_t sequence = 0;
    size_t bytes = 0;
    std::vector<Piece> pieces;
  };
  struct Worker {
    ql::PipelineWorker peer;
    bool counts = false;  // from Start to End
    bool waits = false;   // for its turn
    // The place that its splitter's rows are from.
    std::optional<uint64_t> gathering;
    std::deque<Item> items;

    uint64_t place() const { return gathering ? *gathering : peer.source->position(); }
  };

  // Adds the batch to the worker's pieces: what is ready to be sent, in order.
  std::vector<Item> Split(size_t worker, Batch* batch);
  static Item MakeItem(uint64_t sequence, std::vector<Piece> pieces);
  // `gathering`: the place of what its splitter still has.
  Status Keep(size_t worker, std::vector<Item> items, std::optional<uint64_t> gathering)
      EXCLUDES(mutex_);
  void Recycle(std::vector<Item> sent) REQUIRES(mutex_);
  // Sends what is next in order, unless another worker is at it.
  Status SendReady() EXCLUDES(mutex_);
  std::vector<Item> TakeReady() REQUIRES(mutex_);
  uint64_t LowestPlace() const REQUIRES(mutex_);
  bool MayGoOn(const Worker& worker, uint64_t lowest) const REQUIRES(mutex_);
  std::vector<ql::WakeFunction> TakeWakes() REQUIRES(mutex_);

  const Schema schema_;
  const sm::PartitionVector vector_;
  PartitionWriter& writer_;
  const size_t limit_;
  // Each is its worker's.
  struct Gathering {
    RowSplitter splitter;
    uint64_t sequence = 0;
  };
  std::vector<Gathering> gatherings_;

  common::Mutex mutex_;
  std::vector<Worker> workers_ GUARDED_BY(mutex_);
  bool sending_ GUARDED_BY(mutex_) = false;
  size_t bytes_ GUARDED_BY(mutex_) = 0;
  std::vector<Batch> spare_ GUARDED_BY(mutex_);
  common::MemoryReservation reservation_ GUARDED_BY(mutex_);
  Status error_ GUARDED_BY(mutex_);
};

}  // namespace redbase::ex
