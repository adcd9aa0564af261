#include "sm/partition_vector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/env.h"
#include "common/random.h"
#include "tests/support/expect_status.h"

namespace redbase::sm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr LogicalType kInt{TypeId::kInt, 0};
constexpr LogicalType kReal{TypeId::kReal, 0};
constexpr LogicalType kString{TypeId::kClassicString, 20};
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
constexpr int32_t kMax = std::numeric_limits<int32_t>::max();

constexpr CompareOp kAllOps[] = {CompareOp::kEq, CompareOp::kNe, CompareOp::kLt,
                                 CompareOp::kLe, CompareOp::kGt, CompareOp::kGe};

PartitionVector Ints(const std::vector<int32_t>& bounds) {
  std::vector<Value> values;
  for (const int32_t bound : bounds) {
    values.push_back(Value::Int(bound));
  }
  return {0, kInt, values};
}

PartitionVector Years() { return Ints({1995, 1997, 1999}); }

PartitionVector Reals() {
  return {0, kReal, {Value::Real(-1.5F), Value::Real(0.0F), Value::Real(2.5F)}};
}

PartitionVector Names() { return {0, kString, {Value::String("f"), Value::String("p")}}; }

bool Holds(const Value& v, CompareOp op, const Value& x) {
  const int order = Value::Compare(v, x);
  switch (op) {
    case CompareOp::kEq:
      return order == 0;
    case CompareOp::kNe:
      return order != 0;
    case CompareOp::kLt:
      return order < 0;
    case CompareOp::kLe:
      return order <= 0;
    case CompareOp::kGt:
      return order > 0;
    case CompareOp::kGe:
      return order >= 0;
  }
  return false;
}

// What a scan of all bounds says, written down as the header has it.
uint32_t NaivePartition(const PartitionVector& vector, const Value& value) {
  uint32_t partition = 1;
  for (const Value& bound : vector.bounds()) {
    partition += !value.is_null() && Value::Compare(bound, value) <= 0 ? 1 : 0;
  }
  return partition;
}

TEST(PartitionVector, BoundBelongsToThePartitionItStarts) {
  EXPECT_EQ(Years().PartitionOf(Value::Int(1994)), 1U);
  EXPECT_EQ(Years().PartitionOf(Value::Int(1995)), 2U);
  EXPECT_EQ(Years().PartitionOf(Value::Int(1998)), 3U);
  EXPECT_EQ(Years().PartitionOf(Value::Int(1999)), 4U);
}

TEST(PartitionVector, EveryValueHasAHome) {
  for (const int32_t value : {kMin, -1, 0, 1, kMax}) {
    EXPECT_EQ(Ints({0, 10}).PartitionOf(Value::Int(value)), value < 0 ? 1U : value < 10 ? 2U : 3U);
  }
  EXPECT_EQ(Years().PartitionOf(Value::Null()), 1U);
  EXPECT_EQ(Reals().PartitionOf(Value::Real(-kInfinity)), 1U);
  EXPECT_EQ(Reals().PartitionOf(Value::Real(-0.0F)), 3U);
  EXPECT_EQ(Reals().PartitionOf(Value::Real(kNan)), 4U);
  EXPECT_EQ(Names().PartitionOf(Value::String("")), 1U);
  EXPECT_EQ(Names().PartitionOf(Value::String("\xFF\xFF")), 3U);
}

TEST(PartitionVector, RangesAreOpenAtBothEnds) {
  EXPECT_EQ(Years().RangeOf(1), (PartitionRange{0, std::nullopt, Value::Int(1995)}));
  EXPECT_EQ(Years().RangeOf(2), (PartitionRange{0, Value::Int(1995), Value::Int(1997)}));
  EXPECT_EQ(Years().RangeOf(4), (PartitionRange{0, Value::Int(1999), std::nullopt}));
}

TEST(PartitionVector, OnlyTheFirstRangeContainsNull) {
  EXPECT_TRUE(Years().RangeOf(1).Contains(Value::Null()));
  EXPECT_FALSE(Years().RangeOf(2).Contains(Value::Null()));
  EXPECT_FALSE(Years().RangeOf(4).Contains(Value::Null()));
}

TEST(PartitionVector, WithoutBoundsIsOnePartition) {
  const PartitionVector one(0, kInt, {});
  EXPECT_EQ(one.partition_count(), 1U);
  EXPECT_EQ(one.RangeOf(1), PartitionRange{});
  EXPECT_THAT(one.PartitionsFor(CompareOp::kEq, Value::Int(5)), ElementsAre(1));
}

