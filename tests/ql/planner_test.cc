#include "ql/planner.h"

#include <string>

#include "tests/ql/planning_fixture.h"

namespace redbase::ql {
namespace {

class PlannerTest : public PlanningTest {
 protected:
  // student and enroll split alike by the student's number; exam otherwise.
  void Distribute() {
    const std::vector<Value> bounds = {Value::Int(10), Value::Int(20), Value::Int(30)};
    Table("dstudent", {{"id", kIntType}, {"name", StringType(20)}, {"gpa", kRealType}}, 0, bounds);
    Table("denroll", {{"sid", kIntType}, {"year", kIntType}}, 0, bounds);
    Table("dexam", {{"sid", kIntType}, {"mark", kIntType}}, 0,
          {Value::Int(1), Value::Int(2), Value::Int(3)});
  }
};

TEST_F(PlannerTest, ScansReadOnlyTheColumnsThatAreNeeded) {
  auto plan = TryPlan("select name from student where gpa > 3.5;");
  ASSERT_OK(plan);
  const auto* scan = (*plan)->children[0]->As<FileScan>();
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->projection, std::vector<uint32_t>{1});
  ASSERT_EQ(scan->predicates.size(), 1U);
  EXPECT_EQ(scan->predicates[0].column, 2U);
}

TEST_F(PlannerTest, EqualityOnAnIndexedColumnUsesTheIndex) {
  Index("student", {0});
  EXPECT_EQ(Explain("select * from student where id = 5 and gpa < 2.0;"),
            "Project(student.id, student.name, student.gpa)\n"
            "  IndexScan(student, id = 5 and gpa < 2)\n");
}

TEST_F(PlannerTest, RangeOverMuchOfABigTableScansTheFile) {
  Index("student", {0});
  sizes_.rows["student"] = 1e6;
  EXPECT_EQ(Explain("select id from student where id > 5;"),
            "Project(student.id)\n  FileScan(student, id > 5)\n");
  sizes_.rows["student"] = 50;
  EXPECT_EQ(Explain("select id from student where id > 5;"),
            "Project(student.id)\n  IndexScan(student, id > 5)\n");
}

TEST_F(PlannerTest, NotEqualNeverUsesAnIndex) {
  Index("student", {0});
  EXPECT_EQ(Explain("select id from student where id <> 5;"),
            "Project(student.id)\n  FileScan(student, id <> 5)\n");
}

TEST_F(PlannerTest, IndexRangesUseAPrefixOfSeveralColumns) {
  Index("enroll", {1, 0});
  auto plan = TryPlan("select * from enroll where year = 1997 and studentid >= 3;");
  ASSERT_OK(plan);
  const auto* scan = (*plan)->children[0]->As<IndexScan>();
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->lower->values, (std::vector<Value>{Value::Int(1997), Value::Int(3)}));
  EXPECT_EQ(scan->upper->values, (std::vector<Value>{Value::Int(1997)}));
  EXPECT_TRUE(scan->lower->inclusive);
}

TEST_F(PlannerTest, LargeEquiJoinHashesTheSmallerSide) {
  sizes_.rows = {{"student", 1e5}, {"enroll", 1e6}};
  EXPECT_EQ(Explain("select name from student, enroll where id = studentid;"),
            "Project(student.name)\n"
            "  HashJoin(enroll.studentid = student.id)\n"
            "    FileScan(enroll)\n"
            "    FileScan(student)\n");
}

TEST_F(PlannerTest, FewRowsAreLookedUpInTheIndexOfTheOther) {
  Index("enroll", {0});
  Index("student", {0}, /*unique=*/true);
  sizes_.rows = {{"student", 1e5}, {"enroll", 1e6}};
  EXPECT_EQ(Explain("select year from student, enroll where id = studentid and id = 7;"),
            "Project(enroll.year)\n"
            "  IndexJoin(student.id = enroll.studentid)\n"
            "    IndexScan(student, id = 7)\n"
            "    IndexScan(enroll)\n");
}

TEST_F(PlannerTest, KeysOfDifferentTypesAreCast) {
  sizes_.rows = {{"student", 1e5}, {"enroll", 1e5}};
  EXPECT_EQ(Explain("select name from student, enroll where gpa = year;"),
            "Project(student.name)\n"
            "  HashJoin(enroll.year = student.gpa)\n"
            "    Project(enroll.year, cast(enroll.year as double precision))\n"
            "      FileScan(enroll)\n"
            "    Project(student.name, student.gpa, cast(student.gpa as double precision))\n"
            "      FileScan(student)\n");
}

TEST_F(PlannerTest, WithoutOptimizationThereAreProductsAndFilters) {
  EXPECT_EQ(Explain("select name from student, enroll where id = studentid and gpa > 3.0;", false),
            "Project(student.name)\n"
            "  Filter(student.id = enroll.studentid)\n"
            "    CrossProduct\n"
            "      Filter(student.gpa > 3)\n"
            "        FileScan(student)\n"
            "      FileScan(enroll)\n");
}

