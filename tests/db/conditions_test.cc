// Conditions of `where`: three-valued logic, ranges and lists, on one node and on several.

#include <string>

#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using ::testing::HasSubstr;

class ConditionsTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  ConditionsTest() {
    const std::string split = GetParam() > 0 ? " distribute a (2, 3)" : "";
    system_.Run("create table T (a i, b c10, c f)" + split + ";");
    system_.Run("create index T(a);");
    system_.Run(
        "insert into T values (1, 'one', 1.5), (2, 'two', null), (3, 'three', 3.5),"
        " (4, null, -1), (null, 'none', 0);");
    system_.Run("create table U (d i, e c10);");
    system_.Run("insert into U values (1, 'two'), (3, 'one'), (5, 'six');");
  }
  // The first columns of the rows found, one behind the other.
  std::string Where(const std::string& condition) {
    return Joined(Sorted(system_.Rows("select a from T where " + condition + ";")));
  }
  static std::string Joined(const Lines& lines) {
    std::string text;
    for (const std::string& line : lines) {
      text += (text.empty() ? "" : " ") + line;
    }
    return text;
  }
  std::string ErrorOf(const std::string& condition) {
    return system_.Error("select a from T where " + condition + ";");
  }

  System system_{GetParam()};
};

TEST_P(ConditionsTest, JoinedByAndOrNot) {
  EXPECT_EQ(Where("a = 1 or a = 3"), "1 3");
  EXPECT_EQ(Where("a = 1 or a = 3 and b = 'x'"), "1");
  EXPECT_EQ(Where("(a = 1 or a = 3) and b = 'three'"), "3");
  EXPECT_EQ(Where("not (a = 1 or b = 'two')"), "3");
  EXPECT_EQ(Where("not (a = 1 and c > 1)"), "2 3 4 null");
  EXPECT_EQ(Where("not not a < 3"), "1 2");
  EXPECT_EQ(Where("not (a is null or b is null) and not c is not null"), "2");
}

// What is unknown is neither true nor false, and so is what is not it.
TEST_P(ConditionsTest, UnknownIsNotTrue) {
  EXPECT_EQ(Where("not b = 'one'"), "2 3 null");
  EXPECT_EQ(Where("not (b = 'one' or a = 4)"), "2 3");
  EXPECT_EQ(Where("b = null or not b = null"), "");
  EXPECT_EQ(Where("a not in (1, null)"), "");
  EXPECT_EQ(Where("a in (1, null)"), "1");
  EXPECT_EQ(Where("a between null and 3"), "");
  EXPECT_EQ(Where("a not between 2 and null"), "1");
}

TEST_P(ConditionsTest, RangesAndLists) {
  EXPECT_EQ(Where("a between 2 and 3"), "2 3");
  EXPECT_EQ(Where("a between 3 and 2"), "");
  EXPECT_EQ(Where("a not between 2 and 3"), "1 4");
  EXPECT_EQ(Where("2 between a and c"), "");
  EXPECT_EQ(Where("2 between c and a"), "4");
  EXPECT_EQ(Where("b in ('one', 'none', 'x')"), "1 null");
  EXPECT_EQ(Where("b not in ('one', 'none', 'x')"), "2 3");
  EXPECT_EQ(Where("3 in (a, c)"), "3");
  EXPECT_EQ(Where("a in (1, 2, 3, 4) and not a in (2)"), "1 3 4");
}

TEST_P(ConditionsTest, Patterns) {
  EXPECT_EQ(Where("b like 't%'"), "2 3");
  EXPECT_EQ(Where("b not like 't%'"), "1 null");
  EXPECT_EQ(Where("not b not like 't%'"), "2 3");
  EXPECT_EQ(Where("b like '%o%'"), "1 2 null");
  EXPECT_EQ(Where("b like 't_o' or b like '%n_' or b like 'thr%e'"), "1 2 3 null");
  EXPECT_EQ(Where("b ilike 'T%' and b not ilike '%O'"), "3");
  EXPECT_EQ(Where("b like 'two'"), "2");
  EXPECT_EQ(Where("b like 'Two'"), "");
  EXPECT_EQ(Where("b like null or b not like null"), "");
  EXPECT_EQ(Where("b like b"), "1 2 3 null");
  EXPECT_EQ(Where("'one thing' like b"), "");
  EXPECT_EQ(Where("'one' like b and 'x' like '_'"), "1");
  EXPECT_EQ(Where("'x' not like '_'"), "");
  system_.Run("insert into T values (5, 't%', 0), (6, 't_\\', 0);");
  EXPECT_EQ(Where("b like 't\\%'"), "5");
  EXPECT_EQ(Where("b like '%!%' escape '!'"), "5");
  EXPECT_EQ(Where("b like 't!_%' escape '!'"), "6");
  EXPECT_EQ(Where("b like 't_\\' escape ''"), "6");
  system_.Run("create index T(b);");
  EXPECT_EQ(Where("b like 't%'"), "2 3 5 6");
  EXPECT_EQ(Where("b like 'tw%o'"), "2");
}

