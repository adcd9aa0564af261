#include "ql/internal/range_check.h"

#include <utility>

#include "common/text.h"
#include "ql/expr_eval.h"

namespace redbase::ql {

namespace {

std::string Shown(const Value& value) {
  return value.is_string() ? common::Quoted(value.string_value()) : value.ToString();
}

ExprPtr InsideRange(const sm::PartitionRange& range, LogicalType type) {
  std::vector<ExprPtr> bounds;
  const auto bound = [&](CompareOp op, const Value& value) {
    bounds.push_back(
        Expr::Compare(op, Expr::ColumnRef(range.column, type), Expr::Constant(value, type)));
  };
  if (range.lower) {
    bound(CompareOp::kGe, *range.lower);
  }
  if (range.upper) {
    bound(CompareOp::kLt, *range.upper);
  }
  if (bounds.empty() || range.lower) {
    return Expr::And(std::move(bounds));
  }
  // Without a lower bound nulls are inside.
  std::vector<ExprPtr> either;
  either.push_back(Expr::And(std::move(bounds)));
  either.push_back(Expr::IsNull(Expr::ColumnRef(range.column, type)));
  return Expr::Or(std::move(either));
}

}  // namespace

RangeCheck::RangeCheck(const sm::Relation& relation) : range_(relation.range) {
  if (range_) {
    const Column& column = relation.schema[range_->column];
    column_ = relation.name + "." + column.name;
    inside_ = InsideRange(*range_, column.type);
  }
}

Status RangeCheck::Inside(const Batch& rows, std::vector<uint16_t>* inside) const {
  return SelectRows(*inside_, rows, inside);
}

Status RangeCheck::Require(const Batch& rows) const {
  if (!restricts()) {
    return {};
  }
  std::vector<uint16_t> inside;
  RETURN_IF_ERROR(Inside(rows, &inside));
  for (size_t i = 0; i < rows.selected(); ++i) {
    if (i == inside.size() || inside[i] != rows.RowAt(i)) {
      return Outside(rows.GetValue(range_->column, rows.RowAt(i)));
    }
  }
  return {};
}

Status RangeCheck::Outside(const Value& value) const {
  std::string range = column_;
  if (range_->lower) {
    range = Shown(*range_->lower) + " <= " + range;
  }
  if (range_->upper) {
    range += " < " + Shown(*range_->upper);
  }
  return {Code::kConstraint,
          "QL warning: " + Shown(value) + " is outside the range of this node: " + range};
}

}  // namespace redbase::ql
