// Limit and Append, alone and one above the other, against rows counted by hand.
#include <algorithm>

#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LimitTest : public ExecutionTest {
 protected:
  LimitTest() : random_(seed_), trace_(__FILE__, __LINE__, "seed " + std::to_string(seed_)) {}

  static PlanPtr LimitOf(std::optional<Value> count, std::optional<Value> offset, PlanPtr child) {
    const Schema schema = child->schema;
    return Above(schema, Limit{std::move(count), std::move(offset)}, std::move(child));
  }
  static PlanPtr First(int32_t count, PlanPtr child) {
    return LimitOf(Value::Int(count), std::nullopt, std::move(child));
  }
  static PlanPtr AppendOf(std::vector<PlanPtr> children) {
    Schema schema = children[0]->schema;
    return MakePlan(std::move(schema), Append{}, std::move(children));
  }
  static std::vector<Row> Slice(const std::vector<Row>& rows, size_t first, size_t count) {
    first = std::min(first, rows.size());
    count = std::min(count, rows.size() - first);
    return {rows.begin() + static_cast<ptrdiff_t>(first),
            rows.begin() + static_cast<ptrdiff_t>(first + count)};
  }
  static std::vector<Row> Numbers(int32_t first, int32_t count) {
    std::vector<Row> rows;
    for (int32_t i = 0; i < count; ++i) {
      rows.push_back({Value::Int(first + i)});
    }
    return rows;
  }

  const uint64_t seed_ = NewSeed();
  Random random_;
  ::testing::ScopedTrace trace_;
  const Schema schema_ = Columns("a int, b varchar");
  const Schema number_ = Columns("a int");
};

TEST_F(LimitTest, GivesTheRowsOfTheRangeInTheSourcesOrder) {
  for (int round = 0; round < 60; ++round) {
    const std::vector<Row> rows = RandomRows(random_, schema_, random_.Below(400), 50);
    const uint64_t offset = random_.Below(random_.OneIn(3) ? 1 : 450);
    const uint64_t count = random_.Below(450);
    SetParallel(!random_.OneIn(4));
    const PlanPtr plan = LimitOf(Value::Bigint(static_cast<int64_t>(count)),
                                 Value::Int(static_cast<int32_t>(offset)),
                                 ParallelInput(schema_, rows, random_.OneIn(3)));
    ASSERT_EQ(Lines(*plan), Text(Slice(rows, offset, count))) << offset << " " << count;
  }
}

TEST_F(LimitTest, BehindAFilterThatKeepsFewRows) {
  for (int round = 0; round < 30; ++round) {
    const std::vector<Row> rows = RandomRows(random_, schema_, 3000, 40);
    std::vector<Row> kept;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(kept),
                 [](const Row& row) { return !row[0].is_null() && row[0].int_value() == 3; });
    const auto count = static_cast<int32_t>(random_.Below(kept.size() + 5));
    PlanPtr filtered = Above(schema_, Filter{Comparison(schema_, 0, CompareOp::kEq, Value::Int(3))},
                             ParallelInput(schema_, rows));
    ASSERT_EQ(Lines(*First(count, std::move(filtered))),
              Text(Slice(kept, 0, static_cast<size_t>(count))));
  }
}

TEST_F(LimitTest, NullsAreNoLimit) {
  const std::vector<Row> rows = Numbers(0, 100);
  EXPECT_EQ(Lines(*LimitOf(Value::Null(), Value::Null(), Input(number_, rows))), Text(rows));
  EXPECT_EQ(Lines(*LimitOf(std::nullopt, Value::Int(40), Input(number_, rows))),
            Text(Numbers(40, 60)));
}

TEST_F(LimitTest, NegativeNumbersAreRefused) {
  const auto limited = Run(*First(-1, Input(number_, {})));
  EXPECT_CODE(Code::kInvalidArgument, limited);
  EXPECT_THAT(limited.status().message(), HasSubstr("limit must not be negative: -1"));
  const auto skipped = Run(*LimitOf(std::nullopt, Value::Bigint(-5), Input(number_, {})));
  EXPECT_CODE(Code::kInvalidArgument, skipped);
  EXPECT_THAT(skipped.status().message(), HasSubstr("offset must not be negative: -5"));
}

// What is not read cannot fail.
TEST_F(LimitTest, ReadsNoMoreThanItNeeds) {
  TestInput input;
  input.schema = number_;
  input.rows = Numbers(0, 100);
  input.fail_at = 4;
  SetParallel(false);
  EXPECT_EQ(Lines(*First(12, Input(input))), Text(Numbers(0, 12)));
  EXPECT_CODE(Code::kIoError, Run(*First(13, Input(input))));
  input.fail_at = 0;
  EXPECT_THAT(Lines(*First(0, Input(input))), IsEmpty());
}

