#include "db/prepared_statement.h"

#include <array>
#include <string>

#include "db/row_cursor.h"
#include "ql/plan_printer.h"
#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Prepared = std::unique_ptr<PreparedStatement>;

// On a plain database, and where T is on three nodes.
class PreparedStatementTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  PreparedStatementTest() {
    system_.Run("create table T (k i, name c8, x f)" + Split() + ";");
    system_.Run("create unique index T(k);");
    system_.Run("insert into T values (1, 'one', 1.5), (150, 'more', null), (250, 'most', 2.5);");
  }

  static std::string Split() { return GetParam() > 0 ? " distribute k (100, 200)" : ""; }

  Prepared Prepare(std::string_view text) {
    Result<Prepared> prepared = system_.session().Prepare(text);
    EXPECT_OK(prepared);
    return *std::move(prepared);
  }
  std::string PrepareError(std::string_view text) {
    return system_.session().Prepare(text).status().message();
  }

  static Result<Lines> Do(PreparedStatement& statement, std::vector<Value> values) {
    ASSIGN_OR_RETURN(std::unique_ptr<StatementResult> result, statement.Execute(values));
    return LinesOf(std::move(result));
  }
  static Result<Lines> LinesOf(std::unique_ptr<StatementResult> result) {
    Lines lines;
    RowCursor rows(std::move(result));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, rows.Next());
      if (!more) {
        return lines;
      }
      std::string line;
      for (size_t c = 0; c < rows.schema().size(); ++c) {
        line += (c > 0 ? " | " : "") + Text(rows, c);
      }
      lines.push_back(std::move(line));
    }
  }
  static std::string Text(const RowCursor& rows, size_t c) {
    if (rows.IsNull(c)) {
      return "null";
    }
    if (IsString(rows.schema()[c].type.id)) {
      return std::string(rows.GetString(c));
    }
    return rows.schema()[c].type.id == TypeId::kInt ? std::to_string(rows.GetInt(c))
                                                    : std::to_string(rows.GetDouble(c));
  }
  static Lines Rows(PreparedStatement& statement, std::vector<Value> values) {
    const Result<Lines> lines = Do(statement, std::move(values));
    EXPECT_OK(lines);
    return lines.ok() ? *lines : Lines{lines.status().message()};
  }

  System system_{GetParam()};
};

TEST_P(PreparedStatementTest, SelectsWithTheValuesGiven) {
  const Prepared select = Prepare("select name, k from T where k = $1;");
  EXPECT_THAT(Rows(*select, {Value::Int(150)}), ElementsAre("more | 150"));
  EXPECT_THAT(Rows(*select, {Value::Bigint(1)}), ElementsAre("one | 1"));
  EXPECT_THAT(Rows(*select, {Value::Int(2)}), IsEmpty());
  EXPECT_THAT(Rows(*select, {Value::Null()}), IsEmpty());
  EXPECT_THAT(Rows(*select, {Value::Int(250)}), ElementsAre("most | 250"));
}

TEST_P(PreparedStatementTest, SaysTypesAndNames) {
  const Prepared select = Prepare("select x, k from T where k > $1 and name = $2;");
  ASSERT_EQ(select->schema().size(), 2U);
  EXPECT_EQ(select->schema()[0].name, "x");
  EXPECT_EQ(select->schema()[1].type.id, TypeId::kInt);
  EXPECT_THAT(select->parameter_types(),
              ElementsAre(LogicalType{TypeId::kInt, 0}, LogicalType{TypeId::kVarchar, 0}));
}

TEST_P(PreparedStatementTest, ComparesInAllWays) {
  EXPECT_THAT(
      Rows(*Prepare("select k from T where k >= $1 and $2 > k;"), {Value::Int(1), Value::Int(250)}),
      UnorderedElementsAre("1", "150"));
  EXPECT_THAT(Rows(*Prepare("select k from T where name = $1;"), {Value::String("most")}),
              ElementsAre("250"));
  EXPECT_THAT(Rows(*Prepare("select k from T where name = $1;"), {Value::String("longer than 8")}),
              IsEmpty());
  EXPECT_THAT(Rows(*Prepare("select k from T where x <> $1;"), {Value::Double(1.5)}),
              ElementsAre("250"));
}

