// Hash join, nested loop join and index join against pairs made by hand.
#include <cmath>
#include <functional>

#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Condition = std::function<bool(const Row& left, const Row& right)>;

std::vector<std::string> JoinedByHand(const std::vector<Row>& left, const std::vector<Row>& right,
                                      const Condition& condition) {
  std::vector<std::string> lines;
  for (const Row& l : left) {
    for (const Row& r : right) {
      if (condition(l, r)) {
        Row row = l;
        row.insert(row.end(), r.begin(), r.end());
        lines.push_back(Text(row));
      }
    }
  }
  return lines;
}

bool AreEqual(const Value& a, const Value& b) {
  return !a.is_null() && !b.is_null() && Value::Compare(a, b) == 0;
}

class JoinTest : public ExecutionTest {
 protected:
  PlanPtr Join(HashJoin join, PlanPtr left, PlanPtr right) {
    return JoinPlan(std::move(join), std::move(left), std::move(right));
  }
  PlanPtr Join(ExprPtr condition, PlanPtr left, PlanPtr right) {
    return JoinPlan(NestedLoopJoin{std::move(condition)}, std::move(left), std::move(right));
  }
  // left.column op right.column, of joined rows.
  static ExprPtr Between(const Schema& left, uint32_t left_column, CompareOp op,
                         const Schema& right, uint32_t right_column) {
    return Expr::Compare(op, ColumnOf(left, left_column),
                         Expr::ColumnRef(static_cast<uint32_t>(left.size()) + right_column,
                                         right[right_column].type));
  }

 private:
  template <typename T>
  static PlanPtr JoinPlan(T join, PlanPtr left, PlanPtr right) {
    Schema schema = Schema::Join(left->schema, right->schema);
    return AboveTwo(std::move(schema), std::move(join), std::move(left), std::move(right));
  }
};

class RandomJoinTest : public JoinTest {
 protected:
  RandomJoinTest() : random_(seed_), trace_(__FILE__, __LINE__, "seed " + std::to_string(seed_)) {}

  std::vector<Row> SomeRows(const Schema& schema) {
    return RandomRows(random_, schema, random_.Below(300), 20);
  }

  const uint64_t seed_ = NewSeed();
  Random random_;
  ::testing::ScopedTrace trace_;
};

TEST_F(RandomJoinTest, HashJoinOnEachType) {
  for (const char* type : {"int", "real", "bigint", "double", "smallint", "c6", "varchar", "char3",
                           "money", "huge", "date", "timestamp", "interval", "uuid", "bytea"}) {
    SCOPED_TRACE(type);
    const Schema schema = Columns(std::string("k ") + type + ", v int");
    const std::vector<Row> left = SomeRows(schema);
    const std::vector<Row> right = SomeRows(schema);
    const auto wanted =
        JoinedByHand(left, right, [](const Row& l, const Row& r) { return AreEqual(l[0], r[0]); });
    const PlanPtr plan = Join(HashJoin{{0}, {0}, nullptr}, ParallelInput(schema, left),
                              ParallelInput(schema, right, true));
    EXPECT_EQ(Lines(*plan), wanted);
    SetParallel(false);
    EXPECT_EQ(Lines(*plan), wanted);
    SetParallel(true);
  }
}

TEST_F(RandomJoinTest, HashJoinOnTwoKeysWithResidual) {
  const Schema schema = Columns("a int, b varchar, c real");
  for (int round = 0; round < 20; ++round) {
    const std::vector<Row> left = SomeRows(schema);
    const std::vector<Row> right = SomeRows(schema);
    const auto wanted = JoinedByHand(left, right, [](const Row& l, const Row& r) {
      return AreEqual(l[0], r[0]) && AreEqual(l[1], r[1]) && !l[2].is_null() && !r[2].is_null() &&
             Value::Compare(l[2], r[2]) <= 0;
    });
    const PlanPtr plan =
        Join(HashJoin{{0, 1}, {0, 1}, Between(schema, 2, CompareOp::kLe, schema, 2)},
             ParallelInput(schema, left), ParallelInput(schema, right));
    ASSERT_EQ(Lines(*plan), wanted);
  }
}