TEST(PartitionVector, ConditionsOnIntegersAskNoPartitionTooMany) {
  EXPECT_THAT(Years().PartitionsFor(CompareOp::kEq, Value::Int(1997)), ElementsAre(3));
  EXPECT_THAT(Years().PartitionsFor(CompareOp::kLt, Value::Int(1995)), ElementsAre(1));
  EXPECT_THAT(Years().PartitionsFor(CompareOp::kLe, Value::Int(1995)), ElementsAre(1, 2));
  EXPECT_THAT(Years().PartitionsFor(CompareOp::kGt, Value::Int(1998)), ElementsAre(4));
  EXPECT_THAT(Years().PartitionsFor(CompareOp::kGe, Value::Int(1998)), ElementsAre(3, 4));
  EXPECT_THAT(Ints({5, 6}).PartitionsFor(CompareOp::kNe, Value::Int(5)), ElementsAre(1, 3));
}

TEST(PartitionVector, IntegersCompareWithRealsByValue) {
  const PartitionVector vector = Ints({1, 2});
  EXPECT_THAT(vector.PartitionsFor(CompareOp::kEq, Value::Double(1.7)), IsEmpty());
  EXPECT_THAT(vector.PartitionsFor(CompareOp::kEq, Value::Double(1.0)), ElementsAre(2));
  EXPECT_THAT(vector.PartitionsFor(CompareOp::kLt, Value::Double(1.7)), ElementsAre(1, 2));
  EXPECT_THAT(vector.PartitionsFor(CompareOp::kGt, Value::Real(1.7F)), ElementsAre(3));
  EXPECT_THAT(vector.PartitionsFor(CompareOp::kLt, Value::Real(0.5F)), ElementsAre(1));
}

TEST(PartitionVector, IntegersCompareWithWhatNoneOfThemIs) {
  EXPECT_THAT(Years().PartitionsFor(CompareOp::kEq, Value::Bigint(int64_t{1} << 40)), IsEmpty());
  EXPECT_THAT(Years().PartitionsFor(CompareOp::kGt, Value::Int(kMax)), IsEmpty());
  EXPECT_THAT(Years().PartitionsFor(CompareOp::kLt, Value::Int(kMin)), IsEmpty());
  EXPECT_THAT(Years().PartitionsFor(CompareOp::kLt, Value::Double(1e300)), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Years().PartitionsFor(CompareOp::kEq, Value::Real(kNan)), IsEmpty());
  EXPECT_THAT(Years().PartitionsFor(CompareOp::kGe, Value::Real(kNan)), IsEmpty());
  EXPECT_THAT(Years().PartitionsFor(CompareOp::kLt, Value::Real(kNan)), ElementsAre(1, 2, 3, 4));
}

TEST(PartitionVector, FirstPartitionOfTheLeastIntegerHoldsNoValue) {
  EXPECT_THAT(Ints({kMin}).PartitionsFor(CompareOp::kNe, Value::Int(0)), ElementsAre(2));
}

TEST(PartitionVector, ConditionsOnRealsKnowNan) {
  EXPECT_THAT(Reals().PartitionsFor(CompareOp::kEq, Value::Real(kNan)), ElementsAre(4));
  EXPECT_THAT(Reals().PartitionsFor(CompareOp::kGt, Value::Real(kNan)), IsEmpty());
  EXPECT_THAT(Reals().PartitionsFor(CompareOp::kGt, Value::Real(kInfinity)), ElementsAre(4));
  EXPECT_THAT(Reals().PartitionsFor(CompareOp::kLt, Value::Real(-kInfinity)), IsEmpty());
  EXPECT_THAT(Reals().PartitionsFor(CompareOp::kEq, Value::Int(0)), ElementsAre(3));
}

TEST(PartitionVector, ConditionsOnStringsKnowTheEmptyOne) {
  EXPECT_THAT(Names().PartitionsFor(CompareOp::kLt, Value::String("")), IsEmpty());
  EXPECT_THAT(Names().PartitionsFor(CompareOp::kLe, Value::String("")), ElementsAre(1));
  EXPECT_THAT(Names().PartitionsFor(CompareOp::kGe, Value::String("p")), ElementsAre(3));
  EXPECT_THAT(Names().PartitionsFor(CompareOp::kEq, Value::String("fa")), ElementsAre(2));
}

TEST(PartitionVector, ConditionWithNullHoldsNowhere) {
  for (const CompareOp op : kAllOps) {
    EXPECT_THAT(Years().PartitionsFor(op, Value::Null()), IsEmpty());
    EXPECT_THAT(Names().PartitionsFor(op, Value::Null()), IsEmpty());
  }
}

