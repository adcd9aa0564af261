#include "ql/internal/cast_kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "common/batch.h"
#include "common/compare.h"
#include "common/env.h"
#include "common/physical_value.h"
#include "common/random.h"
#include "common/type_text.h"
#include "tests/support/expect_status.h"

namespace redbase::ql {
namespace {

const std::vector<LogicalType> kTypes = {{TypeId::kSmallint},
                                         {TypeId::kInt},
                                         {TypeId::kBigint},
                                         {TypeId::kReal},
                                         {TypeId::kDouble},
                                         LogicalType::Decimal(5, 2),
                                         LogicalType::Decimal(18, 0),
                                         LogicalType::Decimal(18, 18),
                                         LogicalType::Decimal(30, 10),
                                         LogicalType::Decimal(38, 38),
                                         {TypeId::kBoolean},
                                         {TypeId::kText},
                                         {TypeId::kVarchar, 4},
                                         {TypeId::kChar, 3},
                                         {TypeId::kClassicString, 4},
                                         {TypeId::kDate},
                                         {TypeId::kTime},
                                         {TypeId::kTimestamp},
                                         {TypeId::kTimestamptz},
                                         {TypeId::kInterval},
                                         {TypeId::kUuid},
                                         {TypeId::kBytea}};

class Values {
 public:
  explicit Values(uint64_t seed) : random_(seed) {}

  // Near the ends of types as often as small.
  Value Of(LogicalType type) { return random_.OneIn(8) ? Value::Null() : NotNull(type); }
  Value NotNull(LogicalType type) {
    const int64_t number = Number();
    switch (type.id) {
      case TypeId::kSmallint:
        return Value::Int(static_cast<int16_t>(number));
      case TypeId::kInt:
        return Value::Int(static_cast<int32_t>(number));
      case TypeId::kReal:
        return Value::Real(static_cast<float>(Real(number)));
      case TypeId::kDouble:
        return Value::Double(Real(number));
      case TypeId::kText:
      case TypeId::kVarchar:
      case TypeId::kChar:
      case TypeId::kClassicString:
        return Text(number).CastTo(type, CastMode::kExplicit).value();
      default:
        return OfOther(type, number);
    }
  }

 private:
  Value OfOther(LogicalType type, int64_t number) {
    switch (type.id) {
      case TypeId::kDecimal: {
        const Int128 wide = random_.OneIn(2) ? Int128{number} : Int128{number} * number;
        const Int128 end = Int128{1} << (type.length <= 18 ? 3 * type.length : 126);
        return Value::OfDecimal({wide % std::min(end, Power(type.length)), type.scale});
      }
      case TypeId::kBoolean:
        return Value::Boolean((number & 1) != 0);
      case TypeId::kDate:
        return Value::OfDate({static_cast<int32_t>(number % 100000000)});
      case TypeId::kTime:
        return Value::OfTime({std::abs(number % kMicrosPerDay)});
      case TypeId::kTimestamp:
        return Value::OfTimestamp({number % 100000000000000000});
      case TypeId::kTimestamptz:
        return Value::OfTimestamptz({random_.OneIn(5) ? Timestamp::kInfinity : number % 1000});
      case TypeId::kInterval:
        return Value::OfInterval({static_cast<int32_t>(number), 3, number});
      case TypeId::kUuid:
        return Value::OfUuid({Int128{number} << 32});
      case TypeId::kBytea:
        return Value::OfBytes(std::to_string(number));
      default:
        return Value::Bigint(number);
    }
  }
  static Int128 Power(uint32_t digits) {
    Int128 power = 1;
    while (digits-- > 0) {
      power *= 10;
    }
    return power;
  }
  int64_t Number() {
    switch (random_.Below(5)) {
      case 0:
        return static_cast<int64_t>(random_.Below(7)) - 3;
      case 1:
        return 32766 + static_cast<int64_t>(random_.Below(4));
      case 2:
        return -2147483650 + static_cast<int64_t>(random_.Below(4));
      case 3:
        return static_cast<int64_t>(random_.Below(2000000)) - 1000000;
      default:
        return static_cast<int64_t>(random_.Next());
    }
  }
  double Real(int64_t number) {
    switch (random_.Below(10)) {
      case 0:
        return std::numeric_limits<double>::quiet_NaN();
      case 1:
        return std::numeric_limits<double>::infinity();
      case 2:
        return static_cast<double>(number) * 1e250;
      case 3:
        return static_cast<double>(number);
      default:
        return static_cast<double>(number % 100) / 4;
    }
  }
  Value Text(int64_t number) {
    static const std::vector<std::string> kTexts = {
        "abc", "t", "1 day", "1999-01-08", "ab  ", "4:05", "1.5", "\xC3\xA4\xC3\xB6", ""};
    return Value::String(random_.OneIn(2) ? std::to_string(number)
                                          : kTexts[random_.Below(kTexts.size())]);
  }

