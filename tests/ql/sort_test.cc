// Sort against std::stable_sort of the same rows.
#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

bool Precedes(const Row& a, const Row& b, const std::vector<SortKey>& keys) {
  for (const SortKey& key : keys) {
    const Value& left = a[key.column];
    const Value& right = b[key.column];
    if (left.is_null() != right.is_null()) {
      return left.is_null() == key.nulls_first;
    }
    const int order = left.is_null() ? 0 : Value::Compare(left, right);
    if (order != 0) {
      return (order < 0) != key.descending;
    }
  }
  return false;
}

class SortTest : public ExecutionTest {
 protected:
  SortTest() : random_(seed_), trace_(__FILE__, __LINE__, "seed " + std::to_string(seed_)) {}

  static PlanPtr SortOf(std::vector<SortKey> keys, PlanPtr child,
                        std::optional<uint64_t> limit = {}) {
    const Schema schema = child->schema;
    return Above(schema, Sort{std::move(keys), limit}, std::move(child));
  }
  static std::vector<std::string> SortedByHand(std::vector<Row> rows,
                                               const std::vector<SortKey>& keys,
                                               size_t limit = SIZE_MAX) {
    std::stable_sort(rows.begin(), rows.end(),
                     [&keys](const Row& a, const Row& b) { return Precedes(a, b, keys); });
    rows.resize(std::min(limit, rows.size()));
    return Text(rows);
  }
  SortKey RandomKey(uint32_t column) { return {column, random_.OneIn(2), random_.OneIn(2)}; }

  const uint64_t seed_ = NewSeed();
  Random random_;
  ::testing::ScopedTrace trace_;
};

TEST_F(SortTest, SortsEachTypeUpAndDown) {
  for (const char* type :
       {"int", "real", "bigint", "double", "smallint", "boolean", "c6", "c40", "varchar"}) {
    SCOPED_TRACE(type);
    const Schema schema = Columns(std::string("k ") + type + ", v int");
    for (int round = 0; round < 8; ++round) {
      const std::vector<Row> rows = RandomRows(random_, schema, random_.Below(1500), 100);
      const std::vector<SortKey> keys = {RandomKey(0)};
      SetParallel(round % 2 == 0);
      ASSERT_EQ(Lines(*SortOf(keys, ParallelInput(schema, rows, random_.OneIn(4)))),
                SortedByHand(rows, keys));
    }
  }
}

TEST_F(SortTest, SortsBySeveralColumns) {
  const Schema schema = Columns("a int, b varchar, c double, d smallint, e varchar");
  for (int round = 0; round < 40; ++round) {
    const std::vector<Row> rows =
        RandomRows(random_, schema, random_.Below(1200), 1 + random_.Below(12));
    std::vector<SortKey> keys;
    for (uint64_t i = 0, count = random_.Below(5); i < count; ++i) {
      keys.push_back(RandomKey(static_cast<uint32_t>(random_.Below(5))));
    }
    SetParallel(round % 3 != 0);
    ASSERT_EQ(Lines(*SortOf(keys, ParallelInput(schema, rows))), SortedByHand(rows, keys));
  }
}

TEST_F(SortTest, SortsDecimalsDatesAndIntervals) {
  const LogicalType types[] = {LogicalType::Decimal(10, 2), LogicalType::Decimal(30, 4),
                               {TypeId::kDate, 0},          {TypeId::kTimestamp, 0},
                               {TypeId::kInterval, 0},      {TypeId::kUuid, 0}};
  for (const LogicalType& type : types) {
    SCOPED_TRACE(TypeName(type));
    const Schema schema({{"k", type, "T"}, {"v", {TypeId::kInt, 0}, "T"}});
    std::vector<Row> rows;
    for (int32_t i = 0; i < 700; ++i) {
      const auto n = static_cast<int64_t>(random_.Below(400)) - 200;
      Value key;
      switch (type.id) {
        case TypeId::kDate:
          key = Value::OfDate(Date{static_cast<int32_t>(n)});
          break;
        case TypeId::kTimestamp:
          key = Value::OfTimestamp(Timestamp{n * 1000000007});
          break;
        case TypeId::kInterval:
          key = Value::OfInterval({static_cast<int32_t>(n / 50), static_cast<int32_t>(n % 7), n});
          break;
        case TypeId::kUuid:
          key = Value::OfUuid(Uuid{static_cast<Int128>(n) << 100});
          break;
        default:
          key = Value::OfDecimal(
              {static_cast<Int128>(n) << (type.length > 18 ? 70 : 20), type.scale});
      }
      rows.push_back({random_.OneIn(9) ? Value::Null() : key, Value::Int(i)});
    }
    const std::vector<SortKey> keys = {RandomKey(0)};
    ASSERT_EQ(Lines(*SortOf(keys, ParallelInput(schema, rows))), SortedByHand(rows, keys));
  }
}

TEST_F(SortTest, KeepsTheFirstOfManyRows) {
  const Schema schema = Columns("a int, b varchar, v int");
  for (int round = 0; round < 12; ++round) {
    std::vector<Row> rows = RandomRows(random_, schema, 30000, round % 2 == 0 ? 5 : 50000);
    const std::vector<SortKey> keys = {RandomKey(round % 3 == 0 ? 1 : 0), RandomKey(1)};
    const uint64_t limit = round == 11 ? 0 : random_.Below(round % 2 == 0 ? 20 : 9000);
    TestInput input;
    input.schema = schema;
    input.rows = rows;
    input.rows_per_morsel = 500;
    input.workers = 4;
    SetParallel(round % 4 != 0);
    ASSERT_EQ(Lines(*SortOf(keys, Input(input), limit)), SortedByHand(rows, keys, limit)) << limit;
  }
}