TEST(PartitionVector, MakeTakesIntegersForReals) {
  ASSERT_OK_AND_ASSIGN(const PartitionVector vector,
                       PartitionVector::Make(2, kReal, {Value::Int(1), Value::Double(2.5)}));
  EXPECT_THAT(vector.bounds(), ElementsAre(Value::Real(1), Value::Real(2.5F)));
  EXPECT_EQ(vector.column(), 2U);
}

TEST(PartitionVector, MakeRefusesValuesThatDoNotAscend) {
  for (const int32_t second : {5, 4}) {
    const auto made = PartitionVector::Make(0, kInt, {Value::Int(5), Value::Int(second)});
    EXPECT_CODE(Code::kInvalidArgument, made);
    EXPECT_THAT(made.status().message(),
                HasSubstr("EX warning: invalid value in partition vector: " +
                          std::to_string(second) + " does not follow 5"));
  }
}

TEST(PartitionVector, MakeRefusesValuesOfAnotherType) {
  EXPECT_CODE(Code::kTypeMismatch, PartitionVector::Make(0, kInt, {Value::String("x")}));
  EXPECT_CODE(Code::kTypeMismatch, PartitionVector::Make(0, kInt, {Value::Double(1.5)}));
  EXPECT_CODE(Code::kInvalidArgument, PartitionVector::Make(0, kInt, {Value::Null()}));
  EXPECT_CODE(Code::kInvalidArgument, PartitionVector::Make(0, kInt, {Value::Bigint(1LL << 40)}));
}

TEST(PartitionVector, SplitsLikeLooksAtTypeAndBoundsOnly) {
  const PartitionVector other_column(3, kInt, Years().bounds());
  EXPECT_TRUE(Years().SplitsLike(other_column));
  EXPECT_FALSE(Years().SplitsLike(Ints({1995, 1997})));
  EXPECT_FALSE(Years().SplitsLike(Ints({1995, 1997, 2000})));
  const PartitionVector as_bigint(0, {TypeId::kBigint, 0}, {Value::Bigint(1995)});
  EXPECT_FALSE(Ints({1995}).SplitsLike(as_bigint));
  const PartitionVector wider(0, {TypeId::kVarchar, 99}, Names().bounds());
  EXPECT_TRUE(Names().SplitsLike(wider));
}

TEST(PartitionVector, RowsFollowTheSelection) {
  Batch batch(Schema({{"a", kInt, ""}}), 4);
  batch.set_rows(4);
  for (int32_t row = 0; row < 4; ++row) {
    batch.SetValue(0, static_cast<size_t>(row), Value::Int(1994 + 2 * row));
  }
  batch.SetSelection({1, 3});
  std::vector<uint32_t> partitions = {7, 7, 7, 7};
  Years().PartitionRows(batch, &partitions);
  EXPECT_THAT(partitions, ElementsAre(2, 4));
}

// ---- Random vectors against a scan of their bounds.

class ValueSource {
 public:
  ValueSource(LogicalType type, uint64_t seed) : type_(type), random_(seed) {}

  Value Next() {
    switch (type_.id) {
      case TypeId::kDecimal:
        return Value::OfDecimal({Int128{Integer()} * 7, type_.scale});
      case TypeId::kDate:
        return Value::OfDate({Integer()});
      case TypeId::kTimestamp:
        return Value::OfTimestamp({Integer() * kMicrosPerDay});
      case TypeId::kUuid:
        return Value::OfUuid({Int128{Integer()} << 63});
      case TypeId::kInterval:
        return Value::OfInterval({Integer(), Integer() * 10, 0});
      case TypeId::kBytea:
        return Value::OfBytes(std::string(random_.Below(3), '\xFF'));
      default:
        break;
    }
    switch (PhysicalTypeOf(type_)) {
      case PhysicalType::kFloat32:
        return Value::Real(Float());
      case PhysicalType::kFloat64:
        return Value::Double(Float());
      case PhysicalType::kString:
        return Value::String(std::string(random_.Below(4), 'a') +
                             std::string(random_.Below(14), static_cast<char>(random_.Below(256))));
      case PhysicalType::kInt64:
        return Value::Bigint(Integer() * (int64_t{1} << 33));
      case PhysicalType::kInt16:
        return Value::Int(Integer() * 100);
      case PhysicalType::kBool:
        return Value::Int(static_cast<int32_t>(random_.Below(2)));
      default:
        return Value::Int(random_.OneIn(20) ? kMin : random_.OneIn(20) ? kMax : Integer());
    }
  }
  std::vector<Value> Bounds(size_t count) {
    std::vector<Value> bounds;
    for (size_t i = 0; i < count; ++i) {
      bounds.push_back(Next());
    }
    const auto less = [](const Value& a, const Value& b) { return Value::Compare(a, b) < 0; };
    const auto same = [](const Value& a, const Value& b) { return Value::Compare(a, b) == 0; };
    std::sort(bounds.begin(), bounds.end(), less);
    bounds.erase(std::unique(bounds.begin(), bounds.end(), same), bounds.end());
    return bounds;
  }
  Random& random() { return random_; }

