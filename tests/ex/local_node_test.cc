#include "ex/local_node.h"

#include "sm/database_directory.h"
#include "tests/ex/cluster_fixture.h"

namespace redbase::ex {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// "T" is split by a at 10 and 20; the second node is opened as what it is, a
// plain database.
class OneNodeTest : public ::testing::Test {
 protected:
  OneNodeTest() {
    db_.Run("create table T (a = i, b = c10) distribute a (10, 20);");
    db_.Run("create index T(b);");
    db_.Run("insert into T values (5, 'five'), (15, 'more'), (25, 'most');");
  }

  void OpenPath(const std::string& path) {
    db_.Close();
    db_.path = path;
    db_.Open();
  }
  // Opens the whole again, expecting that it is damaged.
  void ExpectDamage(const std::string& message) {
    OpenPath(Database::kPath);
    const Status status = db_.nodes().Validate();
    EXPECT_CODE(Code::kCorruption, status);
    EXPECT_THAT(status.message(), HasSubstr(message));
  }

  Database db_{3};
};

TEST_F(OneNodeTest, IsAPlainDatabaseWithItsPart) {
  OpenPath("/db/data.2");
  EXPECT_EQ(db_.nodes().node_count(), 0U);
  EXPECT_THAT(db_.Rows("print T;"), ElementsAre("15 | more"));
  EXPECT_THAT(db_.Rows("select a from T where b = 'more';"), ElementsAre("15"));
  EXPECT_THAT(db_.transcript.Take(), ::testing::Contains("c -> n2 Commit"));  // from before
}

TEST_F(OneNodeTest, ChangesWithinTheRangeAreSeenByTheWhole) {
  OpenPath("/db/data.2");
  db_.Run("insert into T values (11, 'here');");
  db_.Run("update T set b = 'changed' where a = 15;");
  OpenPath(Database::kPath);
  EXPECT_OK(db_.nodes().Validate());
  EXPECT_THAT(db_.Rows("print T;"),
              UnorderedElementsAre("5 | five", "15 | changed", "11 | here", "25 | most"));
}

TEST_F(OneNodeTest, ChangesThatLeaveTheRangeAreRefused) {
  OpenPath("/db/data.2");
  EXPECT_CODE(Code::kConstraint, db_.Do("insert into T values (12, 'in'), (20, 'out');"));
  EXPECT_CODE(Code::kConstraint, db_.Do("insert into T values (null, 'out');"));
  EXPECT_CODE(Code::kConstraint, db_.Do("update T set a = 9;"));
  EXPECT_THAT(db_.Rows("print T;"), ElementsAre("15 | more"));
}

TEST_F(OneNodeTest, TablesOfItsOwnDisturbNobody) {
  OpenPath("/db/data.2");
  db_.Run("create table own (x = i);");
  OpenPath(Database::kPath);
  EXPECT_OK(db_.nodes().Validate());
  EXPECT_THAT(db_.Error("create table own (x = i) distribute x (1, 2);"),
              HasSubstr("data node 2: SM warning: relation exists"));
  db_.Run("create table own (x = i);");
}

TEST_F(OneNodeTest, AFragmentThatIsAnotherTableIsNotRead) {
  OpenPath("/db/data.2");
  db_.Run("drop table T;");
  db_.Run("create table T (a = f, b = c10);");
  OpenPath(Database::kPath);
  EXPECT_THAT(db_.Error("print T;"), HasSubstr("data node 2: relation T is not what"));
  EXPECT_THAT(db_.Rows("select * from T where a < 10;"), ElementsAre("5 | five"));
  ExpectDamage("data node 2");
  // It can be removed.
  db_.Run("drop table T;");
  EXPECT_OK(db_.nodes().Validate());
}

TEST_F(OneNodeTest, DroppingFinishesWhatANodeHasDropped) {
  OpenPath("/db/data.2");
  db_.Run("drop table T;");
  OpenPath(Database::kPath);
  EXPECT_THAT(db_.Error("print T;"), HasSubstr("data node 2"));
  db_.Run("drop index T(b);");
  db_.Run("drop table T;");
  EXPECT_THAT(db_.Snapshot(), IsEmpty());
}

TEST(LocalNode, ForgetsAStatementThatHasEnded) {
  common::SimEnv env;
  pf::NullLog log;
  pf::BufferPool pool(env, log, {size_t{8} << 20, false});
  common::InlineExecutor executor;
  common::MemoryAccount memory("test");
  ASSERT_OK(sm::CreateDatabase(env, "/db", 2, 4096));
  ASSERT_OK_AND_ASSIGN(const sm::DatabaseOptions master, sm::ReadControlFile(env, "/db"));
  ASSERT_OK_AND_ASSIGN(const auto node,
                       LocalNode::Open({&env, &executor, &pool}, {"/db", master.database_id}, 1));
  const CallContext context{&memory, nullptr, std::make_shared<tx::TransactionState>(), {}};
  sm::TableDefinition table;
  table.name = "T";
  table.columns = {{"a", {TypeId::kInt, 0}, ""}};
  const StatementId statement{TransactionId{7}, kFirstStatement};
  EXPECT_OK(node->Handle({statement, CreateTableRequest{table}}, context));
  EXPECT_OK(node->Handle({statement, PrepareRequest{}}, context));
  EXPECT_OK(node->Handle({statement, CommitRequest{}}, context));
  EXPECT_CODE(Code::kInternal, node->Handle({statement, PrepareRequest{}}, context));
  // Said twice, it has no effect.
  EXPECT_OK(node->Handle({statement, RollbackRequest{}}, context));
  EXPECT_OK(node->Handle({{}, SizeRequest{"T"}}, context));
  EXPECT_OK(node->Handle({{}, CloseRequest{}}, context));
}

}  // namespace
}  // namespace redbase::ex
