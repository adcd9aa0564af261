#include "sm/internal/bound_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "common/text.h"
#include "tests/support/expect_status.h"

namespace redbase::sm {
namespace {

constexpr LogicalType kString{TypeId::kClassicString, 255};

void ExpectKept(const Value& value, LogicalType type) {
  const std::string text = BoundToText(value);
  EXPECT_GE(common::CountUtf8(text), 0) << text;
  ASSERT_OK_AND_ASSIGN(const Value again, BoundFromText(text, type));
  EXPECT_EQ(Value::Compare(again, value), 0) << text;
}

TEST(BoundText, NumbersComeBackAsTheyWere) {
  for (const int32_t value : {0, -1, std::numeric_limits<int32_t>::min()}) {
    ExpectKept(Value::Int(value), {TypeId::kInt, 0});
  }
  for (const float value : {0.1F, -1e38F, 1e-45F, std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN()}) {
    ExpectKept(Value::Real(value), {TypeId::kReal, 0});
    ExpectKept(Value::Double(value), {TypeId::kDouble, 0});
  }
  ExpectKept(Value::Bigint(std::numeric_limits<int64_t>::max()), {TypeId::kBigint, 0});
}

TEST(BoundText, ValuesOfEveryTypeComeBackAsTheyWere) {
  ExpectKept(Value::Boolean(true), {TypeId::kBoolean});
  ExpectKept(Value::OfDecimal({-kMaxInt128 / 10, 20}), LogicalType::Decimal(38, 20));
  ExpectKept(Value::OfDate({-1000000}), {TypeId::kDate});
  ExpectKept(Value::OfTime({1}), {TypeId::kTime});
  ExpectKept(Value::OfTimestamp({-1}), {TypeId::kTimestamp});
  ExpectKept(Value::OfTimestamptz({Timestamp::kInfinity}), {TypeId::kTimestamptz});
  ExpectKept(Value::OfInterval({-1, 2, -3}), {TypeId::kInterval});
  ExpectKept(Value::OfUuid({kMinInt128 + 5}), {TypeId::kUuid});
  ExpectKept(Value::OfBytes(std::string("\0\xFF\\", 3)), {TypeId::kBytea});
}

TEST(BoundText, StringsOfAnyBytesComeBackAsTheyWere) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
  }
  for (const std::string& value : {std::string(), std::string("\\x41"), std::string("\xC3\xA4"),
                                   all.substr(0, 255), all.substr(1)}) {
    ExpectKept(Value::String(value), kString);
  }
}

TEST(BoundText, OrdinaryTextStaysReadable) {
  EXPECT_EQ(BoundToText(Value::String("M\xC3\xBCller, x")), "M\xC3\xBCller, x");
  EXPECT_EQ(BoundToText(Value::Real(0.1F)), "0.1");
}

TEST(BoundText, OtherTextIsCorruption) {
  EXPECT_CODE(Code::kCorruption, BoundFromText("1x", {TypeId::kInt, 0}));
  EXPECT_CODE(Code::kCorruption, BoundFromText("3000000000", {TypeId::kInt, 0}));
  EXPECT_CODE(Code::kCorruption, BoundFromText("", {TypeId::kReal, 0}));
  for (const char* text : {"\\", "\\x4", "\\y41", "\\xG1"}) {
    EXPECT_CODE(Code::kCorruption, BoundFromText(text, kString));
  }
}

}  // namespace
}  // namespace redbase::sm