TEST_P(PreparedStatementTest, ParametersStandAnywhereInConditions) {
  const Prepared select = Prepare(
      "select k from T where not (k not between $1 and $2 or name in ($3, 'x')) or k in (0, $4);");
  EXPECT_THAT(Rows(*select, {Value::Int(1), Value::Int(200), Value::String("one"), Value::Null()}),
              ElementsAre("150"));
  EXPECT_THAT(
      Rows(*select, {Value::Int(2), Value::Int(200), Value::String("more"), Value::Int(250)}),
      ElementsAre("250"));
  const Prepared like = Prepare("select k from T where name like $1 and not 'x' like $2;");
  EXPECT_THAT(Rows(*like, {Value::String("mo%e"), Value::String("y")}), ElementsAre("150"));
  EXPECT_THAT(Rows(*like, {Value::String("%o%"), Value::String("_")}), IsEmpty());
  EXPECT_THAT(Rows(*like, {Value::Null(), Value::String("y")}), IsEmpty());
  EXPECT_THAT(Do(*like, {Value::String("\\"), Value::String("y")}).status().message(),
              HasSubstr("must not end with escape character"));
  EXPECT_THAT(PrepareError("select k from T where $1 like $2;"),
              HasSubstr("could not determine data type of parameter $1"));
  EXPECT_THAT(PrepareError("select k from T where $1 = $2;"),
              HasSubstr("could not determine data type of parameter $1"));
  EXPECT_THAT(PrepareError("select k from T where k = 1 or $1 is null;"),
              HasSubstr("could not determine data type of parameter $1"));
}

TEST_P(PreparedStatementTest, InsertsUpdatesAndDeletes) {
  const Prepared insert = Prepare("insert into T values ($1, $2, $3);");
  for (int k = 300; k < 310; ++k) {
    EXPECT_EQ(*insert->Run({Value::Int(k), Value::String("row"), Value::Null()}), 1U);
  }
  EXPECT_EQ(*Prepare("update T set x = $2, name = $3 where k = $1;")
                 ->Run({Value::Int(305), Value::Int(5), Value::String("set")}),
            1U);
  EXPECT_EQ(
      *Prepare("delete from T where k > $1 and k <> $2;")->Run({Value::Int(300), Value::Int(305)}),
      8U);
  EXPECT_THAT(Sorted(system_.Rows("select * from T where k >= 300;")),
              ElementsAre("300 | row | null", "305 | set | 5.000000"));
}

TEST_P(PreparedStatementTest, AnUpdateMayMoveRowsToAnotherNode) {
  const Prepared update = Prepare("update T set k = $2 where k = $1;");
  EXPECT_EQ(*update->Run({Value::Int(1), Value::Int(220)}), 1U);
  EXPECT_EQ(*update->Run({Value::Int(220), Value::Int(2)}), 1U);
  EXPECT_THAT(Sorted(system_.Rows("select k from T;")), ElementsAre("150", "2", "250"));
}

TEST_P(PreparedStatementTest, InsertsGiveTheirRowsOut) {
  const Prepared insert = Prepare("insert into T values ($1, $2, $3), ($4, 'x', 0);");
  const std::array<Value, 4> values = {Value::Int(7), Value::String("seven"), Value::Real(7),
                                       Value::Int(8)};
  Result<std::unique_ptr<StatementResult>> result = insert->Execute(values);
  ASSERT_OK(result);
  EXPECT_EQ((*result)->kind(), ResultKind::kInserted);
  EXPECT_THAT(*LinesOf(*std::move(result)),
              ElementsAre("7 | seven | 7.000000", "8 | x | 0.000000"));
}

