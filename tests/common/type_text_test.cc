#include "common/type_text.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/physical_value.h"
#include "tests/support/expect_status.h"

namespace redbase {
namespace {

// What is written for what is read from `text`, or the error.
std::string Again(std::string_view text, LogicalType type) {
  const Result<Value> value = ParseText(text, type);
  if (!value.ok()) {
    EXPECT_EQ(value.status().code(), Code::kInvalidArgument);
    return value.status().message();
  }
  std::string out;
  AppendText(*value, type, &out);
  // A vector's cell has the same text.
  Vector vector(type, 1);
  PutBorrowed(*value, 0, &vector);
  std::string of_cell;
  AppendText(vector, 0, &of_cell);
  EXPECT_EQ(of_cell, out);
  return out;
}

TEST(TypeText, Booleans) {
  for (const char* text : {"t", "true", "TRUE", "tr", "y", "yes", "on", "1", " true "}) {
    EXPECT_EQ(Again(text, {TypeId::kBoolean}), "t") << text;
  }
  for (const char* text : {"f", "false", "n", "no", "of", "off", "0"}) {
    EXPECT_EQ(Again(text, {TypeId::kBoolean}), "f") << text;
  }
  for (const char* text : {"", "o", "2", "truee", "tt"}) {
    EXPECT_EQ(Again(text, {TypeId::kBoolean}),
              "'" + std::string(text) + "' is no value of type boolean");
  }
}

TEST(TypeText, Integers) {
  EXPECT_EQ(Again(" -5 ", {TypeId::kInt}), "-5");
  EXPECT_EQ(Again("+7", {TypeId::kSmallint}), "7");
  EXPECT_EQ(Again("-9223372036854775808", {TypeId::kBigint}), "-9223372036854775808");
  EXPECT_EQ(Again("32768", {TypeId::kSmallint}), "'32768' is out of range for type smallint");
  EXPECT_EQ(Again("2147483648", {TypeId::kInt}), "'2147483648' is out of range for type int");
  EXPECT_EQ(Again("1.5", {TypeId::kInt}), "'1.5' is no value of type int");
  EXPECT_EQ(Again("", {TypeId::kInt}), "'' is no value of type int");
}

TEST(TypeText, Decimals) {
  EXPECT_EQ(Again("12.345", LogicalType::Decimal(4, 2)), "12.35");
  EXPECT_EQ(Again("-0.001", LogicalType::Decimal(4, 2)), "0.00");
  EXPECT_EQ(Again("1e2", LogicalType::Decimal(5, 2)), "100.00");
  EXPECT_EQ(Again("123.4", LogicalType::Decimal(4, 2)),
            "'123.4' is out of range for type decimal(4,2)");
  EXPECT_EQ(Again("99.995", LogicalType::Decimal(4, 2)),
            "'99.995' is out of range for type decimal(4,2)");
  EXPECT_EQ(Again("99999999999999999999999999999999999999", LogicalType::Decimal(38, 0)),
            "99999999999999999999999999999999999999");
}

TEST(TypeText, RealsHaveTheFewestDigits) {
  const LogicalType dbl{TypeId::kDouble};
  const LogicalType real{TypeId::kReal};
  for (const char* text : {"0.1", "1e+20", "1e-05", "0.0001", "1e+15", "100000000000000", "-0",
                           "Infinity", "-Infinity", "NaN", "1.7976931348623157e+308", "5e-324"}) {
    EXPECT_EQ(Again(text, dbl), text);
  }
  for (const char* text : {"0.1", "1e+06", "100000", "1.2345679e+08", "1e-05", "3.4028235e+38"}) {
    EXPECT_EQ(Again(text, real), text);
  }
  EXPECT_EQ(Again("1e400", dbl), "'1e400' is out of range for type double precision");
  EXPECT_EQ(Again("1e39", real), "'1e39' is out of range for type real");
}

TEST(TypeText, EveryRealIsReadAgain) {
  const auto seed = std::random_device()();
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t bits = random();
    double real;
    std::memcpy(&real, &bits, sizeof(real));
    float narrow;
    std::memcpy(&narrow, &bits, sizeof(narrow));
    std::string text;
    AppendShortest(&text, real);
    ASSERT_EQ(Value::Compare(*ParseText(text, {TypeId::kDouble}), Value::Double(real)), 0)
        << text << " seed " << seed;
    text.clear();
    AppendShortest(&text, narrow);
    ASSERT_EQ(Value::Compare(*ParseText(text, {TypeId::kReal}), Value::Real(narrow)), 0)
        << text << " seed " << seed;
  }
}

TEST(TypeText, StringsAreFitted) {
  EXPECT_EQ(Again("abc", {TypeId::kText}), "abc");
  EXPECT_EQ(Again("ab", {TypeId::kChar, 4}), "ab  ");
  EXPECT_EQ(Again("ab        ", {TypeId::kChar, 4}), "ab  ");
  EXPECT_EQ(Again("\xC3\xA9", {TypeId::kChar, 2}), "\xC3\xA9 ");
  EXPECT_EQ(Again("ab   ", {TypeId::kVarchar, 3}), "ab ");
  EXPECT_EQ(Again("abcd", {TypeId::kVarchar, 3}),
            "'abcd' is too long for type varchar(3): 4 characters");
  EXPECT_EQ(Again("\xFF", {TypeId::kText}), "'\\xff' is not valid UTF-8");
  EXPECT_EQ(Again("\xFF", {TypeId::kClassicString, 3}), "\xFF");
}

TEST(TypeText, Bytes) {
  const LogicalType type{TypeId::kBytea};
  EXPECT_EQ(Again("\\xDEad", type), "\\xdead");
  EXPECT_EQ(Again("\\xde AD", type), "\\xdead");
  EXPECT_EQ(Again("a\\\\b", type), "\\x615c62");
  EXPECT_EQ(Again("\\001\\377", type), "\\x01ff");
  EXPECT_EQ(Again("", type), "\\x");
  for (const char* text : {"\\xd", "\\xzz", "\\", "\\12", "\\400"}) {
    EXPECT_NE(Again(text, type).find("is no value of type bytea"), std::string::npos) << text;
  }
}

TEST(TypeText, UuidsSortAsTheirBytes) {
  const LogicalType type{TypeId::kUuid};
  const char* const text = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
  EXPECT_EQ(Again(text, type), text);
  EXPECT_EQ(Again("{A0EEBC999C0B4EF8BB6D6BB9BD380A11}", type), text);
  EXPECT_EQ(Again("a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", type), text);
  for (const char* bad : {"", "a0eebc99", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11a",
                          "-a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0e-ebc999c0b4ef8bb6d6bb9bd380a11",
                          "g0eebc999c0b4ef8bb6d6bb9bd380a11"}) {
    EXPECT_NE(Again(bad, type).find("is no value of type uuid"), std::string::npos) << bad;
  }
  const auto uuid = [&](const char* t) { return *ParseText(t, type); };
  EXPECT_LT(Value::Compare(uuid("00000000-0000-0000-0000-000000000000"), uuid(text)), 0);
  EXPECT_LT(Value::Compare(uuid("7fffffff-ffff-ffff-ffff-ffffffffffff"),
                           uuid("80000000-0000-0000-0000-000000000000")),
            0);
}

TEST(TypeText, DatesAndTimesSayWhatIsWrong) {
  EXPECT_EQ(Again("January 8, 1999", {TypeId::kDate}), "1999-01-08");
  EXPECT_EQ(Again("1999-02-30", {TypeId::kDate}), "'1999-02-30' is out of range for type date");
  EXPECT_EQ(Again("soon", {TypeId::kTimestamp}), "'soon' is no value of type timestamp");
  EXPECT_EQ(Again("1999-01-08 04:05+02", {TypeId::kTimestamptz}), "1999-01-08 02:05:00+00");
  EXPECT_EQ(Again("4:05", {TypeId::kTime}), "04:05:00");
  EXPECT_EQ(Again("P1DT2H", {TypeId::kInterval}), "1 day 02:00:00");
}

}  // namespace
}  // namespace redbase
