// Transactions of several statements over all nodes.
#include <string>

#include "parser/parser.h"
#include "tests/ex/cluster_fixture.h"

namespace redbase::ex {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ClusterTransactionTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  ClusterTransactionTest() {
    const std::string split = GetParam() > 0 ? " distribute a (10, 20)" : "";
    db_.Run("create table T (a = i, b = c10)" + split + ";");
    db_.Run("create index T(a);");
    db_.Run("insert into T values (5, 'five'), (15, 'more'), (25, 'most');");
    before_ = db_.Snapshot();
    db_.transcript.Take();
  }

  Lines Said() { return db_.transcript.Take(); }

  Database db_{GetParam()};
  Lines before_;
};

TEST_P(ClusterTransactionTest, CommitKeepsWhatAllStatementsDid) {
  const auto transaction = db_.nodes().BeginTransaction();
  EXPECT_OK(db_.DoIn(*transaction, "insert into T values (1, 'x'), (21, 'y');"));
  EXPECT_OK(db_.DoIn(*transaction, "update T set a = 22 where a = 1;"));
  EXPECT_OK(db_.DoIn(*transaction, "delete from T where a < 20;"));
  EXPECT_OK(transaction->Commit());
  EXPECT_THAT(Sorted(db_.Rows("select a from T;")), ElementsAre("21", "22", "25"));
}

TEST_P(ClusterTransactionTest, RollbackAndTheDestructorTakeAllBack) {
  for (const bool explicitly : {true, false}) {
    auto transaction = db_.nodes().BeginTransaction();
    EXPECT_OK(db_.DoIn(*transaction, "update T set a = 22 where a < 20;"));
    EXPECT_OK(db_.DoIn(*transaction, "create table U (x = i);"));
    EXPECT_OK(db_.DoIn(*transaction, "insert into U values (1);"));
    EXPECT_OK(db_.DoIn(*transaction, "drop table T;"));
    if (explicitly) {
      EXPECT_OK(transaction->Rollback());
    }
    transaction.reset();
    EXPECT_EQ(db_.Snapshot(), before_);
  }
}

TEST_P(ClusterTransactionTest, AFailedStatementIsTakenBackAlone) {
  db_.Run("create unique index T(a, b);");
  const auto transaction = db_.nodes().BeginTransaction();
  EXPECT_OK(db_.DoIn(*transaction, "insert into T values (1, 'x');"));
  EXPECT_CODE(Code::kConstraint,
              db_.DoIn(*transaction, "insert into T values (2, 'x'), (15, 'more');"));
  EXPECT_OK(db_.DoIn(*transaction, "insert into T values (23, 'z');"));
  EXPECT_OK(transaction->Commit());
  EXPECT_THAT(db_.Rows("select a from T where a < 5;"), ElementsAre("1"));
  EXPECT_THAT(db_.Rows("select a from T where a = 23;"), ElementsAre("23"));
}

TEST_P(ClusterTransactionTest, MarksNest) {
  const auto transaction = db_.nodes().BeginTransaction();
  EXPECT_OK(db_.DoIn(*transaction, "insert into T values (1, 'x');"));
  const TransactionMark outer = transaction->Mark();
  EXPECT_OK(db_.DoIn(*transaction, "update T set a = 30;"));
  const TransactionMark inner = transaction->Mark();
  EXPECT_OK(db_.DoIn(*transaction, "delete from T;"));
  EXPECT_OK(db_.DoIn(*transaction, "create index T(b);"));
  EXPECT_OK(transaction->RollbackTo(inner));
  EXPECT_THAT(db_.DoIn(*transaction, "select a from T;").value(),
              ElementsAre("30", "30", "30", "30"));
  EXPECT_OK(transaction->RollbackTo(inner));
  EXPECT_OK(transaction->RollbackTo(outer));
  EXPECT_OK(db_.DoIn(*transaction, "delete from T where a = 5;"));
  EXPECT_OK(transaction->RollbackTo(outer));
  EXPECT_OK(transaction->Commit());
  EXPECT_THAT(Sorted(db_.Rows("select a from T;")), ElementsAre("1", "15", "25", "5"));
}