  Random random_;
};

std::string Shown(const Result<Value>& value) {
  return value.ok() ? value->ToString() : value.status().message();
}

// The value of row `row` alone, so that one that cannot be cast hides no other.
Result<Value> CastRow(const Vector& from, uint16_t row, LogicalType to, CastMode mode) {
  Vector out(to, from.capacity());
  const std::vector<uint16_t> rows = {row};
  const Status status = CastRows({&from, false}, Rows::Of(rows), &out, mode);
  return status.ok() ? Result<Value>(ValueAt(out, row)) : status;
}

// Every pair of types in every mode, against Value::CastTo.
TEST(CastKernels, RowsAreCastAsTheirValuesAre) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Values values(seed);
  constexpr uint16_t kRows = 60;
  for (const LogicalType from : kTypes) {
    Batch batch(Schema({{"a", from, ""}}), kRows);
    for (uint16_t row = 0; row < kRows; ++row) {
      batch.SetValue(0, row, values.Of(from));
    }
    for (const LogicalType to : kTypes) {
      for (const CastMode mode : {CastMode::kStrict, CastMode::kAssignment, CastMode::kExplicit}) {
        for (uint16_t row = 0; row < kRows; ++row) {
          const Value value = batch.GetValue(0, row);
          const Result<Value> want = value.CastTo(to, mode);
          const Result<Value> got = CastRow(batch.column(0), row, to, mode);
          ASSERT_EQ(Shown(got), Shown(want))
              << value.ToString() << " from " << TypeName(from) << " to " << TypeName(to);
        }
      }
    }
  }
}

// Numbers of two types lie in vectors in many ways; what they say is what counts.
TEST(CompareKernels, DecimalsCompareWithAllNumbersExactly) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Values values(seed);
  for (const LogicalType left : kTypes) {
    for (const LogicalType right : kTypes) {
      const bool numbers = IsNumber(left.id) && IsNumber(right.id);
      if (!numbers || (left.id != TypeId::kDecimal && right.id != TypeId::kDecimal)) {
        continue;
      }
      Batch batch(Schema({{"a", left, ""}, {"b", right, ""}}), 100);
      for (size_t row = 0; row < 100; ++row) {
        batch.SetValue(0, row, values.NotNull(left));
        batch.SetValue(1, row, values.NotNull(right));
      }
      for (const CompareOp op : {CompareOp::kEq, CompareOp::kNe, CompareOp::kLt, CompareOp::kGe}) {
        std::vector<uint16_t> found;
        CompareRows(op, {&batch.column(0), false}, {&batch.column(1), false}, {nullptr, 100},
                    &found);
        std::vector<uint16_t> want;
        for (uint16_t row = 0; row < 100; ++row) {
          if (Holds(op, Value::Compare(batch.GetValue(0, row), batch.GetValue(1, row)))) {
            want.push_back(row);
          }
        }
        ASSERT_EQ(found, want) << TypeName(left) << CompareOpName(op) << TypeName(right);
      }
    }
  }
}

TEST(CompareKernels, TypesOf16BytesCompareWithConstants) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Values values(seed);
  for (const LogicalType type : {LogicalType::Decimal(30, 10), LogicalType{TypeId::kInterval},
                                 LogicalType{TypeId::kUuid}, LogicalType{TypeId::kBytea}}) {
    Batch batch(Schema({{"a", type, ""}}), 100);
    for (size_t row = 0; row < 100; ++row) {
      batch.SetValue(0, row, values.NotNull(type));
    }
    Vector constant(type, 1);
    constant.CopyRow(batch.column(0), 7, 0);
    for (const CompareOp op : {CompareOp::kEq, CompareOp::kNe, CompareOp::kLt, CompareOp::kLe,
                               CompareOp::kGt, CompareOp::kGe}) {
      std::vector<uint16_t> found;
      CompareRows(op, {&constant, true}, {&batch.column(0), false}, {nullptr, 100}, &found);
      std::vector<uint16_t> want;
      for (uint16_t row = 0; row < 100; ++row) {
        if (Holds(op, Value::Compare(batch.GetValue(0, 7), batch.GetValue(0, row)))) {
          want.push_back(row);
        }
      }
      ASSERT_EQ(found, want) << TypeName(type) << CompareOpName(op);
    }
  }
}

TEST(CastKernels, AConstantIsCastForEveryRow) {
  Vector one({TypeId::kText}, 1);
  const Value text = Value::String("a text of more than twelve bytes");
  PutBorrowed(text, 0, &one);
  Vector out({TypeId::kBytea}, 4);
  ASSERT_OK(CastRows({&one, true}, {nullptr, 4}, &out, CastMode::kExplicit));
  for (size_t row = 0; row < 4; ++row) {
    EXPECT_EQ(ValueAt(out, row), Value::OfBytes(text.string_value()));
  }
}

TEST(CastKernels, TheFirstRowThatDoesNotFitIsTheError) {
  Vector from({TypeId::kInt}, 3);
  for (size_t row = 0; row < 3; ++row) {
    from.data<int32_t>()[row] = static_cast<int32_t>(row) * 600;
  }
  Vector out(LogicalType::Decimal(5, 2), 3);
  const Status status = CastRows({&from, false}, {nullptr, 3}, &out);
  EXPECT_EQ(status.message(), "1200 is out of range for type decimal(5,2)");
}

}  // namespace
}  // namespace redbase::ql
