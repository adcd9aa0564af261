// Statements that must be refused: one message that names the thing, and nothing
// is changed.
#include "tests/db/random_sql.h"
#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using ::testing::HasSubstr;

struct BadStatement {
  std::string text;
  std::string named;  // what the message contains
};

const std::string kLongName(64, 'n');

// On a table S (a int, b c5, c real, d varchar(8)) with an index on a.
const std::vector<BadStatement> kBadStatements = {
    {"select * from nowhere;", "nowhere"},
    {"print nowhere;", "nowhere"},
    {"help nowhere;", "nowhere"},
    {"drop table nowhere;", "nowhere"},
    {"delete from nowhere;", "nowhere"},
    {"update nowhere set a = 1;", "nowhere"},
    {"insert into nowhere values (1);", "nowhere"},
    {"load nowhere(\"/good.txt\");", "nowhere"},
    {"create index nowhere(a);", "nowhere"},
    {"print partitions nowhere;", "nowhere"},
    {"print page nowhere 0;", "nowhere"},
    {"print tree nowhere(a);", "nowhere"},
    {"select z from S;", "z"},
    {"select S.z from S;", "z"},
    {"select X.a from S;", "X"},
    {"select a from S where z = 1;", "z"},
    {"select a from S, R where a = 1;", "ambiguous"},
    {"select a from S, S;", "named twice"},
    {"delete from S where z = 1;", "z"},
    {"update S set z = 1;", "z"},
    {"update S set a = z;", "z"},
    {"update S set a = 1, a = 2;", "a is set twice"},
    {"update S set a = b;", "b"},
    {"update S set b = 5;", "b"},
    {"update S set a = 'x';", "a"},
    {"update S set b = 'too long';", "b"},
    {"create index S(z);", "z"},
    {"create index S(a);", "a"},
    {"create index S(b, b);", "b"},
    {"drop index S(b);", "b"},
    {"print tree S(b);", "b"},
    {"print page S 1000000;", "1000000"},
    {"print page S -1;", "-1"},
    {"create table S (a int);", "S"},
    {"create table relcat (a int);", "relcat"},
    {"create table N (a int, a real);", "a"},
    {"create table N (a unheard);", "unheard"},
    {"create table N (a c0);", "c0"},
    {"create table N (a c256);", "c256"},
    {"create table N (a varchar(0));", "varchar"},
    {"create table N (a varchar(-1));", "varchar"},
    {"create table N (a i8);", "i8"},
    {"create table " + kLongName + " (a int);", "64 characters"},
    {"create table N (" + kLongName + " int);", "64 characters"},
    {"create table N (a int) distribute z (1, 2);", "z"},
    {"create table N (a int) distribute a (1);", "values"},
    {"create table N (a int) distribute a (1, 2, 3, 4);", "values"},
    {"insert into S values (1);", "S has 4 columns"},
    {"insert into S values (1, 'x', 1.0, 'y', 5);", "S has 4 columns"},
    {"insert into S values ('x', 'x', 1.0, 'y');", "a"},
    {"insert into S values (1.5, 'x', 1.0, 'y');", "a"},
    {"insert into S values (1, 2, 1.0, 'y');", "b"},
    {"insert into S values (1, 'x', 'y', 'y');", "c"},
    {"insert into S values (1, 'sixsix', 1.0, 'y');", "b"},
    {"insert into S values (1, 'x', 1.0, 'ninenine9');", "d"},
    {"insert into S values (1, 'x', 1.0, '\xFF\xFE');", "d"},
    {"insert into S values (2147483648, 'x', 1.0, 'y');", "a"},
    {"insert into S values (1, 'x', 1.0e39, 'y');", "c"},
    {"insert into S values (1, 'x', 1.0, 'y'), (2, 'x', 'bad', 'y');", "c"},
    {"select a from S where a = 'x';", "a"},
    {"select a from S where b = 1;", "b"},
    {"select a from S where a = b;", "b"},
    {"insert into relcat values ('x', 1, 1, 1, 1, 'x');", "relcat"},
    {"delete from attrcat;", "attrcat"},
    {"update relcat set attrCount = 1;", "relcat"},
    {"drop table relcat;", "relcat"},
    {"load relcat(\"/good.txt\");", "relcat"},
    {"set nothing = \"TRUE\";", "nothing"},
    {"set optimizeQuery = \"maybe\";", "maybe"},
    {"resize buffer 0;", "0"},
    {"resize buffer -5;", "-5"},
    {"resize buffer 1;", "attempting to resize the buffer too small"},
    {"select", "end of input"},
    {"select * from S where a =", "end of input"},
    {"insert into S values (1, 'x", "string"},
    {"select * form S;", "form"},
    {"create table;", ";"},
    {"bogus;", "bogus"},
    {"select * from \"S\";", "S"},
    {"create table a/b (a int);", "/"},
    {"create table .. (a int);", "."},
    {"create table a b (a int);", "b"},
};

class BadStatementsTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  BadStatementsTest() : system_(GetParam()) {
    const std::string split = GetParam() > 0 ? " distribute a (10, 20)" : "";
    system_.Run("create table S (a int, b c5, c real, d varchar(8))" + split + ";");
    system_.Run("create index S(a);");
    system_.Run("create table R (a int, r c5);");
    system_.Run(
        "insert into S values (1, 'one', 1.5, 'x'), (15, 'two', null, 'eight888'), (25, null,"
        " 0.5, null);");
    system_.Run("insert into R values (1, 'r');");
    WriteFile(system_.env, "/good.txt", "7,seven,7.5,x\n");
    before_ = system_.Everything();
  }
  ~BadStatementsTest() override {
    EXPECT_EQ(system_.Everything(), before_);
    system_.Reopen();
    EXPECT_EQ(system_.Everything(), before_);
  }

  void ExpectRefused(const std::string& text, const std::string& named) {
    EXPECT_THAT(system_.Error(text), HasSubstr(named)) << text.substr(0, 200);
    EXPECT_TRUE(system_.Everything() == before_) << text.substr(0, 200);
  }
  void ExpectLoadRefused(const std::string& file, const std::string& named) {
    const Result<Lines> loaded = system_.Load("S", file);
    ASSERT_FALSE(loaded.ok()) << file.substr(0, 100);
    EXPECT_THAT(loaded.status().message(), HasSubstr(System::kLoadFile));
    EXPECT_THAT(loaded.status().message(), HasSubstr(named));
    EXPECT_EQ(system_.Everything(), before_);
  }
  // It works; then the rows are taken out again.
  void ExpectLoaded(const std::string& file, size_t rows) {
    EXPECT_OK(system_.Load("S", file));
    EXPECT_EQ(system_.Rows("delete from S where a >= 100;").size(), rows);
  }

  System system_;
  Lines before_;
};

TEST_P(BadStatementsTest, EachIsRefusedByName) {
  for (const BadStatement& bad : kBadStatements) {
    ExpectRefused(bad.text, bad.named);
  }
  ExpectRefused("update S set b = d;", "b");  // by one of the rows
}

TEST_P(BadStatementsTest, PartitionVectorsThatAreWrong) {
  if (GetParam() == 0) {
    ExpectRefused("create table N (a int) distribute a (1, 2);", "not distributed");
    return;
  }
  ExpectRefused("create table N (a int) distribute a (2, 1);", "1 is not above");
  ExpectRefused("create table N (a int) distribute a (1, 1);", "1 is not above");
  ExpectRefused("create table N (a int) distribute a ('x', 'y');", "'x'");
  ExpectRefused("create table N (a int) distribute a (1.5, 2.5);", "1.5");
  ExpectRefused("create table N (a int) distribute a (1, null);", "null");
  ExpectRefused("create table N (a c3) distribute a ('a', 'long');", "long");
}

TEST_P(BadStatementsTest, LoadFilesThatAreWrong) {
  ExpectRefused("load S(\"/missing.txt\");", "/missing.txt");
  ExpectRefused("load S(\"/db\");", "/db");
  ExpectRefused("load S(\"\");", "");
  ExpectLoadRefused("1,x,1.0\n", "line 1");
  ExpectLoadRefused("1,x,1.0,y,z\n", "line 1");
  ExpectLoadRefused("1,x,1.0,y\nx,x,1.0,y\n", "line 2");
  ExpectLoadRefused("1,x,1.0,y\n\n3,x,one,y\n", "line 3");
  ExpectLoadRefused("99999999999,x,1.0,y\n", "line 1");
  ExpectLoadRefused("1,x,1.0,ninenine9\n", "line 1");
  ExpectLoadRefused("1.5,x,1.0,y\n", "line 1");
  ExpectLoadRefused(",x,1.0,y\n", "line 1");
  std::string rubbish;
  Random random(NewSeed());
  for (int i = 0; i < 100000; ++i) {
    rubbish += static_cast<char>(random.Next());
  }
  ExpectLoadRefused("\xFF" + rubbish, "line");
  std::string last_is_bad;
  for (int i = 0; i < 5000; ++i) {
    last_is_bad += std::to_string(i % 40) + ",x,1.0,y\n";
  }
  ExpectLoadRefused(last_is_bad + "oh,x,1.0,y", "line 5001");
}

TEST_P(BadStatementsTest, LoadFilesThatAreOnlyUnusual) {
  ExpectLoaded("", 0);
  ExpectLoaded("\n\n", 0);
  ExpectLoaded("100,x,1.0,y", 1);
  ExpectLoaded("100,x,1.0,y\r\n200,x,2.0,z\r\n", 2);
  ExpectLoaded("100,,1.0,\n", 1);
  ExpectLoaded("100,cut to five,1,y\n", 1);
}

