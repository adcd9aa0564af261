// Aggregates against groups made by hand.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Function = AggregateFunction;

constexpr LogicalType kInt{TypeId::kInt, 0};
constexpr LogicalType kBigint{TypeId::kBigint, 0};
constexpr LogicalType kDouble{TypeId::kDouble, 0};
constexpr LogicalType kBoolean{TypeId::kBoolean, 0};
constexpr LogicalType kText{TypeId::kText, 0};

struct Call {
  AggregateCall call;
  LogicalType result;
};

class AggregateTest : public ExecutionTest {
 protected:
  AggregateTest() : random_(seed_), trace_(__FILE__, __LINE__, "seed " + std::to_string(seed_)) {}

  static Call Of(Function function, std::vector<uint32_t> arguments, LogicalType result,
                 bool distinct = false) {
    AggregateCall call;
    call.function = function;
    call.arguments = std::move(arguments);
    call.distinct = distinct;
    return {std::move(call), result};
  }
  static PlanPtr AggregateOf(std::vector<uint32_t> groups, const std::vector<Call>& calls,
                             PlanPtr child) {
    Schema schema = child->schema.Project(groups);
    Aggregate aggregate{std::move(groups), {}};
    for (const Call& call : calls) {
      schema.Add({"x", call.result, ""});
      aggregate.calls.push_back(call.call);
    }
    return Above(std::move(schema), std::move(aggregate), std::move(child));
  }
  std::vector<Row> RunOk(const PlanNode& plan) {
    Result<std::vector<Row>> rows = Run(plan);
    EXPECT_OK(rows);
    return rows.ok() ? std::move(*rows) : std::vector<Row>{};
  }

  // The rows of each group, groups in the order of their first row.
  static std::vector<std::vector<Row>> GroupsOf(const std::vector<Row>& rows,
                                                const std::vector<uint32_t>& columns) {
    std::map<std::string, size_t> known;
    std::vector<std::vector<Row>> groups;
    for (const Row& row : rows) {
      std::string key;
      for (const uint32_t column : columns) {
        key += (row[column].is_null() ? "n" : "v" + row[column].ToString()) + "|";
      }
      const auto [found, added] = known.emplace(key, groups.size());
      if (added) {
        groups.emplace_back();
      }
      groups[found->second].push_back(row);
    }
    return groups;
  }
  static std::vector<Value> ValuesOf(const std::vector<Row>& rows, uint32_t column) {
    std::vector<Value> values;
    for (const Row& row : rows) {
      if (!row[column].is_null()) {
        values.push_back(row[column]);
      }
    }
    return values;
  }
  static Value ExtremeOf(const std::vector<Value>& values, bool max) {
    const auto less = [](const Value& a, const Value& b) { return Value::Compare(a, b) < 0; };
    if (values.empty()) {
      return Value::Null();
    }
    return max ? *std::max_element(values.begin(), values.end(), less)
               : *std::min_element(values.begin(), values.end(), less);
  }

  const uint64_t seed_ = NewSeed();
  Random random_;
  ::testing::ScopedTrace trace_;
};

