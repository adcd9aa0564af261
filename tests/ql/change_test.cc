// Insert, delete and update, with indexes and ranges.
#include <map>

#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Value I(int32_t n) { return Value::Int(n); }
Value S(std::string s) { return Value::String(std::move(s)); }

class ChangeTest : public ExecutionTest {
 protected:
  ChangeTest() { CreateTable("R", "a int, b c20"); }

  PlanPtr InsertPlan(PlanPtr source, bool returning, bool bulk) {
    Schema schema = source->schema;
    return Parent(std::move(schema), Insert{"R", returning, bulk}, std::move(source));
  }
  PlanPtr DeletePlan(std::vector<rm::ColumnPredicate> where) {
    return Parent(Table("R")->schema, Delete{"R"}, Scan("R", std::move(where), true));
  }
  PlanPtr UpdatePlan(uint32_t column, ExprPtr value, std::vector<rm::ColumnPredicate> where,
                     bool moves = false) {
    Update update;
    update.relation = "R";
    update.assignments.push_back({column, std::move(value)});
    update.moves = moves;
    Schema schema = Table("R")->schema;
    if (moves) {
      schema.Add({kMovedColumn, {TypeId::kBoolean, 0}, ""});
    }
    return Parent(std::move(schema), std::move(update), Scan("R", std::move(where), true));
  }
  PlanPtr SetA(int value, std::vector<rm::ColumnPredicate> where, bool moves = false) {
    return UpdatePlan(0, Expr::Constant(I(value), {TypeId::kInt, 0}), std::move(where), moves);
  }
  static rm::ColumnPredicate A(CompareOp op, int value) {
    return {rm::ColumnPredicate::Kind::kCompare, 0, op, I(value)};
  }
  PlanPtr LoadPlan(std::string_view text) {
    WriteFile("/db/x.data", text);
    return InsertPlan(MakePlan(Table("R")->schema, TextScan{"x.data", ','}), false, true);
  }

 private:
  template <typename T>
  static PlanPtr Parent(Schema schema, T detail, PlanPtr child) {
    std::vector<PlanPtr> children;
    children.push_back(std::move(child));
    return MakePlan(std::move(schema), std::move(detail), std::move(children));
  }
};

TEST_F(ChangeTest, InsertGivesItsRowsWhenAsked) {
  const std::vector<Row> rows = {{I(1), S("one")}, {I(2), Value::Null()}};
  const auto values = [&] { return MakePlan(Table("R")->schema, Values{rows}); };
  EXPECT_THAT(Lines(*InsertPlan(values(), true, false)), ElementsAre("1 | one", "2 | null"));
  EXPECT_EQ(changed_, 2U);
  EXPECT_THAT(Lines(*InsertPlan(values(), false, false)), IsEmpty());
  EXPECT_EQ(Contents("R").size(), 4U);
}

TEST_F(ChangeTest, ParallelInsertKeepsTheOrderOfItsSource) {
  for (const bool bulk : {false, true}) {
    TestInput input;
    input.schema = Table("R")->schema;
    for (int i = 0; i < 5000; ++i) {
      input.rows.push_back({I(i), S("row " + std::to_string(i))});
    }
    input.workers = 4;
    input.blocks = true;
    input.with_selection = true;
    const std::vector<std::string> before = Contents("R");
    ASSERT_OK(Run(*InsertPlan(Input(input), false, bulk)));
    EXPECT_EQ(changed_, 5000U);
    std::vector<std::string> wanted = before;
    const std::vector<std::string> added = Text(input.rows);
    wanted.insert(wanted.end(), added.begin(), added.end());
    EXPECT_EQ(Contents("R"), wanted);
  }
}