TEST_F(RandomJoinTest, NestedLoopJoinWithAnyComparison) {
  const Schema left_schema = Columns("a int, b varchar");
  const Schema right_schema = Columns("c real, d c12");
  for (const CompareOp op : {CompareOp::kEq, CompareOp::kNe, CompareOp::kLt, CompareOp::kGe}) {
    const std::vector<Row> left = SomeRows(left_schema);
    const std::vector<Row> right = SomeRows(right_schema);
    const auto wanted = JoinedByHand(left, right, [op](const Row& l, const Row& r) {
      if (l[0].is_null() || r[0].is_null()) {
        return false;
      }
      const int order = Value::Compare(l[0], r[0]);
      return op == CompareOp::kEq   ? order == 0
             : op == CompareOp::kNe ? order != 0
             : op == CompareOp::kLt ? order < 0
                                    : order >= 0;
    });
    const PlanPtr plan =
        Join(Between(left_schema, 0, op, right_schema, 0), ParallelInput(left_schema, left),
             ParallelInput(right_schema, right, true));
    ASSERT_EQ(Lines(*plan), wanted);
  }
}

TEST_F(RandomJoinTest, ProductHasEveryPair) {
  const Schema schema = Columns("a int, b varchar");
  const std::vector<Row> left = SomeRows(schema);
  const std::vector<Row> right = SomeRows(schema);
  const auto wanted = JoinedByHand(left, right, [](const Row&, const Row&) { return true; });
  EXPECT_EQ(Lines(*Join(ExprPtr(), ParallelInput(schema, left), ParallelInput(schema, right))),
            wanted);
}

TEST_F(RandomJoinTest, IndexJoinKeepsTheOrderOfTheOuterRows) {
  const Schema schema = Columns("k int, s varchar");
  CreateTable("R", "k int, s varchar, v real");
  const std::vector<Row> inner = RandomRows(random_, Table("R")->schema, 400, 30);
  ASSERT_OK(Fill("R", inner));
  ASSERT_OK(CreateIndex("R", {0, 1}));
  const std::vector<Row> outer = RandomRows(random_, schema, 200, 30);
  for (const size_t keys : {1, 2}) {
    const auto wanted = JoinedByHand(outer, inner, [keys](const Row& l, const Row& r) {
      return AreEqual(l[0], r[0]) && (keys == 1 || AreEqual(l[1], r[1])) && !r[2].is_null() &&
             r[2].real_value() < 5;
    });
    IndexJoin join;
    join.inner.relation = "R";
    join.inner.index = Table("R")->indexes[0];
    join.inner.projection = {0, 1, 2};
    join.inner.predicates = {
        {rm::ColumnPredicate::Kind::kCompare, 2, CompareOp::kLt, Value::Real(5)}};
    join.outer_keys = keys == 1 ? std::vector<uint32_t>{0} : std::vector<uint32_t>{0, 1};
    std::vector<PlanPtr> children;
    children.push_back(ParallelInput(schema, outer));
    const PlanPtr plan =
        MakePlan(Schema::Join(schema, Table("R")->schema), std::move(join), std::move(children));
    // Records of one key come in the order of their RIDs, those of a prefix
    // in the order of the rest of the key.
    const std::vector<std::string> lines = Lines(*plan);
    EXPECT_EQ(Sorted(lines), Sorted(wanted));
    if (keys == 2) {
      EXPECT_EQ(lines, wanted);
    }
  }
}

