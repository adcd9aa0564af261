// Value::CastTo, type by type.
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "common/date_time.h"
#include "common/decimal.h"
#include "common/text.h"
#include "common/type_text.h"
#include "common/value.h"

namespace redbase {

namespace {

std::string Shown(const Value& v) {
  return v.is_string() ? common::Quoted(v.string_value()) : v.ToString();
}

Status Mismatch(const Value& v, LogicalType type) {
  return {Code::kTypeMismatch, Shown(v) + " is no value of type " + TypeName(type)};
}

Status OutOfRange(const Value& v, LogicalType type) {
  return {Code::kInvalidArgument, Shown(v) + " is out of range for type " + TypeName(type)};
}

template <typename T, typename Make>
Result<Value> Checked(const std::optional<T>& made, const Value& v, LogicalType type, Make make) {
  if (!made) {
    return OutOfRange(v, type);
  }
  return make(*made);
}

bool IsReal(const Value& v) { return v.is_real() || v.is_double(); }
double RealOf(const Value& v) { return v.is_real() ? double{v.real_value()} : v.double_value(); }

// Half to even; nullopt beyond 64 bits.
std::optional<int64_t> IntegerOf(double real) {
  constexpr double kEnd = 9223372036854775808.0;  // 2^63
  const double whole = std::nearbyint(real);
  return whole >= -kEnd && whole < kEnd ? std::optional(static_cast<int64_t>(whole)) : std::nullopt;
}

std::optional<int64_t> IntegerOf(Decimal decimal) {
  const std::optional<Decimal> whole = common::RescaleDecimal(decimal, 0);
  if (!whole || whole->unscaled < Int128{std::numeric_limits<int64_t>::min()} ||
      whole->unscaled > Int128{std::numeric_limits<int64_t>::max()}) {
    return std::nullopt;
  }
  return static_cast<int64_t>(whole->unscaled);
}

template <typename T>
bool Fits(int64_t v) {
  return v >= std::numeric_limits<T>::min() && v <= std::numeric_limits<T>::max();
}

Result<Value> IntegerAs(std::optional<int64_t> integer, const Value& v, LogicalType type) {
  const bool fits =
      integer &&
      (type.id == TypeId::kBigint ||
       (type.id == TypeId::kSmallint ? Fits<int16_t>(*integer) : Fits<int32_t>(*integer)));
  if (!fits) {
    return OutOfRange(v, type);
  }
  return type.id == TypeId::kBigint ? Value::Bigint(*integer)
                                    : Value::Int(static_cast<int32_t>(*integer));
}

Result<Value> CastToInteger(const Value& v, LogicalType type, CastMode mode) {
  if (v.is_int() || v.is_bigint()) {
    return IntegerAs(v.is_int() ? v.int_value() : v.bigint_value(), v, type);
  }
  if (v.is_boolean() && mode == CastMode::kExplicit) {
    return IntegerAs(v.boolean_value() ? 1 : 0, v, type);
  }
  if (mode == CastMode::kStrict || !(IsReal(v) || v.is_decimal())) {
    return Mismatch(v, type);
  }
  return IntegerAs(v.is_decimal() ? IntegerOf(v.decimal_value()) : IntegerOf(RealOf(v)), v, type);
}

Result<Value> CastToBoolean(const Value& v, LogicalType type, CastMode mode) {
  if (v.is_boolean()) {
    return v;
  }
  if (!v.is_int() && !v.is_bigint()) {
    return Mismatch(v, type);
  }
  const int64_t integer = v.is_int() ? v.int_value() : v.bigint_value();
  if (mode == CastMode::kAssignment) {
    return Mismatch(v, type);
  }
  if (mode == CastMode::kStrict && integer != 0 && integer != 1) {
    return OutOfRange(v, type);
  }
  return Value::Boolean(integer != 0);
}

Result<Value> CastToReal(const Value& v, LogicalType type) {
  const bool narrow = type.id == TypeId::kReal;
  if (v.is_decimal()) {
    const Decimal decimal = v.decimal_value();
    return narrow ? Value::Real(common::DecimalToFloat(decimal))
                  : Value::Double(common::DecimalToDouble(decimal));
  }
  if (v.is_int() || v.is_bigint()) {
    // From the integer itself, so that it is rounded once.
    const int64_t integer = v.is_int() ? v.int_value() : v.bigint_value();
    return narrow ? Value::Real(static_cast<float>(integer))
                  : Value::Double(static_cast<double>(integer));
  }
  if (!IsReal(v)) {
    return Mismatch(v, type);
  }
  if (!narrow) {
    return Value::Double(RealOf(v));
  }
  const auto real = static_cast<float>(RealOf(v));
  if (std::isinf(real) && !std::isinf(RealOf(v))) {
    return OutOfRange(v, type);
  }
  return Value::Real(real);
}

Result<Value> CastToDecimal(const Value& v, LogicalType type, CastMode mode) {
  std::optional<Decimal> decimal;
  if (v.is_decimal() || v.is_int() || v.is_bigint()) {
    const Decimal from = v.is_decimal() ? v.decimal_value()
                         : v.is_int()   ? Decimal{v.int_value(), 0}
                                        : Decimal{v.bigint_value(), 0};
    decimal = common::RescaleDecimal(from, type.scale);
    if (mode == CastMode::kStrict && decimal && common::CompareDecimals(from, *decimal) != 0) {
      return Mismatch(v, type);
    }
  } else if (IsReal(v) && mode != CastMode::kStrict) {
    decimal = v.is_real() ? common::DecimalFromReal(v.real_value(), type.scale)
                          : common::DecimalFromReal(v.double_value(), type.scale);
  } else {
    return Mismatch(v, type);
  }
  if (!decimal || !common::FitsDigits(decimal->unscaled, type.length)) {
    return OutOfRange(v, type);
  }
  return Value::OfDecimal(*decimal);
}

// How many bytes the first `count` characters take.
size_t BytesOfCharacters(std::string_view text, uint32_t count) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!common::ContinuesUtf8(text[at]) && count-- == 0) {
      break;
    }
  }
  return at;
}