// Workers that have read ahead may have failed there.
TEST_F(LimitTest, FailureBehindTheLastRowIsNone) {
  for (int round = 0; round < 50; ++round) {
    TestInput input;
    input.schema = number_;
    input.rows = Numbers(0, 300);
    input.workers = 4;
    input.fail_at = 20;
    input.blocks = random_.OneIn(2);
    ASSERT_EQ(Lines(*First(60, Input(input))), Text(Numbers(0, 60)));
    ASSERT_CODE(Code::kIoError, Run(*First(61, Input(input))));
  }
}

TEST_F(LimitTest, StopsAScanThatFindsNothingMore) {
  CreateTable("T", "a int, b varchar");
  std::vector<Row> rows(60000, Row{Value::Int(7), Value::String("some text of some length")});
  rows[100][0] = Value::Int(1);
  ASSERT_OK(Fill("T", rows));
  const PlanPtr plan = First(
      1, Scan("T", {{rm::ColumnPredicate::Kind::kCompare, 0, CompareOp::kEq, Value::Int(1)}}));
  EXPECT_THAT(Lines(*plan), ElementsAre("1 | some text of some length"));
}

TEST_F(LimitTest, CanBePolled) {
  const std::vector<Row> rows = Numbers(0, 500);
  const auto given = RunPolling(*First(200, ParallelInput(number_, rows, true)));
  ASSERT_OK(given);
  EXPECT_EQ(Text(*given), Text(Numbers(0, 200)));
}

TEST_F(LimitTest, CanBeCancelled) {
  cancel_.Cancel();
  EXPECT_CODE(Code::kCancelled, Run(*First(5, Input(number_, Numbers(0, 10)))));
}

TEST_F(LimitTest, AppendGivesOneInputAfterAnother) {
  for (int round = 0; round < 40; ++round) {
    std::vector<PlanPtr> children;
    std::vector<Row> all;
    for (uint64_t i = 0, count = 1 + random_.Below(5); i < count; ++i) {
      const std::vector<Row> rows = RandomRows(random_, schema_, random_.Below(200), 50);
      all.insert(all.end(), rows.begin(), rows.end());
      children.push_back(random_.OneIn(2) ? Input(schema_, rows)
                                          : ParallelInput(schema_, rows, random_.OneIn(2)));
    }
    SetParallel(!random_.OneIn(4));
    ASSERT_EQ(Lines(*AppendOf(std::move(children))), Text(all));
  }
}

TEST_F(LimitTest, AppendsOfAppendsKeepTheirOrder) {
  std::vector<PlanPtr> inner;
  inner.push_back(ParallelInput(number_, Numbers(0, 100)));
  inner.push_back(ParallelInput(number_, Numbers(100, 100)));
  std::vector<PlanPtr> outer;
  outer.push_back(AppendOf(std::move(inner)));
  outer.push_back(First(50, ParallelInput(number_, Numbers(200, 100), true)));
  outer.push_back(ParallelInput(number_, Numbers(250, 100)));
  EXPECT_EQ(Lines(*AppendOf(std::move(outer))), Text(Numbers(0, 350)));
}

TEST_F(LimitTest, LimitOfAnAppendLeavesTheLaterInputsAlone) {
  TestInput failing;
  failing.schema = number_;
  failing.fail_at = 0;
  failing.workers = 4;
  for (int round = 0; round < 20; ++round) {
    std::vector<PlanPtr> children;
    children.push_back(ParallelInput(number_, Numbers(0, 90)));
    children.push_back(Input(failing));
    ASSERT_EQ(Lines(*First(90, AppendOf(std::move(children)))), Text(Numbers(0, 90)));
  }
}

TEST_F(LimitTest, FailureOfAnInputOfAnAppendReachesTheCaller) {
  TestInput failing;
  failing.schema = number_;
  failing.rows = Numbers(0, 100);
  failing.fail_at = 7;
  failing.workers = 4;
  std::vector<PlanPtr> children;
  children.push_back(ParallelInput(number_, Numbers(0, 90)));
  children.push_back(Input(failing));
  EXPECT_CODE(Code::kIoError, Run(*AppendOf(std::move(children))));
}

TEST_F(LimitTest, AppendRefusesInputsOfOtherTypes) {
  std::vector<PlanPtr> children;
  children.push_back(Input(number_, {}));
  children.push_back(Input(schema_, {}));
  EXPECT_CODE(Code::kInternal, Run(*AppendOf(std::move(children))));
}

}  // namespace
}  // namespace redbase::ql