 private:
  int32_t Integer() { return static_cast<int32_t>(random_.Below(100)) - 50; }
  float Float() {
    const uint64_t kind = random_.Below(20);
    return kind == 0   ? kNan
           : kind == 1 ? -kInfinity
           : kind == 2 ? kInfinity
           : kind == 3 ? -0.0F
                       : static_cast<float>(Integer()) / 4;
  }

  const LogicalType type_;
  Random random_;
};

class RandomPartitionVector : public ::testing::TestWithParam<TypeId> {
 protected:
  RandomPartitionVector()
      : type_(GetParam() == TypeId::kDecimal
                  ? LogicalType::Decimal(20, 1)
                  : LogicalType{GetParam(), IsString(GetParam()) ? 20U : 0U}),
        seed_(common::RealEnv().RandomSeed()),
        source_(type_, seed_),
        trace_(__FILE__, __LINE__, "seed " + std::to_string(seed_)) {}

  PartitionVector NextVector() { return {0, type_, source_.Bounds(source_.random().Below(40))}; }

  const LogicalType type_;
  const uint64_t seed_;
  ValueSource source_;
  const ::testing::ScopedTrace trace_;
};

TEST_P(RandomPartitionVector, RowsGoWhereEachOfThemBelongs) {
  for (int round = 0; round < 50; ++round) {
    const PartitionVector vector = NextVector();
    Batch batch(Schema({{"a", type_, ""}}), 100);
    batch.set_rows(100);
    for (size_t row = 0; row < batch.rows(); ++row) {
      batch.SetValue(0, row, source_.random().OneIn(10) ? Value::Null() : source_.Next());
    }
    std::vector<uint32_t> partitions;
    vector.PartitionRows(batch, &partitions);
    for (size_t row = 0; row < batch.rows(); ++row) {
      const Value value = batch.GetValue(0, row);
      ASSERT_EQ(partitions[row], NaivePartition(vector, value)) << value.ToString();
      ASSERT_EQ(vector.PartitionOf(value), partitions[row]) << value.ToString();
      ASSERT_TRUE(vector.RangeOf(partitions[row]).Contains(value)) << value.ToString();
    }
  }
}

TEST_P(RandomPartitionVector, NoPartitionWithAMatchIsLeftOut) {
  for (int round = 0; round < 200; ++round) {
    const PartitionVector vector = NextVector();
    const Value x = source_.Next();
    for (const CompareOp op : kAllOps) {
      const std::vector<uint32_t> asked = vector.PartitionsFor(op, x);
      for (int i = 0; i < 30; ++i) {
        const Value v = source_.Next();
        ASSERT_TRUE(!Holds(v, op, x) ||
                    std::binary_search(asked.begin(), asked.end(), vector.PartitionOf(v)))
            << v.ToString() << " " << CompareOpName(op) << " " << x.ToString();
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, RandomPartitionVector,
                         ::testing::Values(TypeId::kInt, TypeId::kReal, TypeId::kClassicString,
                                           TypeId::kVarchar, TypeId::kBoolean, TypeId::kSmallint,
                                           TypeId::kBigint, TypeId::kDouble, TypeId::kDecimal,
                                           TypeId::kDate, TypeId::kTimestamp, TypeId::kUuid,
                                           TypeId::kInterval, TypeId::kBytea));

// All integers of a small range, so that the answer is known exactly.
TEST(PartitionVector, RandomConditionsOnIntegersAreExact) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  ValueSource source(kInt, seed);
  Random& random = source.random();
  for (int round = 0; round < 2000; ++round) {
    std::vector<int32_t> bounds;
    for (int32_t bound = -8; bound < 8; ++bound) {
      if (random.OneIn(3)) {
        bounds.push_back(bound);
      }
    }
    const PartitionVector vector = Ints(bounds);
    const Value x = Value::Double(static_cast<double>(random.Below(40)) / 2 - 10);
    const CompareOp op = kAllOps[random.Below(6)];
    std::vector<uint32_t> want;
    for (int32_t v = -20; v <= 20; ++v) {  // sorted, so partitions ascend
      const uint32_t partition = NaivePartition(vector, Value::Int(v));
      if (Holds(Value::Int(v), op, x) && (want.empty() || want.back() != partition)) {
        want.push_back(partition);
      }
    }
    ASSERT_EQ(vector.PartitionsFor(op, x), want) << CompareOpName(op) << " " << x.ToString();
  }
}

}  // namespace
}  // namespace redbase::sm
