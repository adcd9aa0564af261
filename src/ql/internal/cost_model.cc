#include "ql/internal/cost_model.h"

#include <algorithm>

namespace redbase::ql {
namespace {

constexpr double kRange = 1.0 / 3;
constexpr double kNull = 0.05;

bool IsUniqueKey(const sm::Relation& relation, uint32_t column) {
  return std::any_of(relation.indexes.begin(), relation.indexes.end(), [&](const auto& index) {
    return index.unique && index.columns.size() == 1 && index.columns[0] == column;
  });
}

}  // namespace

double Selectivity(const sm::Relation& relation, double rows,
                   const rm::ColumnPredicate& predicate) {
  using Kind = rm::ColumnPredicate::Kind;
  if (predicate.kind != Kind::kCompare) {
    return predicate.kind == Kind::kIsNull ? kNull : 1 - kNull;
  }
  if (predicate.value.is_null()) {
    return 0;
  }
  switch (predicate.op) {
    case CompareOp::kEq:
      return IsUniqueKey(relation, predicate.column) ? 1 / std::max(rows, 1.0) : 0.01;
    case CompareOp::kNe:
      return 0.99;
    default:
      return kRange;
  }
}

double JoinSelectivity(const Expr& condition, double left_rows, double right_rows) {
  if (condition.kind != ExprKind::kCompare) {
    return kRange;
  }
  switch (condition.op) {
    case CompareOp::kEq:
      return 1 / std::max({left_rows, right_rows, 1.0});
    case CompareOp::kNe:
      return 1;
    default:
      return kRange;
  }
}

}  // namespace redbase::ql