// Every message of a transaction lost in turn: afterwards all is as before, or done.
TEST_P(ClusterTransactionTest, AMessageLostNeverLeavesHalf) {
  for (uint64_t n = 0;; ++n) {
    ASSERT_LT(n, 200U);
    auto transaction = db_.nodes().BeginTransaction();
    db_.faults.FailAt(n, /*times=*/3);
    Status status = db_.DoIn(*transaction, "update T set a = 6 where a >= 15;").status();
    const TransactionMark mark = transaction->Mark();
    status.Update(db_.DoIn(*transaction, "delete from T;").status());
    status.Update(transaction->RollbackTo(mark));
    status.Update(db_.DoIn(*transaction, "update T set a = 15 where b = 'more';").status());
    status.Update(db_.DoIn(*transaction, "update T set a = 25 where b = 'most';").status());
    const Status ended = status.ok() ? transaction->Commit() : transaction->Rollback();
    const bool failed = db_.faults.failures > 0;
    db_.faults.FailAt(MessageFaults::kNever);
    EXPECT_TRUE(failed || ended.ok()) << ended.message();
    transaction.reset();
    EXPECT_EQ(db_.Snapshot(), before_) << "message " << n;
    if (!failed) {
      break;
    }
  }
}

TEST_P(ClusterTransactionTest, CommitsWaitWhileTheLogCannotBeWritten) {
  using common::FaultPlan;
  const auto commit_one = [this] {
    const auto transaction = db_.nodes().BeginTransaction();
    EXPECT_OK(db_.DoIn(*transaction, "insert into T values (1, 'x');"));
    transaction->SetSynchronous(false);
    const uint64_t before = db_.env.CountOf(FaultPlan::kSync);
    EXPECT_OK(transaction->Commit());
    return db_.env.CountOf(FaultPlan::kSync) > before;
  };
  EXPECT_FALSE(commit_one());
  db_.env.SetFaults({.fail_at = 0, .operations = FaultPlan::kWrite});
  EXPECT_CODE(Code::kIoError, db_.nodes().SyncLogs());
  db_.env.SetFaults({});
  EXPECT_TRUE(commit_one());
  EXPECT_OK(db_.nodes().SyncLogs());
  EXPECT_FALSE(commit_one());
}

INSTANTIATE_TEST_SUITE_P(Nodes, ClusterTransactionTest, ::testing::Values(0U, 3U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

class TransactionTranscript : public ClusterTransactionTest {};

TEST_P(TransactionTranscript, StatementsSayNoMoreThanOnesOfTheirOwn) {
  const auto transaction = db_.nodes().BeginTransaction();
  EXPECT_OK(db_.DoIn(*transaction, "insert into T values (1, 'x');"));
  EXPECT_THAT(Said(),
              ElementsAre("c -> n1 Insert T of Receive", "c -> n1 rows 1", "n1 -> c rows 1"));
  static_cast<void>(transaction->Mark());
  EXPECT_THAT(Said(), IsEmpty());
  EXPECT_OK(db_.DoIn(*transaction, "insert into T values (11, 'x');"));
  Said();
  EXPECT_OK(transaction->Commit());
  EXPECT_THAT(Said(), ElementsAre("c -> n1 Prepare", "c -> n2 Prepare", "c -> n1 Commit",
                                  "c -> n2 Commit"));
}

TEST_P(TransactionTranscript, OnlyNodesThatChangedSinceTheMarkTakeBack) {
  const auto transaction = db_.nodes().BeginTransaction();
  EXPECT_OK(db_.DoIn(*transaction, "insert into T values (1, 'x');"));
  EXPECT_OK(db_.DoIn(*transaction, "insert into T values (11, 'x');"));
  const TransactionMark mark = transaction->Mark();
  EXPECT_OK(db_.DoIn(*transaction, "insert into T values (12, 'x'), (21, 'y');"));
  EXPECT_OK(db_.DoIn(*transaction, "select b from T where a = 1;"));
  Said();
  EXPECT_OK(transaction->RollbackTo(mark));
  EXPECT_THAT(Said(), ElementsAre("c -> n2 RollbackTo 3", "c -> n3 Rollback"));
  EXPECT_OK(transaction->Rollback());
  EXPECT_THAT(Said(), ElementsAre("c -> n1 Rollback", "c -> n2 Rollback"));
}

INSTANTIATE_TEST_SUITE_P(Nodes, TransactionTranscript, ::testing::Values(3U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

}  // namespace
}  // namespace redbase::ex
