#include "common/value.h"

#include <cassert>
#include <cmath>
#include <limits>
#include <optional>

#include "common/text.h"

namespace redbase {

namespace {

template <typename T>
int Order(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

int OrderReals(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) {
    return Order(std::isnan(a), std::isnan(b));
  }
  return Order(a, b);
}

// An integer against a real, with no rounding of either.
int OrderMixed(int64_t a, double b) {
  constexpr double kTwo63 = 9223372036854775808.0;
  if (std::isnan(b) || b >= kTwo63) {
    return -1;
  }
  if (b < -kTwo63) {
    return 1;
  }
  const double whole = std::trunc(b);
  const int order = Order(a, static_cast<int64_t>(whole));
  return order != 0 ? order : Order(whole, b);
}

std::optional<int64_t> IntegerOf(const Value& v) {
  if (v.is_int()) {
    return v.int_value();
  }
  if (v.is_boolean()) {
    return v.boolean_value() ? 1 : 0;
  }
  return v.is_bigint() ? std::optional(v.bigint_value()) : std::nullopt;
}

std::optional<double> RealOf(const Value& v) {
  if (v.is_real()) {
    return v.real_value();
  }
  return v.is_double() ? std::optional(v.double_value()) : std::nullopt;
}

std::string Shown(const Value& v) {
  return v.is_string() ? common::Quoted(v.string_value()) : v.ToString();
}

Status Mismatch(const Value& v, LogicalType type) {
  return {Code::kTypeMismatch, Shown(v) + " is no value of type " + TypeName(type)};
}

Status OutOfRange(const Value& v, LogicalType type) {
  return {Code::kInvalidArgument, Shown(v) + " is out of range for type " + TypeName(type)};
}

template <typename T>
bool Fits(int64_t v) {
  return v >= std::numeric_limits<T>::min() && v <= std::numeric_limits<T>::max();
}

Result<Value> CastToInteger(const Value& v, LogicalType type) {
  const std::optional<int64_t> integer = IntegerOf(v);
  if (!integer) {
    return Mismatch(v, type);
  }
  if (type.id == TypeId::kBigint) {
    return Value::Bigint(*integer);
  }
  const bool fits = type.id == TypeId::kBoolean    ? *integer == 0 || *integer == 1
                    : type.id == TypeId::kSmallint ? Fits<int16_t>(*integer)
                                                   : Fits<int32_t>(*integer);
  if (!fits) {
    return OutOfRange(v, type);
  }
  return Value::Int(static_cast<int32_t>(*integer));
}

Result<Value> CastToReal(const Value& v, LogicalType type) {
  const std::optional<int64_t> integer = IntegerOf(v);
  const std::optional<double> real =
      integer ? std::optional(static_cast<double>(*integer)) : RealOf(v);
  if (!real) {
    return Mismatch(v, type);
  }
  if (type.id == TypeId::kDouble) {
    return Value::Double(*real);
  }
  // From the integer itself, so that it is rounded once.
  const float narrow = integer ? static_cast<float>(*integer) : static_cast<float>(*real);
  if (std::isinf(narrow) && !std::isinf(*real)) {
    return OutOfRange(v, type);
  }
  return Value::Real(narrow);
}

Status TooLong(const Value& v, LogicalType type, int64_t length, const char* unit) {
  return {Code::kInvalidArgument, Shown(v) + " is too long for type " + TypeName(type) + ": " +
                                      std::to_string(length) + " " + unit};
}

Result<Value> CastToString(const Value& v, LogicalType type) {
  if (!v.is_string()) {
    return Mismatch(v, type);
  }
  const std::string& s = v.string_value();
  if (type.id == TypeId::kClassicString) {
    if (s.size() > type.length) {
      return TooLong(v, type, static_cast<int64_t>(s.size()), "bytes");
    }
    return v;
  }
  const int64_t characters = common::CountUtf8(s);
  if (characters < 0) {
    return Status(Code::kInvalidArgument, Shown(v) + " is not valid UTF-8");
  }
  if (type.length != 0 && characters > int64_t{type.length}) {
    return TooLong(v, type, characters, "characters");
  }
  return v;
}

}  // namespace

std::string_view CompareOpName(CompareOp op) {
  switch (op) {
    case CompareOp::kEq:
      return "=";
    case CompareOp::kNe:
      return "<>";
    case CompareOp::kLt:
      return "<";
    case CompareOp::kLe:
      return "<=";
    case CompareOp::kGt:
      return ">";
    case CompareOp::kGe:
      return ">=";
  }
  return "?";
}

CompareOp Flip(CompareOp op) {
  switch (op) {
    case CompareOp::kLt:
      return CompareOp::kGt;
    case CompareOp::kLe:
      return CompareOp::kGe;
    case CompareOp::kGt:
      return CompareOp::kLt;
    case CompareOp::kGe:
      return CompareOp::kLe;
    default:
      return op;
  }
}

int Value::Compare(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) {
    return Order(!a.is_null(), !b.is_null());
  }
  if (a.is_string() || b.is_string()) {
    assert(a.is_string() && b.is_string());
    return Order(a.string_value().compare(b.string_value()), 0);
  }
  const std::optional<int64_t> a_integer = IntegerOf(a);
  const std::optional<int64_t> b_integer = IntegerOf(b);
  if (a_integer && b_integer) {
    return Order(*a_integer, *b_integer);
  }
  if (a_integer) {
    return OrderMixed(*a_integer, *RealOf(b));
  }
  if (b_integer) {
    return -OrderMixed(*b_integer, *RealOf(a));
  }
  return OrderReals(*RealOf(a), *RealOf(b));
}

Result<Value> Value::CastTo(LogicalType type) const {
  if (is_null()) {
    return Null();
  }
  switch (type.id) {
    case TypeId::kInt:
    case TypeId::kBoolean:
    case TypeId::kSmallint:
    case TypeId::kBigint:
      return CastToInteger(*this, type);
    case TypeId::kReal:
    case TypeId::kDouble:
      return CastToReal(*this, type);
    case TypeId::kClassicString:
    case TypeId::kVarchar:
      return CastToString(*this, type);
    default:
      return Mismatch(*this, type);
  }
}

std::string Value::ToString() const {
  std::string out;
  if (is_string()) {
    out = string_value();
  } else if (is_real()) {
    common::AppendFixed(&out, real_value());
  } else if (is_double()) {
    common::AppendFixed(&out, double_value());
  } else if (const std::optional<int64_t> integer = IntegerOf(*this)) {
    common::AppendInteger(&out, *integer);
  } else if (is_parameter()) {
    out = "$" + std::to_string(static_cast<uint32_t>(parameter_number()));
  } else {
    out = "null";
  }
  return out;
}

}  // namespace redbase