TEST_P(PreparedStatementTest, ValuesBoundStay) {
  const Prepared insert = Prepare("insert into T values ($1, $2, $3);");
  EXPECT_OK(insert->Bind(2, Value::String("same")));
  for (int k = 300; k < 303; ++k) {
    EXPECT_OK(insert->Bind(1, Value::Int(k)));
    EXPECT_EQ(*insert->Run(), 1U);
  }
  EXPECT_THAT(system_.Rows("select k, x from T where name = 'same';"),
              ElementsAre("300 | null", "301 | null", "302 | null"));
  EXPECT_CODE(Code::kInvalidArgument, insert->Bind(0, Value()));
  EXPECT_CODE(Code::kInvalidArgument, insert->Bind(4, Value()));
}

TEST_P(PreparedStatementTest, RefusesWrongValues) {
  const Prepared insert = Prepare("insert into T values ($1, $2, 0);");
  EXPECT_CODE(Code::kInvalidArgument, insert->Run({Value::Int(5)}));
  EXPECT_CODE(Code::kTypeMismatch, insert->Run({Value::Double(5), Value::String("x")}));
  EXPECT_CODE(Code::kTypeMismatch, insert->Run({Value::Int(5), Value::Int(6)}));
  EXPECT_CODE(Code::kInvalidArgument, insert->Run({Value::Int(5), Value::String("123456789")}));
  EXPECT_CODE(Code::kConstraint, insert->Run({Value::Int(1), Value::String("x")}));
  EXPECT_OK(insert->Run({Value::Int(5), Value::String("12345678")}));
  EXPECT_EQ(system_.Rows("select k from T;").size(), 4U);
}

TEST_P(PreparedStatementTest, RefusesWrongStatements) {
  EXPECT_THAT(PrepareError("select * frm T;"), HasSubstr("syntax error"));
  EXPECT_THAT(PrepareError("select * from U where a = $1;"), HasSubstr("does not exist"));
  EXPECT_THAT(PrepareError("select * from T where k = $1 and x = $1;"),
              HasSubstr("inconsistent types"));
  EXPECT_THAT(PrepareError("select * from T where k = $2;"), HasSubstr("parameter $1"));
  EXPECT_THAT(system_.Error("select * from T where k = $1;"), HasSubstr("no parameter $1"));
}

TEST_P(PreparedStatementTest, IsPlannedAnewAfterAChangeOfTheCatalog) {
  const Prepared select = Prepare("select * from T where k = $1;");
  system_.Run("drop index T(k);");
  EXPECT_THAT(Rows(*select, {Value::Int(1)}), ElementsAre("1 | one | 1.500000"));
  system_.Run("drop table T;");
  EXPECT_CODE(Code::kNotFound, Do(*select, {Value::Int(1)}));
  system_.Run("create table T (other c4, k c3)" + std::string(";"));
  system_.Run("insert into T values ('a', 'b');");
  EXPECT_CODE(Code::kTypeMismatch, Do(*select, {Value::Int(1)}));
  EXPECT_THAT(Rows(*select, {Value::String("b")}), ElementsAre("a | b"));
  EXPECT_EQ(select->schema()[0].name, "other");
}

TEST_P(PreparedStatementTest, IsPlannedAnewWhenARelationHasGrown) {
  system_.Run("create table A (k i);");
  system_.Run("create table B (k i);");
  const Prepared join = Prepare("select A.k from A, B where A.k = B.k;");
  const auto plan = [&join] {
    auto result = join->Execute();
    EXPECT_OK(result);
    return ql::PrintPlan(*(*result)->plan(), ql::PlanStyle::kExplain);
  };
  const auto grow = [this](const std::string& table, int rows) {
    std::string text;
    for (int i = 0; i < rows; ++i) {
      text += std::to_string(i) + "\n";
    }
    ASSERT_OK(system_.Load(table, text));
  };
  grow("A", 1000);
  grow("B", 500);
  const std::string a_is_larger = plan();
  grow("B", 3000);
  const std::string b_is_larger = plan();
  EXPECT_NE(a_is_larger, b_is_larger);
  EXPECT_EQ(plan(), b_is_larger);
  grow("A", 9000);
  EXPECT_EQ(plan(), a_is_larger);
}

