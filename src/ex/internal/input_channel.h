// InputChannel: the rows sent to a running fragment, on their way to its Receive.
//
// It never refuses rows: senders ask afterwards whether they may go on.
//
// Thread-safe; one thread at a time takes rows.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "common/batch.h"
#include "common/memory_account.h"
#include "common/sync.h"
#include "ql/operator.h"

namespace redbase::ex {

// Bytes that the vectors of a batch hold.
size_t BytesOf(Batch& batch);

class InputChannel {
 public:
  // `limit`: bytes at which senders should wait.
  InputChannel(common::MemoryAccount* memory, size_t limit)
      : limit_(limit), reservation_(std::in_place, memory) {}

  // Takes the contents and leaves an old batch, whose memory may be of use.  Rows
  // sent after Close or Break are dropped.
  Status Push(Batch* batch) EXCLUDES(mutex_);
  // No more rows will come.
  void Close() EXCLUDES(mutex_);
  // Nobody will take rows any more: drops them.
  void Break() EXCLUDES(mutex_);
  // The same, and lets go of the memory account.
  void Discard() EXCLUDES(mutex_);

  // False while there is more than there should be; `wake` is then called once
  // that has changed.
  bool HasRoomOrCalls(const ql::WakeFunction& wake) EXCLUDES(mutex_);
  bool HasRoom() const EXCLUDES(mutex_);

  // Is called whenever kBlocked was answered and Pop would give something else.
  void SetReader(ql::WakeFunction wake) EXCLUDES(mutex_);
  // Swaps the next batch in.
  ql::Poll Pop(Batch* batch) EXCLUDES(mutex_);

 private:
  // What to call after a change, outside of the mutex.
  void TakeRoomWakes(std::vector<ql::WakeFunction>* wakes) REQUIRES(mutex_);

  const size_t limit_;
  mutable common::Mutex mutex_;
  std::deque<Batch> batches_ GUARDED_BY(mutex_);
  std::vector<Batch> spare_ GUARDED_BY(mutex_);
  size_t bytes_ GUARDED_BY(mutex_) = 0;
  std::optional<common::MemoryReservation> reservation_ GUARDED_BY(mutex_);
  bool ended_ GUARDED_BY(mutex_) = false;
  bool reader_waits_ GUARDED_BY(mutex_) = false;
  ql::WakeFunction reader_ GUARDED_BY(mutex_);
  std::vector<ql::WakeFunction> room_wakes_ GUARDED_BY(mutex_);
};

}  // namespace redbase::ex