TEST_F(JoinTest, ManyMatchesOfOneRowFillSeveralBatches) {
  const Schema schema = Columns("a int");
  const std::vector<Row> left(3, Row{Value::Int(1)});
  const std::vector<Row> right(5000, Row{Value::Int(1)});
  EXPECT_EQ(
      Lines(*Join(HashJoin{{0}, {0}, nullptr}, Input(schema, left), Input(schema, right))).size(),
      15000U);
  EXPECT_EQ(Lines(*Join(ExprPtr(), Input(schema, left), Input(schema, right))).size(), 15000U);
}

TEST_F(JoinTest, EmptySidesGiveNoRows) {
  const Schema schema = Columns("a int");
  const std::vector<Row> rows(3, Row{Value::Int(1)});
  for (const bool left_empty : {true, false}) {
    const auto side = [&](bool left) {
      return Input(schema, left == left_empty ? std::vector<Row>{} : rows);
    };
    EXPECT_THAT(Lines(*Join(HashJoin{{0}, {0}, nullptr}, side(true), side(false))), IsEmpty());
    EXPECT_THAT(Lines(*Join(ExprPtr(), side(true), side(false))), IsEmpty());
  }
}

TEST_F(JoinTest, ZerosAndNansFindEachOther) {
  const Schema schema = Columns("a real");
  const std::vector<Row> left = {{Value::Real(-0.0F)}, {Value::Real(std::nanf("1"))}};
  const std::vector<Row> right = {{Value::Real(0.0F)}, {Value::Real(-std::nanf("2"))}};
  EXPECT_EQ(
      Lines(*Join(HashJoin{{0}, {0}, nullptr}, Input(schema, left), Input(schema, right))).size(),
      2U);
}

TEST_F(JoinTest, FailureOfEitherSideReachesTheCaller) {
  TestInput input;
  input.schema = Columns("a int");
  input.rows.assign(100, Row{Value::Int(1)});
  input.workers = 4;
  TestInput failing = input;
  failing.fail_at = 20;
  for (const bool left_fails : {true, false}) {
    const auto sides = [&](bool left) { return Input(left == left_fails ? failing : input); };
    EXPECT_CODE(Code::kIoError, Run(*Join(HashJoin{{0}, {0}, nullptr}, sides(true), sides(false))));
    EXPECT_CODE(Code::kIoError, Run(*Join(ExprPtr(), sides(true), sides(false))));
  }
}

TEST_F(JoinTest, BudgetThatIsTooSmallIsAClearError) {
  const Schema schema = Columns("a int, b varchar");
  const std::vector<Row> rows(20000,
                              Row{Value::Int(1), Value::String("more than twelve bytes of text")});
  SetMemory(200000);
  const auto joined = Run(
      *Join(HashJoin{{0}, {0}, nullptr}, Input(schema, {{rows[0]}}), ParallelInput(schema, rows)));
  EXPECT_CODE(Code::kNoMemory, joined);
  EXPECT_THAT(joined.status().message(), HasSubstr("limit of 200000 bytes"));
  EXPECT_CODE(Code::kNoMemory,
              Run(*Join(ExprPtr(), Input(schema, {{rows[0]}}), ParallelInput(schema, rows))));
}

TEST_F(JoinTest, ProductWithoutMatchesCanBeCancelled) {
  // A condition that nothing satisfies: no batch ever comes out.
  const Schema schema = Columns("a int");
  const std::vector<Row> rows(30000, Row{Value::Int(1)});
  const PlanPtr plan = Join(Between(schema, 0, CompareOp::kLt, schema, 0), Input(schema, {rows[0]}),
                            Input(schema, rows));
  cancel_.Cancel();
  EXPECT_CODE(Code::kCancelled, Run(*plan));
}

TEST_F(JoinTest, KeysOfDifferentTypesAreRefused) {
  const PlanPtr plan =
      Join(HashJoin{{0}, {0}, nullptr}, Input(Columns("a int"), {}), Input(Columns("a real"), {}));
  EXPECT_CODE(Code::kInternal, Run(*plan));
}

}  // namespace
}  // namespace redbase::ql
