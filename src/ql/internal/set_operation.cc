#include "ql/internal/set_operation.h"

#include <algorithm>
#include <utility>

#include "ql/internal/aggregate.h"
#include "ql/internal/append.h"
#include "ql/internal/project.h"

namespace redbase::ql {

namespace {

constexpr LogicalType kBoolean{TypeId::kBoolean, 0};
constexpr LogicalType kBigint{TypeId::kBigint, 0};

// All columns, and two that say which input the row is of.
std::vector<ExprPtr> WithSide(const Schema& schema, bool left) {
  std::vector<ExprPtr> expressions;
  for (size_t c = 0; c < schema.size(); ++c) {
    expressions.push_back(Expr::ColumnRef(static_cast<uint32_t>(c), schema[c].type));
  }
  expressions.push_back(Expr::Constant(Value::Boolean(left), kBoolean));
  expressions.push_back(Expr::Constant(Value::Boolean(!left), kBoolean));
  return expressions;
}

}  // namespace

// The groups in hand, and how far they have been given out.
struct SetOperationOperator::State : WorkerState {
  Batch groups;
  size_t next = 0;     // of the selected ones
  uint64_t times = 0;  // that the one before `next` is still to be given out
  std::vector<uint16_t> rows;
};

std::unique_ptr<Operator> SetOperationOperator::Make(const Schema& schema,
                                                     std::unique_ptr<Operator> left,
                                                     std::unique_ptr<Operator> right,
                                                     const SetOperation& operation,
                                                     const ExecContext& context) {
  SetOperationParts parts{std::make_unique<SetOperationParts::Expressions>()};
  SetOperationParts::Expressions& expressions = *parts.expressions;
  expressions.left = WithSide(left->schema(), true);
  expressions.right = WithSide(right->schema(), false);
  Schema with_side = schema;
  Schema counted = schema;
  const auto columns = static_cast<uint32_t>(schema.size());
  for (uint32_t c = 0; c < columns; ++c) {
    expressions.counts.groups.push_back(c);
  }
  for (uint32_t side = 0; side < 2; ++side) {
    with_side.Add({"(side)", kBoolean, ""});
    counted.Add({"(count)", kBigint, ""});
    AggregateCall call;
    call.filter = columns + side;
    expressions.counts.calls.push_back(std::move(call));
  }
  std::vector<std::unique_ptr<Operator>> inputs;
  inputs.push_back(std::make_unique<ProjectOperator>(with_side, std::move(left), expressions.left));
  inputs.push_back(
      std::make_unique<ProjectOperator>(with_side, std::move(right), expressions.right));
  auto both = std::make_unique<AppendOperator>(with_side, std::move(inputs));
  auto counts =
      std::make_unique<AggregateOperator>(counted, std::move(both), expressions.counts, context);
  return std::make_unique<SetOperationOperator>(schema, std::move(parts), std::move(counts),
                                                operation);
}

Result<std::unique_ptr<WorkerState>> SetOperationOperator::DoNewWorker(
    const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>());
}

uint64_t SetOperationOperator::TimesOf(uint64_t left, uint64_t right) const {
  if (operation_.kind == SetOperationKind::kIntersect) {
    const uint64_t times = std::min(left, right);
    return operation_.all ? times : std::min<uint64_t>(times, 1);
  }
  if (operation_.all) {
    return left - std::min(left, right);
  }
  return left > 0 && right == 0 ? 1 : 0;
}

Result<Poll> SetOperationOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  self.rows.clear();
  while (true) {
    FillRows(&self);
    if (!self.rows.empty()) {
      break;
    }
    ASSIGN_OR_RETURN(const Poll poll, child()->Next(self.child(), &self.groups));
    if (poll != Poll::kRows) {
      return poll;
    }
    self.next = 0;
  }
  for (size_t c = 0; c < schema().size(); ++c) {
    batch->column(c).Gather(self.groups.column(c), self.rows, 0);
  }
  batch->set_rows(self.rows.size());
  batch->set_sequence(self.groups.sequence());
  return Poll::kRows;
}

void SetOperationOperator::FillRows(State* state) const {
  State& self = *state;
  const size_t columns = schema().size();
  while (self.rows.size() < kBatchCapacity) {
    if (self.times > 0) {
      const size_t count = std::min<size_t>(self.times, kBatchCapacity - self.rows.size());
      self.rows.insert(self.rows.end(), count,
                       static_cast<uint16_t>(self.groups.RowAt(self.next - 1)));
      self.times -= count;
    } else if (self.next < self.groups.selected()) {
      const size_t row = self.groups.RowAt(self.next++);
      const auto count_at = [&](size_t column) {
        return static_cast<uint64_t>(self.groups.column(column).data<int64_t>()[row]);
      };
      self.times = TimesOf(count_at(columns), count_at(columns + 1));
    } else {
      return;
    }
  }
}

}  // namespace redbase::ql