TEST_F(SortTest, TopOfManyRowsNeedsLittleMemory) {
  const Schema schema = Columns("a int, b varchar");
  TestInput input;
  input.schema = schema;
  input.rows = RandomRows(random_, schema, 60000, 1000000);
  input.rows_per_morsel = 1000;
  const std::vector<SortKey> keys = {{0, false, false}};
  SetMemory(size_t{3} << 20);
  EXPECT_CODE(Code::kNoMemory, Run(*SortOf(keys, Input(input))));
  EXPECT_EQ(Lines(*SortOf(keys, Input(input), 10)), SortedByHand(input.rows, keys, 10));
}

TEST_F(SortTest, MergesManyRangesOfSeveralWorkers) {
  const Schema schema = Columns("a int, b varchar, v int");
  std::vector<Row> rows = RandomRows(random_, schema, 150000, 3000);
  TestInput input;
  input.schema = schema;
  input.rows = rows;
  input.rows_per_morsel = 700;
  input.workers = 4;
  const std::vector<SortKey> keys = {{1, false, false}, {0, true, true}};
  const std::vector<std::string> wanted = SortedByHand(rows, keys);
  // Not EXPECT_EQ: nobody reads as many rows.
  EXPECT_TRUE(Lines(*SortOf(keys, Input(input))) == wanted);
  SetParallel(false);
  EXPECT_TRUE(Lines(*SortOf(keys, Input(input))) == wanted);
}

TEST_F(SortTest, StringsThatAgreeForLong) {
  const Schema schema = Columns("a varchar");
  std::vector<Row> rows;
  for (int i = 0; i < 600; ++i) {
    std::string text(random_.Below(40), 'x');
    if (random_.OneIn(3)) {
      text += std::string(random_.Below(3), static_cast<char>(0));
    }
    rows.push_back({Value::String(text + (random_.OneIn(2) ? "a" : ""))});
  }
  for (const bool descending : {false, true}) {
    const std::vector<SortKey> keys = {{0, descending, false}};
    ASSERT_EQ(Lines(*SortOf(keys, ParallelInput(schema, rows))), SortedByHand(rows, keys));
  }
}

TEST_F(SortTest, NansComeLastAndZerosAreEqual) {
  const Schema schema = Columns("a double, b int");
  const std::vector<Row> rows = {
      {Value::Double(std::nan("1")), Value::Int(1)},
      {Value::Double(0.0), Value::Int(2)},
      {Value::Double(-0.0), Value::Int(3)},
      {Value::Double(std::numeric_limits<double>::infinity()), Value::Int(4)},
      {Value::Double(-std::nan("2")), Value::Int(5)},
      {Value::Double(-1), Value::Int(6)},
      {Value::Null(), Value::Int(7)}};
  const PlanPtr plan = SortOf({{0, false, false}}, Input(schema, rows));
  const auto sorted = Run(*plan);
  ASSERT_OK(sorted);
  std::vector<int32_t> order;
  for (const Row& row : *sorted) {
    order.push_back(row[1].int_value());
  }
  EXPECT_THAT(order, ElementsAre(6, 2, 3, 4, 1, 5, 7));
}

TEST_F(SortTest, NoRowsGiveNone) {
  const Schema schema = Columns("a int");
  EXPECT_THAT(Lines(*SortOf({{0, false, false}}, Input(schema, {}))), IsEmpty());
  EXPECT_THAT(Lines(*SortOf({{0, false, false}}, ParallelInput(schema, {{Value::Int(1)}}), 0)),
              IsEmpty());
}

TEST_F(SortTest, FailureOfTheInputReachesTheCaller) {
  TestInput input;
  input.schema = Columns("a int");
  input.rows.assign(100, Row{Value::Int(1)});
  input.workers = 4;
  input.fail_at = 20;
  EXPECT_CODE(Code::kIoError, Run(*SortOf({{0, false, false}}, Input(input))));
}

TEST_F(SortTest, CanBeCancelledAndPolled) {
  const Schema schema = Columns("a int, b varchar");
  const std::vector<Row> rows = RandomRows(random_, schema, 500, 50);
  const std::vector<SortKey> keys = {{0, false, false}};
  const auto polled = RunPolling(*SortOf(keys, ParallelInput(schema, rows, true)));
  ASSERT_OK(polled);
  EXPECT_EQ(Text(*polled), SortedByHand(rows, keys));
  cancel_.Cancel();
  EXPECT_CODE(Code::kCancelled, Run(*SortOf(keys, Input(schema, rows))));
}

TEST_F(SortTest, BudgetThatIsTooSmallIsAClearError) {
  const Schema schema = Columns("a int, b varchar");
  const std::vector<Row> rows = RandomRows(random_, schema, 20000, 50);
  SetMemory(200000);
  const auto sorted = Run(*SortOf({{1, false, false}}, ParallelInput(schema, rows)));
  EXPECT_CODE(Code::kNoMemory, sorted);
  EXPECT_THAT(sorted.status().message(), HasSubstr("limit of 200000 bytes"));
}

}  // namespace
}  // namespace redbase::ql
