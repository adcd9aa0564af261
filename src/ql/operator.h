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

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/batch.h"
#include "common/result.h"
#include "ql/exec_context.h"

namespace redbase::ql {

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

 private:
  std::unique_ptr<WorkerState> child_;
};

// Called from any thread, any number of times.
using WakeFunction = std::function<void()>;

class Operator {
 public:
  Operator(Schema schema, std::unique_ptr<Operator> child)
      : schema_(std::move(schema)), child_(std::move(child)) {}
  virtual ~Operator() = default;
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  Status Open();
  Result<std::unique_ptr<WorkerState>> NewWorker(const WakeFunction& wake);
  // Fills `batch`; its columns are those of schema().
  Result<Poll> Next(WorkerState* state, Batch* batch);
  Status Close();

  const Schema& schema() const { return schema_; }
  Operator* child() const { return child_.get(); }
  // Workers that would have something to do; a source knows, others ask their child.
  virtual size_t MaxWorkers() const { return child_ ? child_->MaxWorkers() : 1; }

 private:
  virtual Status DoOpen() { return {}; }
  virtual Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) = 0;
  virtual Result<Poll> DoNext(WorkerState* state, Batch* batch) = 0;
  virtual Status DoClose() { return {}; }

  const Schema schema_;
  const std::unique_ptr<Operator> child_;
  bool open_ = false;
};

}  // namespace redbase::ql
