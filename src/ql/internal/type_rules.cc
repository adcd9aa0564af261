#include "ql/internal/type_rules.h"

#include <algorithm>

namespace redbase::ql {
namespace {

using parser::BinaryOp;

// Digits in front of the decimal point.
uint32_t WholeDigits(LogicalType decimal) { return decimal.length - decimal.scale; }

LogicalType DecimalOf(uint32_t whole, uint32_t scale) {
  scale = std::min(scale, kMaxPrecision);
  return LogicalType::Decimal(std::min(whole + scale, kMaxPrecision), static_cast<uint8_t>(scale));
}

int RankOf(TypeId id) {
  switch (id) {
    case TypeId::kSmallint:
      return 0;
    case TypeId::kInt:
      return 1;
    case TypeId::kBigint:
      return 2;
    case TypeId::kDecimal:
      return 3;
    case TypeId::kReal:
      return 4;
    default:
      return 5;
  }
}

// A quotient has at least so many digits behind the point.
constexpr uint32_t kQuotientScale = 16;

LogicalType QuotientType(LogicalType left, LogicalType right) {
  const uint32_t whole = std::min(WholeDigits(left) + right.scale, kMaxPrecision);
  const uint32_t least = std::max<uint32_t>(left.scale, right.scale);
  const uint32_t scale = std::max(least, std::min(kQuotientScale, kMaxPrecision - whole));
  return LogicalType::Decimal(kMaxPrecision, static_cast<uint8_t>(scale));
}

ArithmeticTypes DecimalArithmetic(BinaryOp op, LogicalType left, LogicalType right) {
  const uint32_t scale = std::max(left.scale, right.scale);
  const uint32_t whole = std::max(WholeDigits(left), WholeDigits(right));
  switch (op) {
    case BinaryOp::kMultiply:
      return {left, right,
              DecimalOf(WholeDigits(left) + WholeDigits(right), left.scale + right.scale)};
    case BinaryOp::kDivide:
      return {left, right, QuotientType(left, right)};
    case BinaryOp::kModulo: {
      const LogicalType type = DecimalOf(whole, scale);
      return {type, type, type};
    }
    default: {
      const LogicalType result = DecimalOf(whole + 1, scale);
      return {result, result, result};
    }
  }
}

}  // namespace

TypeCategory CategoryOf(TypeId id) {
  switch (id) {
    case TypeId::kBoolean:
      return TypeCategory::kBoolean;
    case TypeId::kInt:
    case TypeId::kReal:
    case TypeId::kSmallint:
    case TypeId::kBigint:
    case TypeId::kDouble:
    case TypeId::kDecimal:
      return TypeCategory::kNumber;
    case TypeId::kClassicString:
    case TypeId::kVarchar:
    case TypeId::kText:
    case TypeId::kChar:
      return TypeCategory::kString;
    case TypeId::kDate:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      return TypeCategory::kDateTime;
    case TypeId::kInterval:
      return TypeCategory::kInterval;
    case TypeId::kUnknown:
      return TypeCategory::kUnknown;
    default:
      return TypeCategory::kOther;
  }
}

bool IsFloat(TypeId id) { return id == TypeId::kReal || id == TypeId::kDouble; }

std::string KindName(LogicalType type) {
  switch (CategoryOf(type)) {
    case TypeCategory::kNumber:
      return "a number";
    case TypeCategory::kString:
    case TypeCategory::kUnknown:
      return "a string";
    case TypeCategory::kBoolean:
      return "a boolean";
    default:
      return TypeName(type);
  }
}

LogicalType AsDecimal(LogicalType type) {
  switch (type.id) {
    case TypeId::kSmallint:
      return LogicalType::Decimal(5, 0);
    case TypeId::kInt:
      return LogicalType::Decimal(10, 0);
    case TypeId::kBigint:
      return LogicalType::Decimal(19, 0);
    default:
      return type;
  }
}

namespace {

LogicalType CommonNumber(LogicalType a, LogicalType b) {
  const bool has_float = IsFloat(a.id) || IsFloat(b.id);
  if (a.id == TypeId::kDecimal || b.id == TypeId::kDecimal) {
    const LogicalType x = AsDecimal(a);
    const LogicalType y = AsDecimal(b);
    return has_float
               ? kDoubleType
               : DecimalOf(std::max(WholeDigits(x), WholeDigits(y)), std::max(x.scale, y.scale));
  }
  if (IsFloat(a.id) != IsFloat(b.id)) {
    return kDoubleType;
  }
  return RankOf(a.id) > RankOf(b.id) ? a : b;
}

LogicalType CommonString(LogicalType a, LogicalType b) {
  const bool limited = a.id == b.id && a.length != 0 && b.length != 0;
  if (!limited) {
    return kTextType;
  }
  return a.length > b.length ? a : b;
}

}  // namespace

std::optional<LogicalType> CommonType(LogicalType a, LogicalType b) {
  if (a == b) {
    return a.id == TypeId::kUnknown ? kTextType : a;
  }
  const TypeCategory category = CategoryOf(a);
  if (category == TypeCategory::kUnknown) {
    return b;
  }
  if (CategoryOf(b) == TypeCategory::kUnknown) {
    return a;
  }
  if (category != CategoryOf(b)) {
    return std::nullopt;
  }
  switch (category) {
    case TypeCategory::kString:
      return CommonString(a, b);
    case TypeCategory::kNumber:
      return CommonNumber(a, b);
    case TypeCategory::kDateTime:
      return a.id > b.id ? a : b;  // date, timestamp, timestamptz
    case TypeCategory::kOther:
      return std::nullopt;
    default:
      return a;
  }
}

LogicalType DecimalTypeOf(const Value& value) {
  const Decimal decimal = value.decimal_value();
  uint32_t digits = 1;
  for (Int128 rest = decimal.unscaled / 10; rest != 0; rest /= 10) {
    ++digits;
  }
  return LogicalType::Decimal(std::max<uint32_t>(digits, decimal.scale), decimal.scale);
}

bool CanCast(LogicalType from, LogicalType to) {
  const TypeCategory source = CategoryOf(from);
  const TypeCategory target = CategoryOf(to);
  if (source == target || source == TypeCategory::kString || target == TypeCategory::kString ||
      source == TypeCategory::kUnknown) {
    return source != TypeCategory::kOther || target != TypeCategory::kOther || from.id == to.id;
  }
  const auto are = [&](TypeId a, TypeId b) {
    return (from.id == a && to.id == b) || (from.id == b && to.id == a);
  };
  return are(TypeId::kBoolean, TypeId::kInt) ||
         (from.id == TypeId::kTime && to.id == TypeId::kInterval) ||
         (from.id == TypeId::kInterval && to.id == TypeId::kTime) ||
         (source == TypeCategory::kDateTime && from.id != TypeId::kDate && to.id == TypeId::kTime);
}

bool ConvertsImplicitly(LogicalType from, LogicalType to, bool assign) {
  const TypeCategory source = CategoryOf(from);
  const TypeCategory target = CategoryOf(to);
  if (source == TypeCategory::kUnknown || from.id == to.id) {
    return true;
  }
  if (source != target || source == TypeCategory::kOther) {
    return assign && target == TypeCategory::kString;
  }
  switch (source) {
    case TypeCategory::kNumber:
      return assign || RankOf(from.id) <= RankOf(to.id);
    case TypeCategory::kDateTime:
      return assign || from.id <= to.id;
    default:
      return true;
  }
}

std::optional<ArithmeticTypes> TypesOfArithmetic(BinaryOp op, LogicalType left, LogicalType right) {
  const bool has_float = IsFloat(left.id) || IsFloat(right.id);
  switch (op) {
    case BinaryOp::kPower:
      return ArithmeticTypes{kDoubleType, kDoubleType, kDoubleType};
    case BinaryOp::kBitAnd:
    case BinaryOp::kBitOr:
    case BinaryOp::kShiftLeft:
    case BinaryOp::kShiftRight:
      if (!IsInteger(left.id) || !IsInteger(right.id)) {
        return std::nullopt;
      }
      break;
    case BinaryOp::kModulo:
      if (has_float) {
        return std::nullopt;
      }
      break;
    case BinaryOp::kAdd:
    case BinaryOp::kSubtract:
    case BinaryOp::kMultiply:
    case BinaryOp::kDivide:
      break;
    default:
      return std::nullopt;
  }
  const bool has_decimal = left.id == TypeId::kDecimal || right.id == TypeId::kDecimal;
  if (has_decimal && !has_float) {
    return DecimalArithmetic(op, AsDecimal(left), AsDecimal(right));
  }
  LogicalType type = *CommonType(left, right);
  if (op == BinaryOp::kShiftLeft || op == BinaryOp::kShiftRight) {
    return ArithmeticTypes{left, kIntType, left};
  }
  return ArithmeticTypes{type, type, type};
}

}  // namespace redbase::ql