TEST_F(AggregateTest, GroupsByAnyColumns) {
  const Schema schema = Columns("a int, b varchar, c double, d smallint, e bigint, f real");
  for (int round = 0; round < 40; ++round) {
    const std::vector<Row> rows =
        RandomRows(random_, schema, random_.Below(1500), 1 + random_.Below(30));
    std::vector<uint32_t> groups;
    for (uint64_t i = 0, count = 1 + random_.Below(3); i < count; ++i) {
      groups.push_back(static_cast<uint32_t>(random_.Below(6)));
    }
    std::vector<std::string> wanted;
    for (const std::vector<Row>& group : GroupsOf(rows, groups)) {
      Row row;
      for (const uint32_t column : groups) {
        row.push_back(group[0][column]);
      }
      int64_t sum = 0;
      for (const Value& value : ValuesOf(group, 0)) {
        sum += value.int_value();
      }
      const bool any = !ValuesOf(group, 0).empty();
      row.push_back(Value::Bigint(static_cast<int64_t>(group.size())));
      row.push_back(Value::Bigint(static_cast<int64_t>(ValuesOf(group, 1).size())));
      row.push_back(any ? Value::Bigint(sum) : Value::Null());
      row.push_back(ExtremeOf(ValuesOf(group, 1), false));
      row.push_back(ExtremeOf(ValuesOf(group, 1), true));
      row.push_back(ExtremeOf(ValuesOf(group, 2), false));
      row.push_back(ExtremeOf(ValuesOf(group, 3), true));
      wanted.push_back(Text(row));
    }
    SetParallel(round % 3 != 0);
    const PlanPtr plan =
        AggregateOf(groups,
                    {Of(Function::kCountRows, {}, kBigint), Of(Function::kCount, {1}, kBigint),
                     Of(Function::kSum, {0}, kBigint), Of(Function::kMin, {1}, schema[1].type),
                     Of(Function::kMax, {1}, schema[1].type), Of(Function::kMin, {2}, kDouble),
                     Of(Function::kMax, {3}, schema[3].type)},
                    ParallelInput(schema, rows, random_.OneIn(4)));
    ASSERT_EQ(Lines(*plan), wanted);
  }
}

TEST_F(AggregateTest, ManyGroupsOfSeveralWorkersComeInTheSourcesOrder) {
  const Schema schema = Columns("a int, b varchar, v int");
  TestInput input;
  input.schema = schema;
  input.rows = RandomRows(random_, schema, 120000, 60000);
  input.rows_per_morsel = 900;
  input.workers = 4;
  std::vector<std::string> wanted;
  for (const std::vector<Row>& group : GroupsOf(input.rows, {0, 1})) {
    Row row = {group[0][0], group[0][1], Value::Bigint(static_cast<int64_t>(group.size()))};
    row.push_back(group[0][1]);
    row.push_back(ExtremeOf(ValuesOf(group, 2), true));
    wanted.push_back(Text(row));
  }
  const PlanPtr plan =
      AggregateOf({0, 1},
                  {Of(Function::kCountRows, {}, kBigint), Of(Function::kFirst, {1}, schema[1].type),
                   Of(Function::kMax, {2}, kInt)},
                  Input(input));
  EXPECT_TRUE(Lines(*plan) == wanted);
  SetParallel(false);
  EXPECT_TRUE(Lines(*plan) == wanted);
}

TEST_F(AggregateTest, WithoutCallsItIsDistinct) {
  const Schema schema = Columns("a int, b varchar");
  const std::vector<Row> rows = RandomRows(random_, schema, 2000, 12);
  std::vector<std::string> wanted;
  for (const std::vector<Row>& group : GroupsOf(rows, {0, 1})) {
    wanted.push_back(Text(group[0]));
  }
  EXPECT_EQ(Lines(*AggregateOf({0, 1}, {}, ParallelInput(schema, rows))), wanted);
}

TEST_F(AggregateTest, WithoutGroupsThereIsOneRowAlsoOfNone) {
  const Schema schema = Columns("a int, b varchar, c boolean");
  const std::vector<Call> calls = {
      Of(Function::kCountRows, {}, kBigint), Of(Function::kCount, {0}, kBigint),
      Of(Function::kSum, {0}, kBigint),      Of(Function::kMax, {1}, schema[1].type),
      Of(Function::kBoolAnd, {2}, kBoolean), Of(Function::kStringAgg, {1}, kText)};
  const auto none = RunOk(*AggregateOf({}, calls, Input(schema, {})));
  EXPECT_THAT(Text(none), ElementsAre("0 | 0 | null | null | null | null"));
  EXPECT_THAT(Lines(*AggregateOf({0}, calls, Input(schema, {}))), IsEmpty());
  const std::vector<Row> rows = RandomRows(random_, schema, 3000, 100);
  int64_t sum = 0;
  for (const Value& value : ValuesOf(rows, 0)) {
    sum += value.int_value();
  }
  const auto all = RunOk(*AggregateOf({}, calls, ParallelInput(schema, rows)));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0][0].bigint_value(), 3000);
  EXPECT_EQ(all[0][2].bigint_value(), sum);
}

