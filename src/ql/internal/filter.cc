#include "ql/internal/filter.h"

#include "ql/expr_eval.h"

namespace redbase::ql {

Result<std::unique_ptr<WorkerState>> FilterOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::make_unique<WorkerState>();
}

Result<Poll> FilterOperator::DoNext(WorkerState* state, Batch* batch) {
  while (true) {
    ASSIGN_OR_RETURN(const Poll poll, child()->Next(state->child(), batch));
    if (poll != Poll::kRows) {
      return poll;
    }
    RETURN_IF_ERROR(Select(predicate_, batch));
    if (batch->selected() > 0) {
      return Poll::kRows;
    }
  }
}

}  // namespace redbase::ql
