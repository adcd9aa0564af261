#include "ql/internal/column_predicates.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace redbase::ql {

ExprPtr PredicateExpr(const std::vector<rm::ColumnPredicate>& predicates, const Schema& relation,
                      const std::vector<uint32_t>& columns) {
  std::vector<ExprPtr> conjuncts;
  for (const rm::ColumnPredicate& predicate : predicates) {
    const LogicalType type = relation[predicate.column].type;
    const auto place = std::find(columns.begin(), columns.end(), predicate.column);
    assert(place != columns.end());
    ExprPtr column = Expr::ColumnRef(static_cast<uint32_t>(place - columns.begin()), type);
    switch (predicate.kind) {
      case rm::ColumnPredicate::Kind::kCompare:
        conjuncts.push_back(
            Expr::Compare(predicate.op, std::move(column),
                          Expr::Constant(predicate.value, TypeOfConstant(predicate.value, type))));
        break;
      case rm::ColumnPredicate::Kind::kIsNull:
        conjuncts.push_back(Expr::IsNull(std::move(column)));
        break;
      case rm::ColumnPredicate::Kind::kIsNotNull:
        conjuncts.push_back(Expr::Not(Expr::IsNull(std::move(column))));
        break;
    }
  }
  return Expr::And(std::move(conjuncts));
}

LogicalType TypeOfConstant(const Value& value, LogicalType fallback) {
  if (value.is_int()) {
    return {TypeId::kInt, 0};
  }
  if (value.is_bigint()) {
    return {TypeId::kBigint, 0};
  }
  if (value.is_real()) {
    return {TypeId::kReal, 0};
  }
  if (value.is_double()) {
    return {TypeId::kDouble, 0};
  }
  return value.is_string() ? LogicalType{TypeId::kVarchar, 0} : fallback;
}

std::vector<uint32_t> WithTestedColumns(std::vector<uint32_t> columns,
                                        const std::vector<rm::ColumnPredicate>& predicates) {
  for (const rm::ColumnPredicate& predicate : predicates) {
    if (std::find(columns.begin(), columns.end(), predicate.column) == columns.end()) {
      columns.push_back(predicate.column);
    }
  }
  return columns;
}

}  // namespace redbase::ql