TEST_F(AggregateTest, SumsAreExact) {
  const LogicalType wide = LogicalType::Decimal(38, 0);
  const Schema schema = Columns("a bigint");
  const std::vector<Row> rows(1000, Row{Value::Bigint(std::numeric_limits<int64_t>::max())});
  const auto summed =
      RunOk(*AggregateOf({}, {Of(Function::kSum, {0}, wide)}, ParallelInput(schema, rows)));
  ASSERT_EQ(summed.size(), 1U);
  EXPECT_EQ(summed[0][0],
            Value::OfDecimal({Int128{std::numeric_limits<int64_t>::max()} * 1000, 0}));
}

TEST_F(AggregateTest, SumsAndAveragesOfDecimalsAreExactAndRounded) {
  const LogicalType price = LogicalType::Decimal(10, 2);
  const Schema schema({{"a", price, "T"}});
  const std::vector<Row> rows = {{Value::OfDecimal({1001, 2})},
                                 {Value::OfDecimal({-250, 2})},
                                 {Value::Null()},
                                 {Value::OfDecimal({1, 2})}};
  const auto given = RunOk(*AggregateOf({},
                                        {Of(Function::kSum, {0}, LogicalType::Decimal(38, 2)),
                                         Of(Function::kAvg, {0}, LogicalType::Decimal(38, 6))},
                                        Input(schema, rows)));
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0][0], Value::OfDecimal({752, 2}));
  EXPECT_EQ(given[0][1], Value::OfDecimal({2506667, 6}));  // 7.52 / 3 = 2.50666...
}

TEST_F(AggregateTest, AverageOfIntegersIsADecimal) {
  const Schema schema = Columns("a int");
  const auto given = RunOk(*AggregateOf(
      {}, {Of(Function::kAvg, {0}, LogicalType::Decimal(38, 3))},
      Input(schema, {{Value::Int(1)}, {Value::Int(-2)}, {Value::Int(-2)}, {Value::Int(-3)}})));
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0][0], Value::OfDecimal({-1500, 3}));
}

TEST_F(AggregateTest, SumThatDoesNotFitIsAnError) {
  const LogicalType wide = LogicalType::Decimal(38, 0);
  const Schema schema({{"a", wide, "T"}});
  const Value large = Value::OfDecimal({common::PowerOfTen(38) - 1, 0});
  for (const size_t count : {2, 3}) {
    const std::vector<Row> rows(count, Row{large});
    const auto summed = Run(*AggregateOf({}, {Of(Function::kSum, {0}, wide)}, Input(schema, rows)));
    EXPECT_CODE(Code::kInvalidArgument, summed);
    EXPECT_THAT(summed.status().message(), HasSubstr("decimal(38,0) out of range"));
  }
}

TEST_F(AggregateTest, SumsOfDoublesDoNotLoseWhatIsSmall) {
  const Schema schema = Columns("a double");
  std::vector<Row> rows;
  for (int i = 0; i < 2000; ++i) {
    rows.push_back({Value::Double(1e17)});
    rows.push_back({Value::Double(0.25)});
    rows.push_back({Value::Double(-1e17)});
  }
  for (int round = 0; round < 10; ++round) {
    const auto summed =
        RunOk(*AggregateOf({}, {Of(Function::kSum, {0}, kDouble), Of(Function::kAvg, {0}, kDouble)},
                           ParallelInput(schema, rows)));
    ASSERT_EQ(summed.size(), 1U);
    EXPECT_EQ(summed[0][0], Value::Double(500));
    EXPECT_EQ(summed[0][1], Value::Double(500.0 / 6000));
  }
}

