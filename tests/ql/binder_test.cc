#include "ql/binder.h"

#include <string>

#include "ql/ddl_binder.h"
#include "tests/ql/planning_fixture.h"

namespace redbase::ql {
namespace {

struct ErrorCase {
  const char* statement;
  const char* message;
};

class BinderErrorTest : public PlanningTest, public ::testing::WithParamInterface<ErrorCase> {};

TEST_P(BinderErrorTest, NamesWhatIsWrongAndWhere) {
  EXPECT_EQ(Error(GetParam().statement), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Select, BinderErrorTest,
    ::testing::Values(
        ErrorCase{"select gpaa from student;",
                  "QL warning: invalid attribute: \"gpaa\" (did you mean \"gpa\"?) at line 1, "
                  "column 8"},
        ErrorCase{"select id from student, dept;",
                  "QL warning: invalid attribute: \"id\" is ambiguous, it may be student.id or "
                  "dept.id at line 1, column 8"},
        ErrorCase{"select dept.id from student;",
                  "SM warning: invalid attribute: dept.id (dept is not in the from list) at line "
                  "1, column 8"},
        ErrorCase{"select student.naem from student;",
                  "SM warning: invalid attribute: student.naem (did you mean \"name\"?) at line 1, "
                  "column 8"},
        ErrorCase{"select * from student, student;",
                  "QL warning: invalid from clause in select: student is named twice at line 1, "
                  "column 24"},
        ErrorCase{"select * from student where x = 1;",
                  "QL warning: invalid condition: \"x\" at line 1, column 29"},
        ErrorCase{"select * from student where name = 1;",
                  "QL warning: invalid condition: name is a string, 1 is a number at line 1, "
                  "column 36"},
        ErrorCase{"select * from student where id = 'a';",
                  "QL warning: invalid condition: id is a number, 'a' is a string at line 1, "
                  "column 34"},
        ErrorCase{"select * from student, dept where name = student.id;",
                  "QL warning: invalid condition: name is a string, id is a number at line 1, "
                  "column 42"}));

INSTANTIATE_TEST_SUITE_P(
    Change, BinderErrorTest,
    ::testing::Values(
        ErrorCase{"insert into dept values (1);",
                  "QL warning: incorrect attribute count: dept has 2 columns, 1 values are given "
                  "at line 1, column 26"},
        ErrorCase{"insert into dept values ('x', 'y');",
                  "QL warning: incorrect attribute type: column id is int, value 'x' is a string "
                  "at line 1, column 26"},
        ErrorCase{"insert into dept values (1.5, 'y');",
                  "QL warning: incorrect attribute type: column id is int, value 1.5 is a number "
                  "at line 1, column 26"},
        ErrorCase{"insert into relcat values (1);",
                  "QL warning: cannot change system catalog: relcat at line 1, column 13"},
        ErrorCase{"delete from attrcat;",
                  "QL warning: cannot change system catalog: attrcat at line 1, column 13"},
        ErrorCase{"load relcat('x');",
                  "SM warning: cannot change system catalog: relcat at line 1, column 6"},
        ErrorCase{"update dept set x = 1;",
                  "QL warning: invalid update attribute: \"x\" at line 1, column 17"},
        ErrorCase{"update dept set id = 'a';",
                  "QL warning: invalid update attribute: column id is int, value 'a' is a string "
                  "at line 1, column 22"},
        ErrorCase{"update dept set id = dname;",
                  "QL warning: invalid update attribute: id is int, dname is c30 at line 1, "
                  "column 22"}));

using BinderTest = PlanningTest;

TEST_F(BinderTest, UnknownRelationIsNamedWithANearOne) {
  const std::string message = Error("select * from studnet;");
  EXPECT_NE(message.find("SM warning: relation does not exist"), std::string::npos) << message;
  EXPECT_NE(message.find("student"), std::string::npos) << message;
  EXPECT_NE(message.find("at line 1, column 15"), std::string::npos) << message;
}

TEST_F(BinderTest, ValuesOutOfRangeOrTooLongAreRefused) {
  EXPECT_NE(Error("insert into dept values (3000000000, 'x');").find("column id"),
            std::string::npos);
  EXPECT_NE(Error("insert into dept values (1, 'abcdefghijabcdefghijabcdefghijX');").find("dname"),
            std::string::npos);
}

TEST_F(BinderTest, NamesMatchInAnyCaseWhenNoneMatchesExactly) {
  EXPECT_EQ(Explain("select NAME from Student;"), Explain("select name from student;"));
}

TEST_F(BinderTest, RealLiteralsAreComparedWithIntColumnsByValue) {
  const std::string head = "Project(dept.id)\n  FileScan(dept, ";
  EXPECT_EQ(Explain("select id from dept where id < 1.7;"), head + "id < 2)\n");
  EXPECT_EQ(Explain("select id from dept where id >= -1.7;"), head + "id > -2)\n");
  EXPECT_EQ(Explain("select id from dept where id <= -1.7;"), head + "id <= -2)\n");
  EXPECT_EQ(Explain("select id from dept where id <> 1.7;"), head + "id is not null)\n");
  EXPECT_EQ(Explain("select id from dept where id < 1e10;"), head + "id <= 2147483647)\n");
  EXPECT_EQ(Explain("select id from dept where id = 1.7;"), head + "id = null)\n");
}

TEST_F(BinderTest, PartitionVectorsAreChecked) {
  const auto error = [&](const std::string& text) {
    auto statement = parser::ParseStatement(text);
    EXPECT_OK(statement);
    auto bound = BindCreateTable(std::get<parser::CreateTable>(*statement), 4);
    return bound.ok() ? "no error" : bound.status().message();
  };
  EXPECT_EQ(error("create table t (a i) distribute a (1, 2, 3);"), "no error");
  EXPECT_EQ(error("create table t (a i) distribute b (1, 2, 3);"),
            "create: attribute name for distribute is not valid: \"b\" at line 1, column 33");
  EXPECT_EQ(error("create table t (a i) distribute a (1, 2);"),
            "EX warning: incorrect number of data values: 4 nodes need 3, 2 given at line 1, "
            "column 33");
  EXPECT_EQ(error("create table t (a i) distribute a (1, 'x', 3);"),
            "EX warning: invalid value in partition vector: 'x', column a is int at line 1, "
            "column 39");
  EXPECT_EQ(error("create table t (a i) distribute a (1, 1, 3);"),
            "EX warning: invalid value in partition vector: 1 is not above the value before it "
            "at line 1, column 39");
}

}  // namespace
}  // namespace redbase::ql
