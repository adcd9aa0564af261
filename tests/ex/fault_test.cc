// Messages that get lost, disks that fail: a statement is done everywhere or
// nowhere, and the message says where the trouble is.
#include <string>

#include "tests/ex/cluster_fixture.h"

namespace redbase::ex {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

void Fill(Database* db) {
  db->Run("create table T (a = i, b = c10) distribute a (10, 20);");
  db->Run("create index T(b);");
  db->Run("create table U (x = i);");
  db->Run(
      "insert into T values (1, 'one'), (5, 'five'), (11, 'eleven'), (15, 'more'), (25, 'most');");
  db->Run("insert into U values (1), (25);");
  db->WriteFile("/db/t.data", "3,three\n13,thirteen\n23,last\n");
}

const char* const kStatements[] = {
    "insert into T values (7, 'x'), (17, 'y'), (27, 'z');",
    "load T(\"t.data\");",
    "delete from T where a > 3;",
    "update T set b = 'new';",
    "update T set a = 12 where b <> 'five';",
    "create index T(a);",
    "drop index T(b);",
    "drop table T;",
    "create table V (k = c5) distribute k ('h', 'p');",
    "select * from T, U where a = x;",
};

class LostMessageTest : public ::testing::TestWithParam<const char*> {};

TEST_P(LostMessageTest, LeavesNothingOrAll) {
  Database wanted(3);
  Fill(&wanted);
  const Lines before = wanted.Snapshot();
  wanted.Run(GetParam());
  const Lines after = wanted.Snapshot();
  for (uint64_t n = 0;; ++n) {
    Database db(3);
    Fill(&db);
    db.faults.FailAt(n);
    const Result<Lines> outcome = db.Do(GetParam());
    const bool lost = db.faults.failures.load() > 0;
    db.faults.FailAt(MessageFaults::kNever);
    if (!lost) {
      EXPECT_OK(outcome);
      EXPECT_GT(n, 3U);
      break;
    }
    if (!outcome.ok()) {
      EXPECT_CODE(Code::kUnavailable, outcome);
      EXPECT_THAT(outcome.status().message(), HasSubstr("data node "));
      EXPECT_THAT(outcome.status().message(), HasSubstr("connection lost"));
    }
    EXPECT_EQ(db.Snapshot(), outcome.ok() ? after : before) << "message " << n;
    EXPECT_OK(db.nodes().Validate());
  }
}

INSTANTIATE_TEST_SUITE_P(Statements, LostMessageTest, ::testing::ValuesIn(kStatements));

TEST(UndeliveredEnd, IsDeliveredBeforeTheNextStatement) {
  Database db(3);
  Fill(&db);
  {
    ASSERT_OK_AND_ASSIGN(const auto statement, db.nodes().Begin({}));
    ASSERT_OK(statement->DropTable("T"));
    db.faults.FailAt(0, /*times=*/1000);
    EXPECT_CODE(Code::kUnavailable, statement->Rollback());
  }
  EXPECT_THAT(db.Error("print T;"), HasSubstr("connection lost"));
  db.faults.FailAt(MessageFaults::kNever);
  EXPECT_EQ(db.Rows("print T;").size(), 5U);
  db.Run("create index T(a);");
}

TEST(UndeliveredEnd, DoesNotUndoACommit) {
  Database db(3);
  Fill(&db);
  ASSERT_OK_AND_ASSIGN(const auto statement, db.nodes().Begin({}));
  ASSERT_OK(statement->DropTable("T"));
  // The three promises come through, what follows does not.
  db.faults.FailAt(3, /*times=*/1000);
  EXPECT_OK(statement->Commit());
  db.faults.FailAt(MessageFaults::kNever);
  EXPECT_THAT(db.Error("print T;"), HasSubstr("relation does not exist"));
  EXPECT_OK(db.nodes().Validate());
}

class FailingDiskTest : public ::testing::TestWithParam<const char*> {};

// The pool is emptied by reopening, so that pages must be read.
TEST_P(FailingDiskTest, LeavesNothingOrAll) {
  Database wanted(3);
  Fill(&wanted);
  const Lines before = wanted.Snapshot();
  wanted.Run(GetParam());
  const Lines after = wanted.Snapshot();
  for (uint64_t n = 0;; ++n) {
    Database db(3);
    Fill(&db);
    db.Close();
    db.Open();
    db.env.SetFaults({.fail_at = n, .path_suffix = {}});
    const Result<Lines> outcome = db.Do(GetParam());
    const bool failed = db.env.faults() > 0;
    db.env.SetFaults({});
    if (!failed) {
      EXPECT_OK(outcome);
      EXPECT_GT(n, 3U);
      break;
    }
    if (!outcome.ok()) {
      EXPECT_THAT(outcome.status().code(), AnyOf(Code::kIoError, Code::kCorruption));
    }
    SCOPED_TRACE("operation " + std::to_string(n) + ": " + outcome.status().message());
    if (db.IsUsable()) {
      EXPECT_EQ(db.Snapshot(), outcome.ok() ? after : before);
    }
    // A log that could not be synced, or a decision nobody knows, end with a new start.
    db.CloseAfterFailure();
    db.Open();
    EXPECT_THAT(db.Snapshot(), outcome.ok() ? AnyOf(after, after) : AnyOf(before, after));
    EXPECT_OK(db.nodes().Validate());
  }
}

INSTANTIATE_TEST_SUITE_P(Statements, FailingDiskTest, ::testing::ValuesIn(kStatements));

TEST(Opening, NamesTheNodeThatIsMissing) {
  Database db(3);
  Fill(&db);
  db.Close();
  ASSERT_OK(db.env.Rename("/db/data.2", "/elsewhere"));
  CommLayerOptions options;
  pf::NullLog log;
  pf::BufferPool pool(db.env, log, {size_t{8} << 20, false});
  common::InlineExecutor executor;
  options.env = &db.env;
  options.executor = &executor;
  options.pool = &pool;
  const auto missing = CommLayer::Open(options, Database::kPath);
  EXPECT_CODE(Code::kCorruption, missing);
  EXPECT_THAT(missing.status().message(), HasSubstr("data node 2"));
  // Node 3 under the name of node 2.
  ASSERT_OK(db.env.Rename("/db/data.3", "/db/data.2"));
  const auto wrong = CommLayer::Open(options, Database::kPath);
  EXPECT_CODE(Code::kCorruption, wrong);
  EXPECT_THAT(wrong.status().message(), HasSubstr("data node 2: /db/data.2 is not"));
}

}  // namespace
}  // namespace redbase::ex