TEST_F(ChangeTest, ChangesKeepIndexesRight) {
  ASSERT_OK(CreateIndex("R", {0}, true));
  ASSERT_OK(CreateIndex("R", {1, 0}));
  ASSERT_OK(Fill("R", {{I(1), S("x")}, {I(2), S("y")}, {I(3), S("z")}, {I(4), S("z")}}));
  ExpectIndexesRight();
  EXPECT_THAT(Lines(*DeletePlan({A(CompareOp::kEq, 2)})), ElementsAre("2 | y"));
  ExpectIndexesRight();
  EXPECT_THAT(Lines(*SetA(9, {A(CompareOp::kEq, 1)})), ElementsAre("9 | x"));
  ExpectIndexesRight();
  EXPECT_THAT(Contents("R"), ElementsAre("9 | x", "3 | z", "4 | z"));
}

TEST_F(ChangeTest, DuplicateOfAUniqueKeyTakesTheStatementBack) {
  ASSERT_OK(CreateIndex("R", {0, 1}, true));
  ASSERT_OK(Fill("R", {{I(1), S("x")}}));
  const Status status = Fill("R", {{I(2), S("x")}, {I(1), S("x")}});
  EXPECT_CODE(Code::kConstraint, status);
  EXPECT_EQ(status.message(),
            "duplicate key (1, 'x') in unique index " + Table("R")->indexes[0].name);
  EXPECT_THAT(Contents("R"), ElementsAre("1 | x"));
  // A null is no value, so it is never there already.
  EXPECT_OK(Fill("R", {{I(1), Value::Null()}, {I(1), Value::Null()}}));
}

TEST_F(ChangeTest, UniqueKeysMayChangePlaces) {
  // The new key of each row is a column of it.
  EXPECT_OK(catalog_->DropTable(*Context().transaction, "R"));
  CreateTable("R", "a int, b int");
  ASSERT_OK(CreateIndex("R", {0}, true));
  std::vector<Row> rows;
  for (int i = 0; i < 5000; ++i) {
    rows.push_back({I(i), I(4999 - i)});
  }
  ASSERT_OK(Fill("R", rows));
  const Schema schema = Table("R")->schema;
  ASSERT_OK(Run(*UpdatePlan(0, ColumnOf(schema, 1), {})));
  const std::vector<std::string> lines = Contents("R");
  ASSERT_EQ(lines.size(), 5000U);
  EXPECT_EQ(lines[0], "4999 | 4999");
  EXPECT_EQ(lines[4999], "0 | 0");
}

TEST_F(ChangeTest, UpdateThatMakesADuplicateIsTakenBack) {
  ASSERT_OK(CreateIndex("R", {0}, true));
  ASSERT_OK(Fill("R", {{I(1), S("x")}, {I(2), S("y")}}));
  EXPECT_CODE(Code::kConstraint, Run(*SetA(7, {})));
  EXPECT_THAT(Contents("R"), ElementsAre("1 | x", "2 | y"));
}

TEST_F(ChangeTest, UpdateDoesNotSeeItsOwnChanges) {
  ASSERT_OK(CreateIndex("R", {0}));
  std::vector<Row> rows;
  for (int i = 0; i < 5000; ++i) {
    rows.push_back({I(i), S("x")});
  }
  ASSERT_OK(Fill("R", rows));
  // Found through the index on the very column that changes: each row once.
  IndexScan scan;
  scan.relation = "R";
  scan.index = Table("R")->indexes[0];
  scan.lower = KeyBound{{I(100)}, true};
  scan.projection = {0, 1};
  scan.with_rids = true;
  Update update;
  update.relation = "R";
  update.assignments.push_back({0, Expr::Constant(I(6000), {TypeId::kInt, 0})});
  std::vector<PlanPtr> children;
  children.push_back(MakePlan(Table("R")->schema, std::move(scan)));
  ASSERT_OK(Run(*MakePlan(Table("R")->schema, std::move(update), std::move(children))));
  EXPECT_EQ(changed_, 4900U);
  EXPECT_THAT(Lines(*Scan("R", {A(CompareOp::kEq, 6000)})).size(), 4900U);
}

