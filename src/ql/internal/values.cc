#include "ql/internal/values.h"

#include <algorithm>

namespace redbase::ql {

struct ValuesOperator::State : WorkerState {
  size_t next = 0;
};

Result<std::unique_ptr<WorkerState>> ValuesOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>());
}

Result<Poll> ValuesOperator::DoNext(WorkerState* state, Batch* batch) {
  size_t& next = static_cast<State*>(state)->next;
  const size_t count = std::min(rows_.size() - next, batch->capacity());
  for (size_t row = 0; row < count; ++row, ++next) {
    for (size_t c = 0; c < batch->column_count(); ++c) {
      batch->SetValue(c, row, rows_[next][c]);
    }
  }
  batch->set_rows(count);
  return count > 0 ? Poll::kRows : Poll::kEnd;
}

}  // namespace redbase::ql