Status TooLong(const Value& v, LogicalType type, int64_t length, const char* unit) {
  return {Code::kInvalidArgument, Shown(v) + " is too long for type " + TypeName(type) + ": " +
                                      std::to_string(length) + " " + unit};
}

Result<Value> FitClassicString(std::string text, LogicalType type, CastMode mode) {
  if (text.size() > type.length) {
    if (mode != CastMode::kExplicit) {
      const auto bytes = static_cast<int64_t>(text.size());
      return TooLong(Value::String(std::move(text)), type, bytes, "bytes");
    }
    text.resize(type.length);
  }
  return Value::String(std::move(text));
}

Result<Value> FitString(std::string text, LogicalType type, CastMode mode) {
  if (type.id == TypeId::kClassicString) {
    return FitClassicString(std::move(text), type, mode);
  }
  const int64_t characters = common::CountUtf8(text);
  if (characters < 0) {
    return Status(Code::kInvalidArgument, common::Quoted(text) + " is not valid UTF-8");
  }
  if (type.length != 0 && characters > int64_t{type.length}) {
    const size_t fitting = BytesOfCharacters(text, type.length);
    const bool blanks = text.find_first_not_of(' ', fitting) == std::string::npos;
    const bool cut = mode == CastMode::kExplicit ||
                     (blanks && (mode == CastMode::kAssignment || type.id == TypeId::kChar));
    if (!cut) {
      return TooLong(Value::String(std::move(text)), type, characters, "characters");
    }
    text.resize(fitting);
  }
  if (type.id == TypeId::kChar) {
    text.resize(WithoutTrailingBlanks(text).size());
  }
  return Value::String(std::move(text));
}

std::string TextOf(const Value& v) {
  std::string text;
  if (v.is_real()) {
    AppendShortest(&text, v.real_value());
  } else if (v.is_double()) {
    AppendShortest(&text, v.double_value());
  } else {
    text = v.ToString();
  }
  return text;
}

Result<Value> CastToString(const Value& v, LogicalType type, CastMode mode) {
  if (v.is_string()) {
    return FitString(v.string_value(), type, mode);
  }
  return mode == CastMode::kStrict ? Result<Value>(Mismatch(v, type))
                                   : FitString(TextOf(v), type, mode);
}

