#include "ql/internal/comparison.h"

#include <cassert>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace redbase::ql {
namespace {

// A literal as a value of the column's type: `value`, which lies above the
// literal, below it, or is it.
struct Rounded {
  Value value;
  int side = 0;  // +1: value > literal, -1: value < literal, 0: equal
};

Rounded RoundToInt(double x) {
  using Limits = std::numeric_limits<int32_t>;
  if (x > static_cast<double>(Limits::max())) {
    return {Value::Int(Limits::max()), -1};
  }
  if (x < static_cast<double>(Limits::min())) {
    return {Value::Int(Limits::min()), 1};
  }
  const double whole = std::trunc(x);
  return {Value::Int(static_cast<int32_t>(whole)), whole == x ? 0 : (whole > x ? 1 : -1)};
}

Rounded RoundToInt(int64_t x) {
  using Limits = std::numeric_limits<int32_t>;
  if (x > Limits::max()) {
    return {Value::Int(Limits::max()), -1};
  }
  if (x < Limits::min()) {
    return {Value::Int(Limits::min()), 1};
  }
  return {Value::Int(static_cast<int32_t>(x)), 0};
}

Rounded RoundToReal(int64_t x) {
  const auto value = static_cast<float>(x);
  // Both are exact in long double, which has 64 bits of mantissa.
  const auto wide = static_cast<long double>(value);
  const auto exact = static_cast<long double>(x);
  return {Value::Real(value), wide == exact ? 0 : (wide > exact ? 1 : -1)};
}

Rounded Round(const parser::Literal& literal, LogicalType type) {
  if (const auto* text = std::get_if<std::string>(&literal.value)) {
    return {Value::String(*text), 0};
  }
  const auto* integer = std::get_if<int64_t>(&literal.value);
  const auto* real = std::get_if<double>(&literal.value);
  switch (PhysicalTypeOf(type)) {
    case PhysicalType::kInt32:
      return integer != nullptr ? RoundToInt(*integer) : RoundToInt(*real);
    case PhysicalType::kFloat32:
      return integer != nullptr ? RoundToReal(*integer)
                                : Rounded{Value::Real(static_cast<float>(*real)), 0};
    default:
      assert(false && "no columns of this type yet");
      return {};
  }
}

// The operator to compare with a value on the given side of the literal.
CompareOp Adjust(CompareOp op, int side) {
  switch (op) {
    case CompareOp::kLt:
    case CompareOp::kLe:
      return side > 0 ? CompareOp::kLt : CompareOp::kLe;
    case CompareOp::kGt:
    case CompareOp::kGe:
      return side > 0 ? CompareOp::kGe : CompareOp::kGt;
    default:
      return op;
  }
}

}  // namespace

CompareOp ToCompareOp(parser::ComparisonOp op) {
  switch (op) {
    case parser::ComparisonOp::kEq:
      return CompareOp::kEq;
    case parser::ComparisonOp::kNe:
      return CompareOp::kNe;
    case parser::ComparisonOp::kLt:
      return CompareOp::kLt;
    case parser::ComparisonOp::kLe:
      return CompareOp::kLe;
    case parser::ComparisonOp::kGt:
      return CompareOp::kGt;
    case parser::ComparisonOp::kGe:
      return CompareOp::kGe;
    case parser::ComparisonOp::kIsNull:
    case parser::ComparisonOp::kIsNotNull:
      break;
  }
  assert(false && "no comparison of two values");
  return CompareOp::kEq;
}

ExprPtr CompareWithLiteral(ExprPtr column, CompareOp op, const parser::Literal& literal) {
  const LogicalType type = column->type;
  if (literal.is_null()) {
    return Expr::Compare(op, std::move(column), Expr::Constant(Value::Null(), type));
  }
  Rounded rounded = Round(literal, type);
  if (rounded.side != 0 && op == CompareOp::kEq) {
    return Expr::Compare(op, std::move(column), Expr::Constant(Value::Null(), type));
  }
  if (rounded.side != 0 && op == CompareOp::kNe) {
    return Expr::Not(Expr::IsNull(std::move(column)));
  }
  const CompareOp adjusted = rounded.side == 0 ? op : Adjust(op, rounded.side);
  return Expr::Compare(adjusted, std::move(column), Expr::Constant(std::move(rounded.value), type));
}

}  // namespace redbase::ql
