#include "common/batch.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace redbase {
namespace {

const std::string kLong = "a name of more than twelve bytes ";
const Schema kSchema({{"id", {TypeId::kInt}, "t"},
                      {"name", {TypeId::kVarchar}, "t"},
                      {"gpa", {TypeId::kReal}, "t"}});

Rid RidOf(size_t row) { return {PageNum{9}, SlotNum{static_cast<uint16_t>(row)}}; }

// Row i is (i, long name i, null when odd), with RID 9.i.
Batch Filled(size_t rows, size_t capacity = kBatchCapacity) {
  Batch batch(kSchema, capacity);
  for (size_t i = 0; i < rows; ++i) {
    batch.SetValue(0, i, Value::Int(static_cast<int32_t>(i)));
    batch.SetValue(1, i, Value::String(kLong + std::to_string(i)));
    batch.SetValue(2, i, i % 2 == 1 ? Value::Null() : Value::Real(static_cast<float>(i)));
    batch.rids().push_back(RidOf(i));
  }
  batch.set_rows(rows);
  return batch;
}

// The rows of `batch` are rows `sources` of Filled().
void ExpectRows(const Batch& batch, const std::vector<int32_t>& sources) {
  ASSERT_EQ(batch.rows(), sources.size());
  for (size_t i = 0; i < sources.size(); ++i) {
    const int32_t n = sources[i];
    EXPECT_EQ(batch.GetValue(0, i), Value::Int(n));
    EXPECT_EQ(batch.GetValue(1, i), Value::String(kLong + std::to_string(n)));
    EXPECT_EQ(batch.GetValue(2, i),
              n % 2 == 1 ? Value::Null() : Value::Real(static_cast<float>(n)));
    EXPECT_EQ(batch.rids()[i], RidOf(static_cast<size_t>(n)));
  }
}

TEST(Batch, AppendTakesSelectedRowsOnly) {
  Batch source = Filled(10);
  source.SetSelection({1, 4, 9});
  EXPECT_EQ(source.selected(), 3U);
  Batch target(kSchema);
  EXPECT_EQ(target.Append(source), 3U);
  EXPECT_EQ(target.Append(source, 2), 1U);
  ExpectRows(target, {1, 4, 9, 9});
}

TEST(Batch, AppendStopsWhenFullAndGoesOnFromThere) {
  const Batch source = Filled(5);
  Batch target(kSchema, 3);
  EXPECT_EQ(target.Append(source), 3U);
  EXPECT_EQ(target.Append(source, 3), 0U);
  target.Clear();
  EXPECT_EQ(target.Append(source, 3), 2U);
  ExpectRows(target, {3, 4});
}

TEST(Batch, AppendedStringsOutliveTheirSource) {
  Batch target(kSchema);
  { target.Append(Filled(3)); }
  ExpectRows(target, {0, 1, 2});
}

TEST(Batch, AppendWithoutRidsAddsNone) {
  Batch source = Filled(2);
  source.rids().clear();
  Batch target(kSchema);
  target.Append(source);
  EXPECT_EQ(target.rows(), 2U);
  EXPECT_TRUE(target.rids().empty());
}

TEST(Batch, AnEmptySelectionSelectsNothing) {
  Batch batch = Filled(4);
  batch.SetSelection({});
  EXPECT_EQ(batch.selected(), 0U);
  EXPECT_EQ(batch.rows(), 4U);
}

TEST(Batch, RowAtFollowsTheSelection) {
  Batch batch = Filled(4);
  EXPECT_EQ(batch.RowAt(2), 2U);
  batch.SetSelection({0, 3});
  EXPECT_EQ(batch.RowAt(1), 3U);
}

TEST(Batch, ClearForgetsRowsNullsAndSelection) {
  Batch batch = Filled(4);
  batch.SetSelection({1});
  batch.Clear();
  EXPECT_EQ(batch.rows(), 0U);
  EXPECT_FALSE(batch.has_selection());
  EXPECT_TRUE(batch.rids().empty());
  EXPECT_FALSE(batch.column(2).may_have_nulls());
}

TEST(Batch, HoldsEveryType) {
  const std::vector<std::pair<TypeId, Value>> cells = {
      {TypeId::kBoolean, Value::Boolean(true)},
      {TypeId::kSmallint, Value::Int(-7)},
      {TypeId::kBigint, Value::Bigint(9)},
      {TypeId::kDouble, Value::Double(0.1)},
      {TypeId::kVarchar, Value::String("")},
      {TypeId::kInt, Value::Null()},
      {TypeId::kText, Value::String(std::string(100, 'x'))},
      {TypeId::kChar, Value::String("c")},
      {TypeId::kDate, Value::OfDate({-5})},
      {TypeId::kTime, Value::OfTime({7})},
      {TypeId::kTimestamp, Value::OfTimestamp({8})},
      {TypeId::kTimestamptz, Value::OfTimestamptz({9})},
      {TypeId::kInterval, Value::OfInterval({1, -2, 3})},
      {TypeId::kUuid, Value::OfUuid({kMinInt128})},
      {TypeId::kBytea, Value::OfBytes(std::string("\0\xFF and so forth", 15))}};
  for (const auto& cell : cells) {
    Batch batch(Schema({{"x", {cell.first}, ""}}), 1);
    batch.SetValue(0, 0, cell.second);
    EXPECT_EQ(batch.GetValue(0, 0), cell.second);
  }
}

TEST(Batch, HoldsDecimalsOfEveryWidth) {
  for (const uint32_t precision : {1U, 18U, 19U, 38U}) {
    const Value value = Value::OfDecimal({precision <= 18 ? Int128{-123} : kMinInt128, 1});
    Batch batch(Schema({{"x", LogicalType::Decimal(precision, 1), ""}}), 1);
    batch.SetValue(0, 0, value);
    EXPECT_EQ(batch.GetValue(0, 0), value) << precision;
  }
}

TEST(Rid, PacksInItsOwnOrder) {
  const Rid a{PageNum{1}, SlotNum{65535}};
  const Rid b{PageNum{2}, SlotNum{0}};
  EXPECT_LT(PackRid(a), PackRid(b));
  EXPECT_LT(a, b);
  EXPECT_EQ(UnpackRid(PackRid(a)), a);
}

}  // namespace
}  // namespace redbase
