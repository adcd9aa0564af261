#include "parser/classic_echo.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/parser/parse.h"

namespace redbase::parser {
namespace {

std::string EchoOf(std::string_view text) {
  const Result<Statement> statement = ParseStatement(text);
  return statement.ok() ? ClassicEcho(*statement) : statement.status().message();
}

TEST(ClassicEcho, OfCreateTableLeavesOutTheDistributeClause) {
  EXPECT_EQ(EchoOf("CREATE TABLE T(a i,b c5);"), "create table T (a = i, b = c5);\n");
  EXPECT_EQ(EchoOf("create table T (a i4, n varchar(20)) distribute a (1, 2);"),
            "create table T (a = i4, n = varchar(20));\n");
}

TEST(ClassicEcho, OfTheOtherDefinitions) {
  EXPECT_EQ(EchoOf("drop  table T ;"), "drop table T;\n");
  EXPECT_EQ(EchoOf("create index T ( a );"), "create index T(a);\n");
  EXPECT_EQ(EchoOf("create unique index T(a,b);"), "create unique index T(a, b);\n");
  EXPECT_EQ(EchoOf("drop index T(a);"), "drop index T(a);\n");
  EXPECT_EQ(EchoOf("drop index T(a,b);"), "drop index T(a, b);\n");
}

TEST(ClassicEcho, OfUtilities) {
  EXPECT_EQ(EchoOf("print T;"), "print T;\n");
  EXPECT_EQ(EchoOf("load T('../x.data');"), "load T(\"../x.data\");\n");
  EXPECT_EQ(EchoOf("help;"), "help;\n");
  EXPECT_EQ(EchoOf("help T;"), "help T;\n");
  EXPECT_EQ(EchoOf("set param='value';"), "set param = \"value\";\n");
  EXPECT_EQ(EchoOf("print page T 3;"), "print page T 3;\n");
  EXPECT_EQ(EchoOf("print tree T(a,b);"), "print tree T(a, b);\n");
  EXPECT_EQ(EchoOf("print partitions T;"), "print partitions T;\n");
}

TEST(ClassicEcho, OfTransactionsIsOneForm) {
  EXPECT_EQ(EchoOf("START TRANSACTION;"), "begin;\n");
  EXPECT_EQ(EchoOf("begin work isolation level read committed, read only;"),
            "begin isolation level read committed read only;\n");
  EXPECT_EQ(EchoOf("begin read write;"), "begin read write;\n");
  EXPECT_EQ(EchoOf("end;"), "commit;\n");
  EXPECT_EQ(EchoOf("abort work;"), "rollback;\n");
  EXPECT_EQ(EchoOf("savepoint s;"), "savepoint s;\n");
  EXPECT_EQ(EchoOf("rollback to s;"), "rollback to savepoint s;\n");
  EXPECT_EQ(EchoOf("release s;"), "release savepoint s;\n");
  EXPECT_EQ(EchoOf("checkpoint;"), "checkpoint;\n");
  EXPECT_EQ(EchoOf("backup '../monday';"), "backup \"../monday\";\n");
  EXPECT_EQ(EchoOf("set synchronous_commit = on;"), "set synchronous_commit = \"on\";\n");
}

TEST(ClassicEcho, OfParametersIsTheirNumber) {
  EXPECT_EQ(EchoOf("delete from T where $01 = a;"), "delete T where  a = $1;\n");
  EXPECT_EQ(EchoOf("insert into T values ($2);"), "insert into T values (  $2);\n");
}

TEST(ClassicEcho, OfSelectHasThreeLines) {
  EXPECT_EQ(EchoOf("select * from T;"), "select  *\n from  T\n;\n");
  EXPECT_EQ(EchoOf("select a, T.b from T,U where T.a=U.a and b!='x' and c>=-1.5;"),
            "select  a, T.b\n from  T, U\nwhere  T.a = U.a and b <> \"x\" and c >= -1.500000;\n");
  EXPECT_EQ(EchoOf("select * from T where a = 1 for no key update of T nowait for share;"),
            "select  *\n from  T\nwhere  a = 1 for no key update of  T nowait for share;\n");
  EXPECT_EQ(EchoOf("lock T, U in share row exclusive mode nowait;"),
            "lock table  T, U in share row exclusive mode nowait;\n");
  EXPECT_EQ(EchoOf("select * from T where a is null and b is not null;"),
            "select  *\n from  T\nwhere  a is null and b is not null;\n");
}

TEST(ClassicEcho, OfInsert) {
  EXPECT_EQ(EchoOf("insert into T values (1,\"x\",2.5);"),
            "insert into T values (  1, \"x\", 2.500000);\n");
  EXPECT_EQ(EchoOf("insert into T values (+1, null), (-2, 'say \"hi\"');"),
            "insert into T values (  1, null), (  -2, \"say \"\"hi\"\"\");\n");
}

TEST(ClassicEcho, OfDelete) {
  EXPECT_EQ(EchoOf("delete from T;"), "delete T ;\n");
  EXPECT_EQ(EchoOf("delete from T where a=1;"), "delete T where  a = 1;\n");
}

TEST(ClassicEcho, OfUpdateHasNoBlankBeforeWhere) {
  EXPECT_EQ(EchoOf("update T set a=5;"), "update T set  a =  5;\n");
  EXPECT_EQ(EchoOf("update T set a = 5 where b = 'x';"), "update T set  a =  5where  b = \"x\";\n");
  EXPECT_EQ(EchoOf("update T set a = T.b, c = null;"), "update T set  a =  T.b,  c =  null;\n");
}

TEST(ClassicEcho, OfAShellLineIsTheLine) { EXPECT_EQ(EchoOf("!ls -l"), "ls -l\n"); }

TEST(ClassicEcho, IsEmptyForTheRest) {
  for (const char* text : {"queryplans on;", "queryplans off;", "print io;", "print buffer;",
                           "reset io;", "reset buffer;", "resize buffer 40;", "exit;", ";"}) {
    EXPECT_EQ(EchoOf(text), "") << text;
  }
}

TEST(ClassicEcho, HoldsTheLargestReal) {
  const std::string echo = EchoOf("insert into T values (1.7976931348623157e308);");
  EXPECT_EQ(echo.size(), std::string_view("insert into T values (  .000000);\n").size() + 309);
}

TEST(ClassicEcho, OfInsertIsReadAsTheSameStatement) {
  const std::string echo = EchoOf("insert into T values (1, 'a\"b''c', null, -2.25);");
  EXPECT_EQ(EchoOf(echo), echo);
}

TEST(ClassicEcho, OfConditionsIsReadAsTheSameConditions) {
  for (const char* const text :
       {"a = 1 or b <> \"x\"", "(a = 1 or b = 2) and c is null", "not (a = 1 and b = 2) or c > 3",
        "a not between 1 and 5 and not b in (1, null)", "not not a = 1 and 5 in (a, b)",
        "a not like \"x%\" and (b ilike c or b like \"!_\" escape \"!\")"}) {
    const std::string where = text;
    EXPECT_EQ(EchoOf("select a from T where " + where + ";"),
              "select  a\n from  T\nwhere  " + where + ";\n");
  }
}

TEST(PlanText, ShowsConditionsTheClassicWay) {
  const auto select = Parse<Select>(
      "select * from T where T.a <> 'x y' and b <= 2.50 and 7 < c and d is null and e = U.e;");
  ASSERT_EQ(select.where.size(), 5u);
  EXPECT_EQ(PlanText(select.where[0]), "T.a != x y");
  EXPECT_EQ(PlanText(select.where[1]), "b <= 2.5");
  EXPECT_EQ(PlanText(select.where[2]), "c > 7");
  EXPECT_EQ(PlanText(select.where[3]), "d is null");
  EXPECT_EQ(PlanText(select.where[4]), "e = U.e");
}

}  // namespace
}  // namespace redbase::parser
