#include "ex/internal/fragment_run.h"

#include <limits>
#include <utility>

#include "ex/internal/receive.h"

namespace redbase::ex {

namespace {

// Batches after which a helper lets other tasks run.
constexpr int kBatchesPerTask = 64;
constexpr size_t kSpareBatches = 4;

bool TakesRowsIn(const ql::PlanNode& plan) {
  if (plan.As<ql::Receive>() != nullptr) {
    return true;
  }
  for (const ql::PlanPtr& child : plan.children) {
    if (TakesRowsIn(*child)) {
      return true;
    }
  }
  return false;
}

}  // namespace

// Of a fragment's exchanges only the end of its input is on the node.
class FragmentRun::Exchanges : public ql::ExchangeFactory {
 public:
  explicit Exchanges(InputChannel& input) : input_(input) {}

  Result<std::unique_ptr<ql::Operator>> MakeExchange(const ql::PlanNode& node,
                                                     std::unique_ptr<ql::Operator> /*source*/,
                                                     ql::ExecContext& /*context*/) override {
    if (node.As<ql::Receive>() == nullptr) {
      return Status(Code::kInternal, "a fragment holds an exchange of its own");
    }
    return std::unique_ptr<ql::Operator>(std::make_unique<ex::Receive>(node.schema, input_));
  }

