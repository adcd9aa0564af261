#include "common/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/expect_status.h"

namespace redbase {
namespace {

constexpr LogicalType kInt{TypeId::kInt};
constexpr LogicalType kReal{TypeId::kReal};
constexpr LogicalType kC5{TypeId::kClassicString, 5};
constexpr LogicalType kVarchar3{TypeId::kVarchar, 3};

std::string ErrorOf(const Value& value, LogicalType type) {
  return value.CastTo(type).status().message();
}

// Each value sorts strictly before the next, whatever their types.
TEST(Value, OneOrderOverAllNumbers) {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<Value> ascending = {
      Value::Null(),
      Value::Real(-inf),
      Value::Double(-1e300),
      Value::Bigint(std::numeric_limits<int64_t>::min()),
      Value::Int(std::numeric_limits<int32_t>::min()),
      Value::Real(-0.5F),
      Value::Int(0),
      Value::Double(0.1),
      Value::Real(0.1F),
      Value::Int(7),
      Value::Double(7.5),
      Value::Bigint(8),
      Value::Bigint((int64_t{1} << 53) + 1),
      Value::Double(9007199254740994.0),
      Value::Bigint(std::numeric_limits<int64_t>::max()),
      Value::Double(9223372036854775808.0),
      Value::Double(inf),
      Value::Real(std::nanf("")),
  };
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      const int order = Value::Compare(ascending[i], ascending[j]);
      EXPECT_EQ(order < 0, i < j) << i << " against " << j;
      EXPECT_EQ(order == 0, i == j) << i << " against " << j;
    }
  }
}

TEST(Value, EqualNumbersOfDifferentTypesCompareEqual) {
  EXPECT_EQ(Value::Compare(Value::Int(3), Value::Real(3.0F)), 0);
  EXPECT_EQ(Value::Compare(Value::Bigint(3), Value::Int(3)), 0);
  EXPECT_EQ(Value::Compare(Value::Double(0.5), Value::Real(0.5F)), 0);
}

TEST(Value, MinusZeroEqualsZeroAndNanEqualsNan) {
  EXPECT_EQ(Value::Compare(Value::Real(-0.0F), Value::Real(0.0F)), 0);
  EXPECT_EQ(Value::Compare(Value::Real(-0.0F), Value::Int(0)), 0);
  EXPECT_EQ(Value::Compare(Value::Real(std::nanf("")), Value::Double(std::nan("1"))), 0);
}

TEST(Value, StringsCompareByUnsignedBytes) {
  EXPECT_LT(Value::Compare(Value::String("abc"), Value::String("abcd")), 0);
  EXPECT_LT(Value::Compare(Value::String("z"), Value::String("\xC3\xA9")), 0);
  EXPECT_LT(Value::Compare(Value::Null(), Value::String("")), 0);
}

TEST(Value, CastsBetweenNumbers) {
  EXPECT_EQ(Value::Int(3).CastTo(kReal).value(), Value::Real(3.0F));
  EXPECT_EQ(Value::Double(0.1).CastTo(kReal).value(), Value::Real(0.1F));
  EXPECT_EQ(Value::Bigint(-5).CastTo(kInt).value(), Value::Int(-5));
  EXPECT_EQ(Value::Int(9).CastTo({TypeId::kBigint}).value(), Value::Bigint(9));
  EXPECT_EQ(Value::Real(0.5F).CastTo({TypeId::kDouble}).value(), Value::Double(0.5));
  EXPECT_EQ(Value::Int(1).CastTo({TypeId::kBoolean}).value(), Value::Boolean(true));
}

TEST(Value, NullCastsToNull) {
  for (const LogicalType type : {kInt, kReal, kC5, kVarchar3}) {
    EXPECT_TRUE(Value::Null().CastTo(type).value().is_null());
  }
}

TEST(Value, AnotherKindIsATypeMismatchThatNamesValueAndType) {
  EXPECT_CODE(Code::kTypeMismatch, Value::Double(1.5).CastTo(kInt));
  EXPECT_EQ(ErrorOf(Value::Double(1.5), kInt), "1.500000 is no value of type int");
  EXPECT_EQ(ErrorOf(Value::String("abc"), kReal), "'abc' is no value of type real");
  EXPECT_EQ(ErrorOf(Value::Int(7), kC5), "7 is no value of type c5");
  EXPECT_EQ(ErrorOf(Value::Int(7), kVarchar3), "7 is no value of type varchar(3)");
}

TEST(Value, NumbersOutOfRangeAreRefusedByName) {
  EXPECT_CODE(Code::kInvalidArgument, Value::Bigint(2147483648).CastTo(kInt));
  EXPECT_EQ(ErrorOf(Value::Bigint(2147483648), kInt), "2147483648 is out of range for type int");
  EXPECT_CODE(Code::kInvalidArgument, Value::Double(1e39).CastTo(kReal));
  EXPECT_CODE(Code::kInvalidArgument, Value::Int(40000).CastTo({TypeId::kSmallint}));
  EXPECT_CODE(Code::kInvalidArgument, Value::Int(2).CastTo({TypeId::kBoolean}));
}

TEST(Value, ClassicStringsCountBytesAndVarcharCountsCharacters) {
  EXPECT_OK(Value::String("abcde").CastTo(kC5));
  EXPECT_EQ(ErrorOf(Value::String("abcdef"), kC5), "'abcdef' is too long for type c5: 6 bytes");
  EXPECT_OK(Value::String("\xC3\xA9\xC3\xA9\xC3\xA9").CastTo(kVarchar3));
  EXPECT_EQ(ErrorOf(Value::String("abcd"), kVarchar3),
            "'abcd' is too long for type varchar(3): 4 characters");
  EXPECT_OK(Value::String(std::string(100000, 'x')).CastTo({TypeId::kVarchar}));
}

TEST(Value, VarcharIsUtf8AndClassicStringsAreAnyBytes) {
  EXPECT_OK(Value::String("\xFF").CastTo(kC5));
  EXPECT_CODE(Code::kInvalidArgument, Value::String("\xFF").CastTo(kVarchar3));
  EXPECT_EQ(ErrorOf(Value::String("\xFF"), kVarchar3), "'\\xff' is not valid UTF-8");
}

TEST(Value, PrintsTheClassicWay) {
  EXPECT_EQ(Value::Null().ToString(), "null");
  EXPECT_EQ(Value::Int(-5).ToString(), "-5");
  EXPECT_EQ(Value::Bigint(1LL << 40).ToString(), "1099511627776");
  EXPECT_EQ(Value::Real(1.5F).ToString(), "1.500000");
  EXPECT_EQ(Value::Double(2.25).ToString(), "2.250000");
  EXPECT_EQ(Value::String("text").ToString(), "text");
}

TEST(CompareOp, FlipSwapsTheSides) {
  const Value a = Value::Int(1);
  const Value b = Value::Int(2);
  const auto holds = [](const Value& left, CompareOp op, const Value& right) {
    const int c = Value::Compare(left, right);
    const std::vector<bool> by_op = {c == 0, c != 0, c<0, c <= 0, c> 0, c >= 0};
    return by_op[static_cast<size_t>(op)];
  };
  for (int i = 0; i < 6; ++i) {
    const auto op = static_cast<CompareOp>(i);
    EXPECT_EQ(holds(a, op, b), holds(b, Flip(op), a)) << CompareOpName(op);
    EXPECT_EQ(holds(a, op, a), holds(a, Flip(op), a)) << CompareOpName(op);
  }
}

}  // namespace
}  // namespace redbase