// A literal that no value of the column's type is equal to.
TEST_P(ConditionsTest, LiteralsBetweenValues) {
  EXPECT_EQ(Where("a = 1.5"), "");
  EXPECT_EQ(Where("not a = 1.5"), "1 2 3 4");
  EXPECT_EQ(Where("not a < 2.5"), "3 4");
  EXPECT_EQ(Where("a between 1.5 and 3.5"), "2 3");
  EXPECT_EQ(Where("a not in (1.5, 2)"), "1 3 4");
  EXPECT_EQ(Where("not a > 3000000000"), "1 2 3 4");
}

TEST_P(ConditionsTest, OfLiteralsAlone) {
  EXPECT_EQ(Where("1 = 1"), "1 2 3 4 null");
  EXPECT_EQ(Where("1 = 2"), "");
  EXPECT_EQ(Where("1 = 2 or a = 4"), "4");
  EXPECT_EQ(Where("1 = 1 and a = 4"), "4");
  EXPECT_EQ(Where("1 = 1 or a = 4"), "1 2 3 4 null");
  EXPECT_EQ(Where("not ('a' > 'b' or a < 4)"), "4");
  EXPECT_EQ(Where("2 in (1, null)"), "");
  EXPECT_EQ(Where("2 not in (1, null) or 5 is null"), "");
  EXPECT_EQ(Where("1.0 = 1 and 5 is not null and a = 1"), "1");
}

TEST_P(ConditionsTest, AcrossRelations) {
  const auto join = [this](const std::string& condition) {
    return Joined(Sorted(system_.Rows("select a, d from T, U where " + condition + ";")));
  };
  EXPECT_EQ(join("a = d or b = e"), "1 | 1 1 | 3 2 | 1 3 | 3");
  EXPECT_EQ(join("a = d and (b = 'one' or e = 'one')"), "1 | 1 3 | 3");
  EXPECT_EQ(join("not (a <> d or b = 'one')"), "3 | 3");
  EXPECT_EQ(join("a = 1 and d not in (a, 3)"), "1 | 5");
  EXPECT_EQ(join("a = 1 and 1 = 2"), "");
}

TEST_P(ConditionsTest, OfChanges) {
  EXPECT_EQ(system_.Rows("delete from T where a in (1, 3) or a is null;").size(), 3U);
  EXPECT_EQ(Joined(system_.Rows("update T set c = 9 where not (a = 2 or a = 5);")),
            "4 | null | 9.000000");
  EXPECT_EQ(Where("a between 0 and 9"), "2 4");
}

TEST_P(ConditionsTest, WrongOnesAreNamed) {
  EXPECT_THAT(ErrorOf("a = 1 or b = 2"), HasSubstr("b is a string, 2 is a number at line 1"));
  EXPECT_THAT(ErrorOf("a in (1, 'x')"), HasSubstr("a is a number, 'x' is a string at line 1"));
  EXPECT_THAT(ErrorOf("a between 1 and b"), HasSubstr("a is a number, b is a string"));
  EXPECT_THAT(ErrorOf("not (a = 1 or x = 2)"), HasSubstr("\"x\" at line 1, column 37"));
  EXPECT_THAT(ErrorOf("a like 'x'"), HasSubstr("a is a number, like takes strings at line 1"));
  EXPECT_THAT(ErrorOf("b like 5"), HasSubstr("5 is a number, like takes strings at line 1"));
  EXPECT_THAT(ErrorOf("b like 'x\\'"), HasSubstr("must not end with escape character at line 1"));
  EXPECT_THAT(ErrorOf("b like 'x' escape 'yz'"), HasSubstr("'yz' is no escape character"));
  EXPECT_THAT(ErrorOf("b like 'x' escape '\xFF\xFE'"), HasSubstr("is no escape character"));
  EXPECT_THAT(ErrorOf("1 = 'x'"), HasSubstr("1 is a number, 'x' is a string at line 1"));
}

TEST_P(ConditionsTest, ManyTerms) {
  std::string list = "1";
  std::string any = "a = 100";
  for (int i = 0; i < 1000; ++i) {
    list += ", " + std::to_string(i + 100);
    any += " or a = " + std::to_string(i + 3) + " and not c = " + std::to_string(i);
  }
  EXPECT_EQ(Where("a in (" + list + ")"), "1");
  EXPECT_EQ(Where(any), "3 4");
}

INSTANTIATE_TEST_SUITE_P(Nodes, ConditionsTest, ::testing::Values(0U, 3U),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace redbase::db
