// What is said between the master and its data nodes.
#include <string>

#include "tests/ex/cluster_fixture.h"

namespace redbase::ex {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// The lines said while the statement ran, one a line.
class TranscriptTest : public ::testing::Test {
 protected:
  TranscriptTest() {
    db_.Run("create table T (a = i, b = c10) distribute a (10, 20);");
    db_.Run("insert into T values (5, 'five'), (15, 'more'), (25, 'most');");
  }

  // Sizes are known before: nodes are not asked for them.
  std::string Said(std::string_view statement) {
    for (const sm::RelationPtr& relation : db_.nodes().catalog().Relations(false)) {
      static_cast<void>(db_.nodes().statistics().RowCount(*relation));
    }
    db_.transcript.Take();
    static_cast<void>(db_.Do(statement));
    std::string text;
    for (const std::string& line : db_.transcript.Take()) {
      text += line + "\n";
    }
    return text;
  }

  Database db_{3};
};

TEST_F(TranscriptTest, ASelectAsksTheNodesThatCanHaveRows) {
  EXPECT_EQ(Said("select b from T where a > 12;"),
            "c -> n2 Scan T (a > 12)\n"
            "c -> n3 Scan T (a > 12)\n"
            "n2 -> c rows 1\n"
            "n3 -> c rows 1\n"
            "c -> n2 Commit\n"
            "c -> n3 Commit\n");
  EXPECT_EQ(Said("select * from T where a = 5;"),
            "c -> n1 Scan T (a = 5)\n"
            "n1 -> c rows 1\n"
            "c -> n1 Commit\n");
  EXPECT_EQ(Said("select * from T where a < 5 and a > 25;"), "");
}

TEST_F(TranscriptTest, AnIndexOfTheNodeIsUsed) {
  db_.Run("create index T(b);");
  EXPECT_EQ(Said("select a from T where b = 'five' and a < 10;"),
            "c -> n1 IndexScan T (b = 'five' and a < 10)\n"
            "n1 -> c rows 1\n"
            "c -> n1 Commit\n");
}

TEST_F(TranscriptTest, AnInsertTouchesTheNodesOfItsRows) {
  EXPECT_EQ(Said("insert into T values (1, 'x');"),
            "c -> n1 Insert T of Receive\n"
            "c -> n1 rows 1\n"
            "n1 -> c rows 1\n"
            "c -> n1 Commit\n");
  EXPECT_EQ(Said("insert into T values (22, 'y'), (1, 'x'), (2, 'z');"),
            "c -> n1 Insert T of Receive\n"
            "c -> n3 Insert T of Receive\n"
            "c -> n1 rows 2\n"
            "c -> n3 rows 1\n"
            "n1 -> c rows 2\n"
            "n3 -> c rows 1\n"
            "c -> n1 Prepare\n"
            "c -> n3 Prepare\n"
            "c -> n1 Commit\n"
            "c -> n3 Commit\n");
}

TEST_F(TranscriptTest, ALoadGivesNoRowsBack) {
  db_.WriteFile("/db/t.data", "1,one\n3,three\n");
  EXPECT_EQ(Said("load T(\"t.data\");"),
            "c -> n1 Insert T of Receive\n"
            "c -> n1 rows 2\n"
            "n1 -> c rows 0\n"
            "c -> n1 Commit\n");
}

TEST_F(TranscriptTest, ChangesRunWhereTheirRowsAre) {
  EXPECT_EQ(Said("delete from T where a < 3;"),
            "c -> n1 Delete T of Scan T (a < 3)\n"
            "n1 -> c rows 0\n"
            "c -> n1 Commit\n");
  EXPECT_EQ(Said("update T set b = 'z' where a > 20;"),
            "c -> n3 Update T.b = 'z' of Scan T (a > 20)\n"
            "n3 -> c rows 1\n"
            "c -> n3 Commit\n");
}

TEST_F(TranscriptTest, RowsThatMoveAreSentOnceTheUpdateHasEnded) {
  EXPECT_EQ(Said("update T set a = 30 where a < 20;"),
            "c -> n1 Update T.a = 30 of Scan T (a < 20)\n"
            "c -> n2 Update T.a = 30 of Scan T (a < 20)\n"
            "n1 -> c rows 1\n"
            "n2 -> c rows 1\n"
            "c -> n3 Insert T of Receive\n"
            "c -> n3 rows 2\n"
            "n3 -> c rows 0\n"
            "c -> n1 Prepare\n"
            "c -> n2 Prepare\n"
            "c -> n3 Prepare\n"
            "c -> n1 Commit\n"
            "c -> n2 Commit\n"
            "c -> n3 Commit\n");
}

TEST_F(TranscriptTest, AJoinOfTablesSplitAlikeRunsOnTheNodes) {
  db_.Run("create table U (x = i, y = i) distribute x (10, 20);");
  db_.Run("insert into U values (5, 50), (25, 250);");
  const std::string said = Said("select b, y from T, U where a = x and a < 10;");
  EXPECT_THAT(said, StartsWith("c -> n1 Project "));
  EXPECT_THAT(said, HasSubstr("Join T.a = U.x of "));
  EXPECT_THAT(said, EndsWith(")\nn1 -> c rows 1\nc -> n1 Commit\n"));
}

TEST_F(TranscriptTest, CatalogChangesReachEveryNode) {
  const std::string ends =
      "c -> n1 Prepare\nc -> n2 Prepare\nc -> n3 Prepare\n"
      "c -> n1 Commit\nc -> n2 Commit\nc -> n3 Commit\n";
  EXPECT_EQ(Said("create table U (x = f) distribute x (1.5, 2.5);"),
            "c -> n1 CreateTable U x in [, 1.500000)\n"
            "c -> n2 CreateTable U x in [1.500000, 2.500000)\n"
            "c -> n3 CreateTable U x in [2.500000, )\n" +
                ends);
  EXPECT_EQ(
      Said("create index T(b);"),
      "c -> n1 CreateIndex T(1)\nc -> n2 CreateIndex T(1)\nc -> n3 CreateIndex T(1)\n" + ends);
  EXPECT_EQ(Said("drop index T(b);"),
            "c -> n1 DropIndex T(1)\nc -> n2 DropIndex T(1)\nc -> n3 DropIndex T(1)\n" + ends);
  EXPECT_EQ(Said("drop table T;"),
            "c -> n1 DropTable T\nc -> n2 DropTable T\nc -> n3 DropTable T\n" + ends);
}

TEST_F(TranscriptTest, ARefusedStatementIsTakenBack) {
  db_.Run("create unique index T(a);");
  EXPECT_EQ(Said("insert into T values (1, 'x'), (15, 'again');"),
            "c -> n1 Insert T of Receive\n"
            "c -> n2 Insert T of Receive\n"
            "c -> n1 rows 1\n"
            "c -> n2 rows 1\n"
            "n2 -> c kConstraint: duplicate key (15) in unique index T_a_idx\n"
            "c -> n1 Rollback\n"
            "c -> n2 Rollback\n");
}

TEST_F(TranscriptTest, SizesAreAskedForOnceAfterAChange) {
  db_.Run("insert into T values (6, 'six');");
  EXPECT_EQ(db_.nodes().statistics().RowCount(*db_.Relation("T")), 4);
  EXPECT_EQ(db_.nodes().statistics().PageCount(*db_.Relation("T")), 3);
  db_.transcript.Take();
  EXPECT_EQ(db_.nodes().statistics().RowCount(*db_.Relation("T")), 4);
  EXPECT_THAT(db_.transcript.Take(), IsEmpty());
}

TEST_F(TranscriptTest, StatementsOnTheMasterSayNothing) {
  EXPECT_EQ(Said("create table P (x = i);"), "");
  EXPECT_EQ(Said("insert into P values (1);"), "");
  EXPECT_EQ(Said("select * from relcat;"), "");
}

}  // namespace
}  // namespace redbase::ex