TEST_F(AggregateTest, InfinityAndNanArePassedOn) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Schema schema = Columns("g int, a double");
  const auto given =
      RunOk(*AggregateOf({0}, {Of(Function::kSum, {1}, kDouble), Of(Function::kMax, {1}, kDouble)},
                         Input(schema, {{Value::Int(1), Value::Double(infinity)},
                                        {Value::Int(1), Value::Double(1)},
                                        {Value::Int(2), Value::Double(std::nan(""))},
                                        {Value::Int(2), Value::Double(infinity)},
                                        {Value::Int(3), Value::Double(infinity)},
                                        {Value::Int(3), Value::Double(-infinity)}})));
  ASSERT_EQ(given.size(), 3U);
  EXPECT_EQ(given[0][1], Value::Double(infinity));
  EXPECT_TRUE(std::isnan(given[1][1].double_value()));
  EXPECT_TRUE(std::isnan(given[1][2].double_value()));
  EXPECT_TRUE(std::isnan(given[2][1].double_value()));
  EXPECT_EQ(given[2][2], Value::Double(infinity));
}

TEST_F(AggregateTest, VariancesAreStable) {
  for (const char* type : {"int", "bigint", "double", "smallint"}) {
    SCOPED_TRACE(type);
    const Schema schema = Columns(std::string("a ") + type);
    std::vector<Row> rows;
    double mean = 0;
    const int offset = std::string(type) == "smallint" ? 0 : 1000000000;
    std::vector<int> values;
    for (int i = 0; i < 1000; ++i) {
      values.push_back(static_cast<int>(random_.Below(10)));
      mean += values.back() / 1000.0;
      const int32_t value = offset + values.back();
      rows.push_back({std::string(type) == "bigint"   ? Value::Bigint(value)
                      : std::string(type) == "double" ? Value::Double(value)
                                                      : Value::Int(value)});
    }
    double squares = 0;
    for (const int value : values) {
      squares += (value - mean) * (value - mean);
    }
    const auto given = RunOk(*AggregateOf(
        {},
        {Of(Function::kVarPop, {0}, kDouble), Of(Function::kVarSamp, {0}, kDouble),
         Of(Function::kStddevPop, {0}, kDouble), Of(Function::kStddevSamp, {0}, kDouble)},
        ParallelInput(schema, rows)));
    ASSERT_EQ(given.size(), 1U);
    EXPECT_NEAR(given[0][0].double_value(), squares / 1000, 1e-6);
    EXPECT_NEAR(given[0][1].double_value(), squares / 999, 1e-6);
    EXPECT_NEAR(given[0][2].double_value(), std::sqrt(squares / 1000), 1e-6);
    EXPECT_NEAR(given[0][3].double_value(), std::sqrt(squares / 999), 1e-6);
  }
}

TEST_F(AggregateTest, VarianceOfOneValueIsNullForASample) {
  const Schema schema = Columns("a int, b double");
  const std::vector<Call> calls = {
      Of(Function::kVarSamp, {0}, kDouble), Of(Function::kVarPop, {0}, kDouble),
      Of(Function::kVarSamp, {1}, kDouble), Of(Function::kVarPop, {1}, kDouble)};
  const auto one =
      RunOk(*AggregateOf({}, calls, Input(schema, {{Value::Int(5), Value::Double(5)}})));
  EXPECT_EQ(one[0], (Row{Value::Null(), Value::Double(0), Value::Null(), Value::Double(0)}));
  const auto none = RunOk(*AggregateOf({}, calls, Input(schema, {})));
  EXPECT_EQ(none[0], Row(4));
}

