#include "ex/comm_layer.h"

#include "tests/ex/cluster_fixture.h"

namespace redbase::ex {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Four nodes; "T" is split by a at 0, 10 and 20, and holds -5, 0, 5, ..., 25.
class CommLayerTest : public ::testing::Test {
 protected:
  CommLayerTest() {
    db_.Run("create table T (a = i, b = c10) distribute a (0, 10, 20);");
    db_.Run(
        "insert into T values (-5, 'm'), (0, 'n'), (5, 'o'), (10, 'p'), (15, 'q'), (20, 'r'), "
        "(25, 's');");
    db_.transcript.Take();
  }

  Database db_{4};
};

TEST_F(CommLayerTest, RowsComePartitionAfterPartition) {
  EXPECT_THAT(db_.Rows("print T;"),
              ElementsAre("-5 | m", "0 | n", "5 | o", "10 | p", "15 | q", "20 | r", "25 | s"));
}

TEST_F(CommLayerTest, EachPartitionHoldsItsRange) {
  ASSERT_OK_AND_ASSIGN(const auto sizes, db_.nodes().PartitionSizes(*db_.Relation("T")));
  ASSERT_EQ(sizes.size(), 4U);
  EXPECT_EQ(sizes[0].rows, 1U);
  EXPECT_EQ(sizes[1].rows, 2U);
  EXPECT_EQ(sizes[2].rows, 2U);
  EXPECT_EQ(sizes[3].rows, 2U);
  EXPECT_GT(sizes[3].bytes, 0U);
}

TEST_F(CommLayerTest, DeletesWhereRowsAre) {
  EXPECT_THAT(db_.Rows("delete from T where a > 10;"), ElementsAre("15 | q", "20 | r", "25 | s"));
  EXPECT_THAT(db_.Rows("print T;"), ElementsAre("-5 | m", "0 | n", "5 | o", "10 | p"));
}

TEST_F(CommLayerTest, MovesRowsWhosePartitionChanges) {
  EXPECT_THAT(db_.Rows("update T set a = 100 where b = 'm';"), ElementsAre("100 | m"));
  EXPECT_EQ(db_.changed_rows, 1U);
  EXPECT_THAT(db_.Rows("select b from T where a = 100;"), ElementsAre("m"));
  EXPECT_THAT(Sorted(db_.Rows("select b from T where a >= 20;")), ElementsAre("m", "r", "s"));
}

TEST_F(CommLayerTest, MovesEveryRowOnce) {
  EXPECT_EQ(db_.Rows("update T set a = 12;").size(), 7U);
  EXPECT_EQ(db_.Rows("select * from T where a = 12;").size(), 7U);
  EXPECT_EQ(db_.Rows("print T;").size(), 7U);
  ASSERT_OK_AND_ASSIGN(const auto sizes, db_.nodes().PartitionSizes(*db_.Relation("T")));
  EXPECT_EQ(sizes[2].rows, 7U);
}

TEST_F(CommLayerTest, IndexesFollowRowsThatMove) {
  db_.Run("create index T(a);");
  db_.Run("create index T(b);");
  db_.Run("update T set a = -1 where a >= 10;");
  EXPECT_THAT(Sorted(db_.Rows("select b from T where a = -1;")), ElementsAre("p", "q", "r", "s"));
  EXPECT_THAT(db_.Rows("select a from T where b = 's';"), ElementsAre("-1"));
  EXPECT_OK(db_.nodes().Validate());
}

TEST_F(CommLayerTest, PlainRelationsAreOnTheMaster) {
  db_.Run("create table U (x = i);");
  db_.Run("insert into U values (5), (15);");
  ASSERT_OK_AND_ASSIGN(const auto sizes, db_.nodes().PartitionSizes(*db_.Relation("U")));
  ASSERT_EQ(sizes.size(), 1U);
  EXPECT_EQ(sizes[0].partition, 0U);
  EXPECT_EQ(sizes[0].rows, 2U);
  EXPECT_THAT(Sorted(db_.Rows("select b from T, U where a = x;")), ElementsAre("o", "q"));
}

TEST_F(CommLayerTest, EverythingIsThereAfterReopening) {
  db_.Run("create index T(b);");
  const Lines before = db_.Snapshot();
  db_.Close();
  db_.Open();
  EXPECT_EQ(db_.Snapshot(), before);
  EXPECT_THAT(db_.Rows("select a from T where b = 'q';"), ElementsAre("15"));
}

TEST_F(CommLayerTest, DroppingRemovesTheFragments) {
  db_.Run("create index T(b);");
  db_.Run("drop index T(b);");
  db_.Run("drop table T;");
  EXPECT_THAT(db_.Snapshot(), IsEmpty());
  db_.Run("create table T (a = i) distribute a (1, 2, 3);");
  EXPECT_THAT(db_.Rows("print T;"), IsEmpty());
}

TEST_F(CommLayerTest, DropsARelationThatANodeHasLost) {
  db_.Close();
  {
    pf::NullLog log;
    pf::BufferPool pool(db_.env, log, {size_t{8} << 20, false});
    ASSERT_OK_AND_ASSIGN(const auto node, sm::Catalog::Open(pool, "/db/data.2"));
    tx::Transaction transaction(node->log());
    ASSERT_OK(node->DropTable(transaction, "T"));
    ASSERT_OK(transaction.Commit());
    ASSERT_OK(node->Close());
  }
  db_.Open();
  db_.Run("drop table T;");
  EXPECT_THAT(db_.Snapshot(), IsEmpty());
}

TEST_F(CommLayerTest, NullsAndExtremesHaveAHome) {
  db_.Run("insert into T values (null, 'null'), (-2147483648, 'min'), (2147483647, 'max');");
  EXPECT_THAT(db_.Rows("select b from T where a is null;"), ElementsAre("null"));
  EXPECT_THAT(db_.Rows("select b from T where a < -5;"), ElementsAre("min"));
  EXPECT_THAT(db_.Rows("select b from T where a > 25;"), ElementsAre("max"));
  db_.Run("update T set a = null where b = 'max';");
  EXPECT_THAT(Sorted(db_.Rows("select b from T where a is null;")), ElementsAre("max", "null"));
}

TEST_F(CommLayerTest, AConditionNoRowCanSatisfyGivesNone) {
  EXPECT_THAT(db_.Rows("select * from T where a < 0 and a > 30;"), IsEmpty());
  EXPECT_THAT(db_.Rows("delete from T where a < 0 and a > 30;"), IsEmpty());
}

TEST_F(CommLayerTest, SplitsStringsAtAnyBytes) {
  db_.Run("create table S (k = c4) distribute k ('b', 'm', 'zz');");
  db_.Run("insert into S values (''), ('a'), ('b'), ('zzzz'), ('zz'), ('lzzz'), ('~');");
  EXPECT_THAT(Sorted(db_.Rows("select * from S where k >= 'zz';")), ElementsAre("zz", "zzzz", "~"));
  EXPECT_THAT(Sorted(db_.Rows("select * from S where k < 'b';")), ElementsAre("", "a"));
}

TEST_F(CommLayerTest, LoadsSendEachRowToItsNode) {
  db_.WriteFile("/db/t.data", "1,one\n-7,seven\n99,last\n");
  db_.Run("load T(\"t.data\");");
  EXPECT_EQ(db_.changed_rows, 3U);
  EXPECT_THAT(db_.Rows("select a from T where b = 'last';"), ElementsAre("99"));
}

TEST_F(CommLayerTest, ABadFileLeavesNothing) {
  const Lines before = db_.Snapshot();
  db_.WriteFile("/db/t.data", "1,one\n-7,seven\n99x,last\n");
  EXPECT_THAT(db_.Error("load T(\"t.data\");"), HasSubstr("t.data"));
  EXPECT_EQ(db_.Snapshot(), before);
}

TEST_F(CommLayerTest, UniqueIndexesIncludeThePartitioningColumn) {
  EXPECT_THAT(db_.Error("create unique index T(b);"), HasSubstr("must include a"));
  db_.Run("create unique index T(a);");
  const Lines before = db_.Snapshot();
  EXPECT_THAT(db_.Error("insert into T values (1, 'x'), (25, 'twice');"), HasSubstr("data node 4"));
  EXPECT_THAT(db_.Error("update T set a = 25 where a = 0;"), HasSubstr("data node 4"));
  EXPECT_EQ(db_.Snapshot(), before);
}

TEST_F(CommLayerTest, DrawsPagesAndTreesOfEachNode) {
  db_.Run("create index T(b);");
  const sm::RelationPtr relation = db_.Relation("T");
  ASSERT_OK_AND_ASSIGN(const auto trees, db_.nodes().DrawTree(*relation, relation->indexes[0]));
  ASSERT_EQ(trees.size(), 4U);
  EXPECT_EQ(trees[3].first, 4U);
  EXPECT_THAT(trees[3].second, HasSubstr("s"));
  ASSERT_OK_AND_ASSIGN(const auto pages, db_.nodes().DrawPage(*relation, PageNum{2}));
  EXPECT_EQ(pages.size(), 4U);
  EXPECT_FALSE(db_.nodes().DrawPage(*relation, PageNum{4000}).ok());
}

TEST_F(CommLayerTest, StatisticsSumOverNodes) {
  EXPECT_EQ(db_.nodes().statistics().RowCount(*db_.Relation("T")), 7);
  EXPECT_GT(db_.nodes().statistics().PageCount(*db_.Relation("T")), 3);
  db_.Run("insert into T values (1, 'new');");
  EXPECT_EQ(db_.nodes().statistics().RowCount(*db_.Relation("T")), 8);
}

TEST_F(CommLayerTest, ACancelledStatementLeavesNothing) {
  const Lines before = db_.Snapshot();
  db_.cancel.Cancel();
  EXPECT_CODE(Code::kCancelled, db_.Do("update T set a = 3;"));
  db_.cancel.Clear();
  EXPECT_EQ(db_.Snapshot(), before);
}

TEST_F(CommLayerTest, AStatementThatIsNotCommittedLeavesNothing) {
  const Lines before = db_.Snapshot();
  {
    ASSERT_OK_AND_ASSIGN(const auto statement, db_.nodes().Begin({}));
    ASSERT_OK(statement->DropTable("T"));
  }
  EXPECT_EQ(db_.Snapshot(), before);
}

}  // namespace
}  // namespace redbase::ex