TEST_F(ChangeTest, LoadFillsTableAndIndexes) {
  ASSERT_OK(CreateIndex("R", {1}));
  std::string text;
  for (int i = 0; i < 100000; ++i) {
    text += std::to_string(i) + ",name " + std::to_string(i % 1000) + "\n";
  }
  ASSERT_OK(Run(*LoadPlan(text)));
  EXPECT_EQ(changed_, 100000U);
  const std::vector<std::string> lines = Contents("R");
  ASSERT_EQ(lines.size(), 100000U);
  EXPECT_EQ(lines[99999], "99999 | name 999");
}

TEST_F(ChangeTest, BadLineLeavesTheTableAsItWas) {
  ASSERT_OK(CreateIndex("R", {0}));
  ASSERT_OK(Fill("R", {{I(1), S("x")}}));
  std::string text;
  for (int i = 0; i < 200000; ++i) {
    text += std::to_string(i) + ",name\n";
  }
  EXPECT_CODE(Code::kInvalidArgument, Run(*LoadPlan(text + "bad,line\n")));
  EXPECT_THAT(Contents("R"), ElementsAre("1 | x"));
}

TEST_F(ChangeTest, LoadWithLittleMemoryStillFillsIndexes) {
  ASSERT_OK(CreateIndex("R", {1}));
  std::string text;
  for (int i = 0; i < 50000; ++i) {
    text += std::to_string(i) + ",a name of some length\n";
  }
  SetParallel(false);
  SetMemory(size_t{3} << 20);
  ASSERT_OK(Run(*LoadPlan(text)));
}

TEST_F(ChangeTest, FailingSourceLeavesTheTableAsItWas) {
  ASSERT_OK(CreateIndex("R", {0}));
  TestInput input;
  input.schema = Table("R")->schema;
  input.rows.assign(3000, Row{I(1), S("x")});
  input.workers = 4;
  input.fail_at = 500;
  for (const bool bulk : {false, true}) {
    EXPECT_CODE(Code::kIoError, Run(*InsertPlan(Input(input), true, bulk)));
    EXPECT_THAT(Contents("R"), IsEmpty());
  }
}

TEST_F(ChangeTest, BudgetThatIsTooSmallChangesNothing) {
  std::vector<Row> rows(20000, Row{I(1), S("x")});
  ASSERT_OK(Fill("R", rows));
  SetMemory(100000);
  EXPECT_CODE(Code::kNoMemory, Run(*DeletePlan({})));
  EXPECT_CODE(Code::kNoMemory, Run(*SetA(2, {})));
  SetMemory(size_t{64} << 20);
  EXPECT_EQ(Lines(*Scan("R", {A(CompareOp::kEq, 1)})).size(), 20000U);
}

class RangeTest : public ChangeTest {
 protected:
  RangeTest() {
    EXPECT_OK(catalog_->DropTable(*Context().transaction, "R"));
    CreateTable("R", "a int, b c20", sm::PartitionRange{0, I(10), I(20)});
    EXPECT_OK(CreateIndex("R", {0}));
    EXPECT_OK(CreateIndex("R", {1}));
    EXPECT_OK(Fill("R", {{I(10), S("ten")}, {I(15), S("fifteen")}, {I(19), S("nineteen")}}));
  }
};

TEST_F(RangeTest, InsertOutsideIsRefused) {
  for (const Value& value : {I(9), I(20), Value::Null()}) {
    const Status status = Fill("R", {{I(11), S("x")}, {value, S("x")}});
    EXPECT_CODE(Code::kConstraint, status);
    EXPECT_THAT(status.message(), HasSubstr(value.ToString() + " is outside"));
    EXPECT_THAT(status.message(), HasSubstr("10 <= R.a < 20"));
  }
  EXPECT_EQ(Contents("R").size(), 3U);
}