 private:
  InputChannel& input_;
};

FragmentRun::FragmentRun(Key, FragmentRequest request, const NodeResources& resources,
                         const CallContext& context)
    : request_(std::move(request)),
      executor_(*resources.executor),
      run_ahead_(request_.run_ahead && resources.executor->worker_count() > 0),
      output_limit_(TakesRowsIn(*request_.plan) ? std::numeric_limits<size_t>::max()
                                                : request_.queue_bytes),
      whole_(context.whole),
      view_(context.view),
      cancel_(context.cancel),
      input_(context.memory, request_.queue_bytes),
      exchanges_(std::make_unique<Exchanges>(input_)),
      reservation_(std::in_place, context.memory) {
  context_.env = resources.env;
  context_.executor = resources.executor;
  context_.catalog = resources.catalog;
  context_.transaction = resources.transaction;
  context_.view = &view_;
  context_.memory = context.memory;
  context_.cancel = &cancel_;
  context_.exchanges = exchanges_.get();
}

FragmentRun::~FragmentRun() = default;

Result<std::shared_ptr<FragmentRun>> FragmentRun::Start(FragmentRequest request,
                                                        const NodeResources& resources,
                                                        const CallContext& context) {
  auto run = std::make_shared<FragmentRun>(Key(), std::move(request), resources, context);
  ASSIGN_OR_RETURN(run->query_, ql::Query::Start(*run->request_.plan, run->context_));
  run->query_wake_ = [weak = run->weak_from_this()] {
    if (const std::shared_ptr<FragmentRun> self = weak.lock()) {
      self->Wake();
    }
  };
  ql::WakeFunction driver;
  {
    const common::MutexLock lock(run->mutex_);
    driver = run->NextDriver();
  }
  if (driver) {
    driver();
  }
  return run;
}

ql::WakeFunction FragmentRun::NextDriver() {
  if (reader_wake_) {
    return std::exchange(reader_wake_, nullptr);
  }
  if (!run_ahead_ || submitted_ || closed_) {
    return nullptr;
  }
  submitted_ = true;
  return [this, self = shared_from_this()] { executor_.Submit([self] { self->Help(); }); };
}

bool FragmentRun::TakeIfReady() {
  if (state_ != State::kReady) {
    return false;
  }
  state_ = State::kRunning;
  return true;
}

void FragmentRun::Help() {
  {
    const common::MutexLock lock(mutex_);
    submitted_ = false;
    if (closed_ || !TakeIfReady()) {
      return;
    }
  }
  Run(kBatchesPerTask);
}

void FragmentRun::Run(int batches) {
  State next = State::kReady;
  for (int i = 0; next == State::kReady && i < batches; ++i) {
    next = Step();
  }
  PutBack(next);
}

FragmentRun::State FragmentRun::Step() {
  {
    const common::MutexLock lock(mutex_);
    if (closed_) {
      return State::kEnded;
    }
    if (OutputIsFull()) {
      return State::kFull;
    }
  }
  const Result<ql::Query::Ready> ready = query_->TryNext(&batch_, query_wake_);
  if (!ready.ok()) {
    return End(ready.status());
  }
  switch (*ready) {
    case ql::Query::Ready::kRows:
      return TakeRows();
    case ql::Query::Ready::kBlocked:
      return State::kParked;
    case ql::Query::Ready::kEnd:
      break;
  }
  return End({});
}

FragmentRun::State FragmentRun::TakeRows() {
  // RIDs are of no use outside of the node.
  batch_.rids().clear();
  const size_t bytes = BytesOf(batch_);
  ql::WakeFunction reader;
  Status status;
  {
    const common::MutexLock lock(mutex_);
    // Nobody wants rows any more once it is closed.
    status = closed_ ? Status(Code::kCancelled, "statement cancelled")
                     : reservation_->Resize(output_bytes_ + bytes);
    if (status.ok()) {
      output_bytes_ += bytes;
      output_.push_back(std::move(batch_));
      if (!spare_.empty()) {
        batch_ = std::move(spare_.back());
        spare_.pop_back();
      }
      reader = std::exchange(reader_wake_, nullptr);
    }
  }
  if (reader) {
    reader();
  }
  return status.ok() ? State::kReady : End(std::move(status));
}

FragmentRun::State FragmentRun::End(Status status) {
  // Senders hear of a failure with their next rows, and no longer wait.
  FragmentSummary summary;
  if (status.ok()) {
    summary = {query_->changed_rows(), query_->notices()};
  }
  {
    const common::MutexLock lock(mutex_);
    outcome_ = std::move(status);
    summary_ = std::move(summary);
  }
  input_.Break();
  return State::kEnded;
}

void FragmentRun::PutBack(State state) {
  ql::WakeFunction driver;
  {
    const common::MutexLock lock(mutex_);
    if ((state == State::kParked && state_ == State::kRunningWoken) ||
        (state == State::kFull && !OutputIsFull())) {
      state = State::kReady;
    }
    state_ = state;
    if (state == State::kReady) {
      driver = NextDriver();
    } else if (state == State::kEnded) {
      driver = std::exchange(reader_wake_, nullptr);
    }
    put_back_.NotifyAll();
  }
  if (driver) {
    driver();
  }
}

void FragmentRun::Wake() {
  ql::WakeFunction driver;
  {
    const common::MutexLock lock(mutex_);
    if (state_ == State::kRunning) {
      state_ = State::kRunningWoken;
    } else if (state_ == State::kParked) {
      state_ = State::kReady;
      driver = NextDriver();
    }
  }
  if (driver) {
    driver();
  }
}

Status FragmentRun::Failure() const {
  const common::MutexLock lock(mutex_);
  return outcome_;
}

Status FragmentRun::Send(Batch* batch) {
  RETURN_IF_ERROR(Failure());
  return input_.Push(batch);
}

Result<ql::Accepted> FragmentRun::MayGoOn(const ql::WakeFunction& wake) {
  while (!input_.HasRoom()) {
    RETURN_IF_ERROR(Failure());
    bool taken = false;
    {
      const common::MutexLock lock(mutex_);
      taken = TakeIfReady();
    }
    if (taken) {
      Run(kBatchesPerTask);
    } else if (!input_.HasRoomOrCalls(wake)) {
      return ql::Accepted::kWait;
    }
  }
  RETURN_IF_ERROR(Failure());
  return ql::Accepted::kGoOn;
}

bool FragmentRun::PopOutput(Batch* batch, ql::WakeFunction* driver) {
  if (output_.empty()) {
    return false;
  }
  std::swap(*batch, output_.front());
  if (spare_.size() < kSpareBatches) {
    spare_.push_back(std::move(output_.front()));
  }
  output_.pop_front();
  output_bytes_ -= BytesOf(*batch);
  static_cast<void>(reservation_->Resize(output_bytes_));  // giving back cannot fail
  if (state_ == State::kFull && output_bytes_ <= output_limit_ / 2) {
    state_ = State::kReady;
    *driver = NextDriver();
  }
  return true;
}

Result<ql::Poll> FragmentRun::Receive(Batch* batch, const ql::WakeFunction& wake) {
  while (true) {
    ql::WakeFunction driver;
    std::optional<ql::Poll> answer;
    {
      const common::MutexLock lock(mutex_);
      reader_wake_ = nullptr;
      if (PopOutput(batch, &driver)) {
        answer = ql::Poll::kRows;
      } else if (state_ == State::kEnded) {
        RETURN_IF_ERROR(outcome_);
        answer = ql::Poll::kEnd;
      } else if (!TakeIfReady()) {
        reader_wake_ = wake;
        answer = ql::Poll::kBlocked;
      }
    }
    if (driver) {
      driver();
    }
    if (answer) {
      return *answer;
    }
    Run(1);
  }
}

FragmentSummary FragmentRun::summary() const {
  const common::MutexLock lock(mutex_);
  return summary_;
}

void FragmentRun::Stop() {
  cancel_.Cancel();
  {
    const common::MutexLock lock(mutex_);
    closed_ = true;
    reader_wake_ = nullptr;
    while (state_ == State::kRunning || state_ == State::kRunningWoken) {
      put_back_.Wait(mutex_);
    }
    state_ = State::kEnded;
    output_.clear();
    reservation_.reset();
  }
  input_.Discard();
  query_ = nullptr;
}

}  // namespace redbase::ex
