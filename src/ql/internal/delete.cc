#include "ql/internal/delete.h"

#include <algorithm>
#include <span>
#include <utility>

#include "ql/internal/lock_rows.h"

namespace redbase::ql {

struct DeleteOperator::State : WorkerState {
  size_t next = 0;  // of the victims
};

DeleteOperator::DeleteOperator(Schema schema, std::unique_ptr<Operator> input,
                               const sm::RelationPtr& relation, rm::RecordFile& records,
                               IndexSet indexes, ExecContext& context)
    : Operator(std::move(schema), nullptr),
      input_(std::move(input)),
      context_(context),
      records_(records),
      fetch_(records, relation, AllColumns(relation->schema), {}, nullptr),
      indexes_(std::move(indexes)),
      victims_(context.memory) {}

Status DeleteOperator::DoOpen() {
  return LockForChange(records_, victims_.rids(), rm::RowLock::kUpdate, context_);
}

Result<std::unique_ptr<WorkerState>> DeleteOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>());
}

Result<Poll> DeleteOperator::DoNext(WorkerState* state, Batch* batch) {
  size_t& next = static_cast<State*>(state)->next;
  const std::vector<Rid>& rids = victims_.rids();
  while (next < rids.size()) {
    const size_t count = std::min(rids.size() - next, kBatchCapacity);
    RETURN_IF_ERROR(fetch_.Fetch(std::span(rids).subspan(next, count), batch));
    next += count;
    RETURN_IF_ERROR(indexes_.Erase(*batch, batch->rids()));
    RETURN_IF_ERROR(records_.Erase(*context_.transaction, batch->rids()));
    if (next == rids.size()) {
      RETURN_IF_ERROR(indexes_.Apply());
    }
    if (batch->rows() == 0) {
      continue;
    }
    erased_.fetch_add(batch->rows(), std::memory_order_relaxed);
    return Poll::kRows;
  }
  return Poll::kEnd;
}

}  // namespace redbase::ql
