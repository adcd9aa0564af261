#include "ql/internal/nested_loop_join.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "ql/expr_eval.h"

namespace redbase::ql {

namespace {

// The join's condition over right rows alone: left columns are constants, set
// for one left row after another.
struct BoundCondition {
  struct LeftColumn {
    Expr* constant;
    uint32_t column;
  };

  BoundCondition(const Expr& condition, uint32_t left_columns) : expr(condition.Clone()) {
    Bind(*expr, left_columns);
  }

  void Bind(Expr& node, uint32_t left_columns) {
    if (node.kind == ExprKind::kColumn && node.column < left_columns) {
      node.kind = ExprKind::kConstant;
      constants.push_back({&node, node.column});
    } else if (node.kind == ExprKind::kColumn) {
      node.column -= left_columns;
    }
    for (const ExprPtr& child : node.children) {
      Bind(*child, left_columns);
    }
  }

  void SetLeftRow(const Batch& left, size_t row) {
    for (const LeftColumn& left_column : constants) {
      left_column.constant->value = left.GetValue(left_column.column, row);
    }
  }

  ExprPtr expr;
  std::vector<LeftColumn> constants;
};

}  // namespace

// The place in the left batch, in the right chunks, and in the current matches.
struct NestedLoopJoinOperator::State : WorkerState {
  Batch left;
  size_t next_left = 0;  // of the selected rows
  size_t next_chunk = 0;
  size_t left_row = 0;  // of the current matches
  size_t chunk = 0;     // of the current matches
  std::vector<uint16_t> matches;
  size_t next_match = 0;
  std::vector<uint16_t> repeated;
  std::unique_ptr<BoundCondition> condition;
};

NestedLoopJoinOperator::NestedLoopJoinOperator(Schema schema, std::unique_ptr<Operator> left,
                                               std::unique_ptr<Operator> right,
                                               const NestedLoopJoin& join,
                                               const ExecContext& context)
    : Operator(std::move(schema), std::move(left)),
      right_(std::move(right)),
      join_(join),
      cancel_(context.cancel),
      right_rows_(right_->schema(), context.memory) {}

Result<std::unique_ptr<WorkerState>> NestedLoopJoinOperator::DoNewWorker(
    const WakeFunction& /*wake*/) {
  auto state = std::make_unique<State>();
  if (join_.condition) {
    const auto left_columns = static_cast<uint32_t>(child()->schema().size());
    state->condition = std::make_unique<BoundCondition>(*join_.condition, left_columns);
  }
  return std::unique_ptr<WorkerState>(std::move(state));
}

Result<Poll> NestedLoopJoinOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  if (right_rows_.rows().row_count() == 0) {
    return Poll::kEnd;
  }
  while (batch->rows() < batch->capacity()) {
    if (self.next_match < self.matches.size()) {
      EmitMatches(&self, batch);
      continue;
    }
    ASSIGN_OR_RETURN(const bool more, NextChunk(&self));
    if (more) {
      continue;
    }
    if (batch->rows() > 0) {
      break;
    }
    ASSIGN_OR_RETURN(const Poll poll, child()->Next(self.child(), &self.left));
    if (poll != Poll::kRows) {
      return poll;
    }
    self.next_left = 0;
    self.next_chunk = 0;
  }
  batch->set_sequence(self.left.sequence());
  return Poll::kRows;
}

Result<bool> NestedLoopJoinOperator::NextChunk(State* state) const {
  State& self = *state;
  const std::vector<Batch>& chunks = right_rows_.rows().chunks();
  self.matches.clear();
  self.next_match = 0;
  if (self.next_left >= self.left.selected()) {
    return false;
  }
  // Long stretches may give no row at all.
  if (cancel_ != nullptr && cancel_->cancelled()) {
    return cancel_->Check();
  }
  self.left_row = self.left.RowAt(self.next_left);
  self.chunk = self.next_chunk;
  const Batch& chunk = chunks[self.chunk];
  if (self.condition) {
    if (self.chunk == 0) {
      self.condition->SetLeftRow(self.left, self.left_row);
    }
    RETURN_IF_ERROR(SelectRows(*self.condition->expr, chunk, &self.matches));
  } else {
    self.matches.resize(chunk.rows());
    std::iota(self.matches.begin(), self.matches.end(), uint16_t{0});
  }
  if (++self.next_chunk == chunks.size()) {
    self.next_chunk = 0;
    ++self.next_left;
  }
  return true;
}

void NestedLoopJoinOperator::EmitMatches(State* state, Batch* batch) const {
  State& self = *state;
  const size_t count =
      std::min(self.matches.size() - self.next_match, batch->capacity() - batch->rows());
  const std::span<const uint16_t> matches(self.matches.data() + self.next_match, count);
  self.repeated.assign(count, static_cast<uint16_t>(self.left_row));
  const size_t left_columns = self.left.column_count();
  for (size_t c = 0; c < left_columns; ++c) {
    batch->column(c).Gather(self.left.column(c), self.repeated, batch->rows());
  }
  const Batch& chunk = right_rows_.rows().chunks()[self.chunk];
  for (size_t c = left_columns; c < batch->column_count(); ++c) {
    batch->column(c).Gather(chunk.column(c - left_columns), matches, batch->rows());
  }
  batch->set_rows(batch->rows() + count);
  self.next_match += count;
}

}  // namespace redbase::ql
