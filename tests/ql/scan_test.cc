// File scans, index scans and scans of views.
#include "ql/internal/index_scan.h"
#include "tests/ql/execution_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

rm::ColumnPredicate Where(uint32_t column, CompareOp op, Value value) {
  return {rm::ColumnPredicate::Kind::kCompare, column, op, std::move(value)};
}

class ScanTest : public ExecutionTest {
 protected:
  // 0 row 0, 1 row 1, ... with the number modulo ten in between.
  void FillNumbers(int count) {
    CreateTable("R", "a int, b int, c c12");
    std::vector<Row> rows;
    for (int i = 0; i < count; ++i) {
      rows.push_back(
          {Value::Int(i), Value::Int(i % 10), Value::String("row " + std::to_string(i))});
    }
    ASSERT_OK(Fill("R", rows));
  }
  PlanPtr IndexPlan(std::optional<KeyBound> lower, std::optional<KeyBound> upper,
                    std::vector<rm::ColumnPredicate> predicates = {},
                    std::vector<uint32_t> projection = {0}) {
    IndexScan scan;
    scan.relation = "R";
    scan.index = Table("R")->indexes[0];
    scan.lower = std::move(lower);
    scan.upper = std::move(upper);
    scan.predicates = std::move(predicates);
    scan.projection = std::move(projection);
    Schema schema = Table("R")->schema.Project(scan.projection);
    return MakePlan(std::move(schema), std::move(scan));
  }
  static KeyBound Bound(std::vector<Value> values, bool inclusive = true) {
    return {std::move(values), inclusive};
  }
};

TEST_F(ScanTest, ParallelScanKeepsTheOrderOfTheFile) {
  FillNumbers(120000);
  const std::vector<std::string> parallel = Contents("R");
  ASSERT_THAT(parallel, SizeIs(120000));
  SetParallel(false);
  EXPECT_EQ(parallel, Contents("R"));
}

TEST_F(ScanTest, PredicatesAndProjection) {
  FillNumbers(100);
  FileScan scan;
  scan.relation = "r";
  scan.projection = {2, 0};
  scan.predicates = {Where(1, CompareOp::kEq, Value::Int(7)),
                     Where(0, CompareOp::kGt, Value::Real(70.5F))};
  const PlanPtr plan = MakePlan(Table("R")->schema.Project({2, 0}), std::move(scan));
  EXPECT_THAT(Lines(*plan), ElementsAre("row 77 | 77", "row 87 | 87", "row 97 | 97"));
}

TEST_F(ScanTest, EmptyTableGivesNothing) {
  CreateTable("R", "a int");
  EXPECT_THAT(Contents("R"), IsEmpty());
}

TEST_F(ScanTest, UnknownRelationIsNamed) {
  FileScan scan;
  scan.relation = "nowhere";
  const auto rows = Run(*MakePlan(Schema(), std::move(scan)));
  EXPECT_CODE(Code::kNotFound, rows);
  EXPECT_THAT(rows.status().message(), HasSubstr("nowhere"));
}

TEST_F(ScanTest, ViewsAreFilteredAndProjected) {
  CreateTable("R", "a int, b c7");
  CreateTable("S", "a int");
  const sm::RelationPtr view = Table("attrcat");
  const uint32_t rel_name = view->FindColumn("relName").value();
  FileScan scan;
  scan.relation = "attrcat";
  scan.projection = {view->FindColumn("attrLength").value(), view->FindColumn("attrName").value()};
  scan.predicates = {Where(rel_name, CompareOp::kEq, Value::String("R"))};
  Schema schema = view->schema.Project(scan.projection);
  EXPECT_THAT(Lines(*MakePlan(std::move(schema), std::move(scan))), ElementsAre("4 | a", "7 | b"));
}

TEST_F(ScanTest, IndexRangesInKeyOrder) {
  FillNumbers(100);
  ASSERT_OK(CreateIndex("R", {0}));
  const auto at = [](int n) { return std::vector<Value>{Value::Int(n)}; };
  EXPECT_THAT(Lines(*IndexPlan(Bound(at(5)), Bound(at(7)))), ElementsAre("5", "6", "7"));
  EXPECT_THAT(Lines(*IndexPlan(Bound(at(5), false), Bound(at(7), false))), ElementsAre("6"));
  EXPECT_THAT(Lines(*IndexPlan(Bound(at(98)), std::nullopt)), ElementsAre("98", "99"));
  EXPECT_THAT(Lines(*IndexPlan(std::nullopt, Bound(at(1)))), ElementsAre("0", "1"));
  EXPECT_THAT(Lines(*IndexPlan(Bound(at(7)), Bound(at(5)))), IsEmpty());
  EXPECT_THAT(Lines(*IndexPlan(std::nullopt, std::nullopt)), SizeIs(100));
}

TEST_F(ScanTest, BoundWithNullSelectsNothing) {
  CreateTable("R", "a int");
  ASSERT_OK(Fill("R", {{Value::Null()}, {Value::Int(1)}}));
  ASSERT_OK(CreateIndex("R", {0}));
  EXPECT_THAT(Lines(*IndexPlan(Bound({Value::Null()}), Bound({Value::Null()}))), IsEmpty());
  // Nulls are below the upper bound in the tree, but not in truth.
  EXPECT_THAT(Lines(*IndexPlan(std::nullopt, Bound({Value::Int(5)}),
                               {Where(0, CompareOp::kLe, Value::Int(5))})),
              ElementsAre("1"));
}

TEST_F(ScanTest, IndexScanChecksOtherColumns) {
  FillNumbers(1000);
  ASSERT_OK(CreateIndex("R", {1, 0}));
  EXPECT_THAT(Lines(*IndexPlan(Bound({Value::Int(3)}), Bound({Value::Int(3)}),
                               {Where(2, CompareOp::kGe, Value::String("row 973"))}, {0, 1})),
              ElementsAre("973 | 3", "983 | 3", "993 | 3"));
}

TEST_F(ScanTest, LongIndexScanGivesAllRecords) {
  FillNumbers(20000);
  ASSERT_OK(CreateIndex("R", {1}));
  const std::vector<std::string> lines = Lines(*IndexPlan(Bound({Value::Int(2)}), std::nullopt));
  EXPECT_EQ(lines.size(), 16000U);
  EXPECT_EQ(lines.front(), "2");
  EXPECT_EQ(lines.back(), "19999");
}

TEST_F(ScanTest, RandomRangesAgreeWithFileScans) {
  const uint64_t seed = NewSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  CreateTable("R", "a int, b varchar, c real");
  const Schema schema = Table("R")->schema;
  ASSERT_OK(Fill("R", RandomRows(random, schema, 500, 40)));
  ASSERT_OK(CreateIndex("R", {2, 1}));
  for (int round = 0; round < 100; ++round) {
    const Row low = RandomRows(random, schema, 1, 40)[0];
    const Row high = RandomRows(random, schema, 1, 40)[0];
    const bool inclusive = random.OneIn(2);
    const std::vector<rm::ColumnPredicate> range = {
        Where(2, inclusive ? CompareOp::kGe : CompareOp::kGt, low[2]),
        Where(2, inclusive ? CompareOp::kLe : CompareOp::kLt, high[2])};
    const auto by_file = Lines(*Scan("R", range));
    const auto by_index = Lines(
        *IndexPlan(Bound({low[2]}, inclusive), Bound({high[2]}, inclusive), range, {0, 1, 2}));
    ASSERT_EQ(Sorted(by_index), Sorted(by_file)) << Text(low) << " to " << Text(high);
  }
}

}  // namespace
}  // namespace redbase::ql
