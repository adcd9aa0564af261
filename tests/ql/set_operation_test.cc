// Intersections and differences against rows counted by hand.
#include <algorithm>
#include <map>

#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SetOperationTest : public ExecutionTest {
 protected:
  SetOperationTest()
      : random_(seed_), trace_(__FILE__, __LINE__, "seed " + std::to_string(seed_)) {}

  static PlanPtr Operation(SetOperationKind kind, bool all, PlanPtr left, PlanPtr right) {
    const Schema schema = left->schema;
    return AboveTwo(schema, SetOperation{kind, all}, std::move(left), std::move(right));
  }

  static std::vector<std::string> ByHand(SetOperationKind kind, bool all,
                                         const std::vector<Row>& left,
                                         const std::vector<Row>& right) {
    std::map<std::string, size_t> in_right;
    for (const Row& row : right) {
      ++in_right[Text(row)];
    }
    std::map<std::string, size_t> in_left;
    std::vector<std::string> order;
    for (const Row& row : left) {
      if (++in_left[Text(row)] == 1) {
        order.push_back(Text(row));
      }
    }
    std::vector<std::string> lines;
    for (const std::string& line : order) {
      const size_t l = in_left[line];
      const size_t r = in_right[line];
      size_t times = kind == SetOperationKind::kIntersect ? std::min(l, r) : l - std::min(l, r);
      if (!all) {
        times = kind == SetOperationKind::kIntersect ? std::min<size_t>(times, 1) : r == 0 ? 1 : 0;
      }
      lines.insert(lines.end(), times, line);
    }
    return lines;
  }

  const uint64_t seed_ = NewSeed();
  Random random_;
  ::testing::ScopedTrace trace_;
};

TEST_F(SetOperationTest, GivesRowsAsOftenAsSqlSays) {
  const Schema schema = Columns("a int, b varchar");
  for (int round = 0; round < 25; ++round) {
    const std::vector<Row> left = RandomRows(random_, schema, random_.Below(600), 4);
    const std::vector<Row> right = RandomRows(random_, schema, random_.Below(600), 5);
    SetParallel(round % 3 != 0);
    for (const SetOperationKind kind : {SetOperationKind::kIntersect, SetOperationKind::kExcept}) {
      for (const bool all : {false, true}) {
        ASSERT_EQ(Lines(*Operation(kind, all, ParallelInput(schema, left),
                                   ParallelInput(schema, right, round % 2 == 0))),
                  ByHand(kind, all, left, right));
      }
    }
  }
}

TEST_F(SetOperationTest, ManyEqualRowsFillSeveralBatches) {
  const Schema schema = Columns("a int");
  const std::vector<Row> left(9000, Row{Value::Null()});
  const std::vector<Row> right(1000, Row{Value::Null()});
  const auto rows =
      Run(*Operation(SetOperationKind::kExcept, true, Input(schema, left), Input(schema, right)));
  ASSERT_OK(rows);
  EXPECT_EQ(rows->size(), 8000U);
}

TEST_F(SetOperationTest, EmptySides) {
  const Schema schema = Columns("a int");
  const std::vector<Row> rows = {{Value::Int(1)}, {Value::Int(1)}};
  EXPECT_THAT(
      Lines(*Operation(SetOperationKind::kIntersect, true, Input(schema, rows), Input(schema, {}))),
      IsEmpty());
  EXPECT_THAT(
      Lines(*Operation(SetOperationKind::kExcept, false, Input(schema, {}), Input(schema, rows))),
      IsEmpty());
  EXPECT_THAT(
      Lines(*Operation(SetOperationKind::kExcept, false, Input(schema, rows), Input(schema, {}))),
      ElementsAre("1"));
}

TEST_F(SetOperationTest, FailureOfEitherSideReachesTheCaller) {
  TestInput input;
  input.schema = Columns("a int");
  input.rows.assign(100, Row{Value::Int(1)});
  input.workers = 4;
  TestInput failing = input;
  failing.fail_at = 20;
  for (const bool left_fails : {true, false}) {
    EXPECT_CODE(Code::kIoError, Run(*Operation(SetOperationKind::kIntersect, false,
                                               Input(left_fails ? failing : input),
                                               Input(left_fails ? input : failing))));
  }
}

}  // namespace
}  // namespace redbase::ql