TEST_F(RangeTest, FirstRangeHoldsNulls) {
  EXPECT_OK(catalog_->DropTable(*Context().transaction, "R"));
  CreateTable("R", "a int, b c20", sm::PartitionRange{0, std::nullopt, I(10)});
  EXPECT_OK(Fill("R", {{Value::Null(), S("null")}, {I(-5), S("x")}}));
  EXPECT_CODE(Code::kConstraint, Fill("R", {{I(10), S("x")}}));
}

TEST_F(RangeTest, UpdateThatLeavesTheRangeIsRefused) {
  EXPECT_CODE(Code::kConstraint, Run(*SetA(25, {A(CompareOp::kEq, 15)})));
  EXPECT_EQ(Contents("R").size(), 3U);
}

TEST_F(RangeTest, MovedRowsAreErasedAndFlagged) {
  EXPECT_THAT(Lines(*SetA(25, {A(CompareOp::kGe, 15)}, true)),
              ElementsAre("25 | fifteen | true", "25 | nineteen | true"));
  EXPECT_THAT(Contents("R"), ElementsAre("10 | ten"));
  EXPECT_THAT(Lines(*SetA(12, {}, true)), ElementsAre("12 | ten | false"));
}

// A table against a map, with indexes built before.
class RandomChangeTest : public ChangeTest {
 protected:
  RandomChangeTest() {
    EXPECT_OK(CreateIndex("R", {0}));
    EXPECT_OK(CreateIndex("R", {1, 0}));
  }

  rm::ColumnPredicate RandomPredicate() {
    return A(static_cast<CompareOp>(random_.Below(6)), RandomKey());
  }
  int RandomKey() { return static_cast<int>(random_.Below(30)); }
  bool Matches(const rm::ColumnPredicate& where, int a) const {
    const int value = where.value.int_value();
    switch (where.op) {
      case CompareOp::kEq:
        return a == value;
      case CompareOp::kNe:
        return a != value;
      case CompareOp::kLt:
        return a < value;
      case CompareOp::kLe:
        return a <= value;
      case CompareOp::kGt:
        return a > value;
      default:
        return a >= value;
    }
  }

  void InsertSome() {
    std::vector<Row> rows;
    for (uint64_t i = random_.Below(50); i > 0; --i) {
      const int a = RandomKey();
      const std::string b = "name " + std::to_string(random_.Below(10));
      rows.push_back({I(a), S(b)});
      model_.emplace(a, b);
    }
    ASSERT_OK(Fill("R", rows));
  }
  void DeleteSome() {
    const rm::ColumnPredicate where = RandomPredicate();
    ASSERT_OK(Run(*DeletePlan({where})));
    const size_t erased =
        std::erase_if(model_, [&](const auto& row) { return Matches(where, row.first); });
    ASSERT_EQ(changed_, erased);
  }
  void UpdateSome() {
    const rm::ColumnPredicate where = RandomPredicate();
    const int to = RandomKey();
    ASSERT_OK(Run(*SetA(to, {where})));
    std::multimap<int, std::string> after;
    for (const auto& [a, b] : model_) {
      after.emplace(Matches(where, a) ? to : a, b);
    }
    model_ = std::move(after);
  }
  std::vector<std::string> Model() const {
    std::vector<std::string> lines;
    for (const auto& [a, b] : model_) {
      lines.push_back(std::to_string(a) + " | " + b);
    }
    return Sorted(std::move(lines));
  }

  const uint64_t seed_ = NewSeed();
  Random random_{seed_};
  std::multimap<int, std::string> model_;
};

TEST_F(RandomChangeTest, AgreesWithAMap) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  for (int round = 0; round < 60; ++round) {
    switch (random_.Below(4)) {
      case 0:
        DeleteSome();
        break;
      case 1:
        UpdateSome();
        break;
      default:
        InsertSome();
    }
    ASSERT_EQ(Sorted(Contents("R")), Model());
    if (round % 10 == 0) {
      ExpectIndexesRight();
    }
  }
}

}  // namespace
}  // namespace redbase::ql