TEST_F(PlannerTest, OnlyTheNodesThatMayHoldRowsAreAsked) {
  Distribute();
  EXPECT_EQ(Explain("select name from dstudent where id >= 12 and id < 25;"),
            "Project(dstudent.name)\n"
            "  ShuffleData(nodes 2-3)\n"
            "    FileScan(dstudent, id >= 12 and id < 25)\n");
  EXPECT_EQ(Explain("select name from dstudent where id < 5 and id > 25;"),
            "Project(dstudent.name)\n"
            "  ShuffleData(no nodes)\n"
            "    FileScan(dstudent, id < 5 and id > 25)\n");
}

TEST_F(PlannerTest, RelationsSplitAlikeAreJoinedOnTheNodes) {
  Distribute();
  sizes_.rows = {{"dstudent", 1e5}, {"denroll", 1e6}};
  EXPECT_EQ(Explain("select name from dstudent, denroll where id = sid and year = 1997;"),
            "Project(dstudent.name)\n"
            "  ShuffleData(nodes 1-4)\n"
            "    Project(dstudent.name)\n"
            "      HashJoin(dstudent.id = denroll.sid)\n"
            "        FileScan(dstudent)\n"
            "        FileScan(denroll, year = 1997)\n");
}

TEST_F(PlannerTest, RelationsSplitOtherwiseAreJoinedAtTheMaster) {
  Distribute();
  sizes_.rows = {{"dstudent", 1e5}, {"dexam", 1e6}};
  EXPECT_EQ(Explain("select name from dstudent, dexam where id = sid;"),
            "Project(dstudent.name)\n"
            "  HashJoin(dexam.sid = dstudent.id)\n"
            "    ShuffleData(nodes 1-4)\n"
            "      FileScan(dexam)\n"
            "    ShuffleData(nodes 1-4)\n"
            "      FileScan(dstudent)\n");
}

TEST_F(PlannerTest, WithoutOptimizationEvenThoseSplitAlikeAreGathered) {
  Distribute();
  EXPECT_EQ(Explain("select name from dstudent, denroll where id = sid;", false),
            "Project(dstudent.name)\n"
            "  Filter(dstudent.id = denroll.sid)\n"
            "    CrossProduct\n"
            "      ShuffleData(nodes 1-4)\n"
            "        FileScan(dstudent)\n"
            "      ShuffleData(nodes 1-4)\n"
            "        FileScan(denroll)\n");
}

TEST_F(PlannerTest, ChangesRunWhereTheRowsAre) {
  Distribute();
  EXPECT_EQ(Explain("delete from dstudent where id = 3;"),
            "ShuffleData(node 1)\n"
            "  Delete(dstudent)\n"
            "    FileScan(dstudent, id = 3)\n");
  EXPECT_EQ(Explain("update dstudent set gpa = 1.0 where id > 29;"),
            "ShuffleData(node 4)\n"
            "  Update(dstudent.gpa = 1)\n"
            "    FileScan(dstudent, id > 29)\n");
}

TEST_F(PlannerTest, ChangeOfThePartitioningColumnIsRoutedAgain) {
  Distribute();
  EXPECT_EQ(Explain("update dstudent set id = 1 where id = 15;"),
            "Route(dstudent by id)\n"
            "  ShuffleData(node 2)\n"
            "    Update(dstudent.id = 1)\n"
            "      FileScan(dstudent, id = 15)\n"
            "  Insert(dstudent)\n"
            "    Receive\n");
}

TEST_F(PlannerTest, InsertAndLoadAreRouted) {
  Distribute();
  EXPECT_EQ(Explain("load dexam('../x.data');"),
            "Route(dexam by sid)\n"
            "  TextScan(\"../x.data\")\n"
            "  Insert(dexam)\n"
            "    Receive\n");
  EXPECT_EQ(Explain("insert into dept values (1, 'x');"), "Insert(dept)\n  Values(1 row)\n");
}

TEST_F(PlannerTest, ThousandsOfConditionsMakeOneFilter) {
  std::string where = "id = birth";
  for (int i = 0; i < 20000; ++i) {
    where += " and id <> birth";
  }
  Table("person", {{"id", kIntType}, {"birth", kIntType}});
  for (const bool optimize : {true, false}) {
    auto plan = TryPlan("select id from person where " + where + ";", optimize);
    ASSERT_OK(plan);
    EXPECT_NE((*plan)->children[0]->children[0]->As<FileScan>(), nullptr);
    EXPECT_LT(PrintPlan(**plan, PlanStyle::kClassic).size(), 2000000U);
  }
}

TEST_F(PlannerTest, SelectListsHaveALimit) {
  std::string list = "id";
  for (int i = 0; i < 1664; ++i) {
    list += ", id";
  }
  EXPECT_CODE(Code::kInvalidArgument, TryPlan("select " + list + " from dept;"));
}

TEST_F(PlannerTest, HundredsOfRelationsArePlannedInReasonableTime) {
  std::string from;
  std::string where;
  for (int i = 0; i < 200; ++i) {
    const std::string name = "t" + std::to_string(i);
    Table(name, {{"a", kIntType}});
    from += (i > 0 ? ", " : "") + name;
    where += i > 0 ? std::string(i > 1 ? " and " : "") + "t" + std::to_string(i - 1) +
                         ".a = " + name + ".a"
                   : "";
  }
  EXPECT_OK(TryPlan("select t0.a from " + from + " where " + where + ";"));
}

}  // namespace
}  // namespace redbase::ql
