// The kinds of joins, by hash and by nested loop, against pairs made by hand.
#include <algorithm>
#include <functional>

#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// True, false or unknown.
using Truth = std::optional<bool>;
using Condition = std::function<Truth(const Row& left, const Row& right)>;

Truth Equal(const Value& a, const Value& b) {
  return a.is_null() || b.is_null() ? Truth() : Truth(Value::Compare(a, b) == 0);
}
Truth LessOrEqual(const Value& a, const Value& b) {
  return a.is_null() || b.is_null() ? Truth() : Truth(Value::Compare(a, b) <= 0);
}
Truth Both(Truth a, Truth b) {
  if (a == Truth(false) || b == Truth(false)) {
    return false;
  }
  return a && b ? Truth(true) : Truth();
}
// What is unknown is not.
Truth Known(Truth a) { return a.value_or(false); }

constexpr JoinKind kKinds[] = {JoinKind::kInner, JoinKind::kLeft, JoinKind::kFull,
                               JoinKind::kSemi,  JoinKind::kAnti, JoinKind::kMark};

Row Joined(const Row& left, const Row& right) {
  Row row = left;
  row.insert(row.end(), right.begin(), right.end());
  return row;
}

std::vector<std::string> JoinedByHand(JoinKind kind, const std::vector<Row>& left,
                                      const std::vector<Row>& right, size_t left_columns,
                                      size_t right_columns, const Condition& condition) {
  std::vector<Row> rows;
  std::vector<bool> found(right.size(), false);
  for (const Row& l : left) {
    bool matched = false;
    bool unknown = false;
    for (size_t r = 0; r < right.size(); ++r) {
      const Truth truth = condition(l, right[r]);
      unknown = unknown || !truth;
      if (truth == Truth(true)) {
        matched = true;
        found[r] = true;
        if (kind == JoinKind::kInner || kind == JoinKind::kLeft || kind == JoinKind::kFull) {
          rows.push_back(Joined(l, right[r]));
        }
      }
    }
    if (kind == JoinKind::kMark) {
      rows.push_back(Joined(l, {matched   ? Value::Boolean(true)
                                : unknown ? Value::Null()
                                          : Value::Boolean(false)}));
    } else if ((kind == JoinKind::kSemi && matched) || (kind == JoinKind::kAnti && !matched)) {
      rows.push_back(l);
    } else if ((kind == JoinKind::kLeft || kind == JoinKind::kFull) && !matched) {
      rows.push_back(Joined(l, Row(right_columns)));
    }
  }
  for (size_t r = 0; kind == JoinKind::kFull && r < right.size(); ++r) {
    if (!found[r]) {
      rows.push_back(Joined(Row(left_columns), right[r]));
    }
  }
  return Text(rows);
}

class JoinKindTest : public ExecutionTest {
 protected:
  JoinKindTest() : random_(seed_), trace_(__FILE__, __LINE__, "seed " + std::to_string(seed_)) {}

  template <typename T>
  static PlanPtr Join(T join, PlanPtr left, PlanPtr right) {
    Schema schema = left->schema;
    if (join.kind == JoinKind::kMark) {
      schema.Add({"mark", {TypeId::kBoolean, 0}, ""});
    } else if (join.kind != JoinKind::kSemi && join.kind != JoinKind::kAnti) {
      schema = Schema::Join(left->schema, right->schema);
    }
    return AboveTwo(std::move(schema), std::move(join), std::move(left), std::move(right));
  }
  static ExprPtr Between(const Schema& left, uint32_t left_column, CompareOp op,
                         const Schema& right, uint32_t right_column) {
    return Expr::Compare(op, ColumnOf(left, left_column),
                         Expr::ColumnRef(static_cast<uint32_t>(left.size()) + right_column,
                                         right[right_column].type));
  }
  std::vector<Row> SomeRows(const Schema& schema) {
    const uint64_t most = random_.OneIn(6) ? 1 : 250;
    std::vector<Row> rows = RandomRows(random_, schema, random_.Below(most), 1 + random_.Below(30));
    if (random_.OneIn(3)) {  // no nulls in the key
      rows.erase(
          std::remove_if(rows.begin(), rows.end(), [](const Row& row) { return row[0].is_null(); }),
          rows.end());
    }
    return rows;
  }

  const uint64_t seed_ = NewSeed();
  Random random_;
  ::testing::ScopedTrace trace_;
};

TEST_F(JoinKindTest, HashJoinsOfEachKindAndType) {
  for (const char* type : {"int", "varchar", "double"}) {
    const Schema left_schema = Columns(std::string("k ") + type + ", v int");
    const Schema right_schema = Columns(std::string("w varchar, k ") + type);
    for (int round = 0; round < 12; ++round) {
      const std::vector<Row> left = SomeRows(left_schema);
      const std::vector<Row> right = SomeRows(right_schema);
      SetParallel(round % 3 != 0);
      for (const JoinKind kind : kKinds) {
        SCOPED_TRACE(std::string(type) + ", kind " + std::to_string(static_cast<int>(kind)));
        const PlanPtr plan =
            Join(HashJoin{{0}, {1}, nullptr, kind}, ParallelInput(left_schema, left),
                 ParallelInput(right_schema, right, round % 2 == 0));
        ASSERT_EQ(Lines(*plan),
                  JoinedByHand(kind, left, right, 2, 2,
                               [](const Row& l, const Row& r) { return Equal(l[0], r[1]); }));
      }
    }
  }
}

