#include "ql/internal/limit.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace redbase::ql {

namespace {

// Batches that a worker may read before its turn comes.
constexpr size_t kMostAhead = 8;

Result<std::optional<uint64_t>> CountOf(const std::optional<Value>& value, const char* clause) {
  if (!value || value->is_null()) {
    return std::optional<uint64_t>();
  }
  if (!value->is_int() && !value->is_bigint()) {
    return Status(Code::kInternal, "bad plan: a count that is no integer");
  }
  const int64_t count = value->is_int() ? value->int_value() : value->bigint_value();
  if (count < 0) {
    return Status(Code::kInvalidArgument,
                  std::string(clause) + " must not be negative: " + std::to_string(count));
  }
  return std::optional<uint64_t>(static_cast<uint64_t>(count));
}

void CallAll(const std::vector<WakeFunction>& wakes) {
  for (const WakeFunction& wake : wakes) {
    wake();
  }
}

}  // namespace

// Its position is that of what it gives next, not that of what it has read.
struct LimitOperator::State : WorkerState {
  explicit State(size_t w) : worker(w) {}
  const size_t worker;
  std::unique_ptr<WorkerState> input;
  Batch spare;
};

Result<LimitOperator::Range> LimitOperator::RangeOf(const Limit& limit) {
  ASSIGN_OR_RETURN(const std::optional<uint64_t> offset, CountOf(limit.offset, "offset"));
  ASSIGN_OR_RETURN(const std::optional<uint64_t> count, CountOf(limit.count, "limit"));
  constexpr uint64_t kNoEnd = std::numeric_limits<uint64_t>::max();
  // Both are below 2^63.
  return Range{offset.value_or(0), count ? offset.value_or(0) + *count : kNoEnd};
}

Status LimitOperator::DoOpen() {
  done_ = range_.first >= range_.end;
  return input_->Open();
}

Result<std::unique_ptr<WorkerState>> LimitOperator::DoNewWorker(const WakeFunction& wake) {
  ASSIGN_OR_RETURN(std::unique_ptr<WorkerState> input, input_->NewWorker(wake));
  const common::MutexLock lock(mutex_);
  auto state = std::make_unique<State>(workers_.size());
  Worker& worker = workers_.emplace_back();
  worker.wake = wake;
  worker.leaf = input->leaf();
  worker.leaf->set_listener([this, own = state.get()] { FollowReader(own); });
  state->input = std::move(input);
  return std::unique_ptr<WorkerState>(std::move(state));
}

Result<Poll> LimitOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  while (true) {
    FollowReader(&self);
    Item item;
    switch (NextTurn(self.worker, &item)) {
      case Turn::kEnd:
        return Poll::kEnd;
      case Turn::kWait:
        return Poll::kBlocked;
      case Turn::kRead: {
        ASSIGN_OR_RETURN(const bool read, Read(&self));
        if (!read) {
          return Poll::kBlocked;
        }
        break;
      }
      case Turn::kGive:
        RETURN_IF_ERROR(item.error);
        std::swap(*batch, item.batch);
        self.spare = std::move(item.batch);
        if (batch->selected() > 0) {
          return Poll::kRows;
        }
        break;
    }
  }
}

void LimitOperator::FollowReader(State* state) {
  uint64_t position = 0;
  {
    const common::MutexLock lock(mutex_);
    const Worker& self = workers_[state->worker];
    position = self.items.empty() ? self.leaf->position() : self.items.front().sequence;
  }
  if (position > state->position()) {
    state->Advance(position);
  }
}

LimitOperator::Turn LimitOperator::NextTurn(size_t worker, Item* item) {
  Turn turn = Turn::kWait;
  std::vector<WakeFunction> wakes;
  {
    const common::MutexLock lock(mutex_);
    if (done_.load(std::memory_order_relaxed)) {
      return Turn::kEnd;
    }
    Worker& self = workers_[worker];
    if (self.reading == Reading::kNotYet) {
      self.reading = Reading::kGoesOn;
    }
    if (HasTurn(self)) {
      turn = Turn::kGive;
      *item = std::move(self.items.front());
      self.items.pop_front();
      const uint64_t before = given_;
      given_ += item->batch.selected();
      Cut(before, &item->batch);
      if (given_ >= range_.end) {
        done_.store(true, std::memory_order_release);
        scope_->enough.Cancel();
      }
      wakes = TakeWakes();
    } else if (self.reading == Reading::kEnded && self.items.empty()) {
      turn = Turn::kEnd;
    } else if (self.reading == Reading::kGoesOn && self.items.size() < kMostAhead) {
      turn = Turn::kRead;
    }
    self.waits = turn == Turn::kWait;
  }
  CallAll(wakes);
  return turn;
}

Result<bool> LimitOperator::Read(State* state) {
  Item item{0, std::move(state->spare), {}};
  const Result<Poll> poll = input_->Next(state->input.get(), &item.batch);
  if (!poll.ok()) {
    if (done_.load(std::memory_order_acquire)) {
      return true;
    }
    if (poll.status().code() == Code::kCancelled || poll.status().code() == Code::kNoMemory) {
      return poll.status();
    }
    item.batch.Clear();
    item.error = poll.status();
  }
  std::vector<WakeFunction> wakes;
  bool goes_on = true;
  {
    const common::MutexLock lock(mutex_);
    Worker& self = workers_[state->worker];
    if (!poll.ok() || *poll == Poll::kEnd) {
      self.reading = Reading::kEnded;
    }
    if (!poll.ok() || *poll == Poll::kRows) {
      item.sequence = poll.ok() ? item.batch.sequence() : self.leaf->position();
      self.items.push_back(std::move(item));
    } else if (*poll == Poll::kBlocked) {
      goes_on = HasTurn(self) || done_.load(std::memory_order_relaxed);
      self.waits = !goes_on;
    }
    wakes = TakeWakes();
  }
  CallAll(wakes);
  return goes_on;
}

void LimitOperator::Cut(uint64_t before, Batch* batch) const {
  const uint64_t end = before + batch->selected();
  const uint64_t first = std::clamp(range_.first, before, end) - before;
  const uint64_t last = std::clamp(range_.end, before, end) - before;
  if (last - first == batch->selected()) {
    return;
  }
  std::vector<uint16_t> rows;
  for (uint64_t i = first; i < last; ++i) {
    rows.push_back(static_cast<uint16_t>(batch->RowAt(i)));
  }
  batch->SetSelection(std::move(rows));
}

bool LimitOperator::HasTurn(const Worker& worker) const {
  if (worker.items.empty()) {
    return false;
  }
  const uint64_t sequence = worker.items.front().sequence;
  return std::all_of(workers_.begin(), workers_.end(), [&](const Worker& other) {
    if (&other == &worker) {
      return true;
    }
    if (!other.items.empty()) {
      return sequence <= other.items.front().sequence;
    }
    return other.reading != Reading::kGoesOn || sequence <= other.leaf->position();
  });
}

std::vector<WakeFunction> LimitOperator::TakeWakes() {
  std::vector<WakeFunction> wakes;
  for (Worker& worker : workers_) {
    if (done_.load(std::memory_order_relaxed) || (worker.waits && HasTurn(worker))) {
      worker.waits = false;
      wakes.push_back(worker.wake);
    }
  }
  return wakes;
}

}  // namespace redbase::ql
