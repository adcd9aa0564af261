#include "ql/plan_printer.h"

#include <string>

#include "tests/ql/planning_fixture.h"

namespace redbase::ql {
namespace {

using PlanPrinterTest = PlanningTest;

TEST_F(PlanPrinterTest, ClassicTreeHasChildrenBetweenBrackets) {
  EXPECT_EQ(Classic("select name, dname from student, dept where student.id = dept.id and "
                    "gpa > 3.5;",
                    false),
            "ProjectOp (student.name, dept.dname)\n"
            "[\n"
            "\tFilterOp (student.id = dept.id)\n"
            "\t[\n"
            "\t\tCrossProductOp\n"
            "\t\t[\n"
            "\t\t\tFilterOp (student.gpa > 3.500000)\n"
            "\t\t\t[\n"
            "\t\t\t\tFileScanOp (student)\n"
            "\t\t\t]\n"
            "\t\t\tFileScanOp (dept)\n"
            "\t\t]\n"
            "\t]\n"
            "]\n");
}

TEST_F(PlanPrinterTest, ClassicScanShowsOneConditionAndFiltersTheOthers) {
  EXPECT_EQ(Classic("select id from student where gpa <> 3.5 and name = 'Ann';"),
            "ProjectOp (student.id)\n"
            "[\n"
            "\tFilterOp (student.name = Ann)\n"
            "\t[\n"
            "\t\tFileScanOp (student, gpa != 3.500000)\n"
            "\t]\n"
            "]\n");
}

TEST_F(PlanPrinterTest, ClassicIndexScanNamesItsCondition) {
  Index("student", {0});
  EXPECT_EQ(Classic("delete from student where id = 5;"),
            "DeleteOp (student)\n"
            "[\n"
            "\tIndexScanOp (student, id = 5)\n"
            "]\n");
  EXPECT_EQ(Classic("update student set gpa = 1.0;"),
            "UpdateOp (student.gpa)\n"
            "[\n"
            "\tFileScanOp (student)\n"
            "]\n");
}

TEST_F(PlanPrinterTest, ShuffleShowsTheFragmentOfOneNode) {
  Table("d", {{"a", kIntType}}, 0, {Value::Int(1), Value::Int(2), Value::Int(3)});
  auto plan = TryPlan("select a from d where a > 1;");
  ASSERT_OK(plan);
  EXPECT_EQ(PrintShuffle(*(*plan)->children[0], 3),
            "ShuffleDataOp (3, 0)\n"
            "[\n"
            "\tFileScanOp (d, a > 1)\n"
            "]\n");
  EXPECT_EQ(PrintPlan(**plan, PlanStyle::kClassic),
            "ProjectOp (d.a)\n"
            "[\n"
            "\tFileScanOp (d)\n"
            "]\n");
}

TEST_F(PlanPrinterTest, CloneOfAPlanPrintsTheSame) {
  Index("enroll", {0});
  sizes_.rows = {{"student", 1e3}, {"enroll", 1e6}};
  for (const char* text :
       {"select name from student, enroll, dept where student.id = studentid and year = dept.id;",
        "update student set gpa = id where name is not null;",
        "insert into dept values (1, 'x');"}) {
    auto plan = TryPlan(text);
    ASSERT_OK(plan);
    EXPECT_EQ(PrintPlan(*(*plan)->Clone(), PlanStyle::kExplain),
              PrintPlan(**plan, PlanStyle::kExplain));
  }
}

}  // namespace
}  // namespace redbase::ql