TEST_P(PreparedStatementTest, ATextThatComesAgainIsAsNew) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(system_.Rows("select name from T where k = 1;"), ElementsAre("one"));
    EXPECT_THAT(system_.Error("insert into T values (1, 'x', 0);"), HasSubstr("duplicate key"));
  }
  system_.Run("drop table T;");
  EXPECT_THAT(system_.Error("select name from T where k = 1;"), HasSubstr("does not exist"));
  system_.Run("create table T (k i, name c8, x f);");
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(system_.Rows("insert into T values (1, 'x', 0);"), ElementsAre("1 | x | 0.000000"));
  }
  EXPECT_THAT(system_.Rows("select name from T where k = 1;"), ElementsAre("x", "x", "x"));
  // More texts than are kept.
  for (int i = 0; i < 100; ++i) {
    const std::string k = std::to_string(i % 37 + 10);
    system_.Run("update T set k = " + k + ";");
    EXPECT_THAT(system_.Rows("select k from T where k = " + k + ";"), ElementsAre(k, k, k));
  }
}

TEST_P(PreparedStatementTest, IsPlannedAnewAfterADefinitionWasTakenBack) {
  system_.Run("begin;");
  system_.Run("create table U (k i);");
  system_.Run("create unique index U(k);");
  const Prepared insert = Prepare("insert into U values ($1);");
  const Prepared select = Prepare("select * from U where k = $1;");
  EXPECT_OK(insert->Run({Value::Int(1)}));
  EXPECT_THAT(Rows(*select, {Value::Int(1)}), ElementsAre("1"));
  system_.Run("rollback;");
  EXPECT_CODE(Code::kNotFound, insert->Run({Value::Int(1)}));
  EXPECT_CODE(Code::kNotFound, Do(*select, {Value::Int(1)}));
  system_.Run("create table U (k i);");
  EXPECT_OK(insert->Run({Value::Int(2)}));
  EXPECT_THAT(Rows(*select, {Value::Int(2)}), ElementsAre("2"));
}

TEST_P(PreparedStatementTest, WorksInTransactions) {
  const Prepared begin = Prepare("begin;");
  const Prepared commit = Prepare("commit;");
  const Prepared rollback = Prepare("rollback;");
  const Prepared insert = Prepare("insert into T values ($1, 'x', 1);");
  const Prepared count = Prepare("select k from T where name = $1;");
  EXPECT_OK(begin->Run({}));
  EXPECT_OK(insert->Run({Value::Int(5)}));
  EXPECT_OK(insert->Run({Value::Int(205)}));
  EXPECT_THAT(Rows(*count, {Value::String("x")}), ElementsAre("5", "205"));
  EXPECT_OK(rollback->Run({}));
  EXPECT_THAT(Rows(*count, {Value::String("x")}), IsEmpty());
  EXPECT_OK(begin->Run({}));
  EXPECT_OK(insert->Run({Value::Int(6)}));
  EXPECT_OK(commit->Run({}));
  EXPECT_THAT(Rows(*count, {Value::String("x")}), ElementsAre("6"));
}

TEST_P(PreparedStatementTest, AFailureFailsTheTransaction) {
  const Prepared insert = Prepare("insert into T values ($1, 'x', 1);");
  system_.Run("begin;");
  EXPECT_OK(insert->Run({Value::Int(5)}));
  EXPECT_CODE(Code::kConstraint, insert->Run({Value::Int(5)}));
  EXPECT_EQ(system_.session().transaction_state(), TransactionState::kFailed);
  EXPECT_CODE(Code::kInvalidArgument, insert->Run({Value::Int(6)}));
  system_.Run("rollback;");
  EXPECT_EQ(system_.Rows("select k from T;").size(), 3U);
}

