// Operator: a node of a running plan: state that all workers share, and code that
// moves batches.
//
// A pipeline runs from a source to a sink.  Each worker pulls batches through its
// own chain of WorkerStates: it takes morsels from the shared source and hands
// batches to the shared sink.  Where an operator needs all of an input before it
// can answer (the build side of a hash join), that input is a pipeline of its own
// and runs first; ql/pipeline.h cuts plans.
//
// Protocol, checked by the non-virtual functions:
//   Open once; then NewWorker for each worker; then Next on each worker until it
//   answers kEnd; then Close once, also after an error.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/batch.h"
#include "common/result.h"
#include "ql/exec_context.h"

namespace redbase::ql {

class Sink;

// kRows: the batch holds at least one selected row.  kEnd: no more rows, ever.
// kBlocked: nothing now; the worker's wake function is called when it pays to
// ask again.
enum class Poll : uint8_t { kRows, kEnd, kBlocked };

// What one worker keeps for one operator, with the state of the child it pulls
// from.
class WorkerState {
 public:
  virtual ~WorkerState() = default;
  WorkerState* child() const { return child_.get(); }
  void set_child(std::unique_ptr<WorkerState> child) { child_ = std::move(child); }

  // Where this worker is in the source's order: it gives no batch of a lower
  // sequence any more.  Kept by sources that several workers share; readable
  // from any thread.
  uint64_t position() const { return position_.load(std::memory_order_acquire); }
  // Says where it is, before the first batch from there.
  void Advance(uint64_t position);
  // The state of the source at the end of its chain.
  WorkerState* leaf();
  // Is called after each Advance.
  void set_listener(std::function<void()> listener) { listener_ = std::move(listener); }

 private:
  std::unique_ptr<WorkerState> child_;
  std::atomic<uint64_t> position_{0};
  std::function<void()> listener_;
};

// Called from any thread, any number of times.
using WakeFunction = std::function<void()>;

class Operator;

// An input that is read whole, by a pipeline of its own, before the operator is
// opened.
struct BlockingInput {
  Operator* source = nullptr;
  Sink* sink = nullptr;
};

class Operator {
 public:
  Operator(Schema schema, std::unique_ptr<Operator> child)
      : schema_(std::move(schema)), child_(std::move(child)) {}
  virtual ~Operator() = default;
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  Status Open();
  Result<std::unique_ptr<WorkerState>> NewWorker(const WakeFunction& wake);
  // Fills `batch`, whatever it held; its columns are those of schema().
  Result<Poll> Next(WorkerState* state, Batch* batch);
  // No effect unless Open was called.
  Status Close();

  const Schema& schema() const { return schema_; }
  Operator* child() const { return child_.get(); }
  // Workers that would have something to do, known once it is open; a source
  // knows, others ask their child.  One worker runs on the calling thread.
  virtual size_t MaxWorkers() const { return child_ ? child_->MaxWorkers() : 1; }
  // Null source: there is none.
  virtual BlockingInput blocking_input() { return {}; }
  // Inputs other than child() that it reads in the same pipeline; it opens and closes them.
  virtual std::vector<Operator*> branches() { return {}; }
  // Batch::partition() of its rows is below this.
  virtual uint32_t PartitionCount() const { return child_ ? child_->PartitionCount() : 1; }
  // Rows that it has inserted, erased or updated.
  virtual uint64_t changed_rows() const { return 0; }
  // What the user should know of, once the input has ended.
  virtual std::vector<std::string> Notices() const { return {}; }

 private:
  virtual Status DoOpen() { return {}; }
  virtual Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) = 0;
  // `batch` comes empty, with the columns of schema().
  virtual Result<Poll> DoNext(WorkerState* state, Batch* batch) = 0;
  virtual Status DoClose() { return {}; }

  const Schema schema_;
  const std::unique_ptr<Operator> child_;
  bool open_ = false;
};

// The operators of a plan.  `plan` and `context` outlive them.
Result<std::unique_ptr<Operator>> BuildOperator(const PlanNode& plan, ExecContext& context);

}  // namespace redbase::ql
