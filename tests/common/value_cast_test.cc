#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "common/type_text.h"
#include "common/value.h"
#include "tests/support/expect_status.h"

namespace redbase {
namespace {

constexpr LogicalType kInt{TypeId::kInt};
constexpr LogicalType kSmallint{TypeId::kSmallint};
constexpr LogicalType kBigint{TypeId::kBigint};
constexpr LogicalType kReal{TypeId::kReal};
constexpr LogicalType kDouble{TypeId::kDouble};
constexpr LogicalType kBoolean{TypeId::kBoolean};
constexpr LogicalType kText{TypeId::kText};
constexpr LogicalType kDate{TypeId::kDate};
constexpr LogicalType kTime{TypeId::kTime};
constexpr LogicalType kTimestamp{TypeId::kTimestamp};
constexpr LogicalType kTimestamptz{TypeId::kTimestamptz};
constexpr LogicalType kInterval{TypeId::kInterval};
constexpr LogicalType kUuid{TypeId::kUuid};
constexpr LogicalType kBytea{TypeId::kBytea};

Value Of(LogicalType type, std::string_view text) { return ParseText(text, type).value(); }

// The text of the cast value, or the error.
std::string Cast(const Value& value, LogicalType type, CastMode mode = CastMode::kExplicit) {
  const Result<Value> cast = value.CastTo(type, mode);
  if (!cast.ok()) {
    return cast.status().message();
  }
  std::string text;
  AppendText(*cast, type, &text);
  return text;
}

TEST(ValueCast, RealsRoundHalfToEvenAndDecimalsAwayFromZero) {
  EXPECT_EQ(Cast(Value::Double(2.5), kInt), "2");
  EXPECT_EQ(Cast(Value::Double(3.5), kInt), "4");
  EXPECT_EQ(Cast(Value::Double(-2.5), kInt), "-2");
  EXPECT_EQ(Cast(Of(LogicalType::Decimal(5, 1), "2.5"), kInt), "3");
  EXPECT_EQ(Cast(Of(LogicalType::Decimal(5, 1), "-2.5"), kInt), "-3");
  EXPECT_EQ(Cast(Value::Double(2.5), kInt, CastMode::kAssignment), "2");
}

TEST(ValueCast, TheStrictModeLosesNoDigits) {
  EXPECT_CODE(Code::kTypeMismatch, Value::Double(2.0).CastTo(kInt));
  EXPECT_CODE(Code::kTypeMismatch, Of(LogicalType::Decimal(5, 1), "2.5").CastTo(kInt));
  EXPECT_CODE(Code::kTypeMismatch, Value::Double(0.5).CastTo(LogicalType::Decimal(5, 1)));
  EXPECT_CODE(Code::kTypeMismatch,
              Of(LogicalType::Decimal(5, 2), "2.55").CastTo(LogicalType::Decimal(5, 1)));
  EXPECT_CODE(Code::kTypeMismatch, Of(kTimestamp, "1999-01-08 01:00").CastTo(kDate));
  EXPECT_CODE(Code::kTypeMismatch, Value::String("5").CastTo(kInt));
  EXPECT_EQ(
      Cast(Of(LogicalType::Decimal(5, 2), "2.50"), LogicalType::Decimal(5, 1), CastMode::kStrict),
      "2.5");
  EXPECT_EQ(Cast(Value::Int(7), LogicalType::Decimal(5, 2), CastMode::kStrict), "7.00");
  EXPECT_EQ(Cast(Value::String("1999-01-08"), kDate, CastMode::kStrict), "1999-01-08");
}

TEST(ValueCast, NothingWrapsAround) {
  EXPECT_EQ(Cast(Value::Double(1e10), kInt), "10000000000.000000 is out of range for type int");
  EXPECT_EQ(Cast(Value::Double(32767.5), kSmallint),
            "32767.500000 is out of range for type smallint");
  EXPECT_EQ(Cast(Value::Double(9223372036854775807.0), kBigint),
            "9223372036854775808.000000 is out of range for type bigint");
  EXPECT_EQ(Cast(Value::Double(-9223372036854775808.0), kBigint), "-9223372036854775808");
  EXPECT_EQ(Cast(Value::Double(std::nan("")), kInt), "nan is out of range for type int");
  EXPECT_EQ(Cast(Value::Int(100), LogicalType::Decimal(4, 2)),
            "100 is out of range for type decimal(4,2)");
  EXPECT_EQ(Cast(Value::Bigint(INT64_MAX), LogicalType::Decimal(38, 20)),
            "9223372036854775807 is out of range for type decimal(38,20)");
  EXPECT_EQ(Cast(Of(kDate, "300000-01-01"), kTimestamp),
            "300000-01-01 is out of range for type timestamp");
  EXPECT_EQ(Cast(Of(kTimestamp, "infinity"), kTime), "infinity is out of range for type time");
}

TEST(ValueCast, BooleansAndIntegers) {
  EXPECT_EQ(Cast(Value::Boolean(true), kInt), "1");
  EXPECT_EQ(Cast(Value::Int(5), kBoolean), "t");
  EXPECT_EQ(Cast(Value::Boolean(true), kText), "true");
  EXPECT_EQ(Cast(Value::String("off"), kBoolean), "f");
  EXPECT_CODE(Code::kTypeMismatch, Value::Boolean(true).CastTo(kInt, CastMode::kAssignment));
  EXPECT_CODE(Code::kTypeMismatch, Value::Int(1).CastTo(kBoolean, CastMode::kAssignment));
  EXPECT_CODE(Code::kTypeMismatch, Value::Double(1).CastTo(kBoolean, CastMode::kExplicit));
}

TEST(ValueCast, TextIsCutWhenAskedTo) {
  EXPECT_EQ(Cast(Value::String("abcdef"), {TypeId::kVarchar, 3}), "abc");
  EXPECT_EQ(Cast(Value::String("abcdef"), {TypeId::kClassicString, 3}), "abc");
  EXPECT_EQ(Cast(Value::String("\xC3\xA9\xC3\xA9"), {TypeId::kVarchar, 1}), "\xC3\xA9");
  EXPECT_EQ(Cast(Value::Int(12345), {TypeId::kVarchar, 3}), "123");
  EXPECT_EQ(Cast(Value::String("a"), {TypeId::kChar, 3}), "a  ");
  EXPECT_EQ(Cast(Value::String("ab  "), {TypeId::kVarchar, 2}, CastMode::kAssignment), "ab");
  EXPECT_EQ(Cast(Value::String("abc"), {TypeId::kVarchar, 2}, CastMode::kAssignment),
            "'abc' is too long for type varchar(2): 3 characters");
  EXPECT_EQ(Value::String("ab ").CastTo({TypeId::kChar, 5}).value(), Value::String("ab"));
}

TEST(ValueCast, EverythingGoesToTextAndBack) {
  const std::vector<std::pair<LogicalType, const char*>> cases = {
      {kInt, "-5"},
      {kBigint, "9223372036854775807"},
      {kReal, "0.1"},
      {kDouble, "1e+20"},
      {LogicalType::Decimal(20, 3), "-0.500"},
      {kDate, "0044-03-15 BC"},
      {kTime, "04:05:06.5"},
      {kTimestamp, "1999-01-08 04:05:06"},
      {kTimestamptz, "1999-01-08 04:05:06+00"},
      {kInterval, "1 year -3 days +00:00:01"},
      {kUuid, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
      {kBytea, "\\x00ff"},
  };
  for (const auto& [type, text] : cases) {
    const Value value = Of(type, text);
    EXPECT_EQ(Cast(value, kText, CastMode::kAssignment), text);
    EXPECT_EQ(Value::Compare(Value::String(text).CastTo(type, CastMode::kExplicit).value(), value),
              0)
        << text;
    EXPECT_CODE(Code::kTypeMismatch, Value::String(text).CastTo(type, CastMode::kAssignment));
    EXPECT_EQ(value.CastTo(type).value(), value) << text;
  }
}

TEST(ValueCast, DatesAndTimes) {
  EXPECT_EQ(Cast(Of(kDate, "1999-01-08"), kTimestamp), "1999-01-08 00:00:00");
  EXPECT_EQ(Cast(Of(kDate, "1999-01-08"), kTimestamptz), "1999-01-08 00:00:00+00");
  EXPECT_EQ(Cast(Of(kTimestamp, "1960-01-08 10:00"), kDate), "1960-01-08");
  EXPECT_EQ(Cast(Of(kTimestamp, "1960-01-08 10:00"), kTime), "10:00:00");
  EXPECT_EQ(Cast(Of(kTimestamp, "infinity"), kDate), "infinity");
  EXPECT_EQ(Cast(Of(kDate, "-infinity"), kTimestamptz), "-infinity");
  EXPECT_EQ(Cast(Of(kTime, "10:00"), kInterval), "10:00:00");
  EXPECT_EQ(Cast(Of(kInterval, "25 hours"), kTime), "01:00:00");
  EXPECT_CODE(Code::kTypeMismatch, Of(kDate, "1999-01-08").CastTo(kInt, CastMode::kExplicit));
  EXPECT_CODE(Code::kTypeMismatch, Value::Int(5).CastTo(kDate, CastMode::kExplicit));
}

TEST(ValueCast, RealsBecomeTheDecimalThatTheySay) {
  EXPECT_EQ(Cast(Value::Double(0.1), LogicalType::Decimal(38, 20)), "0.10000000000000000000");
  EXPECT_EQ(Cast(Value::Real(0.1F), LogicalType::Decimal(10, 2)), "0.10");
  EXPECT_EQ(Cast(Of(LogicalType::Decimal(30, 20), "0.1"), kDouble), "0.1");
  EXPECT_EQ(
      Cast(Value::Double(std::numeric_limits<double>::infinity()), LogicalType::Decimal(9, 0)),
      "inf is out of range for type decimal(9,0)");
}

// Each sorts strictly before the next, whatever their types.
TEST(ValueCast, DecimalsSortAmongAllNumbers) {
  const auto decimal = [](const char* text) { return Of(LogicalType::Decimal(38, 10), text); };
  const std::vector<Value> ascending = {
      Value::Double(-1e300),
      decimal("-9999999999999999999999999999"),
      Value::Bigint(INT64_MIN),
      decimal("-0.1"),
      Value::Int(0),
      decimal("0.1"),
      Value::Double(0.1),
      Value::Real(0.1F),
      decimal("0.5"),
      Value::Int(7),
      decimal("7.0000000001"),
      Value::Bigint(INT64_MAX),
      decimal("9223372036854775807.5"),
      Value::Double(9223372036854775808.0),
      decimal("9999999999999999999999999999"),
      Value::Double(1e300),
      Value::Real(std::nanf("")),
  };
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      const int order = Value::Compare(ascending[i], ascending[j]);
      EXPECT_EQ(order < 0, i < j) << i << " against " << j;
      EXPECT_EQ(order == 0, i == j) << i << " against " << j;
    }
  }
  EXPECT_EQ(Value::Compare(decimal("0.5"), Value::Double(0.5)), 0);
  EXPECT_EQ(Value::Compare(Of(LogicalType::Decimal(3, 1), "0.5"), decimal("0.5")), 0);
}

TEST(ValueCast, DatesSortAmongTimestamps) {
  const std::vector<Value> ascending = {
      Of(kDate, "-infinity"),     Of(kTimestamp, "1999-01-07 23:59"),
      Of(kDate, "1999-01-08"),    Of(kTimestamptz, "1999-01-08 01:00"),
      Of(kDate, "5874897-01-01"), Of(kTimestamp, "infinity")};
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(Value::Compare(ascending[i], ascending[j]) < 0, i < j) << i << " and " << j;
    }
  }
}

}  // namespace
}  // namespace redbase