TEST_P(PreparedStatementTest, AResultThatIsDroppedTakesItsChangeBack) {
  const Prepared insert = Prepare("insert into T values ($1, 'x', 1);");
  const std::array<Value, 1> values = {Value::Int(5)};
  Batch batch;
  {
    const auto result = insert->Execute(values);
    ASSERT_OK(result);
    EXPECT_TRUE(*(*result)->Next(&batch));
  }
  EXPECT_EQ(system_.Rows("select k from T;").size(), 3U);
  EXPECT_OK(insert->Run(values));
  EXPECT_EQ(system_.Rows("select k from T;").size(), 4U);
}

TEST_P(PreparedStatementTest, AResultMayOutliveItsStatement) {
  Prepared select = Prepare("select k from T where k = $1;");
  const std::array<Value, 1> values = {Value::Int(150)};
  Result<std::unique_ptr<StatementResult>> result = select->Execute(values);
  ASSERT_OK(result);
  select.reset();
  EXPECT_THAT(*LinesOf(*std::move(result)), ElementsAre("150"));
}

// Such plans run without a query of their own.
TEST_P(PreparedStatementTest, FindsTheRowOfAWholeKey) {
  system_.Run("create table K (a i, b c30, c f);");
  system_.Run("create unique index K(b, a);");
  system_.Run(
      "insert into K values (1, 'a key longer than twelve bytes', 1.5), (2, 'short', 2.5);");
  const Value longer = Value::String("a key longer than twelve bytes");
  const Prepared select = Prepare("select c, b, c from K where a = $1 and b = $2 and c > $3;");
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Rows(*select, {Value::Int(1), longer, Value::Int(1)}),
                ElementsAre("1.500000 | a key longer than twelve bytes | 1.500000"));
    EXPECT_THAT(Rows(*select, {Value::Int(1), longer, Value::Double(1.5)}), IsEmpty());
    EXPECT_THAT(Rows(*select, {Value::Int(2), longer, Value::Int(1)}), IsEmpty());
    EXPECT_THAT(Rows(*select, {Value::Int(2), Value::String("short"), Value::Null()}), IsEmpty());
    EXPECT_THAT(Rows(*select, {Value::Null(), longer, Value::Int(1)}), IsEmpty());
  }
  EXPECT_THAT(Rows(*Prepare("select * from K where a = $1 and b = 'short' and c is not null;"),
                   {Value::Int(2)}),
              ElementsAre("2 | short | 2.500000"));
  EXPECT_THAT(Rows(*Prepare("select a from K where a = $1 and b = 'short' and c is null;"),
                   {Value::Int(2)}),
              IsEmpty());
}

TEST_P(PreparedStatementTest, ItsRowsMayBeTakenAway) {
  const Prepared select = Prepare("select name from T where k = $1;");
  std::vector<Batch> taken(3);
  for (const auto& [i, key] : {std::pair(0, 1), std::pair(1, 150), std::pair(2, 250)}) {
    const std::array<Value, 1> values = {Value::Int(key)};
    const auto result = select->Execute(values);
    ASSERT_OK(result);
    EXPECT_TRUE(*(*result)->Next(&taken[static_cast<size_t>(i)]));
  }
  EXPECT_EQ(taken[0].GetValue(0, taken[0].RowAt(0)), Value::String("one"));
  EXPECT_EQ(taken[1].GetValue(0, taken[1].RowAt(0)), Value::String("more"));
  EXPECT_EQ(taken[2].GetValue(0, taken[2].RowAt(0)), Value::String("most"));
}

TEST_P(PreparedStatementTest, GoesOnAfterAFailure) {
  system_.Run("create table K (a i, b i);");
  system_.Run("create unique index K(a);");
  system_.Run("create unique index K(b);");
  const Prepared insert = Prepare("insert into K values ($1, $2), ($3, 0);");
  const auto row = [](int a, int b, int other) {
    return std::array<Value, 3>{Value::Int(a), Value::Int(b), Value::Int(other)};
  };
  EXPECT_EQ(*insert->Run(row(1, 1, 2)), 2U);
  EXPECT_CODE(Code::kConstraint, insert->Run(row(3, 3, 4)));  // 0 is there
  EXPECT_CODE(Code::kConstraint, insert->Run(row(1, 5, 6)));
  system_.Run("delete from K where b = 0;");
  EXPECT_EQ(*insert->Run(row(3, 3, 4)), 2U);
  EXPECT_THAT(Sorted(system_.Rows("select * from K;")), ElementsAre("1 | 1", "3 | 3", "4 | 0"));
}

