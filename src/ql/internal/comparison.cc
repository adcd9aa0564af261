#include "ql/internal/comparison.h"

#include <cassert>
#include <limits>
#include <utility>

#include "common/decimal.h"
#include "ql/internal/type_rules.h"

namespace redbase::ql {
namespace {

// A number as a value of another type: `value`, which lies above it, below it, or is it.
struct Rounded {
  Value value;
  int side = 0;  // +1: value > number, -1: value < number, 0: equal
};

// The largest value of the type, or the smallest.
Value ExtremeOf(LogicalType type, bool largest) {
  const auto limit = [largest]<typename T>(T /*of*/) {
    return largest ? std::numeric_limits<T>::max() : std::numeric_limits<T>::min();
  };
  switch (type.id) {
    case TypeId::kSmallint:
      return Value::Int(limit(int16_t{}));
    case TypeId::kInt:
      return Value::Int(limit(int32_t{}));
    case TypeId::kBigint:
      return Value::Bigint(limit(int64_t{}));
    default:
      break;
  }
  const Int128 most = common::PowerOfTen(type.length) - 1;
  return Value::OfDecimal({largest ? most : -most, type.scale});
}

int SignOf(int order) { return order < 0 ? -1 : (order > 0 ? 1 : 0); }

Rounded RoundToReal(const Value& number, LogicalType type) {
  const bool integer = number.is_int() || number.is_bigint();
  const Result<Value> cast = number.CastTo(type, CastMode::kExplicit);
  if (!cast.ok()) {
    const float infinity = std::numeric_limits<float>::infinity();
    return {Value::Real(Value::Compare(number, Value::Int(0)) > 0 ? infinity : -infinity), 0};
  }
  // What is written with a point means the nearest real.
  return {*cast, integer ? SignOf(Value::Compare(*cast, number)) : 0};
}

Rounded Round(const Value& number, LogicalType type) {
  if (IsFloat(type.id)) {
    return RoundToReal(number, type);
  }
  const Result<Value> cast = number.CastTo(type, CastMode::kExplicit);
  if (cast.ok()) {
    return {*cast, SignOf(Value::Compare(*cast, number))};
  }
  const bool above = Value::Compare(number, Value::Int(0)) > 0;
  return {ExtremeOf(type, above), above ? -1 : 1};
}

// The operator to compare with a value on the given side of the number.
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
  assert(op <= parser::ComparisonOp::kGe);
  return static_cast<CompareOp>(op);
}

std::optional<ExprPtr> CompareWithNumber(ExprPtr& expr, CompareOp op, const Value& number,
                                         bool filter) {
  const LogicalType type = expr->type;
  Rounded rounded = Round(number, type);
  if (rounded.side != 0 && !filter) {
    return std::nullopt;
  }
  if (rounded.side != 0 && op == CompareOp::kEq) {
    return Expr::Compare(op, std::move(expr), Expr::Constant(Value::Null(), type));
  }
  if (rounded.side != 0 && op == CompareOp::kNe) {
    return Expr::Not(Expr::IsNull(std::move(expr)));
  }
  const CompareOp adjusted = rounded.side == 0 ? op : Adjust(op, rounded.side);
  return Expr::Compare(adjusted, std::move(expr), Expr::Constant(std::move(rounded.value), type));
}

}  // namespace redbase::ql
