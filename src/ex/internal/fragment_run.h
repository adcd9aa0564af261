// FragmentRun: a fragment being executed on a node of this process.
//
// A fragment belongs to no thread.  Whoever needs its rows runs it, unless it is
// running; a fragment that may run ahead is helped by tasks of the executor:
//
//            somebody takes it        the query must wait
//   ready --------------------> running ----------------> parked
//     ^ ^                        |  |  \                     |
//     | |                        |  |   `-> full (queue)     |
//     | +------------------------+  |         | rows taken   |
//     |                             `-> ended |              |
//     +---------------------------------------+--------------+  woken
//
// Why nothing can get stuck: a task never waits for another; and whoever would
// wait for a fragment that is ready - a reader without rows, a sender with a full
// queue - runs it instead.  So a reader or a sender waits only while another
// thread runs the fragment, or while the fragment waits for helpers of its query
// that do run or for rows that are still to be sent.  A fragment that takes rows
// in has no bound on the rows it gives out, since those who send may be those
// who read, later.
//
// Thread-safe, except that Receive, summary and Stop are for one thread at a time.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "common/cancel_token.h"
#include "common/executor.h"
#include "common/sync.h"
#include "ex/internal/input_channel.h"
#include "ex/message.h"
#include "ex/transport.h"
#include "ql/query.h"
#include "ql/sink.h"

namespace redbase::ex {

// What a node gives to the fragments that run on it.
struct NodeResources {
  common::Env* env = nullptr;
  common::Executor* executor = nullptr;
  sm::Catalog* catalog = nullptr;
  tx::Transaction* transaction = nullptr;
};

class FragmentRun : public std::enable_shared_from_this<FragmentRun> {
  struct Key {
    explicit Key() = default;
  };

 public:
  // `resources` and `context` outlive the run's Stop.
  static Result<std::shared_ptr<FragmentRun>> Start(FragmentRequest request,
                                                    const NodeResources& resources,
                                                    const CallContext& context);
  // Use Start.
  FragmentRun(Key, FragmentRequest request, const NodeResources& resources,
              const CallContext& context);
  ~FragmentRun();

  // As FragmentStream's.
  Status Send(Batch* batch) EXCLUDES(mutex_);
  Result<ql::Accepted> MayGoOn(const ql::WakeFunction& wake) EXCLUDES(mutex_);
  void EndInput() { input_.Close(); }
  Result<ql::Poll> Receive(Batch* batch, const ql::WakeFunction& wake) EXCLUDES(mutex_);
  FragmentSummary summary() const EXCLUDES(mutex_);

  // Ends what runs, waits for it and drops the query.
  void Stop() EXCLUDES(mutex_);

 private:
  enum class State : uint8_t { kReady, kRunning, kRunningWoken, kParked, kFull, kEnded };
  class Exchanges;

  // Makes this thread the one that runs it.
  bool TakeIfReady() REQUIRES(mutex_);
  // Requires: this thread has taken the run (kRunning).  At most so many batches.
  void Run(int batches) EXCLUDES(mutex_);
  State Step() EXCLUDES(mutex_);
  State TakeRows() EXCLUDES(mutex_);
  State End(Status status) EXCLUDES(mutex_);
  void PutBack(State state) EXCLUDES(mutex_);
  // Something that the query waited for has happened.
  void Wake() EXCLUDES(mutex_);
  // The run has become ready: who is to run it?  To be called, if not empty,
  // outside of the mutex.
  ql::WakeFunction NextDriver() REQUIRES(mutex_);
  // The body of a task.
  void Help() EXCLUDES(mutex_);
  // `driver`: as NextDriver, when there is room again.
  bool PopOutput(Batch* batch, ql::WakeFunction* driver) REQUIRES(mutex_);
  bool OutputIsFull() const REQUIRES(mutex_) { return output_bytes_ > output_limit_; }
  Status Failure() const EXCLUDES(mutex_);

  const FragmentRequest request_;
  common::Executor& executor_;
  const bool run_ahead_;
  const size_t output_limit_;
  const std::shared_ptr<tx::TransactionState> whole_;
  const tx::View view_;
  common::CancelToken cancel_;
  InputChannel input_;
  const std::unique_ptr<Exchanges> exchanges_;
  ql::ExecContext context_;
  // Used by whoever has taken the run.
  std::unique_ptr<ql::Query> query_;
  ql::WakeFunction query_wake_;
  Batch batch_;

  mutable common::Mutex mutex_;
  common::CondVar put_back_;
  State state_ GUARDED_BY(mutex_) = State::kReady;
  bool closed_ GUARDED_BY(mutex_) = false;
  bool submitted_ GUARDED_BY(mutex_) = false;
  std::deque<Batch> output_ GUARDED_BY(mutex_);
  size_t output_bytes_ GUARDED_BY(mutex_) = 0;
  // What was taken out leaves its memory here.
  std::deque<Batch> spare_ GUARDED_BY(mutex_);
  // Gone with Stop: a task not yet run may keep this object longer than the account.
  std::optional<common::MemoryReservation> reservation_ GUARDED_BY(mutex_);
  ql::WakeFunction reader_wake_ GUARDED_BY(mutex_);
  Status outcome_ GUARDED_BY(mutex_);
  FragmentSummary summary_ GUARDED_BY(mutex_);
};

}  // namespace redbase::ex
