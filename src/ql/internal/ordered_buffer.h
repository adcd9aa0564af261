// OrderedBuffer: batches of several workers, given out in the order of the source.
//
// Each worker's batches come with ascending sequences, and it says through its
// source's position which it will not go back behind.  So what is at or before
// the lowest position of all workers may go out.
//
// The buffer is bounded: while it is full workers are told to wait, except for the
// one with the lowest position when nothing can go out before it goes on.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "common/memory_account.h"
#include "common/sync.h"
#include "ql/sink.h"

namespace redbase::ql {

// Bytes that the vectors of a batch hold.
size_t BatchBytes(Batch& batch);

class OrderedBuffer {
 public:
  explicit OrderedBuffer(common::MemoryAccount* memory);

  // Workers count from Start to End.
  void Begin(std::vector<PipelineWorker> workers) EXCLUDES(mutex_);
  void Start(size_t worker) EXCLUDES(mutex_);
  void End(size_t worker) EXCLUDES(mutex_);

  // Takes the contents and leaves an old batch.
  Result<Accepted> Push(size_t worker, Batch* batch) EXCLUDES(mutex_);
  // Swaps the next batch in; false when none may go out yet.
  bool Pop(Batch* batch) EXCLUDES(mutex_);
  bool HasReady() EXCLUDES(mutex_);
  // A worker's position has changed: others may go on.
  void PositionChanged() EXCLUDES(mutex_);

 private:
  struct Worker {
    PipelineWorker peer;
    bool counts = false;
    bool waits = false;
    std::deque<Batch> batches;
  };

  // The lowest position of a worker that counts; the largest number for none.
  uint64_t LowestPosition() const REQUIRES(mutex_);
  // The worker whose first batch may go out next; null for none.
  Worker* NextOut() REQUIRES(mutex_);
  bool MayGoOn(const Worker& worker) REQUIRES(mutex_);
  // Those that waited and need not any more.
  std::vector<WakeFunction> TakeWakes() REQUIRES(mutex_);

  common::Mutex mutex_;
  std::vector<Worker> workers_ GUARDED_BY(mutex_);
  std::vector<Batch> spare_ GUARDED_BY(mutex_);
  size_t bytes_ GUARDED_BY(mutex_) = 0;
  size_t limit_;
  common::MemoryReservation reservation_ GUARDED_BY(mutex_);
};

}  // namespace redbase::ql
