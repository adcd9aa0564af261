#include "common/value.h"

#include <cassert>
#include <cmath>
#include <optional>

#include "common/text.h"
#include "common/type_text.h"

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

// A number as a decimal, if it is exact as one.
std::optional<Decimal> DecimalOf(const Value& v) {
  if (v.is_decimal()) {
    return v.decimal_value();
  }
  const std::optional<int64_t> integer = IntegerOf(v);
  return integer ? std::optional(Decimal{*integer, 0}) : std::nullopt;
}

int OrderNumbers(const Value& a, const Value& b) {
  const std::optional<int64_t> a_integer = IntegerOf(a);
  const std::optional<int64_t> b_integer = IntegerOf(b);
  if (a_integer && b_integer) {
    return Order(*a_integer, *b_integer);
  }
  const std::optional<double> a_real = RealOf(a);
  const std::optional<double> b_real = RealOf(b);
  if (a_real && b_real) {
    return OrderReals(*a_real, *b_real);
  }
  if (a_integer && b_real) {
    return OrderMixed(*a_integer, *b_real);
  }
  if (a_real && b_integer) {
    return -OrderMixed(*b_integer, *a_real);
  }
  if (a_real || b_real) {
    return a_real ? -common::CompareDecimalWithReal(*DecimalOf(b), *a_real)
                  : common::CompareDecimalWithReal(*DecimalOf(a), *b_real);
  }
  return common::CompareDecimals(*DecimalOf(a), *DecimalOf(b));
}

// A date or timestamp as microseconds, the infinities at the ends of 128 bits: dates
// go beyond timestamps, and beyond 64.
Int128 MomentOf(const Value& v) {
  const auto infinity = [](bool positive) { return positive ? kMaxInt128 : kMinInt128; };
  if (v.is_date()) {
    const Date date = v.date_value();
    return date.is_finite() ? Int128{date.days} * kMicrosPerDay
                            : infinity(date.days == Date::kInfinity);
  }
  const Timestamp local =
      v.is_timestamp() ? v.timestamp_value() : Timestamp{v.timestamptz_value().micros};
  if (!local.is_finite()) {
    return infinity(local.micros == Timestamp::kInfinity);
  }
  return v.is_timestamp() ? local.micros : common::InSessionZone(v.timestamptz_value()).micros;
}

bool IsMoment(const Value& v) { return v.is_date() || v.is_timestamp() || v.is_timestamptz(); }

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
  if (IsMoment(a)) {
    return Order(MomentOf(a), MomentOf(b));
  }
  if (a.is_time()) {
    return Order(a.time_value(), b.time_value());
  }
  if (a.is_interval()) {
    return Order(a.interval_value(), b.interval_value());
  }
  if (a.is_uuid()) {
    return Order(a.uuid_value(), b.uuid_value());
  }
  if (a.is_bytes()) {
    return Order(a.bytes_value().compare(b.bytes_value()), 0);
  }
  return OrderNumbers(a, b);
}

std::string Value::ToString() const {
  std::string out;
  const auto text = [&](LogicalType type) { AppendText(*this, type, &out); };
  if (is_string()) {
    out = string_value();
  } else if (is_real()) {
    common::AppendFixed(&out, real_value());
  } else if (is_double()) {
    common::AppendFixed(&out, double_value());
  } else if (is_boolean()) {
    out = boolean_value() ? "true" : "false";
  } else if (is_int() || is_bigint()) {
    common::AppendInteger(&out, *IntegerOf(*this));
  } else if (is_parameter()) {
    out = "$" + std::to_string(static_cast<uint32_t>(parameter_number()));
  } else if (is_null()) {
    out = "null";
  } else if (is_decimal()) {
    common::AppendDecimal(&out, decimal_value());
  } else if (is_date()) {
    text({TypeId::kDate});
  } else if (is_time()) {
    text({TypeId::kTime});
  } else if (is_timestamp()) {
    text({TypeId::kTimestamp});
  } else if (is_timestamptz()) {
    text({TypeId::kTimestamptz});
  } else if (is_interval()) {
    text({TypeId::kInterval});
  } else if (is_uuid()) {
    text({TypeId::kUuid});
  } else {
    text({TypeId::kBytea});
  }
  return out;
}

}  // namespace redbase
