#include "ql/query.h"

#include <numeric>

#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::HasSubstr;

std::vector<Row> Numbers(int count) {
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i) {
    rows.push_back({Value::Int(i)});
  }
  return rows;
}

class QueryTest : public ExecutionTest {
 protected:
  TestInput NumbersInput(int count) {
    TestInput input;
    input.schema = schema_;
    input.rows = Numbers(count);
    input.workers = 4;
    return input;
  }
  PlanPtr Filtered(PlanPtr child, CompareOp op, int constant) {
    std::vector<PlanPtr> children;
    children.push_back(std::move(child));
    return MakePlan(schema_, Filter{Comparison(schema_, 0, op, Value::Int(constant))},
                    std::move(children));
  }

  const Schema schema_ = Columns("a int");
};

TEST_F(QueryTest, GivesTheRowsOfItsSource) {
  EXPECT_EQ(Lines(*Input(schema_, Numbers(5))), Text(Numbers(5)));
  EXPECT_EQ(Lines(*Input(schema_, {})), Text(Numbers(0)));
}

TEST_F(QueryTest, WorkersKeepTheOrderOfTheSource) {
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(Lines(*Input(NumbersInput(3000))), Text(Numbers(3000)));
  }
}

TEST_F(QueryTest, LongStretchesWithoutRowsKeepTheOrder) {
  PlanPtr plan = Filtered(Input(NumbersInput(5000)), CompareOp::kGe, 4000);
  const std::vector<std::string> lines = Lines(*plan);
  ASSERT_EQ(lines.size(), 1000U);
  EXPECT_EQ(lines.front(), "4000");
  EXPECT_EQ(lines.back(), "4999");
}

TEST_F(QueryTest, SmallBufferSetsWorkersAside) {
  // A batch takes more than the share of the budget that may wait.
  SetMemory(100000);
  for (int round = 0; round < 10; ++round) {
    ASSERT_EQ(Lines(*Input(NumbersInput(600))), Text(Numbers(600)));
  }
}

TEST_F(QueryTest, BlockedWorkersAreResumed) {
  TestInput input = NumbersInput(500);
  input.blocks = true;
  for (const size_t workers : {1, 4}) {
    input.workers = workers;
    EXPECT_EQ(Lines(*Input(input)), Text(Numbers(500)));
    const auto polled = RunPolling(*Input(input));
    ASSERT_OK(polled);
    EXPECT_EQ(Text(*polled), Text(Numbers(500)));
  }
}

TEST_F(QueryTest, SourceMayWakeInsideOfNext) {
  SetParallel(false);
  TestInput input = NumbersInput(100);
  input.blocks = true;
  EXPECT_EQ(Lines(*Input(input)), Text(Numbers(100)));
}

TEST_F(QueryTest, PollingGivesTheSameRows) {
  const auto rows = RunPolling(*Filtered(Input(NumbersInput(3000)), CompareOp::kLt, 2000));
  ASSERT_OK(rows);
  EXPECT_EQ(Text(*rows), Text(Numbers(2000)));
}

TEST_F(QueryTest, FailureOfTheSourceReachesTheCaller) {
  for (const size_t workers : {1, 4}) {
    TestInput input = NumbersInput(3000);
    input.workers = workers;
    input.fail_at = 100;
    const auto rows = Run(*Input(input));
    EXPECT_CODE(Code::kIoError, rows);
    EXPECT_EQ(rows.status().message(), "disk on fire");
    EXPECT_CODE(Code::kIoError, RunPolling(*Input(input)));
  }
}

// A worker that waits for room must not wait for one that has failed.
TEST_F(QueryTest, FailureFreesWorkersThatWait) {
  SetMemory(100000);
  for (int round = 0; round < 30; ++round) {
    TestInput input = NumbersInput(600);
    input.fail_at = 20 + static_cast<size_t>(round);
    ASSERT_CODE(Code::kIoError, Run(*Input(input)));
  }
}

TEST_F(QueryTest, FailureOfTheFirstMorselIsAFailure) {
  TestInput input = NumbersInput(10);
  input.fail_at = 0;
  EXPECT_CODE(Code::kIoError, Run(*Input(input)));
}

TEST_F(QueryTest, ErrorIsGivenAgain) {
  TestInput input = NumbersInput(10);
  input.fail_at = 0;
  const PlanPtr plan = Input(input);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Query> query, Query::Start(*plan, Context()));
  Batch batch;
  EXPECT_CODE(Code::kIoError, query->Next(&batch));
  EXPECT_CODE(Code::kIoError, query->Next(&batch));
}

TEST_F(QueryTest, QueryMayBeLeftInTheMiddle) {
  const TestInput input = NumbersInput(20000);
  for (int round = 0; round < 20; ++round) {
    const PlanPtr plan = Input(input);
    ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Query> query, Query::Start(*plan, Context()));
    Batch batch;
    ASSERT_OK_AND_ASSIGN(const bool more, query->Next(&batch));
    EXPECT_TRUE(more);
  }
}

TEST_F(QueryTest, CancelledStatementStops) {
  const PlanPtr plan = Input(NumbersInput(100000));
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<Query> query, Query::Start(*plan, Context()));
  Batch batch;
  ASSERT_OK_AND_ASSIGN(bool more, query->Next(&batch));
  cancel_.Cancel();
  Status status;
  while (more && status.ok()) {
    Result<bool> next = query->Next(&batch);
    status = next.status();
    more = next.ok() && *next;
  }
  EXPECT_CODE(Code::kCancelled, status);
  query.reset();
  EXPECT_CODE(Code::kCancelled, Run(*Input(NumbersInput(1))));
}

TEST_F(QueryTest, ProjectionComputesAndKeepsColumns) {
  std::vector<ExprPtr> expressions;
  expressions.push_back(Expr::Cast(ColumnOf(schema_, 0), {TypeId::kReal, 0}));
  expressions.push_back(ColumnOf(schema_, 0));
  expressions.push_back(ColumnOf(schema_, 0));
  expressions.push_back(Expr::Constant(Value::String("a constant"), {TypeId::kVarchar, 0}));
  TestInput input = NumbersInput(2);
  input.with_selection = true;
  std::vector<PlanPtr> children;
  children.push_back(Input(input));
  const PlanPtr plan = MakePlan(Columns("x real, y int, z int, s varchar"),
                                Project{std::move(expressions)}, std::move(children));
  EXPECT_THAT(Lines(*plan), ::testing::ElementsAre("0.000000 | 0 | 0 | a constant",
                                                   "1.000000 | 1 | 1 | a constant"));
}

TEST_F(QueryTest, ExchangeWithoutPartitionsIsRefused) {
  ExecContext context = Context();
  context.exchanges = nullptr;
  const auto query = Query::Start(*Input(schema_, {}), context);
  EXPECT_CODE(Code::kInternal, query);
  EXPECT_THAT(query.status().message(), HasSubstr("exchange"));
}

}  // namespace
}  // namespace redbase::ql
