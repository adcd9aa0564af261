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
                                   sm::SnapshotPtr seen, const sm::Catalog& catalog)
    : Operator(std::move(schema), nullptr),
      scan_(scan),
      view_(std::move(view)),
      seen_(std::move(seen)),
      catalog_(catalog),
      predicate_(PredicateExpr(scan.predicates, view_->schema, AllColumns(view_->schema))) {}

Status ViewScanOperator::DoOpen() {
  ASSIGN_OR_RETURN(rows_, catalog_.ViewRows(*view_, *seen_));
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
