#include "ql/operator.h"

#include <cassert>

namespace redbase::ql {

void WorkerState::Advance(uint64_t position) {
  position_.store(position, std::memory_order_release);
  if (listener_) {
    listener_();
  }
}

WorkerState* WorkerState::leaf() {
  WorkerState* state = this;
  while (state->child() != nullptr) {
    state = state->child();
  }
  return state;
}

Status Operator::Open() {
  assert(!open_);
  open_ = true;
  if (child_) {
    RETURN_IF_ERROR(child_->Open());
  }
  return DoOpen();
}

Result<std::unique_ptr<WorkerState>> Operator::NewWorker(const WakeFunction& wake) {
  assert(open_);
  ASSIGN_OR_RETURN(std::unique_ptr<WorkerState> state, DoNewWorker(wake));
  if (child_) {
    ASSIGN_OR_RETURN(std::unique_ptr<WorkerState> child, child_->NewWorker(wake));
    state->set_child(std::move(child));
  }
  return state;
}

Result<Poll> Operator::Next(WorkerState* state, Batch* batch) {
  assert(open_);
  batch->Reset(schema_);
  Result<Poll> poll = DoNext(state, batch);
  assert(!poll.ok() || *poll != Poll::kRows || batch->selected() > 0);
  return poll;
}

Status Operator::Close() {
  if (!open_) {
    return {};
  }
  open_ = false;
  Status status = DoClose();
  if (child_) {
    status.Update(child_->Close());
  }
  return status;
}

}  // namespace redbase::ql