TEST_P(BadStatementsTest, StatementsOfAMegabyte) {
  const std::string million(1000000, 'x');
  ExpectRefused("insert into S values (100, '" + million + "', 1.0, 'y');", "b");
  ExpectRefused("select " + million + " from S;", "xxx");
  ExpectRefused(million, "xxx");
  ExpectRefused("select * from S where b = '" + million, "string");
  EXPECT_TRUE(system_.Rows("select * from S where b = '" + million + "';").empty());
  EXPECT_EQ(system_.Rows("select a from S" + std::string(1000000, ' ') + ";").size(), 3U);
  std::string rows = "insert into S values (100, 'x', 1.0, 'y')";
  while (rows.size() < 1000000) {
    rows += ", (100, 'x', 1.0, 'y')";
  }
  const size_t inserted = system_.Rows(rows + ";").size();
  EXPECT_EQ(system_.Rows("delete from S where a = 100;").size(), inserted);
  ExpectRefused(rows + ", (100, 'x', 'bad', 'y');", "c");
}

TEST_P(BadStatementsTest, StatementsNestedDeeply) {
  const std::string deep(10000, '(');
  ExpectRefused("select " + deep + "a from S;", "from");
  ExpectRefused("insert into S values " + deep + "1;", ";");
  ExpectRefused("create table " + deep + ";", "(");
  std::string nots;
  std::string ors;
  for (int i = 0; i < 10000; ++i) {
    nots += "not ";
    ors += "(a = 1 or (a = 1 and ";
  }
  ExpectRefused("select * from S where " + nots + "a = 1;", "nested too deep");
  ExpectRefused("select * from S where " + ors + "a = 1" + std::string(20000, ')') + ";",
                "nested too deep");
}

TEST_P(BadStatementsTest, HundredsOfThings) {
  std::string columns = "a0 int";
  std::string values = "0";
  std::string where = "a0 = 0";
  for (int i = 1; i < 300; ++i) {
    const std::string name = "a" + std::to_string(i);
    columns += ", " + name + " int";
    values += ", " + std::to_string(i);
    where += " and " + name + " = " + std::to_string(i);
  }
  ExpectRefused("create table W (" + columns + ");", "300 columns do not fit a page of 4096");
  common::SimEnv env;
  ASSERT_OK(Database::Create(env, "/wide", GetParam(), 0));
  ASSERT_OK_AND_ASSIGN(const auto wide, Database::Open(env, "/wide", SmallOptions()));
  const std::unique_ptr<Session> session = wide->Connect();
  ASSERT_OK(Do(*session, "create table W (" + columns + ");"));
  EXPECT_OK(Do(*session, "insert into W values (" + values + ");"));
  ASSERT_OK_AND_ASSIGN(const Lines rows, Do(*session, "select a299 from W where " + where + ";"));
  EXPECT_EQ(rows, Lines{"299"});
  std::string many = "a = 1";
  for (int i = 0; i < 700; ++i) {
    many += " and a < " + std::to_string(i + 2);
  }
  EXPECT_EQ(system_.Rows("select a from S where " + many + ";"), Lines{"1"});
  ExpectRefused("select a from S where " + many + " and z = 1;", "z");
}

TEST_P(BadStatementsTest, GoodOnesAmongBadOnesGiveTheSame) {
  RandomSql sql(NewSeed());
  const std::vector<BadStatement> bad = kBadStatements;
  System alone(GetParam());
  System mixed(GetParam());
  const RandomTable table = sql.Table("t");
  Lines good = {RandomSql::CreateTable(table) +
                    (GetParam() > 0 ? sql.Distribute(table, GetParam()) : "") + ";",
                "create table S (a int, b c5, c real, d varchar(8));", "create index S(a);",
                "create table R (a int, r c5);"};
  for (int i = 0; i < 60; ++i) {
    good.push_back(RandomSql::Insert(table, {sql.Row(table, true), sql.Row(table, true)}) + ";");
    good.push_back((sql.OneIn(2) ? sql.Update(table) : sql.Delete(table)) + ";");
  }
  for (size_t i = 0; i < good.size(); ++i) {
    const Lines want = Sorted(alone.Rows(good[i]));
    EXPECT_EQ(Sorted(mixed.Rows(good[i])), want) << good[i];
    for (int k = 0; i > 3 && k < 4; ++k) {
      const BadStatement& one = sql.OneOf(bad);
      EXPECT_THAT(mixed.Error(one.text), HasSubstr(one.named));
    }
  }
  EXPECT_EQ(mixed.Everything(), alone.Everything());
}

INSTANTIATE_TEST_SUITE_P(Nodes, BadStatementsTest, ::testing::Values(0U, 3U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

}  // namespace
}  // namespace redbase::db
