// PipelineRun: the workers of one pipeline, from a source to a sink.
//
// The statement's own thread calls Step; tasks of the executor help when the
// source has work for more than one worker.  A worker is a state, not a thread:
// whoever runs it runs it for one batch or for several.
//
//            runs            source or sink must wait
//   ready ---------> running -------------------------> parked
//     ^                 | \                                |
//     +-----------------+  `--> ended                      |
//     +----------------------------------------------------+  wake function
//
// An error stops all workers at or behind its place in the source's order; those
// before it go on, so that the error reported does not depend on timing where the
// source has an order.  Cancellation and lack of memory stop everything.
//
// Thread-safe; Step, Wait and Finish are for one thread at a time.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "common/sync.h"
#include "ql/operator.h"
#include "ql/sink.h"

namespace redbase::ql {

class PipelineRun : public std::enable_shared_from_this<PipelineRun> {
 public:
  // Opens the source, makes the workers and lets the executor help.
  static Result<std::shared_ptr<PipelineRun>> Start(Operator& source, Sink& sink,
                                                    ExecContext& context);

  enum class Progress : uint8_t { kStepped, kWaiting, kEnded };
  // Runs one worker that is ready for one batch, on this thread.  kWaiting: no
  // worker is ready; kEnded: all have ended.
  Progress Step() EXCLUDES(mutex_);

  // Counts what others did; read it before Step, then wait for more.
  uint64_t events() const EXCLUDES(mutex_);
  void Wait(uint64_t events) EXCLUDES(mutex_);
  // Calls `wake` once after the next event; false when there was one already.
  bool WakeAfter(uint64_t events, const WakeFunction& wake) EXCLUDES(mutex_);

  // The first error in the source's order, else the sink's Finish.
  // Requires: Step has answered kEnded.
  Status Finish() EXCLUDES(mutex_);
  // Ends the helpers, waits for those that run, and drops the workers.
  void Stop() EXCLUDES(mutex_);

 private:
  enum class State : uint8_t { kReady, kRunning, kRunningWoken, kParked, kEnded };
  struct Worker {
    std::unique_ptr<WorkerState> state;
    WorkerState* leaf = nullptr;
    Batch batch;
    uint64_t last_sequence = 0;
    bool started = false;

    uint64_t place() const { return std::max(leaf->position(), last_sequence); }
  };
  static constexpr uint64_t kNoError = std::numeric_limits<uint64_t>::max();

  PipelineRun(Operator& source, Sink& sink, const ExecContext& context)
      : source_(source), sink_(sink), cancel_(context.cancel), executor_(context.executor) {}

  Status MakeWorkers();
  void Submit(size_t worker);
  // The body of a helper's task.
  void Help(size_t worker) EXCLUDES(mutex_);
  // Runs a taken worker for one batch: what it should be next.
  State RunBatch(size_t worker) EXCLUDES(mutex_);
  Result<State> MoveBatch(size_t worker);
  // Puts a worker back; kParked becomes kReady when it was woken meanwhile.
  // Says whether a task must be submitted for it.
  bool PutBack(size_t worker, State state) EXCLUDES(mutex_);
  void Wake(size_t worker) EXCLUDES(mutex_);
  void Fail(uint64_t sequence, Status status) EXCLUDES(mutex_);
  void NoteEvent() EXCLUDES(mutex_);
  bool closing() const EXCLUDES(mutex_);

  Operator& source_;
  Sink& sink_;
  const common::CancelToken* const cancel_;
  common::Executor* const executor_;
  // Each is used by whoever has taken it.
  std::vector<Worker> workers_;
  // Sequence of the error so far, read without the mutex.
  std::atomic<uint64_t> error_sequence_{kNoError};

  mutable common::Mutex mutex_;
  common::CondVar event_;
  std::vector<State> states_ GUARDED_BY(mutex_);
  std::vector<bool> submitted_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
  size_t helping_ GUARDED_BY(mutex_) = 0;  // tasks that run
  uint64_t events_ GUARDED_BY(mutex_) = 0;
  WakeFunction wake_ GUARDED_BY(mutex_);
  Status error_ GUARDED_BY(mutex_);
};

// A pipeline of a plan.
struct Pipeline {
  Operator* source = nullptr;
  Sink* sink = nullptr;
};

// The pipelines that end in blocking inputs of `root` and what it pulls from, in
// the order they must run.  The last one, which ends in `root`, is left out.
std::vector<Pipeline> CutPipelines(Operator& root);

// Runs a pipeline to its end on the calling thread, with help.
Status RunPipeline(const Pipeline& pipeline, ExecContext& context);

}  // namespace redbase::ql