TEST_F(AggregateTest, DistinctValuesCountOnce) {
  const Schema schema = Columns("g int, a int, b varchar");
  for (int round = 0; round < 15; ++round) {
    const std::vector<Row> rows = RandomRows(random_, schema, random_.Below(3000), 8);
    std::vector<std::string> wanted;
    for (const std::vector<Row>& group : GroupsOf(rows, {0})) {
      std::set<int32_t> numbers;
      for (const Value& value : ValuesOf(group, 1)) {
        numbers.insert(value.int_value());
      }
      int64_t sum = 0;
      for (const int32_t number : numbers) {
        sum += number;
      }
      std::set<std::string> texts;
      for (const Value& value : ValuesOf(group, 2)) {
        texts.insert(value.string_value());
      }
      std::string together;
      for (const std::string& text : texts) {
        together += text;
      }
      wanted.push_back(Text({group[0][0], Value::Bigint(static_cast<int64_t>(numbers.size())),
                             numbers.empty() ? Value::Null() : Value::Bigint(sum),
                             Value::Bigint(static_cast<int64_t>(texts.size())),
                             texts.empty() ? Value::Null() : Value::String(together)}));
    }
    const PlanPtr plan = AggregateOf(
        {0},
        {Of(Function::kCount, {1}, kBigint, true), Of(Function::kSum, {1}, kBigint, true),
         Of(Function::kCount, {2}, kBigint, true), Of(Function::kStringAgg, {2}, kText, true)},
        ParallelInput(schema, rows));
    SetParallel(round % 3 != 0);
    ASSERT_EQ(Lines(*plan), wanted);
  }
}

TEST_F(AggregateTest, FilterChoosesRows) {
  const Schema schema = Columns("g int, f boolean, a int");
  const std::vector<Row> rows = RandomRows(random_, schema, 1000, 6);
  std::vector<std::string> wanted;
  for (const std::vector<Row>& group : GroupsOf(rows, {0})) {
    int64_t count = 0;
    for (const Row& row : group) {
      count += row[1] == Value::Boolean(true) ? 1 : 0;
    }
    wanted.push_back(Text(
        {group[0][0], Value::Bigint(count), Value::Bigint(static_cast<int64_t>(group.size()))}));
  }
  Call filtered = Of(Function::kCountRows, {}, kBigint);
  filtered.call.filter = 1;
  EXPECT_EQ(Lines(*AggregateOf({0}, {filtered, Of(Function::kCountRows, {}, kBigint)},
                               ParallelInput(schema, rows))),
            wanted);
}

TEST_F(AggregateTest, BooleansAreAndedAndOred) {
  const Schema schema = Columns("g int, f boolean");
  const std::vector<Row> rows = RandomRows(random_, schema, 300, 40);
  std::vector<std::string> wanted;
  for (const std::vector<Row>& group : GroupsOf(rows, {0})) {
    const std::vector<Value> values = ValuesOf(group, 1);
    const auto is_true = [](const Value& value) { return value == Value::Boolean(true); };
    Row row = {group[0][0], Value::Null(), Value::Null()};
    if (!values.empty()) {
      row[1] = Value::Boolean(std::all_of(values.begin(), values.end(), is_true));
      row[2] = Value::Boolean(std::any_of(values.begin(), values.end(), is_true));
    }
    wanted.push_back(Text(row));
  }
  EXPECT_EQ(Lines(*AggregateOf(
                {0}, {Of(Function::kBoolAnd, {1}, kBoolean), Of(Function::kBoolOr, {1}, kBoolean)},
                ParallelInput(schema, rows))),
            wanted);
}