TEST_F(JoinKindTest, HashJoinsOnTwoKeysWithAResidual) {
  const Schema schema = Columns("a int, b varchar, c real");
  for (int round = 0; round < 25; ++round) {
    const std::vector<Row> left = SomeRows(schema);
    const std::vector<Row> right = SomeRows(schema);
    SetParallel(round % 3 != 0);
    for (const bool with_residual : {false, true}) {
      for (const JoinKind kind : kKinds) {
        SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)));
        const PlanPtr plan =
            Join(HashJoin{{0, 1},
                          {0, 1},
                          with_residual ? Between(schema, 2, CompareOp::kLe, schema, 2) : nullptr,
                          kind},
                 ParallelInput(schema, left), ParallelInput(schema, right));
        // The residual belongs to what a match is: unknown is none.
        ASSERT_EQ(
            Lines(*plan),
            JoinedByHand(kind, left, right, 3, 3, [with_residual](const Row& l, const Row& r) {
              const Truth keys = Both(Equal(l[0], r[0]), Equal(l[1], r[1]));
              return with_residual ? Both(keys, Known(LessOrEqual(l[2], r[2]))) : keys;
            }));
      }
    }
  }
}

TEST_F(JoinKindTest, NestedLoopJoinsOfEachKind) {
  const Schema left_schema = Columns("a int, b varchar");
  const Schema right_schema = Columns("c int, d varchar");
  for (int round = 0; round < 15; ++round) {
    const std::vector<Row> left = SomeRows(left_schema);
    const std::vector<Row> right = SomeRows(right_schema);
    SetParallel(round % 3 != 0);
    for (const bool with_condition : {false, true}) {
      for (const JoinKind kind : kKinds) {
        SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)));
        const PlanPtr plan = Join(
            NestedLoopJoin{
                with_condition ? Between(left_schema, 0, CompareOp::kLe, right_schema, 0) : nullptr,
                kind},
            ParallelInput(left_schema, left), ParallelInput(right_schema, right, true));
        ASSERT_EQ(
            Lines(*plan),
            JoinedByHand(kind, left, right, 2, 2, [with_condition](const Row& l, const Row& r) {
              return with_condition ? LessOrEqual(l[0], r[0]) : Truth(true);
            }));
      }
    }
  }
}

TEST_F(JoinKindTest, ManyMatchesAndManyRowsWithoutOne) {
  const Schema schema = Columns("a int, b int");
  std::vector<Row> left;
  std::vector<Row> right;
  for (int32_t i = 0; i < 6000; ++i) {
    left.push_back({Value::Int(i % 3 == 0 ? 7 : i), Value::Int(i)});
    right.push_back({Value::Int(i == 5 || i == 4000 || i == 5999 ? 7 : -i - 1), Value::Int(i)});
  }
  TestInput input;
  input.schema = schema;
  input.rows_per_morsel = 2000;
  input.workers = 4;
  for (const JoinKind kind : kKinds) {
    SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)));
    TestInput left_input = input;
    left_input.rows = left;
    TestInput right_input = input;
    right_input.rows = right;
    // By hand, as all pairs are too many.
    std::vector<Row> wanted;
    for (const Row& row : left) {
      const bool matches = row[0].int_value() == 7;
      if (kind == JoinKind::kMark) {
        wanted.push_back(Joined(row, {Value::Boolean(matches)}));
      } else if (kind == JoinKind::kSemi || kind == JoinKind::kAnti) {
        if (matches == (kind == JoinKind::kSemi)) {
          wanted.push_back(row);
        }
      } else if (matches) {
        for (const size_t r : {5, 4000, 5999}) {
          wanted.push_back(Joined(row, right[r]));
        }
      } else if (kind != JoinKind::kInner) {
        wanted.push_back(Joined(row, Row(2)));
      }
    }
    for (const Row& row : right) {
      if (kind == JoinKind::kFull && row[0].int_value() != 7) {
        wanted.push_back(Joined(Row(2), row));
      }
    }
    EXPECT_TRUE(Lines(*Join(HashJoin{{0}, {0}, nullptr, kind}, Input(left_input),
                            Input(right_input))) == Text(wanted));
  }
}

TEST_F(JoinKindTest, MarkFollowsInOfSql) {
  const Schema schema = Columns("a int");
  const std::vector<Row> left = {{Value::Int(1)}, {Value::Int(2)}, {Value::Null()}};
  const auto marks = [&](std::vector<Row> right) {
    return Lines(*Join(HashJoin{{0}, {0}, nullptr, JoinKind::kMark}, Input(schema, left),
                       Input(schema, std::move(right))));
  };
  EXPECT_THAT(marks({}), ElementsAre("1 | false", "2 | false", "null | false"));
  EXPECT_THAT(marks({{Value::Int(1)}}), ElementsAre("1 | true", "2 | false", "null | null"));
  EXPECT_THAT(marks({{Value::Int(1)}, {Value::Null()}}),
              ElementsAre("1 | true", "2 | null", "null | null"));
}

