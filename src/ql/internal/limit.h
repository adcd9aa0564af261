// LimitOperator: so many rows of its child behind so many others, in the source's order.
//
// The workers read ahead, each some batches; what a worker has read goes out when it is its
// turn, that is, when no other worker can give anything before it.  An error of the child
// waits for its turn like a batch.  With the last row all workers end, and the child is told
// by its cancel token to stop where it is.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <vector>

#include "common/cancel_token.h"
#include "common/sync.h"
#include "ql/operator.h"

namespace redbase::ql {

// The context in which a limit's child runs: that of the statement with a cancel token of
// its own.  Not movable: operators keep references to it.
struct LimitScope {
  explicit LimitScope(const ExecContext& statement) : enough(statement.cancel), context(statement) {
    context.cancel = &enough;
  }
  LimitScope(const LimitScope&) = delete;
  LimitScope& operator=(const LimitScope&) = delete;

  common::CancelToken enough;
  ExecContext context;
};

class LimitOperator : public Operator {
 public:
  // The rows from the `first`-th on, before the `end`-th.
  struct Range {
    uint64_t first = 0;
    uint64_t end = 0;
  };
  // kInvalidArgument for a negative number.
  static Result<Range> RangeOf(const Limit& limit);

  // `child` runs in `scope`.
  LimitOperator(Schema schema, std::unique_ptr<Operator> child, Range range,
                std::unique_ptr<LimitScope> scope)
      : Operator(std::move(schema), nullptr),
        range_(range),
        scope_(std::move(scope)),
        input_(std::move(child)) {}

  size_t MaxWorkers() const override { return input_->MaxWorkers(); }
  uint32_t PartitionCount() const override { return input_->PartitionCount(); }
  std::vector<Operator*> branches() override { return {input_.get()}; }

 private:
  struct State;
  // A batch that has been read, or the error that came instead.
  struct Item {
    uint64_t sequence = 0;
    Batch batch;
    Status error;
  };
  enum class Reading : uint8_t { kNotYet, kGoesOn, kEnded };
  struct Worker {
    WakeFunction wake;
    WorkerState* leaf = nullptr;
    Reading reading = Reading::kNotYet;
    std::deque<Item> items;
    bool waits = false;  // for its turn
  };
  enum class Turn : uint8_t { kGive, kRead, kWait, kEnd };

  Status DoOpen() override;
  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  Status DoClose() override { return input_->Close(); }

  // Moves the worker's position on to what it gives next.
  void FollowReader(State* state) EXCLUDES(mutex_);
  // What the worker does next; for kGive `item` is what it gives.
  Turn NextTurn(size_t worker, Item* item) EXCLUDES(mutex_);
  // Reads a batch of the child; false when it is blocked and nothing can be given.
  Result<bool> Read(State* state) EXCLUDES(mutex_);
  // Shrinks the batch, which begins with the `before`-th row, to the rows in range.
  void Cut(uint64_t before, Batch* batch) const;
  bool HasTurn(const Worker& worker) const REQUIRES(mutex_);
  // Of the workers that waited and need not any more.
  std::vector<WakeFunction> TakeWakes() REQUIRES(mutex_);

  const Range range_;
  const std::unique_ptr<LimitScope> scope_;
  const std::unique_ptr<Operator> input_;
  std::atomic<bool> done_{false};

  common::Mutex mutex_;
  std::deque<Worker> workers_ GUARDED_BY(mutex_);  // which cannot be copied
  uint64_t given_ GUARDED_BY(mutex_) = 0;  // rows that had their turn, the first ones included
};

}  // namespace redbase::ql