Timestamp LocalOf(Timestamptz moment) {
  return moment.is_finite() ? common::InSessionZone(moment) : Timestamp{moment.micros};
}
Timestamptz MomentOf(Timestamp local) {
  return local.is_finite() ? common::FromSessionZone(local) : Timestamptz{local.micros};
}

// A date or timestamp as a local timestamp; nullopt beyond its range.
std::optional<Timestamp> LocalOf(const Value& v) {
  if (v.is_date()) {
    return common::TimestampOf(v.date_value());
  }
  return v.is_timestamp() ? v.timestamp_value() : LocalOf(v.timestamptz_value());
}

bool IsTimestamp(const Value& v) { return v.is_timestamp() || v.is_timestamptz(); }

Result<Value> CastToDate(const Value& v, LogicalType type, CastMode mode) {
  if (v.is_date()) {
    return v;
  }
  if (!IsTimestamp(v) || mode == CastMode::kStrict) {
    return Mismatch(v, type);
  }
  return Value::OfDate(common::DateOf(*LocalOf(v)));
}

Result<Value> CastToTime(const Value& v, LogicalType type, CastMode mode) {
  if (v.is_time()) {
    return v;
  }
  if (v.is_interval() && mode != CastMode::kStrict) {
    return Value::OfTime(common::AddInterval(TimeOfDay{0}, v.interval_value()));
  }
  if (!IsTimestamp(v) || mode == CastMode::kStrict) {
    return Mismatch(v, type);
  }
  const std::optional<Timestamp> local = LocalOf(v);
  return local->is_finite() ? Result<Value>(Value::OfTime(common::TimeOf(*local)))
                            : OutOfRange(v, type);
}

Result<Value> CastToTimestamp(const Value& v, LogicalType type) {
  if (!v.is_date() && !IsTimestamp(v)) {
    return Mismatch(v, type);
  }
  if (type.id == TypeId::kTimestamptz) {
    return v.is_timestamptz() ? Result<Value>(v)
                              : Checked(LocalOf(v), v, type, [](Timestamp local) {
                                  return Value::OfTimestamptz(MomentOf(local));
                                });
  }
  return Checked(LocalOf(v), v, type, Value::OfTimestamp);
}

Result<Value> CastToInterval(const Value& v, LogicalType type) {
  if (v.is_time()) {
    return Value::OfInterval({0, 0, v.time_value().micros});
  }
  return v.is_interval() ? Result<Value>(v) : Mismatch(v, type);
}

// Types that the classic language has no literals of are read from its strings.
bool IsReadFromText(TypeId id, CastMode mode) {
  switch (id) {
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
    case TypeId::kInterval:
    case TypeId::kUuid:
    case TypeId::kBytea:
    case TypeId::kBoolean:
      return mode != CastMode::kAssignment;
    default:
      return mode == CastMode::kExplicit && !IsString(id);
  }
}

}  // namespace

Result<Value> Value::CastTo(LogicalType type, CastMode mode) const {
  if (is_null()) {
    return Null();
  }
  if (is_string() && IsReadFromText(type.id, mode)) {
    return ParseText(string_value(), type);
  }
  switch (type.id) {
    case TypeId::kInt:
    case TypeId::kSmallint:
    case TypeId::kBigint:
      return CastToInteger(*this, type, mode);
    case TypeId::kBoolean:
      return CastToBoolean(*this, type, mode);
    case TypeId::kReal:
    case TypeId::kDouble:
      return CastToReal(*this, type);
    case TypeId::kDecimal:
      return CastToDecimal(*this, type, mode);
    case TypeId::kClassicString:
    case TypeId::kVarchar:
    case TypeId::kText:
    case TypeId::kChar:
    case TypeId::kUnknown:
      return CastToString(*this, type, mode);
    case TypeId::kDate:
      return CastToDate(*this, type, mode);
    case TypeId::kTime:
      return CastToTime(*this, type, mode);
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      return CastToTimestamp(*this, type);
    case TypeId::kInterval:
      return CastToInterval(*this, type);
    case TypeId::kUuid:
      return is_uuid() ? Result<Value>(*this) : Mismatch(*this, type);
    case TypeId::kBytea:
      return is_bytes() ? Result<Value>(*this) : Mismatch(*this, type);
  }
  return Status(Code::kInternal, "cast to a type of unknown number");
}

}  // namespace redbase
