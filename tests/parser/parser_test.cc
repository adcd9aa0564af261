// What each statement becomes.  Errors are in parser_error_test.cc.
#include "parser/parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "tests/parser/parse.h"
#include "tests/support/expect_status.h"

namespace redbase::parser {
namespace {

int64_t Integer(const Expr& expr) { return std::get<int64_t>(expr.literal().value); }
int64_t Integer(const Literal& literal) { return std::get<int64_t>(literal.value); }
double Real(const Expr& expr) { return std::get<double>(expr.literal().value); }
double Real(const Literal& literal) { return std::get<double>(literal.value); }
std::string String(const Expr& expr) { return std::get<std::string>(expr.literal().value); }
std::string String(const Literal& literal) { return std::get<std::string>(literal.value); }

std::vector<std::string> Texts(const std::vector<Identifier>& names) {
  std::vector<std::string> texts;
  for (const Identifier& name : names) {
    texts.push_back(name.text);
  }
  return texts;
}

std::vector<std::string> Texts(const std::vector<TableRef>& tables) {
  std::vector<std::string> texts;
  for (const TableRef& table : tables) {
    texts.push_back(PlanText(table));
  }
  return texts;
}

using Names = std::vector<std::string>;

TEST(Parser, ReadsCreateTable) {
  const auto create = Parse<CreateTable>("create table T (a i4, b varchar(20));");
  EXPECT_EQ(create.table.text, "T");
  ASSERT_EQ(create.columns.size(), 2u);
  EXPECT_EQ(create.columns[0].name.text, "a");
  EXPECT_EQ(create.columns[0].type.word, "i4");
  EXPECT_EQ(create.columns[0].type.length, std::nullopt);
  EXPECT_EQ(create.columns[1].type.word, "varchar");
  EXPECT_EQ(create.columns[1].type.length, 20);
  EXPECT_FALSE(create.distribute.has_value());
}

TEST(Parser, ReadsTheEchoOfCreateTable) {
  const auto create = Parse<CreateTable>("create table T (a = i4, b = varchar(20));");
  ASSERT_EQ(create.columns.size(), 2u);
  EXPECT_EQ(create.columns[0].type.word, "i4");
  EXPECT_EQ(create.columns[1].name.text, "b");
  EXPECT_EQ(create.columns[1].type.length, 20);
}

TEST(Parser, ReadsTheDistributeClause) {
  const auto create = Parse<CreateTable>("create table T (a i) distribute a (-5, 2.5, 'x');");
  ASSERT_TRUE(create.distribute.has_value());
  EXPECT_EQ(create.distribute->attribute.text, "a");
  ASSERT_EQ(create.distribute->values.size(), 3u);
  EXPECT_EQ(Integer(create.distribute->values[0]), -5);
  EXPECT_EQ(Real(create.distribute->values[1]), 2.5);
  EXPECT_EQ(String(create.distribute->values[2]), "x");
}

TEST(Parser, ReadsIndexes) {
  const auto plain = Parse<CreateIndex>("create index T (a, b);");
  EXPECT_EQ(plain.table.text, "T");
  EXPECT_EQ(Texts(plain.columns), (Names{"a", "b"}));
  EXPECT_FALSE(plain.unique);
  EXPECT_TRUE(Parse<CreateIndex>("create unique index T(a);").unique);
  EXPECT_EQ(Texts(Parse<DropIndex>("drop index T(a, b);").columns), (Names{"a", "b"}));
}

TEST(Parser, ReadsTheShortCommands) {
  EXPECT_EQ(Parse<DropTable>("drop table T;").table.text, "T");
  EXPECT_EQ(String(Parse<Load>("load T(\"../T.data\");").path), "../T.data");
  EXPECT_EQ(Parse<Set>("set a = 'TRUE';").parameter.text, "a");
  EXPECT_EQ(String(Parse<Set>("set a = 'TRUE';").value), "TRUE");
  EXPECT_FALSE(Parse<Help>("help;").table.has_value());
  EXPECT_EQ(Parse<Help>("help T;").table->text, "T");
  EXPECT_TRUE(Parse<QueryPlans>("queryplans on;").on);
  EXPECT_FALSE(Parse<QueryPlans>("queryplans off;").on);
  EXPECT_EQ(Parse<ResizeBuffer>("resize buffer 40;").pages, 40);
  Parse<ResetIo>("reset io;");
  Parse<ResetBuffer>("reset buffer;");
  Parse<Exit>("exit;");
  Parse<Empty>(";");
}

TEST(Parser, ReadsEveryTargetOfPrint) {
  EXPECT_EQ(Parse<Print>("print T;").target, Print::Target::kRelation);
  EXPECT_EQ(Parse<Print>("print buffer;").target, Print::Target::kBuffer);
  EXPECT_EQ(Parse<Print>("print io;").target, Print::Target::kIo);
  EXPECT_EQ(Parse<Print>("print partitions T;").target, Print::Target::kPartitions);
  const auto page = Parse<Print>("print page T 3;");
  EXPECT_EQ(page.target, Print::Target::kPage);
  EXPECT_EQ(page.relation.text, "T");
  EXPECT_EQ(page.page, 3);
  EXPECT_EQ(page.page_position, (Position{1, 14}));
  const auto tree = Parse<Print>("print tree T(a, b);");
  EXPECT_EQ(tree.target, Print::Target::kTree);
  EXPECT_EQ(Texts(tree.columns), (Names{"a", "b"}));
}

TEST(Parser, ReadsSelect) {
  const auto star = Parse<Select>("select * from T, U;");
  ASSERT_EQ(star.items.size(), 1u);
  EXPECT_FALSE(star.items[0].expr.has_value());
  EXPECT_EQ(Texts(star.from), (Names{"T", "U"}));
  EXPECT_TRUE(star.where.empty());
  const auto items = Parse<Select>("select a, T.b from T where a = T.b and b < 5;");
  ASSERT_EQ(items.items.size(), 2u);
  EXPECT_FALSE(items.items[0].expr->column().relation.has_value());
  EXPECT_EQ(items.items[1].expr->column().relation->text, "T");
  EXPECT_EQ(items.items[1].expr->column().name, "b");
  ASSERT_EQ(items.where.size(), 2u);
  EXPECT_EQ(items.where[0].child(1).column().name, "b");
  EXPECT_EQ(Integer(items.where[1].child(1).literal()), 5);
}

TEST(Parser, KnowsAllComparisons) {
  const auto select = Parse<Select>(
      "select * from T where a=1 and a<>1 and a!=1 and a<1 and a<=1 and a>1 and a>=1 "
      "and a is null and a is not null;");
  const std::vector<ComparisonOp> want = {
      ComparisonOp::kEq, ComparisonOp::kNe,     ComparisonOp::kNe,
      ComparisonOp::kLt, ComparisonOp::kLe,     ComparisonOp::kGt,
      ComparisonOp::kGe, ComparisonOp::kIsNull, ComparisonOp::kIsNotNull};
  ASSERT_EQ(select.where.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(select.where[i].op(), want[i]) << i;
  }
  EXPECT_EQ(select.where[7].children().size(), 1u);
}

TEST(Parser, PutsTheColumnOnTheLeft) {
  const auto select = Parse<Select>("select * from T where 5 < a and 'x' = T.b and 1 >= c;");
  ASSERT_EQ(select.where.size(), 3u);
  EXPECT_EQ(PlanText(select.where[0]), "a > 5");
  EXPECT_EQ(PlanText(select.where[1]), "T.b = x");
  EXPECT_EQ(PlanText(select.where[2]), "c <= 1");
}

std::string ConditionsOf(const std::string& where) {
  std::string text;
  for (const Expr& condition : Parse<Select>("select * from T where " + where + ";").where) {
    text += (text.empty() ? "" : " & ") + PlanText(condition);
  }
  return text;
}

TEST(Parser, JoinsConditions) {
  EXPECT_EQ(ConditionsOf("a = 1 or b = 2 and c = 3"), "a = 1 or (b = 2 and c = 3)");
  EXPECT_EQ(ConditionsOf("(a = 1 or b = 2) and c = 3"), "a = 1 or b = 2 & c = 3");
  EXPECT_EQ(ConditionsOf("a = 1 and ((b = 2 and c = 3) and d = 4)"),
            "a = 1 & b = 2 & c = 3 & d = 4");
  EXPECT_EQ(ConditionsOf("(a = 1 or (b = 2 or c = 3))"), "a = 1 or b = 2 or c = 3");
  EXPECT_EQ(ConditionsOf("not a = 1 and not not (b = 2 or c is null)"),
            "not a = 1 & not not (b = 2 or c is null)");
  EXPECT_EQ(ConditionsOf("((((a = 1))))"), "a = 1");
}

TEST(Parser, ReadsRangesAndLists) {
  EXPECT_EQ(ConditionsOf("a between 1 and 5 and T.b not between c and $1"),
            "a between 1 and 5 & T.b not between c and $1");
  EXPECT_EQ(ConditionsOf("a in (1, null, b) or 'x' not in (c)"),
            "a in (1, null, b) or x not in (c)");
  EXPECT_EQ(ConditionsOf("5 between a and b"), "5 between a and b");
  EXPECT_EQ(ConditionsOf("1 = 2 and 5 is null"), "1 = 2 & 5 is null");
}

TEST(Parser, ReadsPatterns) {
  EXPECT_EQ(ConditionsOf("a like 'x%' and 'y' not like T.b"), "a like x% & y not like T.b");
  EXPECT_EQ(ConditionsOf("a ilike $1 or not b not ilike '_' escape '!'"),
            "a ilike $1 or not b not ilike _ escape !");
}

TEST(Parser, TakesLongConditionsAndRefusesDeepOnes) {
  const auto repeated = [](const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) {
      all += text;
    }
    return all;
  };
  const auto parse = [](const std::string& where) {
    return ParseStatement("select * from T where " + where + ";");
  };
  const Result<Statement> many = parse(repeated("a = 1 or ", 20000) + "b = 2");
  ASSERT_OK(many);
  EXPECT_EQ(std::get<Query>(*many).select()->where[0].children().size(), 20001u);
  EXPECT_OK(parse("a in (" + repeated("1, ", 100000) + "2)"));
  EXPECT_OK(parse(repeated("(", 20000) + "a = 1" + repeated(")", 20000)));
  EXPECT_OK(parse(repeated("not ", 400) + "a = 1"));
  for (const std::string& deep :
       {repeated("not ", 20000) + "a = 1",
        repeated("(a = 1 or (a = 1 and ", 20000) + "a = 1" + repeated("))", 20000)}) {
    const Status status = parse(deep).status();
    EXPECT_CODE(Code::kInvalidArgument, status);
    EXPECT_EQ(status.message().rfind("expressions are nested too deep at line 1, column ", 0), 0u);
  }
}

TEST(Parser, ReadsChanges) {
  const auto insert = Parse<Insert>("insert into T values (1, 'x'), (null, \"y\");");
  ASSERT_EQ(insert.rows.size(), 2u);
  EXPECT_EQ(Integer(insert.rows[0][0]), 1);
  EXPECT_TRUE(insert.rows[1][0].literal().is_null());
  EXPECT_EQ(String(insert.rows[1][1]), "y");
  EXPECT_EQ(Parse<Delete>("delete from T where a = 1;").where.size(), 1u);
  EXPECT_TRUE(Parse<Delete>("delete from T;").where.empty());
  const auto update = Parse<Update>("update T set a = 5, T.b = c, d = null where a = 1;");
  ASSERT_EQ(update.assignments.size(), 3u);
  EXPECT_EQ(Integer(update.assignments[0].value.literal()), 5);
  EXPECT_EQ(update.assignments[1].column.relation->text, "T");
  EXPECT_EQ(update.assignments[1].value.column().name, "c");
  EXPECT_TRUE(update.assignments[2].value.literal().is_null());
  EXPECT_EQ(update.where.size(), 1u);
}

TEST(Parser, ReadsParametersWhereAValueMayStand) {
  const auto insert = Parse<Insert>("insert into T values ($1, 'x', $12), ($2, null, 5);");
  EXPECT_EQ(*insert.rows[0][0].literal().parameter(), Parameter{1});
  EXPECT_EQ(insert.rows[0][1].literal().parameter(), nullptr);
  EXPECT_EQ(*insert.rows[0][2].literal().parameter(), Parameter{12});
  EXPECT_EQ(*insert.rows[1][0].literal().parameter(), Parameter{2});
  const auto update = Parse<Update>("update T set a = $2 where $1 < b and c = $65535;");
  EXPECT_EQ(*update.assignments[0].value.literal().parameter(), Parameter{2});
  EXPECT_EQ(update.where[0].child(0).column().name, "b");
  EXPECT_EQ(update.where[0].op(), ComparisonOp::kGt);
  EXPECT_EQ(*update.where[0].child(1).literal().parameter(), Parameter{1});
  EXPECT_EQ(*update.where[1].child(1).literal().parameter(), Parameter{kMaxParameter});
  EXPECT_EQ(update.where[1].child(1).position(), (Position{1, 42}));
}

TEST(Parser, TakesTheRestOfAShellLine) {
  EXPECT_EQ(Parse<Shell>("!ls -l; pwd").command, "ls -l; pwd");
  EXPECT_EQ(Parse<Shell>("  ! ls\r\n").command, " ls");
  EXPECT_EQ(Parse<Shell>("!").command, "");
}

TEST(Parser, ReadsNumbers) {
  const auto insert = Parse<Insert>(
      "insert into T values (007, +5, -9223372036854775808, 4294967296, -1.5, 1.25e2, 1e-2, "
      "+2.0);");
  const std::vector<Expr>& row = insert.rows[0];
  EXPECT_EQ(Integer(row[0]), 7);
  EXPECT_EQ(Integer(row[1]), 5);
  EXPECT_EQ(Integer(row[2]), INT64_MIN);
  EXPECT_EQ(Integer(row[3]), int64_t{1} << 32);
  EXPECT_EQ(Real(row[4]), -1.5);
  EXPECT_EQ(Real(row[5]), 125.0);
  EXPECT_EQ(Real(row[6]), 0.01);
  EXPECT_EQ(Real(row[7]), 2.0);
  EXPECT_EQ(row[5].literal().text, "1.25e2");
}

TEST(Parser, ReadsStringsInBothQuotes) {
  const auto insert = Parse<Insert>(
      "insert into T values ('it''s', \"say \"\"x\"\"\", '\"', \"'\", '', '''', 'a;--/*b', 'é');");
  const std::vector<std::string> want = {"it's", "say \"x\"", "\"", "'", "", "'", "a;--/*b", "é"};
  ASSERT_EQ(insert.rows[0].size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(String(insert.rows[0][i]), want[i]);
  }
  EXPECT_EQ(insert.rows[0][0].literal().text, "'it''s'");
}

TEST(Parser, KeepsTheBytesOfAStringEvenZero) {
  using std::string_literals::operator""s;
  const auto insert = Parse<Insert>("insert into T values ('a\0b\xFF');"s);
  EXPECT_EQ(String(insert.rows[0][0]), "a\0b\xFF"s);
}

TEST(Parser, ReadsKeywordsInAnyCaseAndKeepsNamesAsWritten) {
  const auto select = Parse<Select>("SeLeCt Aa FROM t_1 wHERE Aa IS Not NULL AND bB=1;");
  EXPECT_EQ(select.items[0].expr->column().name, "Aa");
  EXPECT_EQ(select.from[0].relation.text, "t_1");
  EXPECT_EQ(select.where[0].op(), ComparisonOp::kIsNotNull);
}

TEST(Parser, NewWordsStayNames) {
  for (const std::string word :
       {"page",       "tree",         "partitions", "unique",     "Page",        "varchar",
        "int",        "char",         "real",       "node",       "begin",       "start",
        "work",       "level",        "isolation",  "read",       "transaction", "only",
        "write",      "committed",    "commit",     "repeatable", "snapshot",    "uncommitted",
        "rollback",   "abort",        "savepoint",  "release",    "Begin",       "backup",
        "checkpoint", "serializable", "no",         "key",        "share",       "of",
        "nowait",     "skip",         "locked",     "lock",       "mode",        "access",
        "row",        "exclusive",    "first",      "rows",       "partition",   "year",
        "time",       "position",     "over",       "filter",     "rollup",      "zone",
        "interval"}) {
    const auto create = Parse<CreateTable>("create table " + word + " (" + word + " i);");
    EXPECT_EQ(create.table.text, word);
    EXPECT_EQ(create.columns[0].name.text, word);
    EXPECT_EQ(Parse<Print>("print " + word + ";").relation.text, word);
    const auto select = Parse<Select>("select " + word + ", T." + word + " from " + word +
                                      " where " + word + " = 1 and 1 < T." + word + ";");
    EXPECT_EQ(select.items[1].expr->column().name, word);
    EXPECT_EQ(select.where[0].child(0).column().name, word);
    EXPECT_EQ(select.where[1].child(0).column().name, word);
    EXPECT_EQ(Texts(Parse<Print>("print tree T(" + word + ");").columns), (Names{word}));
  }
}

// Words of SQL are names where nothing else can stand: whatever is named so can be reached.
TEST(Parser, WordsOfSqlAreNamesWhereOnlyANameStands) {
  for (const std::string word :
       {"null",  "is",    "not",    "or",   "in",     "like",    "between", "end",     "true",
        "false", "for",   "to",     "all",  "as",     "case",    "order",   "group",   "limit",
        "user",  "union", "table_", "left", "right",  "select_", "desc",    "default", "with",
        "using", "when",  "then",   "else", "escape", "offset",  "window",  "fetch",   "having"}) {
    const auto create = Parse<CreateTable>("create table " + word + " (" + word + " i);");
    EXPECT_EQ(create.columns[0].name.text, word);
    EXPECT_EQ(Parse<Print>("print " + word + ";").relation.text, word);
    const auto select =
        Parse<Select>("select T." + word + " as " + word + " from T where T." + word + " = 1;");
    EXPECT_EQ(select.items[0].expr->column().name, word);
    EXPECT_EQ(select.items[0].alias->text, word);
    EXPECT_EQ(Parse<Update>("update T set " + word + " = 1;").assignments[0].column.name, word);
    EXPECT_EQ(Texts(Parse<CreateIndex>("create index T(" + word + ");").columns), (Names{word}));
  }
}

TEST(Parser, ReadsTheBeginOfATransaction) {
  EXPECT_EQ(Parse<Begin>("begin;").modes, TransactionModes());
  EXPECT_EQ(Parse<Begin>("begin work;").modes, TransactionModes());
  EXPECT_EQ(Parse<Begin>("start transaction;").modes, TransactionModes());
  const std::pair<const char*, IsolationLevel> levels[] = {
      {"read uncommitted", IsolationLevel::kReadUncommitted},
      {"read committed", IsolationLevel::kReadCommitted},
      {"repeatable read", IsolationLevel::kRepeatableRead},
      {"snapshot", IsolationLevel::kSnapshot},
      {"serializable", IsolationLevel::kSerializable},
  };
  for (const auto& [text, level] : levels) {
    const std::string mode = std::string("isolation level ") + text;
    EXPECT_EQ(Parse<Begin>("begin " + mode + ";").modes, (TransactionModes{level, std::nullopt}));
    EXPECT_EQ(Parse<Begin>("begin transaction read only " + mode + ";").modes,
              (TransactionModes{level, true}));
    EXPECT_EQ(Parse<Begin>("START TRANSACTION " + mode + ", READ WRITE;").modes,
              (TransactionModes{level, false}));
  }
  EXPECT_EQ(Parse<Begin>("begin read only, read write;").modes,
            (TransactionModes{std::nullopt, false}));
}

TEST(Parser, ReadsTheEndsOfATransaction) {
  for (const char* text : {"commit;", "commit work;", "commit transaction;", "end;", "end work;"}) {
    Parse<Commit>(text);
  }
  for (const char* text : {"rollback;", "rollback work;", "rollback transaction;", "abort;"}) {
    Parse<Rollback>(text);
  }
  Parse<Checkpoint>("checkpoint;");
}

TEST(Parser, ReadsRowLocks) {
  const auto select = Parse<Query>(
      "select a from T, U for update of T nowait for no key update skip locked for share for key "
      "share of T, U;");
  ASSERT_EQ(select.locking.size(), 4u);
  EXPECT_EQ(select.locking[0].strength, RowLockStrength::kUpdate);
  EXPECT_EQ(select.locking[0].of.size(), 1u);
  EXPECT_EQ(select.locking[0].locked_rows, LockedRows::kNoWait);
  EXPECT_EQ(select.locking[1].strength, RowLockStrength::kNoKeyUpdate);
  EXPECT_EQ(select.locking[1].locked_rows, LockedRows::kSkip);
  EXPECT_EQ(select.locking[2].strength, RowLockStrength::kShare);
  EXPECT_EQ(select.locking[2].locked_rows, LockedRows::kWait);
  EXPECT_EQ(select.locking[3].strength, RowLockStrength::kKeyShare);
  EXPECT_EQ(select.locking[3].of.size(), 2u);
  EXPECT_TRUE(Parse<Query>("select * from T;").locking.empty());
}

TEST(Parser, ReadsTableLocks) {
  for (const TableLockMode mode :
       {TableLockMode::kAccessShare, TableLockMode::kRowShare, TableLockMode::kRowExclusive,
        TableLockMode::kShareUpdateExclusive, TableLockMode::kShare,
        TableLockMode::kShareRowExclusive, TableLockMode::kExclusive,
        TableLockMode::kAccessExclusive}) {
    const auto lock =
        Parse<LockTable>("lock table T, mode in " + std::string(ToString(mode)) + " mode;");
    EXPECT_EQ(lock.mode, mode);
    EXPECT_EQ(lock.tables.size(), 2u);
    EXPECT_FALSE(lock.nowait);
  }
  const auto lock = Parse<LockTable>("lock T nowait;");
  EXPECT_EQ(lock.mode, TableLockMode::kAccessExclusive);
  EXPECT_TRUE(lock.nowait);
}

TEST(Parser, ReadsTheFolderOfABackup) {
  EXPECT_EQ(String(Parse<Backup>("BACKUP '../monday';").path), "../monday");
}

TEST(Parser, ReadsSavepointsWhateverTheirName) {
  for (const std::string name : {"s", "savepoint", "to", "work"}) {
    EXPECT_EQ(Parse<Savepoint>("savepoint " + name + ";").name.text, name);
    for (const char* back : {"rollback to ", "rollback work to ", "rollback to savepoint ",
                             "rollback transaction to savepoint ", "abort to "}) {
      EXPECT_EQ(Parse<RollbackTo>(back + name + ";").savepoint.text, name);
    }
    EXPECT_EQ(Parse<Release>("release " + name + ";").savepoint.text, name);
    EXPECT_EQ(Parse<Release>("release savepoint " + name + ";").savepoint.text, name);
  }
}

TEST(Parser, ReadsSettingsWithoutQuotes) {
  for (const std::string value : {"on", "off", "true", "FALSE", "500"}) {
    const auto set = Parse<Set>("set synchronous_commit = " + value + ";");
    EXPECT_EQ(set.parameter.text, "synchronous_commit");
    EXPECT_EQ(String(set.value), value);
  }
}

TEST(Parser, NullOnTheRightIsTheValueUnlessQualified) {
  const auto update = Parse<Update>("update T set a = null, b = T.null, null = a.null;");
  EXPECT_TRUE(update.assignments[0].value.literal().is_null());
  EXPECT_EQ(update.assignments[1].value.column().name, "null");
  EXPECT_EQ(update.assignments[2].column.name, "null");
  EXPECT_EQ(update.assignments[2].value.column().relation->text, "a");
}

TEST(Parser, TakesNamesOfSixtyThreeCharacters) {
  const std::string name(63, 'n');
  EXPECT_EQ(Parse<CreateTable>("create table " + name + " (a i);").table.text, name);
}

TEST(Parser, SkipsComments) {
  const auto select =
      Parse<Select>("/* a ; ' \" \n /* ** */ select -- b ; '\n * /***/ from /* - */T -- c\n;");
  EXPECT_EQ(select.from[0].relation.text, "T");
  EXPECT_EQ(select.from[0].position, (Position{3, 22}));
}

TEST(Parser, GivesEveryNameAndLiteralItsPosition) {
  const auto select = Parse<Select>("select a,\n  T.b\nfrom T\nwhere 'é' = c and\tU.d = 5;");
  EXPECT_EQ(select.items[0].position, (Position{1, 8}));
  EXPECT_EQ(select.items[1].position, (Position{2, 3}));
  EXPECT_EQ(select.items[1].expr->column().relation->position, (Position{2, 3}));
  EXPECT_EQ(select.from[0].position, (Position{3, 6}));
  EXPECT_EQ(select.where[0].child(1).position(), (Position{4, 7}));
  EXPECT_EQ(select.where[0].child(0).position(), (Position{4, 13}));  // é is one column
  EXPECT_EQ(select.where[1].child(1).position(), (Position{4, 25}));
}

TEST(Parser, CountsFromTheStartItIsGiven) {
  const Result<Statement> statement = ParseStatement("print T;", {7, 5});
  ASSERT_TRUE(statement.ok());
  EXPECT_EQ(std::get<Print>(*statement).relation.position, (Position{7, 11}));
}

TEST(Parser, ReadsStatementAfterStatement) {
  Parser parser("print T;\n  help; select *\nfrom T;", {10, 1});
  auto first = parser.Next();
  ASSERT_TRUE(first.ok() && first->has_value());
  EXPECT_EQ((*first)->text, "print T;");
  EXPECT_EQ((*first)->position, (Position{10, 1}));
  auto second = parser.Next();
  ASSERT_TRUE(second.ok() && second->has_value());
  EXPECT_EQ((*second)->position, (Position{11, 3}));
  auto third = parser.Next();
  ASSERT_TRUE(third.ok() && third->has_value());
  EXPECT_EQ((*third)->text, "select *\nfrom T;");
  EXPECT_EQ(std::get<Query>((*third)->statement).select()->from[0].position, (Position{12, 6}));
  auto end = parser.Next();
  EXPECT_TRUE(end.ok() && !end->has_value());
}

TEST(Parser, AsksForTextOnlyWhenItNeedsIt) {
  std::vector<std::string> pieces = {"print T; help", ";", "\n", " pri", "nt U;"};
  size_t asked = 0;
  Parser parser([&]() -> std::optional<std::string> {
    return asked < pieces.size() ? std::optional(pieces[asked++]) : std::nullopt;
  });
  ASSERT_TRUE(parser.Next().ok());
  EXPECT_EQ(asked, 1u);
  ASSERT_TRUE(parser.Next().ok());
  EXPECT_EQ(asked, 2u);
  EXPECT_EQ(Session(&parser), (Names{"print U;"}));
}

TEST(Parser, LastEndMayBeImplied) {
  for (const char* text :
       {"help; print T", "help; print T -- all", "help; print T;", "help;print T ;;"}) {
    Parser parser(text, {}, LastEnd::kImplied);
    EXPECT_TRUE(std::holds_alternative<Help>(parser.Next().value()->statement));
    EXPECT_TRUE(std::holds_alternative<Print>(parser.Next().value()->statement)) << text;
  }
  Parser cut("help; select # *\nfrom", {}, LastEnd::kImplied);
  EXPECT_OK(cut.Next());
  EXPECT_EQ(cut.Next().status().message(),
            "syntax error at line 2, column 5: unexpected end of input: expected \"(\" or a name");
  EXPECT_EQ(cut.notices().size(), 1U);
  EXPECT_FALSE(cut.Next().value().has_value());
}

TEST(Parser, ReadsEmptyInput) {
  EXPECT_EQ(Session(""), Names());
  EXPECT_EQ(Session(" \n\t /* only */ -- comments"), Names());
  EXPECT_EQ(Session("\xEF\xBB\xBFprint T;"), (Names{"print T;"}));
}

// Processor time, and the best of three, so that a busy machine does not count.
double SecondsToParse(const std::string& text) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const std::clock_t start = std::clock();
    EXPECT_EQ(ErrorOf(text), "");
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return best;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kSlowdown = 20;
#else
constexpr double kSlowdown = 1;
#endif

TEST(Parser, ReadsAMegabyteInATenthOfASecondOrTwo) {
  std::string insert = "insert into T values (0, 'x')";
  while (insert.size() < (1 << 20)) {
    insert += ",\n(" + std::to_string(insert.size()) + ", 'value', 2.5)";
  }
  EXPECT_LT(SecondsToParse(insert + ";"), 0.2 * kSlowdown);
  std::string select = "select * from T where a = 1";
  while (select.size() < (1 << 20)) {
    select += " and T.a <> " + std::to_string(select.size());
  }
  EXPECT_LT(SecondsToParse(select + ";"), 0.2 * kSlowdown);
  const std::string text(1 << 20, 'x');
  EXPECT_LT(SecondsToParse("insert into T values ('" + text + "');"), 0.2 * kSlowdown);
  EXPECT_LT(SecondsToParse("/*" + text + "*/ help;"), 0.2 * kSlowdown);
}

TEST(Parser, ReadsThousandsOfConditionsAndColumns) {
  std::string create = "create table T (c0 i";
  std::string select = "select c0";
  for (int i = 1; i < 20'000; ++i) {
    create += ", c" + std::to_string(i) + " i";
    select += ", c" + std::to_string(i);
  }
  EXPECT_EQ(Parse<CreateTable>(create + ");").columns.size(), 20'000u);
  EXPECT_EQ(Parse<Select>(select + " from T;").items.size(), 20'000u);
}

}  // namespace
}  // namespace redbase::parser
