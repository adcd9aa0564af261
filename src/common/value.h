// Value: one SQL value outside of a batch, as in literals, keys and catalogs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "common/date_time.h"
#include "common/decimal.h"
#include "common/interval.h"
#include "common/result.h"
#include "common/types.h"
#include "common/uuid.h"

namespace redbase {

enum class CompareOp : uint8_t { kEq = 0, kNe = 1, kLt = 2, kLe = 3, kGt = 4, kGe = 5 };

// "=", "<>", "<", "<=", ">", ">=".
std::string_view CompareOpName(CompareOp op);
// a op b is b Flip(op) a.
CompareOp Flip(CompareOp op);

// What a cast may do to a value.
enum class CastMode : uint8_t {
  // The classic language's: a number that would lose digits is refused, and so is
  // text for a number.
  kStrict,
  // `insert` and `update` of SQL: numbers are rounded, all is written as text; text
  // that is too long is refused unless the rest is blanks.
  kAssignment,
  // cast(x as type): also from text, between booleans and integers; text is cut.
  kExplicit,
};

// `$1`, `$2`: the number of a parameter, from 1.
enum class ParameterNumber : uint32_t {};

class Value {
 public:
  // Null, of no type yet.
  Value() = default;
  static Value Null() { return {}; }
  static Value Int(int32_t v) { return Value(v); }
  static Value Bigint(int64_t v) { return Value(v); }
  static Value Real(float v) { return Value(v); }
  static Value Double(double v) { return Value(v); }
  static Value String(std::string v) { return Value(std::move(v)); }
  static Value Boolean(bool v) { return Value(v); }
  static Value OfDecimal(Decimal v) { return Value(v); }
  static Value OfDate(Date v) { return Value(v); }
  static Value OfTime(TimeOfDay v) { return Value(v); }
  static Value OfTimestamp(Timestamp v) { return Value(v); }
  static Value OfTimestamptz(Timestamptz v) { return Value(v); }
  static Value OfInterval(Interval v) { return Value(v); }
  static Value OfUuid(Uuid v) { return Value(v); }
  static Value OfBytes(std::string v) { return Value(Bytes{std::move(v)}); }
  // What a plan has where a value will be given; no operator ever sees one.
  static Value Parameter(ParameterNumber number) { return Value(number); }

  bool is_null() const { return std::holds_alternative<std::monostate>(v_); }
  bool is_int() const { return std::holds_alternative<int32_t>(v_); }
  bool is_bigint() const { return std::holds_alternative<int64_t>(v_); }
  bool is_real() const { return std::holds_alternative<float>(v_); }
  bool is_double() const { return std::holds_alternative<double>(v_); }
  bool is_string() const { return std::holds_alternative<std::string>(v_); }
  bool is_boolean() const { return std::holds_alternative<bool>(v_); }
  bool is_decimal() const { return std::holds_alternative<Decimal>(v_); }
  bool is_date() const { return std::holds_alternative<Date>(v_); }
  bool is_time() const { return std::holds_alternative<TimeOfDay>(v_); }
  bool is_timestamp() const { return std::holds_alternative<Timestamp>(v_); }
  bool is_timestamptz() const { return std::holds_alternative<Timestamptz>(v_); }
  bool is_interval() const { return std::holds_alternative<Interval>(v_); }
  bool is_uuid() const { return std::holds_alternative<Uuid>(v_); }
  bool is_bytes() const { return std::holds_alternative<Bytes>(v_); }
  bool is_parameter() const { return std::holds_alternative<ParameterNumber>(v_); }
  // Requires: the matching is_...().
  int32_t int_value() const { return std::get<int32_t>(v_); }
  int64_t bigint_value() const { return std::get<int64_t>(v_); }
  float real_value() const { return std::get<float>(v_); }
  double double_value() const { return std::get<double>(v_); }
  const std::string& string_value() const { return std::get<std::string>(v_); }
  bool boolean_value() const { return std::get<bool>(v_); }
  const Decimal& decimal_value() const { return std::get<Decimal>(v_); }
  Date date_value() const { return std::get<Date>(v_); }
  TimeOfDay time_value() const { return std::get<TimeOfDay>(v_); }
  Timestamp timestamp_value() const { return std::get<Timestamp>(v_); }
  Timestamptz timestamptz_value() const { return std::get<Timestamptz>(v_); }
  const Interval& interval_value() const { return std::get<Interval>(v_); }
  Uuid uuid_value() const { return std::get<Uuid>(v_); }
  const std::string& bytes_value() const { return std::get<Bytes>(v_).bytes; }
  ParameterNumber parameter_number() const { return std::get<ParameterNumber>(v_); }

  bool operator==(const Value&) const = default;

  // Order of two values of one type, of two numbers, or of dates and timestamps:
  // negative, 0, positive.  Nulls sort first, NaN is above all numbers and equal to
  // itself, -0 equals 0; nothing is rounded.
  // Requires: comparable types.
  static int Compare(const Value& a, const Value& b);

  // The value as `type`.  To integers a decimal is rounded half away from zero, a
  // real half to even.  kTypeMismatch when the mode has no such cast,
  // kInvalidArgument when the value is out of range, too long or, as text, no
  // value of the type.  Null stays null.
  Result<Value> CastTo(LogicalType type, CastMode mode = CastMode::kStrict) const;

  // For plans and messages: "null", "5", "1.500000" (classic six decimals), "text",
  // "true", "1999-01-08", "$1".
  std::string ToString() const;

 private:
  // Of a bytea: no text.
  struct Bytes {
    std::string bytes;
    bool operator==(const Bytes&) const = default;
  };
  using Data =
      std::variant<std::monostate, int32_t, int64_t, float, double, std::string, ParameterNumber,
                   bool, Decimal, Date, TimeOfDay, Timestamp, Timestamptz, Interval, Uuid, Bytes>;
  template <typename T>
  explicit Value(T v) : v_(std::in_place_type<T>, std::move(v)) {}
  Data v_;
};

}  // namespace redbase
