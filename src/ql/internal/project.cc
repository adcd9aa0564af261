#include "ql/internal/project.h"

#include <utility>

#include "ql/expr_eval.h"

namespace redbase::ql {

struct ProjectOperator::State : WorkerState {
  Batch input;
};

ProjectOperator::ProjectOperator(Schema schema, std::unique_ptr<Operator> child,
                                 const std::vector<ExprPtr>& expressions)
    : Operator(std::move(schema), std::move(child)),
      expressions_(expressions),
      hand_over_(expressions.size(), false) {
  std::vector<bool> read_later(this->child()->schema().size(), false);
  for (size_t i = expressions.size(); i-- > 0;) {
    Expr& expr = *expressions[i];
    hand_over_[i] = expr.kind == ExprKind::kColumn && !read_later[expr.column];
    VisitColumns(expr, [&read_later](const uint32_t& column) { read_later[column] = true; });
  }
}

Result<std::unique_ptr<WorkerState>> ProjectOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>());
}

Result<Poll> ProjectOperator::DoNext(WorkerState* state, Batch* batch) {
  Batch& input = static_cast<State*>(state)->input;
  ASSIGN_OR_RETURN(const Poll poll, child()->Next(state->child(), &input));
  if (poll != Poll::kRows) {
    return poll;
  }
  for (size_t i = 0; i < expressions_.size(); ++i) {
    if (hand_over_[i]) {
      std::swap(batch->column(i), input.column(expressions_[i]->column));
    } else {
      RETURN_IF_ERROR(Evaluate(*expressions_[i], input, &batch->column(i)));
    }
  }
  batch->set_rows(input.rows());
  if (input.has_selection()) {
    batch->SetSelection({input.selection().begin(), input.selection().end()});
  }
  batch->rids() = std::move(input.rids());
  batch->set_sequence(input.sequence());
  return Poll::kRows;
}

}  // namespace redbase::ql
