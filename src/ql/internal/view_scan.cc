#include "ql/internal/view_scan.h"

#include <algorithm>
#include <utility>

#include "ql/expr_eval.h"
#include "ql/internal/column_predicates.h"
#include "ql/internal/record_fetch.h"

namespace redbase::ql {

struct ViewScanOperator::State : WorkerState {
  size_t next = 0;
};

ViewScanOperator::ViewScanOperator(Schema schema, const FileScan& scan, sm::RelationPtr view,
                                   const ExecContext& context)
    : Operator(std::move(schema), nullptr),
      scan_(scan),
      view_(std::move(view)),
      context_(context),
      predicate_(PredicateExpr(scan.predicates, view_->schema, AllColumns(view_->schema))) {}

Status ViewScanOperator::DoOpen() {
  const tx::Transaction* const transaction = context_.transaction;
  ASSIGN_OR_RETURN(rows_, context_.catalog->ViewRows(
                              *view_, transaction == nullptr ? nullptr : &transaction->state()));
  return {};
}

Result<std::unique_ptr<WorkerState>> ViewScanOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>());
}

Result<Poll> ViewScanOperator::DoNext(WorkerState* state, Batch* batch) {
  size_t& next = static_cast<State*>(state)->next;
  while (next < rows_.size()) {
    Batch& rows = rows_[next++];
    if (predicate_) {
      RETURN_IF_ERROR(Select(*predicate_, &rows));
    }
    if (rows.selected() == 0) {
      continue;
    }
    batch->Reset(schema(), std::max(rows.rows(), kBatchCapacity));
    for (size_t i = 0; i < scan_.projection.size(); ++i) {
      batch->column(i).CopyRange(rows.column(scan_.projection[i]), 0, rows.rows(), 0);
    }
    batch->set_rows(rows.rows());
    if (rows.has_selection()) {
      batch->SetSelection({rows.selection().begin(), rows.selection().end()});
    }
    return Poll::kRows;
  }
  return Poll::kEnd;
}

}  // namespace redbase::ql