TEST_P(PreparedStatementTest, ACancelledOneFails) {
  const Prepared select = Prepare("select name from T where k = $1;");
  const std::array<Value, 1> values = {Value::Int(1)};
  const auto result = select->Execute(values);
  ASSERT_OK(result);
  system_.session().cancel_token().Cancel();
  Batch batch;
  EXPECT_CODE(Code::kCancelled, (*result)->Next(&batch));
}

TEST_P(PreparedStatementTest, ReadOnlyTransactionsRefuseIt) {
  const Prepared insert = Prepare("insert into T values ($1, 'x', 1);");
  system_.Run("begin read only;");
  EXPECT_CODE(Code::kInvalidArgument, insert->Run({Value::Int(5)}));
  system_.Run("rollback;");
}

INSTANTIATE_TEST_SUITE_P(Nodes, PreparedStatementTest, ::testing::Values(0U, 3U),
                         ::testing::PrintToStringParamName());

class RowCursorTest : public ::testing::Test {
 protected:
  RowCursor Cursor(std::string_view text) {
    auto result = system_.session().Execute(text);
    EXPECT_OK(result);
    return RowCursor(*std::move(result));
  }

  System system_{0};
};

TEST_F(RowCursorTest, ConvertsNumbersAndNothingElse) {
  system_.Run("create table T (i int, f real, s varchar(30));");
  system_.Run("insert into T values (7, -2.75, 'a string too long to be inline');");
  RowCursor rows = Cursor("select * from T;");
  EXPECT_EQ(rows.schema()[2].name, "s");
  ASSERT_TRUE(*rows.Next());
  EXPECT_EQ(rows.GetInt(0), 7);
  EXPECT_EQ(rows.GetDouble(0), 7.0);
  EXPECT_EQ(rows.GetInt(1), -2);
  EXPECT_EQ(rows.GetDouble(1), -2.75);
  EXPECT_EQ(rows.GetString(2), "a string too long to be inline");
  EXPECT_EQ(rows.GetString(0), "");
  EXPECT_EQ(rows.GetInt(2), 0);
  EXPECT_EQ(rows.GetDouble(2), 0.0);
  EXPECT_FALSE(*rows.Next());
  EXPECT_FALSE(*rows.Next());
}

TEST_F(RowCursorTest, ANullIsZeroOrEmpty) {
  system_.Run("create table T (i int, f real, s c5);");
  system_.Run("insert into T values (null, null, null), (1, 1, 'x');");
  RowCursor rows = Cursor("select * from T;");
  ASSERT_TRUE(*rows.Next());
  for (size_t c = 0; c < 3; ++c) {
    EXPECT_TRUE(rows.IsNull(c));
    EXPECT_EQ(rows.GetInt(c), 0);
    EXPECT_EQ(rows.GetDouble(c), 0.0);
    EXPECT_EQ(rows.GetString(c), "");
  }
  ASSERT_TRUE(*rows.Next());
  EXPECT_FALSE(rows.IsNull(0));
}

TEST_F(RowCursorTest, GoesThroughSelectionsAndManyBatches) {
  system_.Run("create table T (i int);");
  std::string text;
  for (int i = 0; i < 10000; ++i) {
    text += std::to_string(i) + "\n";
  }
  ASSERT_OK(system_.Load("T", text));
  RowCursor rows = Cursor("select * from T where i >= 10 and i <> 5000;");
  int64_t sum = 0;
  while (*rows.Next()) {
    sum += rows.GetInt(0);
  }
  EXPECT_EQ(sum, 49995000 - 45 - 5000);
}

}  // namespace
}  // namespace redbase::db
