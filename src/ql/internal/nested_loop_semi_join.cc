#include "ql/internal/nested_loop_semi_join.h"

#include <utility>

#include "ql/expr_eval.h"
#include "ql/internal/bound_condition.h"

namespace redbase::ql {

struct NestedLoopSemiJoinOperator::State : WorkerState {
  Batch left;
  std::vector<Mark> marks;  // by row of the left batch
  std::unique_ptr<BoundCondition> condition;
  std::vector<uint16_t> matches;
  Vector truth;
};

NestedLoopSemiJoinOperator::NestedLoopSemiJoinOperator(Schema schema,
                                                       std::unique_ptr<Operator> left,
                                                       std::unique_ptr<Operator> right,
                                                       const NestedLoopJoin& join,
                                                       const ExecContext& context)
    : Operator(std::move(schema), std::move(left)),
      right_(std::move(right)),
      join_(join),
      cancel_(context.cancel),
      right_rows_(right_->schema(), context.memory) {}

Result<std::unique_ptr<WorkerState>> NestedLoopSemiJoinOperator::DoNewWorker(
    const WakeFunction& /*wake*/) {
  auto state = std::make_unique<State>();
  if (join_.condition) {
    state->condition = std::make_unique<BoundCondition>(
        *join_.condition, static_cast<uint32_t>(child()->schema().size()));
  }
  return std::unique_ptr<WorkerState>(std::move(state));
}

Result<Poll> NestedLoopSemiJoinOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  if (join_.kind == JoinKind::kSemi && right_rows_.rows().row_count() == 0) {
    return Poll::kEnd;
  }
  while (true) {
    ASSIGN_OR_RETURN(const Poll poll, child()->Next(self.child(), &self.left));
    if (poll != Poll::kRows) {
      return poll;
    }
    self.marks.assign(self.left.rows(), Mark::kNoMatch);
    for (size_t i = 0; i < self.left.selected(); ++i) {
      const size_t row = self.left.RowAt(i);
      ASSIGN_OR_RETURN(self.marks[row], FindMatch(row, &self));
    }
    GiveMarked(join_.kind, self.marks, &self.left, batch);
    if (batch->selected() > 0) {
      return Poll::kRows;
    }
  }
}

Result<Mark> NestedLoopSemiJoinOperator::FindMatch(size_t row, State* state) const {
  if (right_rows_.rows().row_count() == 0) {
    return Mark::kNoMatch;
  }
  if (state->condition == nullptr) {
    return Mark::kMatch;
  }
  state->condition->SetLeftRow(state->left, row);
  Mark mark = Mark::kNoMatch;
  for (const Batch& chunk : right_rows_.rows().chunks()) {
    // Long stretches may give no row at all.
    if (cancel_ != nullptr && cancel_->cancelled()) {
      return cancel_->Check();
    }
    ASSIGN_OR_RETURN(const Mark here, MatchChunk(chunk, state));
    if (here == Mark::kMatch) {
      return here;
    }
    mark = here == Mark::kUnknown ? here : mark;
  }
  return mark;
}

Result<Mark> NestedLoopSemiJoinOperator::MatchChunk(const Batch& chunk, State* state) const {
  const Expr& condition = state->condition->expr();
  if (join_.kind != JoinKind::kMark) {
    RETURN_IF_ERROR(SelectRows(condition, chunk, &state->matches));
    return state->matches.empty() ? Mark::kNoMatch : Mark::kMatch;
  }
  RETURN_IF_ERROR(Evaluate(condition, chunk, &state->truth));
  Mark mark = Mark::kNoMatch;
  for (size_t row = 0; row < chunk.rows(); ++row) {
    if (!state->truth.IsValid(row)) {
      mark = Mark::kUnknown;
    } else if (state->truth.data<uint8_t>()[row] != 0) {
      return Mark::kMatch;
    }
  }
  return mark;
}

}  // namespace redbase::ql
