#include "main/command_printer.h"

#include <gtest/gtest.h>

#include "parser/parser.h"
#include "tests/support/expect_status.h"

namespace redbase::main {
namespace {

std::string Described(std::string_view statement) {
  const auto parsed = parser::ParseStatement(statement);
  EXPECT_OK(parsed);
  return parsed.ok() ? DescribeCommand(*parsed) : "";
}

TEST(CommandPrinter, ParametersStandOneToALine) {
  EXPECT_EQ(Described("create table T (a = i, b = c5) distribute a (10);"),
            "CreateTable\n   relName = T\n   attribute = a i\n   attribute = b c5\n"
            "   distribute = a\n   value = 10\n");
  EXPECT_EQ(Described("load T(\"../x.data\");"),
            "Load\n   relName = T\n   fileName = \"../x.data\"\n");
  EXPECT_EQ(Described("set optimizeQuery = \"FALSE\";"),
            "Set\n   paramName = optimizeQuery\n   value = \"FALSE\"\n");
}

TEST(CommandPrinter, QueriesShowListsAndConditions) {
  EXPECT_EQ(Described("select a, T.b from T, U where a < 5 and T.b <> \"x\";"),
            "Select\n   attribute = a\n   attribute = T.b\n   relName = T\n   relName = U\n"
            "   condition = a < 5\n   condition = T.b != x\n");
  EXPECT_EQ(Described("update T set a = 5 where b = \"x\";"),
            "Update\n   relName = T\n   attribute = a\n   value = 5\n   condition = b = x\n");
  EXPECT_EQ(Described("delete from T where a is null;"),
            "Delete\n   relName = T\n   condition = a is null\n");
  EXPECT_EQ(Described("insert into T values (1, \"x\", 2.5);"),
            "Insert\n   relName = T\n   value = 1\n   value = \"x\"\n   value = 2.5\n");
}

TEST(CommandPrinter, EveryStatementButTheEmptyOneHasAName) {
  const std::pair<const char*, const char*> cases[] = {
      {"help;", "Help\n"},
      {"help T;", "Help\n   relName = T\n"},
      {"print T;", "Print\n   relName = T\n"},
      {"print page T 3;", "PrintPage\n   relName = T\n   page = 3\n"},
      {"print tree T(a);", "PrintTree\n   relName = T\n   attrName = a\n"},
      {"print partitions T;", "PrintPartitions\n   relName = T\n"},
      {"print buffer;", "PrintBuffer\n"},
      {"print io;", "PrintIO\n"},
      {"reset io;", "ResetIO\n"},
      {"reset buffer;", "ResetBuffer\n"},
      {"resize buffer 50;", "ResizeBuffer\n   pages = 50\n"},
      {"queryplans on;", "QueryPlans\n   value = on\n"},
      {"drop table T;", "DropTable\n   relName = T\n"},
      {"create index T(a);", "CreateIndex\n   relName = T\n   attrName = a\n"},
      {"drop index T(a);", "DropIndex\n   relName = T\n   attrName = a\n"},
      {"begin;", "Begin\n"},
      {"begin isolation level snapshot read only;",
       "Begin\n   isolationLevel = snapshot\n   readOnly = true\n"},
      {"commit;", "Commit\n"},
      {"rollback;", "Rollback\n"},
      {"savepoint s;", "Savepoint\n   savepoint = s\n"},
      {"rollback to s;", "RollbackTo\n   savepoint = s\n"},
      {"release s;", "Release\n   savepoint = s\n"},
      {"checkpoint;", "Checkpoint\n"},
      {"backup '../monday';", "Backup\n   directory = '../monday'\n"},
      {"exit;", "Exit\n"},
      {";", ""},
      {"!ls", ""},
  };
  for (const auto& [statement, description] : cases) {
    EXPECT_EQ(Described(statement), description) << statement;
  }
}

}  // namespace
}  // namespace redbase::main
