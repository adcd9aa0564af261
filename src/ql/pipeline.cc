#include "ql/pipeline.h"

#include <algorithm>
#include <utility>

namespace redbase::ql {

namespace {

// Batches after which a helper lets other tasks run.
constexpr int kBatchesPerTask = 64;

// After such an error nothing is won by going on before its place.
bool StopsEverything(Code code) { return code == Code::kCancelled || code == Code::kNoMemory; }

}  // namespace

Result<std::shared_ptr<PipelineRun>> PipelineRun::Start(Operator& source, Sink& sink,
                                                        ExecContext& context) {
  struct Makeable : PipelineRun {
    Makeable(Operator& o, Sink& s, const ExecContext& c) : PipelineRun(o, s, c) {}
  };
  if (context.cancel != nullptr) {
    RETURN_IF_ERROR(context.cancel->Check());
  }
  const std::shared_ptr<PipelineRun> run = std::make_shared<Makeable>(source, sink, context);
  RETURN_IF_ERROR(source.Open());
  RETURN_IF_ERROR(run->MakeWorkers());
  for (size_t i = 1; i < run->workers_.size(); ++i) {
    run->Submit(i);
  }
  return run;
}

Status PipelineRun::MakeWorkers() {
  const size_t threads = executor_ == nullptr ? 1 : size_t{executor_->worker_count()} + 1;
  const size_t count = std::max<size_t>(1, std::min(threads, source_.MaxWorkers()));
  {
    const common::MutexLock lock(mutex_);
    states_.assign(count, State::kReady);
    // Start submits the first tasks, nobody else.
    submitted_.assign(count, true);
  }
  workers_.resize(count);
  std::vector<PipelineWorker> peers(count);
  for (size_t i = 0; i < count; ++i) {
    peers[i].wake = [weak = weak_from_this(), i] {
      if (const std::shared_ptr<PipelineRun> run = weak.lock()) {
        run->Wake(i);
      }
    };
    Worker& worker = workers_[i];
    ASSIGN_OR_RETURN(worker.state, source_.NewWorker(peers[i].wake));
    worker.leaf = worker.state->leaf();
    peers[i].source = worker.leaf;
    if (count > 1) {
      worker.leaf->set_listener([this] {
        sink_.PositionChanged();
        NoteEvent();
      });
    }
  }
  return sink_.Begin(std::move(peers));
}

void PipelineRun::Submit(size_t worker) {
  executor_->Submit([run = shared_from_this(), worker] { run->Help(worker); });
}

void PipelineRun::Help(size_t worker) {
  {
    const common::MutexLock lock(mutex_);
    submitted_[worker] = false;
    if (closed_ || states_[worker] != State::kReady) {
      return;
    }
    states_[worker] = State::kRunning;
    ++helping_;
  }
  State next = State::kReady;
  for (int i = 0; next == State::kReady && i < kBatchesPerTask && !closing(); ++i) {
    next = RunBatch(worker);
    if (next == State::kReady) {
      NoteEvent();
    }
  }
  if (PutBack(worker, next)) {
    Submit(worker);
  }
  WakeFunction wake;
  {
    const common::MutexLock lock(mutex_);
    --helping_;
    ++events_;
    wake = std::exchange(wake_, nullptr);
    event_.NotifyAll();
  }
  if (wake) {
    wake();
  }
}

PipelineRun::Progress PipelineRun::Step() {
  size_t worker = 0;
  {
    const common::MutexLock lock(mutex_);
    while (worker < states_.size() && states_[worker] != State::kReady) {
      ++worker;
    }
    if (worker == states_.size()) {
      const bool ended = std::all_of(states_.begin(), states_.end(),
                                     [](State state) { return state == State::kEnded; });
      return ended ? Progress::kEnded : Progress::kWaiting;
    }
    states_[worker] = State::kRunning;
  }
  if (PutBack(worker, RunBatch(worker))) {
    Submit(worker);
  }
  return Progress::kStepped;
}

PipelineRun::State PipelineRun::RunBatch(size_t worker) {
  Worker& self = workers_[worker];
  if (cancel_ != nullptr && cancel_->cancelled()) {
    Fail(0, cancel_->Check());
  }
  const uint64_t error = error_sequence_.load(std::memory_order_relaxed);
  if (error != kNoError && (!self.started || self.place() >= error)) {
    return State::kEnded;
  }
  Result<State> next = MoveBatch(worker);
  if (!next.ok()) {
    Fail(self.place(), std::move(next).status());
    return State::kEnded;
  }
  return *next;
}

Result<PipelineRun::State> PipelineRun::MoveBatch(size_t worker) {
  Worker& self = workers_[worker];
  if (!self.started) {
    self.started = true;
    sink_.Start(worker);
  }
  ASSIGN_OR_RETURN(const Poll poll, source_.Next(self.state.get(), &self.batch));
  if (poll == Poll::kBlocked) {
    // Behind an error it may wait for one that has ended; before it nobody does.
    return self.place() >= error_sequence_.load() ? State::kEnded : State::kParked;
  }
  if (poll == Poll::kEnd) {
    RETURN_IF_ERROR(sink_.End(worker));
    return State::kEnded;
  }
  self.last_sequence = self.batch.sequence();
  ASSIGN_OR_RETURN(const Accepted accepted, sink_.Take(worker, &self.batch));
  // After an error nobody may be left to make room; there is little to come.
  const bool goes_on =
      accepted == Accepted::kGoOn || error_sequence_.load(std::memory_order_relaxed) != kNoError;
  return goes_on ? State::kReady : State::kParked;
}

bool PipelineRun::PutBack(size_t worker, State state) {
  const common::MutexLock lock(mutex_);
  if (state == State::kParked && states_[worker] == State::kRunningWoken) {
    state = State::kReady;
  }
  states_[worker] = state;
  // The statement's own thread looks after the first worker.
  const bool submit = state == State::kReady && worker != 0 && !submitted_[worker] && !closed_;
  submitted_[worker] = submitted_[worker] || submit;
  return submit;
}

void PipelineRun::Wake(size_t worker) {
  bool submit = false;
  {
    const common::MutexLock lock(mutex_);
    if (closed_) {
      return;
    }
    if (states_[worker] == State::kRunning) {
      states_[worker] = State::kRunningWoken;
    } else if (states_[worker] == State::kParked) {
      states_[worker] = State::kReady;
      submit = worker != 0 && !submitted_[worker];
      submitted_[worker] = submitted_[worker] || submit;
    }
  }
  if (submit) {
    Submit(worker);
  }
  NoteEvent();
}

void PipelineRun::Fail(uint64_t sequence, Status status) {
  if (StopsEverything(status.code())) {
    sequence = 0;
  }
  const common::MutexLock lock(mutex_);
  if (sequence >= error_sequence_.load(std::memory_order_relaxed)) {
    return;
  }
  error_sequence_.store(sequence, std::memory_order_relaxed);
  error_ = std::move(status);
  // What the failed worker has held up will not move any more: workers that wait
  // for it find out whether they still count.
  for (State& state : states_) {
    if (state == State::kParked) {
      state = State::kReady;
    } else if (state == State::kRunning) {
      state = State::kRunningWoken;
    }
  }
}

void PipelineRun::NoteEvent() {
  WakeFunction wake;
  {
    const common::MutexLock lock(mutex_);
    ++events_;
    wake = std::exchange(wake_, nullptr);
    event_.NotifyAll();
  }
  if (wake) {
    wake();
  }
}

uint64_t PipelineRun::events() const {
  const common::MutexLock lock(mutex_);
  return events_;
}

void PipelineRun::Wait(uint64_t events) {
  const common::MutexLock lock(mutex_);
  while (events_ == events) {
    event_.Wait(mutex_);
  }
}

bool PipelineRun::WakeAfter(uint64_t events, const WakeFunction& wake) {
  const common::MutexLock lock(mutex_);
  if (events_ != events) {
    return false;
  }
  wake_ = wake;
  return true;
}

bool PipelineRun::closing() const {
  const common::MutexLock lock(mutex_);
  return closed_;
}

Status PipelineRun::Finish() {
  {
    const common::MutexLock lock(mutex_);
    RETURN_IF_ERROR(error_);
  }
  return sink_.Finish();
}

void PipelineRun::Stop() {
  {
    const common::MutexLock lock(mutex_);
    closed_ = true;
    wake_ = nullptr;
    while (helping_ > 0) {
      event_.Wait(mutex_);
    }
  }
  workers_.clear();
}

std::vector<Pipeline> CutPipelines(Operator& root) {
  std::vector<Pipeline> pipelines;
  const auto add_those_of = [&pipelines](Operator& input) {
    const std::vector<Pipeline> before = CutPipelines(input);
    pipelines.insert(pipelines.end(), before.begin(), before.end());
  };
  for (Operator* op = &root; op != nullptr; op = op->child()) {
    for (Operator* branch : op->branches()) {
      add_those_of(*branch);
    }
    const BlockingInput input = op->blocking_input();
    if (input.source != nullptr) {
      add_those_of(*input.source);
      pipelines.push_back({input.source, input.sink});
    }
  }
  return pipelines;
}

Status RunPipeline(const Pipeline& pipeline, ExecContext& context) {
  Result<std::shared_ptr<PipelineRun>> started =
      PipelineRun::Start(*pipeline.source, *pipeline.sink, context);
  Status status = started.status();
  if (status.ok()) {
    PipelineRun& run = **started;
    while (true) {
      const uint64_t events = run.events();
      const PipelineRun::Progress progress = run.Step();
      if (progress == PipelineRun::Progress::kEnded) {
        break;
      }
      if (progress == PipelineRun::Progress::kWaiting) {
        run.Wait(events);
      }
    }
    status = run.Finish();
    run.Stop();
  }
  status.Update(pipeline.source->Close());
  return status;
}

}  // namespace redbase::ql
