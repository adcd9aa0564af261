#include "ql/parameters.h"

#include <gmock/gmock.h>

#include "tests/ql/planning_fixture.h"

namespace redbase::ql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ParametersTest : public PlanningTest {
 protected:
  Result<PlanPtr> Plan(const std::string& text, Parameters* parameters) {
    ASSIGN_OR_RETURN(const parser::Statement statement, parser::ParseStatement(text));
    return Planner(*catalog_->SeenBy(&transaction_->state()), sizes_, {})
        .Plan(statement, parameters);
  }
  std::string PlanText(const std::string& text, Parameters* parameters) {
    const Result<PlanPtr> plan = Plan(text, parameters);
    return plan.ok() ? PrintPlan(**plan, PlanStyle::kExplain) : plan.status().message();
  }
  std::vector<std::string> TypesOf(const std::string& text) {
    Parameters parameters;
    EXPECT_OK(Plan(text, &parameters));
    EXPECT_OK(parameters.Check());
    std::vector<std::string> names;
    for (const LogicalType type : parameters.types()) {
      names.push_back(TypeName(type));
    }
    return names;
  }
};

TEST_F(ParametersTest, HaveTheTypeOfTheirColumn) {
  EXPECT_THAT(TypesOf("insert into student values ($2, $1, $3);"),
              ElementsAre(TypeName(StringType(20)), "int", "real"));
  EXPECT_THAT(TypesOf("update student set gpa = $1, name = $3 where id = $2;"),
              ElementsAre("real", "int", TypeName(StringType(20))));
  EXPECT_THAT(TypesOf("delete from student where $1 < gpa and name = $2;"),
              ElementsAre("real", TypeName({TypeId::kVarchar, 0})));
  // The shortest column counts.
  EXPECT_THAT(TypesOf("update student set name = $1 where name = $1;"),
              ElementsAre(TypeName(StringType(20))));
}

TEST_F(ParametersTest, AreRefusedWhereNobodyGivesValues) {
  EXPECT_EQ(Error("select * from student where id = $1;"),
            "there is no parameter $1 at line 1, column 34");
  EXPECT_EQ(Error("insert into dept values ($1, 'x');"),
            "there is no parameter $1 at line 1, column 26");
  EXPECT_EQ(Error("update dept set id = $3;"), "there is no parameter $3 at line 1, column 22");
}

TEST_F(ParametersTest, HaveOneType) {
  Parameters parameters;
  EXPECT_EQ(PlanText("delete from student where id = $1 and gpa = $1;", &parameters),
            "inconsistent types deduced for parameter $1: int and real at line 1, column 45");
}

TEST_F(ParametersTest, AreNumberedWithoutGaps) {
  Parameters parameters;
  EXPECT_OK(Plan("delete from student where id = $2;", &parameters));
  EXPECT_EQ(parameters.Check().message(), "could not determine data type of parameter $1");
}

Result<Value> Converted(const Parameters& parameters, size_t index, const Value& value) {
  Value out;
  RETURN_IF_ERROR(parameters.Convert(index, value, &out));
  return out;
}

TEST_F(ParametersTest, AreConvertedToTheirType) {
  Parameters parameters;
  EXPECT_OK(Plan("insert into student values ($1, $2, $3);", &parameters));
  EXPECT_EQ(*Converted(parameters, 0, Value::Bigint(7)), Value::Int(7));
  EXPECT_EQ(*Converted(parameters, 2, Value::Int(7)), Value::Real(7));
  EXPECT_EQ(*Converted(parameters, 2, Value::Double(0.1)), Value::Real(0.1F));
  EXPECT_TRUE(Converted(parameters, 1, Value::Null())->is_null());
  EXPECT_CODE(Code::kTypeMismatch, Converted(parameters, 0, Value::Double(1.5)));
  EXPECT_CODE(Code::kTypeMismatch, Converted(parameters, 0, Value::String("1")));
  EXPECT_CODE(Code::kTypeMismatch, Converted(parameters, 1, Value::Int(1)));
  EXPECT_CODE(Code::kInvalidArgument, Converted(parameters, 0, Value::Bigint(int64_t{1} << 31)));
  const Status too_long = Converted(parameters, 1, Value::String(std::string(21, 'x'))).status();
  EXPECT_EQ(too_long.code(), Code::kInvalidArgument);
  EXPECT_THAT(too_long.message(), HasSubstr("parameter $2: "));
}

TEST_F(ParametersTest, AStringToCompareWithMayBeOfAnyLength) {
  Parameters parameters;
  EXPECT_OK(Plan("delete from student where name = $1;", &parameters));
  EXPECT_OK(Converted(parameters, 0, Value::String(std::string(21, 'x'))));
}

TEST_F(ParametersTest, StandWhereTheirValuesWill) {
  Index("student", {0}, /*unique=*/true);
  Parameters parameters;
  Result<PlanPtr> plan = Plan("select name from student where id = $1 and gpa > $2;", &parameters);
  ASSERT_OK(plan);
  EXPECT_THAT(PrintPlan(**plan, PlanStyle::kExplain), HasSubstr("id = $1"));
  const std::vector<Value> values = {Value::Int(5), Value::Real(3.5)};
  for (const ParameterPlace& place : ParametersOf(**plan)) {
    *place.value = values[place.parameter];
  }
  EXPECT_EQ(PrintPlan(**plan, PlanStyle::kExplain),
            Explain("select name from student where id = 5 and gpa > 3.5;"));
  EXPECT_TRUE(ParametersOf(**plan).empty());
}

// Whatever node of a plan a value ends in, it is found.
TEST_F(ParametersTest, AreFoundInEveryNode) {
  Index("enroll", {0});
  for (const bool optimize : {true, false}) {
    for (const char* text :
         {"insert into dept values ($1, $2), ($3, $4);", "update dept set id = $1 where id > $2;",
          "delete from dept where dname <> $1;", "select * from dept where id < $1 and id > $2;",
          "select * from student, enroll where id = studentid and year = $1 and gpa > $2;",
          "select * from student, dept where gpa > $1 and dname = $2;"}) {
      const parser::Statement statement = *parser::ParseStatement(text);
      Parameters parameters;
      Result<PlanPtr> plan =
          Planner(*catalog_->SeenBy(&transaction_->state()), sizes_, {.optimize = optimize})
              .Plan(statement, &parameters);
      ASSERT_OK(plan);
      for (const ParameterPlace& place : ParametersOf(**plan)) {
        *place.value = Value::Int(77);
      }
      EXPECT_THAT(PrintPlan(**plan, PlanStyle::kExplain), ::testing::Not(HasSubstr("$"))) << text;
    }
  }
}

TEST_F(ParametersTest, PlannedWithValuesAStatementIsAsTyped) {
  Table("wide", {{"k", kIntType}, {"v", kIntType}}, 0,
        {Value::Int(10), Value::Int(20), Value::Int(30)});
  const std::vector<Value> values = {Value::Int(15)};
  Parameters given(values);
  EXPECT_EQ(PlanText("select v from wide where k = $1;", &given),
            Explain("select v from wide where k = 15;"));
  Parameters open;
  EXPECT_THAT(PlanText("select v from wide where k = $1;", &open), HasSubstr("k = $1"));
}

}  // namespace
}  // namespace redbase::ql