TEST_F(JoinKindTest, SingleGivesAtMostOneMatch) {
  const Schema schema = Columns("a int");
  for (int round = 0; round < 20; ++round) {
    std::vector<Row> right;
    for (int32_t i = 0; i < 100; ++i) {
      right.push_back({Value::Int(i)});
    }
    const std::vector<Row> left = RandomRows(random_, schema, 200, 150);
    const auto equal = [](const Row& l, const Row& r) { return Equal(l[0], r[0]); };
    const auto by_hash = [&] {
      return Join(HashJoin{{0}, {0}, nullptr, JoinKind::kSingle}, ParallelInput(schema, left),
                  ParallelInput(schema, right));
    };
    const auto by_loop = [&] {
      return Join(NestedLoopJoin{Between(schema, 0, CompareOp::kEq, schema, 0), JoinKind::kSingle},
                  ParallelInput(schema, left), ParallelInput(schema, right));
    };
    const auto wanted = JoinedByHand(JoinKind::kLeft, left, right, 1, 1, equal);
    ASSERT_EQ(Lines(*by_hash()), wanted);
    ASSERT_EQ(Lines(*by_loop()), wanted);
    // Now one of them has two.
    const auto matched = std::find_if(left.begin(), left.end(), [](const Row& row) {
      return !row[0].is_null() && row[0].int_value() >= 0 && row[0].int_value() < 100;
    });
    ASSERT_NE(matched, left.end());
    right.push_back(*matched);
    for (const PlanPtr& plan : {by_hash(), by_loop()}) {
      const auto rows = Run(*plan);
      ASSERT_CODE(Code::kInvalidArgument, rows);
      EXPECT_THAT(rows.status().message(), HasSubstr("more than one row returned by a subquery"));
    }
  }
}

TEST_F(JoinKindTest, FullJoinsStandAboveEachOther) {
  const Schema schema = Columns("a int");
  for (int round = 0; round < 20; ++round) {
    const std::vector<Row> a = SomeRows(schema);
    const std::vector<Row> b = SomeRows(schema);
    const std::vector<Row> c = SomeRows(schema);
    const auto equal = [](const Row& l, const Row& r) { return Equal(l[0], r[0]); };
    PlanPtr inner = Join(HashJoin{{0}, {0}, nullptr, JoinKind::kFull}, ParallelInput(schema, a),
                         ParallelInput(schema, b));
    const auto count = JoinedByHand(JoinKind::kFull, a, b, 1, 1, equal).size();
    const auto lower = Run(*inner);
    ASSERT_OK(lower);
    ASSERT_EQ(lower->size(), count);
    const PlanPtr outer = Join(HashJoin{{1}, {0}, nullptr, JoinKind::kFull}, std::move(inner),
                               ParallelInput(schema, c));
    ASSERT_EQ(Lines(*outer),
              JoinedByHand(JoinKind::kFull, *lower, c, 2, 1,
                           [](const Row& l, const Row& r) { return Equal(l[1], r[0]); }));
  }
}

TEST_F(JoinKindTest, FailureOfEitherSideReachesTheCaller) {
  TestInput input;
  input.schema = Columns("a int");
  input.rows.assign(100, Row{Value::Int(1)});
  input.workers = 4;
  TestInput failing = input;
  failing.fail_at = 20;
  for (const JoinKind kind : kKinds) {
    for (const bool left_fails : {true, false}) {
      const auto sides = [&](bool left) { return Input(left == left_fails ? failing : input); };
      EXPECT_CODE(Code::kIoError,
                  Run(*Join(HashJoin{{0}, {0}, nullptr, kind}, sides(true), sides(false))));
      EXPECT_CODE(Code::kIoError,
                  Run(*Join(NestedLoopJoin{nullptr, kind}, sides(true), sides(false))));
    }
  }
}

TEST_F(JoinKindTest, CanBeCancelled) {
  const Schema schema = Columns("a int");
  const std::vector<Row> rows(3000, Row{Value::Int(1)});
  cancel_.Cancel();
  for (const JoinKind kind : kKinds) {
    EXPECT_CODE(Code::kCancelled, Run(*Join(HashJoin{{0}, {0}, nullptr, kind}, Input(schema, rows),
                                            Input(schema, rows))));
  }
}

TEST_F(JoinKindTest, WrongColumnsAreRefused) {
  const Schema schema = Columns("a int");
  PlanPtr plan =
      Join(HashJoin{{0}, {0}, nullptr, JoinKind::kMark}, Input(schema, {}), Input(schema, {}));
  plan->schema = schema;
  EXPECT_CODE(Code::kInternal, Run(*plan));
}

}  // namespace
}  // namespace redbase::ql
