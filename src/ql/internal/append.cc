#include "ql/internal/append.h"

#include <algorithm>
#include <utility>

namespace redbase::ql {

// The states of the inputs it takes part in, null for the others.
struct AppendOperator::State : WorkerState {
  State(size_t n, const WakeFunction& w) : number(n), wake(w) {}

  const size_t number;
  const WakeFunction wake;
  bool begun = false;
  std::vector<std::unique_ptr<WorkerState>> inputs;
  size_t current = 0;
};

AppendOperator::AppendOperator(Schema schema, std::vector<std::unique_ptr<Operator>> inputs)
    : Operator(std::move(schema), nullptr), inputs_(std::move(inputs)) {
  uint32_t partitions = 0;
  for (const std::unique_ptr<Operator>& input : inputs_) {
    Batch place;
    place.set_partition(partitions);
    bases_.push_back(place.sequence());
    partitions += input->PartitionCount();
  }
}

size_t AppendOperator::MaxWorkers() const {
  size_t most = 1;
  for (const std::unique_ptr<Operator>& input : inputs_) {
    most = std::max(most, input->MaxWorkers());
  }
  return most;
}

std::vector<Operator*> AppendOperator::branches() {
  std::vector<Operator*> all;
  for (const std::unique_ptr<Operator>& input : inputs_) {
    all.push_back(input.get());
  }
  return all;
}

uint32_t AppendOperator::PartitionCount() const {
  uint32_t count = 0;
  for (const std::unique_ptr<Operator>& input : inputs_) {
    count += input->PartitionCount();
  }
  return count;
}

Status AppendOperator::DoOpen() {
  for (const std::unique_ptr<Operator>& input : inputs_) {
    RETURN_IF_ERROR(input->Open());
  }
  return {};
}

Status AppendOperator::DoClose() {
  Status status;
  for (const std::unique_ptr<Operator>& input : inputs_) {
    status.Update(input->Close());
  }
  return status;
}

Result<std::unique_ptr<WorkerState>> AppendOperator::DoNewWorker(const WakeFunction& wake) {
  auto state = std::make_unique<State>(workers_, wake);
  for (size_t i = 0; i < inputs_.size(); ++i) {
    std::unique_ptr<WorkerState>& input = state->inputs.emplace_back();
    if (workers_ < std::max<size_t>(1, inputs_[i]->MaxWorkers())) {
      ASSIGN_OR_RETURN(input, inputs_[i]->NewWorker(wake));
      WorkerState* const leaf = input->leaf();
      leaf->set_listener(
          [own = state.get(), leaf, base = bases_[i]] { own->Advance(base + leaf->position()); });
    }
  }
  ++workers_;
  return std::unique_ptr<WorkerState>(std::move(state));
}

Result<Poll> AppendOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  if (!self.begun) {
    if (self.number == 0) {
      BeginFirst();
    } else if (!FirstHasBegun(self.wake)) {
      return Poll::kBlocked;
    }
    self.begun = true;
  }
  while (self.current < inputs_.size()) {
    WorkerState* const input = self.inputs[self.current].get();
    if (input != nullptr) {
      ASSIGN_OR_RETURN(const Poll poll, inputs_[self.current]->Next(input, batch));
      if (poll == Poll::kRows) {
        batch->set_sequence(bases_[self.current] + batch->sequence());
      }
      if (poll != Poll::kEnd) {
        return poll;
      }
    }
    if (++self.current < inputs_.size()) {
      self.Advance(bases_[self.current]);
    }
  }
  return Poll::kEnd;
}

bool AppendOperator::FirstHasBegun(const WakeFunction& wake) {
  const common::MutexLock lock(mutex_);
  if (!first_has_begun_) {
    waiting_.push_back(wake);
  }
  return first_has_begun_;
}

void AppendOperator::BeginFirst() {
  std::vector<WakeFunction> wakes;
  {
    const common::MutexLock lock(mutex_);
    first_has_begun_ = true;
    wakes = std::move(waiting_);
  }
  for (const WakeFunction& wake : wakes) {
    wake();
  }
}

}  // namespace redbase::ql