TEST_F(AggregateTest, TextsArePutTogetherInTheOrderOfTheSourceOrTheirOwn) {
  const Schema schema = Columns("g int, t varchar, d varchar, o int");
  for (int round = 0; round < 15; ++round) {
    const std::vector<Row> rows = RandomRows(random_, schema, random_.Below(800), 9);
    std::vector<std::string> wanted;
    const auto join = [](const std::vector<Row>& group) {
      Value text = Value::Null();
      for (const Row& row : group) {
        if (row[1].is_null()) {
          continue;
        }
        std::string next;
        if (!text.is_null()) {
          next = text.string_value() + (row[2].is_null() ? "" : row[2].string_value());
        }
        text = Value::String(next + row[1].string_value());
      }
      return text;
    };
    for (std::vector<Row> group : GroupsOf(rows, {0})) {
      Row row = {group[0][0], join(group)};
      // Nulls are the largest, so they come first.
      std::stable_sort(group.begin(), group.end(), [](const Row& a, const Row& b) {
        if (a[3].is_null() || b[3].is_null()) {
          return a[3].is_null() && !b[3].is_null();
        }
        return a[3].int_value() > b[3].int_value();
      });
      row.push_back(join(group));
      wanted.push_back(Text(row));
    }
    Call ordered = Of(Function::kStringAgg, {1, 2}, kText);
    ordered.call.order = {{3, true, true}};
    SetParallel(round % 3 != 0);
    ASSERT_EQ(Lines(*AggregateOf({0}, {Of(Function::kStringAgg, {1, 2}, kText), ordered},
                                 ParallelInput(schema, rows))),
              wanted);
  }
}

TEST_F(AggregateTest, ZerosAreOneGroupAndSoAreNans) {
  const Schema schema = Columns("a double");
  const auto given = RunOk(*AggregateOf({0}, {Of(Function::kCountRows, {}, kBigint)},
                                        Input(schema, {{Value::Double(0.0)},
                                                       {Value::Double(-0.0)},
                                                       {Value::Double(std::nan("1"))},
                                                       {Value::Double(-std::nan("2"))},
                                                       {Value::Null()},
                                                       {Value::Null()}})));
  ASSERT_EQ(given.size(), 3U);
  for (const Row& row : given) {
    EXPECT_EQ(row[1], Value::Bigint(2));
  }
}

TEST_F(AggregateTest, FailureOfTheInputReachesTheCaller) {
  TestInput input;
  input.schema = Columns("a int");
  input.rows.assign(100, Row{Value::Int(1)});
  input.workers = 4;
  input.fail_at = 20;
  EXPECT_CODE(Code::kIoError,
              Run(*AggregateOf({0}, {Of(Function::kCountRows, {}, kBigint)}, Input(input))));
}

TEST_F(AggregateTest, CanBeCancelledAndPolled) {
  const Schema schema = Columns("a int");
  const std::vector<Row> rows = RandomRows(random_, schema, 500, 50);
  const PlanPtr plan = AggregateOf({0}, {}, ParallelInput(schema, rows, true));
  const auto polled = RunPolling(*plan);
  ASSERT_OK(polled);
  EXPECT_EQ(polled->size(), GroupsOf(rows, {0}).size());
  cancel_.Cancel();
  EXPECT_CODE(Code::kCancelled, Run(*plan));
}

TEST_F(AggregateTest, BudgetThatIsTooSmallIsAClearError) {
  const Schema schema = Columns("a int, b varchar");
  const std::vector<Row> rows = RandomRows(random_, schema, 20000, 1000000);
  SetMemory(200000);
  const auto grouped = Run(*AggregateOf({0, 1}, {}, ParallelInput(schema, rows)));
  EXPECT_CODE(Code::kNoMemory, grouped);
  EXPECT_THAT(grouped.status().message(), HasSubstr("limit of 200000 bytes"));
}

TEST_F(AggregateTest, ArraysAndWrongTypesAreRefused) {
  const Schema schema = Columns("a int, b varchar");
  EXPECT_CODE(Code::kInvalidArgument,
              Run(*AggregateOf({}, {Of(Function::kArrayAgg, {0}, kText)}, Input(schema, {}))));
  EXPECT_CODE(Code::kInternal,
              Run(*AggregateOf({}, {Of(Function::kMax, {0}, kBigint)}, Input(schema, {}))));
  EXPECT_CODE(Code::kInternal,
              Run(*AggregateOf({}, {Of(Function::kSum, {1}, kBigint)}, Input(schema, {}))));
}

}  // namespace
}  // namespace redbase::ql
