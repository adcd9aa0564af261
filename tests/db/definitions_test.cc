// Definitions of tables and indexes beside other sessions: who waits for them, and what
// others see of them.
#include <atomic>
#include <string>
#include <vector>

#include "db/prepared_statement.h"
#include "tests/db/several_sessions.h"

namespace redbase::db {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using DefinitionsTest = SeveralSessionsTest;

TEST_P(DefinitionsTest, NobodyWaitsForThoseOfOtherTables) {
  Run(0, "begin;");
  Run(0, "select * from T;");
  Run(1, "begin;");
  Run(1, "update T set v = 11 where k = 1;");
  Run(2, "create table U (a int, b c10);");
  Run(2, "create index U(a);");
  Run(2, "insert into U values (1, \"x\");");
  EXPECT_THAT(Run(0, "select a from T, U where k = a;"), IsEmpty());  // an older snapshot
  EXPECT_THAT(Run(1, "select b from U where a = 1;"), IsEmpty());
  Run(1, "commit;");
  EXPECT_THAT(Run(1, "select b from U where a = 1;"), ElementsAre("x"));
  Run(1, "create table W (c int);");
  Run(1, "drop table W;");
  EXPECT_EQ(Run(0, "select * from T where k = 1;"), Lines{"1 | 10"});
  Run(0, "commit;");
  Run(2, "drop index U(a);");
  Run(2, "drop table U;");
}

TEST_P(DefinitionsTest, NobodySeesAnUncommittedOne) {
  Run(0, "begin;");
  Run(0, "create table U (a int);");
  Run(0, "create index T(v, k);");
  Run(0, "insert into U values (5);");
  EXPECT_THAT(Run(0, "select * from U;"), ElementsAre("5"));
  EXPECT_THAT(Run(0, "select relName from relcat;"), Contains("U"));
  EXPECT_THAT(Run(0, "select indexCount from relcat where relName = \"T\";"), ElementsAre("3"));
  EXPECT_THAT(Try(1, "select * from U;").status().message(), HasSubstr("does not exist"));
  EXPECT_THAT(Run(1, "select relName from relcat;"), Not(Contains("U")));
  EXPECT_THAT(Run(1, "select indexCount from relcat where relName = \"T\";"), ElementsAre("2"));
  EXPECT_THAT(Run(1, "select k from T where v = 20;"), ElementsAre("2"));
  Run(0, "rollback;");
  EXPECT_THAT(Try(0, "select * from U;").status().message(), HasSubstr("does not exist"));
  EXPECT_THAT(Run(0, "select indexCount from relcat where relName = \"T\";"), ElementsAre("2"));
}

TEST_P(DefinitionsTest, ATableThatIsBeingDroppedIsWaitedFor) {
  for (const bool commit : {false, true}) {
    Run(0, "begin;");
    Run(0, "drop table T;");
    EXPECT_THAT(Try(0, "select * from T;").status().message(), HasSubstr("does not exist"));
    Run(0, "rollback;");
    Run(0, "begin;");
    Run(0, "drop table T;");
    Waiting reader(*this, 1, "select v from T where k = 2;");
    Waiting writer(*this, 2, "update T set v = 21 where k = 2;");
    Run(0, commit ? "commit;" : "rollback;");
    const Result<Lines> seen = reader.Outcome();
    const Result<Lines> changed = writer.Outcome();
    EXPECT_EQ(changed.ok(), !commit);
    if (commit) {
      EXPECT_THAT(seen.status().message(), HasSubstr("does not exist"));
    } else {
      EXPECT_THAT(*seen, AnyOf(ElementsAre("20"), ElementsAre("21")));
    }
  }
  system_.Run("create table T (k int, v int);");
}

TEST_P(DefinitionsTest, AnIndexIsMadeBesideReaders) {
  Run(0, "begin;");
  Run(0, "create index T(k, v);");
  EXPECT_THAT(Sorted(Run(1, "select * from T;")), ElementsAre("1 | 10", "2 | 20", "3 | 30"));
  Waiting writer(*this, 2, "insert into T values (4, 40);");
  Run(0, "commit;");
  EXPECT_OK(writer.Outcome());
  EXPECT_THAT(Run(0, "select v from T where k = 4 and v > 0;"), ElementsAre("40"));
}

TEST_P(DefinitionsTest, OnesOfSeveralTransactionsComeOneAfterAnother) {
  Run(0, "begin;");
  Run(0, "create table U (a int);");
  Waiting same(*this, 1, "create table U (b int);");
  Run(0, "commit;");
  EXPECT_CODE(Code::kAlreadyExists, same.Outcome());
  Run(0, "begin;");
  Run(0, "drop table U;");
  Waiting again(*this, 1, "create table U (b int);");
  Run(0, "commit;");
  EXPECT_OK(again.Outcome());
  EXPECT_EQ(system_.Rows("select b from U;"), Lines());
}

// The rows that it has entries for are newer than what the snapshot sees.
TEST_P(DefinitionsTest, AnOlderSnapshotUsesNoNewerIndex) {
  system_.Run("create table U (a int, b int)" +
              std::string(GetParam() > 0 ? " distribute a (2, 3);" : ";"));
  std::string rows;
  for (int i = 0; i < 300; ++i) {
    rows += (i > 0 ? ", (" : "(") + std::to_string(i % 4) + ", " + std::to_string(i) + ")";
  }
  system_.Run("insert into U values " + rows + ";");
  auto prepared = sessions_[0]->Prepare("select a from U where b = 7;");
  ASSERT_OK(prepared);
  const auto found = [&]() -> Result<uint64_t> {
    ASSIGN_OR_RETURN(const auto result, (*prepared)->Execute());
    uint64_t count = 0;
    while (true) {
      ASSIGN_OR_RETURN(const Batch* const batch, result->NextView());
      if (batch == nullptr) {
        return count;
      }
      count += batch->selected();
    }
  };
  Run(0, "begin;");
  EXPECT_EQ(*found(), 1U);
  Run(1, "update U set b = 1000 where b = 7;");
  Run(1, "begin;");
  Run(1, "delete from U where b = 8;");
  Run(1, "create unique index U(b, a);");
  EXPECT_THAT(Run(1, "select a from U where b = 8;"), IsEmpty());
  Run(1, "commit;");
  EXPECT_EQ(*found(), 1U);
  EXPECT_THAT(Run(0, "select a from U where b = 8;"), ElementsAre("0"));
  EXPECT_THAT(Run(0, "select b from U where b > 998;"), IsEmpty());
  Run(0, "insert into U values (1, 7);");
  EXPECT_EQ(*found(), 2U);
  Run(0, "commit;");
  EXPECT_EQ(*found(), 1U);
  EXPECT_THAT(Run(0, "select a from U where b = 1000;"), ElementsAre("3"));
}

// Under snapshot what others have changed cannot be in the index of an older one.
TEST_P(DefinitionsTest, AnIndexOverNewerRowsIsAConflict) {
  Run(0, "begin;");
  Run(0, "select * from T;");
  Run(1, "update T set v = 11 where k = 1;");
  EXPECT_CODE(Code::kConflict, Try(0, "create index T(k, v);"));
  Run(0, "rollback;");
  Run(0, "create index T(k, v);");  // alone, it sees the newest
}

TEST_P(DefinitionsTest, PreparedStatementsFollowThem) {
  auto select = sessions_[0]->Prepare("select v from T where k = $1;");
  auto insert = sessions_[0]->Prepare("insert into T values ($1, 70);");
  ASSERT_OK(select);
  ASSERT_OK(insert);
  const std::vector<Value> seven = {Value::Int(7)};
  EXPECT_EQ(*(*insert)->Run(seven), 1U);
  Run(1, "drop index T(k);");
  EXPECT_OK((*select)->Run(seven));
  EXPECT_EQ(*(*insert)->Run(seven), 1U);
  EXPECT_CODE(Code::kConstraint, Try(1, "create unique index T(k);"));
  EXPECT_OK((*select)->Run(seven));
  Run(1, "drop table T;");
  EXPECT_CODE(Code::kNotFound, (*select)->Run(seven));
  EXPECT_EQ((*select)->schema().size(), 1U);
  Run(1, "create table T (k int, v int);");
  Run(1, "create unique index T(k);");
  EXPECT_EQ(*(*insert)->Run(seven), 1U);
  EXPECT_CODE(Code::kConstraint, (*insert)->Run(seven));
  Run(0, "begin;");
  Run(0, "drop index T(k);");
  EXPECT_EQ(*(*insert)->Run(seven), 1U);
  EXPECT_OK((*select)->Run(seven));
  Run(0, "rollback;");
  EXPECT_CODE(Code::kConstraint, (*insert)->Run(seven));
}

TEST_P(DefinitionsTest, OneThatWaitsLetsNobodyPassButThoseItWaitsFor) {
  Run(0, "begin;");
  Run(0, "select * from T;");
  Waiting drop(*this, 1, "drop index T(v);");
  Waiting newcomer(*this, 2, "select v from T where k = 1;");
  EXPECT_THAT(Run(0, "select v from T where k = 1;"), ElementsAre("10"));
  Run(0, "update T set v = 11 where k = 1;");
  Run(0, "commit;");
  EXPECT_OK(drop.Outcome());
  EXPECT_THAT(*newcomer.Outcome(), ElementsAre("11"));
}

// Who waits for one that waits in turn would wait for itself: it passes.
TEST_P(DefinitionsTest, OneThatWaitsIsPassedByWhomItWaitsFor) {
  system_.Run("create table Other (k int, v int);");
  system_.Run("insert into Other values (1, 0);");
  Run(0, "begin;");
  Run(0, "update Other set v = 1 where k = 1;");
  Run(2, "begin isolation level read committed;");
  Run(2, "select * from T;");
  Waiting row(*this, 2, "update Other set v = 2 where k = 1;");
  Waiting drop(*this, 1, "drop index T(v);");
  EXPECT_THAT(Run(0, "select v from T where k = 2;"), ElementsAre("20"));
  Run(0, "commit;");
  EXPECT_OK(row.Outcome());
  Run(2, "commit;");
  EXPECT_OK(drop.Outcome());
}

TEST_P(DefinitionsTest, OneThatWaitsIsPassedByThoseWhoHaveLockedTheTable) {
  Run(0, "begin;");
  Run(0, "lock table T in share mode;");
  Run(2, "begin;");
  Run(2, "lock table T in share mode;");
  Waiting drop(*this, 1, "drop index T(v);");
  EXPECT_THAT(Run(0, "select v from T where k = 2;"), ElementsAre("20"));
  Run(2, "commit;");
  Run(0, "commit;");
  EXPECT_OK(drop.Outcome());
}

TEST_P(DefinitionsTest, OneThatGivesUpLetsOthersPass) {
  Run(0, "begin;");
  Run(0, "select * from T;");
  Run(1, "begin;");
  Run(1, "set lock_timeout = 100;");
  Run(1, "savepoint s;");
  Waiting drop(*this, 1, "drop index T(v);");
  Waiting newcomer(*this, 2, "select v from T where k = 1;");
  EXPECT_CODE(Code::kUnavailable, drop.Outcome());
  EXPECT_THAT(*newcomer.Outcome(), ElementsAre("10"));  // neither has ended
  Run(1, "rollback to savepoint s;");
  Run(1, "commit;");
  Run(0, "commit;");
}

TEST_P(DefinitionsTest, AViewOfPartitionsShowsWhatIsSeen) {
  if (GetParam() == 0) {
    return;
  }
  const Lines before = system_.Rows("select * from T_partitions_k;");
  Run(0, "begin;");
  Run(0, "drop table T;");
  EXPECT_EQ(Run(1, "select * from T_partitions_k;"), before);
  Run(0, "create table T (k int, v int) distribute k (7, 8);");
  EXPECT_EQ(Run(1, "select * from T_partitions_k;"), before);
  EXPECT_NE(Run(0, "select * from T_partitions_k;"), before);
  Run(0, "rollback;");
  EXPECT_EQ(Run(0, "select * from T_partitions_k;"), before);
}

// What is freed at the end of a transaction is freed by another session, which ends later.
TEST_P(DefinitionsTest, ATableIsDroppedWhileItsPagesAreGivenBack) {
  const std::string text(3000, 'x');
  for (int round = 0; round < (kSanitized ? 20 : 60); ++round) {
    system_.Run("create table L (k int, v varchar(10000));");
    std::string rows;
    for (int i = 0; i < 40; ++i) {
      rows += std::string(i > 0 ? "," : "") + " (" + std::to_string(i) + ", '" + text + "')";
    }
    system_.Run("insert into L values" + rows + ";");
    Run(0, "begin;");
    Run(0, "select * from T;");
    Run(1, "delete from L where k < 35;");
    const auto reader = common::RealEnv().StartThread("reader", [&] { Run(0, "commit;"); });
    Run(2, "drop table L;");
    reader->Join();
  }
}

TEST_P(DefinitionsTest, LockTimeoutEndsTheWaiting) {
  Run(0, "begin;");
  Run(0, "select * from T;");
  Run(1, "set lock_timeout = 20;");
  EXPECT_CODE(Code::kUnavailable, Try(1, "drop table T;"));
  EXPECT_OK(Try(2, "update T set v = 11 where k = 1;"));  // nobody waits any more
  Run(0, "commit;");
  EXPECT_OK(Try(1, "drop index T(v);"));
}

// Writers put back what they take out, so each sees as many rows, but for own ones.
TEST_P(DefinitionsTest, ManyAreMadeBesideReadersAndWriters) {
  const uint64_t seed = NewSeed();
  const int rounds = kSanitized ? 15 : 60;
  system_.Run("create table U (a int, b int);");
  std::string rows = "(0, 0)";
  for (int i = 1; i < 200; ++i) {
    rows += ", (" + std::to_string(i) + ", " + std::to_string(i % 7) + ")";
  }
  system_.Run("insert into U values " + rows + ";");
  std::atomic<int> defining = 2;
  std::vector<std::unique_ptr<common::Thread>> threads;
  const auto start = [&](uint64_t number, auto work) {
    threads.push_back(common::RealEnv().StartThread("definitions", [=, this] {
      const std::unique_ptr<Session> session = system_.database().Connect();
      Random random(seed + number);
      work(*session, random);
    }));
  };
  const auto ok_or = [](const Result<Lines>& outcome, std::initializer_list<Code> codes) {
    EXPECT_TRUE(outcome.ok() ||
                std::find(codes.begin(), codes.end(), outcome.status().code()) != codes.end())
        << outcome.status().message();
    return outcome.ok();
  };
  for (uint64_t i = 0; i < 2; ++i) {
    start(i, [&, ok_or](Session& session, Random& random) {
      const std::string mine = "V" + std::to_string(random.Below(1000000));
      for (int round = 0; round < rounds; ++round) {
        const std::string column = random.OneIn(2) ? "a" : "b";
        const std::string text = random.OneIn(2)   ? "create index U(" + column + ");"
                                 : random.OneIn(2) ? "drop index U(" + column + ");"
                                 : random.OneIn(2) ? "create table " + mine + " (x int);"
                                                   : "drop table " + mine + ";";
        ok_or(Do(session, text), {Code::kAlreadyExists, Code::kNotFound, Code::kDeadlock});
      }
      --defining;
    });
  }
  for (uint64_t i = 2; i < 4; ++i) {
    start(i, [&, ok_or](Session& session, Random& random) {
      auto prepared = session.Prepare("select b from U where a = $1;");
      ASSERT_OK(prepared);
      while (defining > 0) {
        const bool both = random.OneIn(3);
        if (both) {
          ok_or(Do(session, "begin;"), {});
        }
        if (const auto found =
                Do(session, "select a from U where b = " + std::to_string(random.Below(7)) + ";");
            ok_or(found, {Code::kDeadlock})) {
          EXPECT_THAT(found->size(), AnyOf(28U, 29U));
        }
        const Status read = (*prepared)->Run(std::vector<Value>{Value::Int(5)}).status();
        EXPECT_TRUE(read.ok() || read.code() == Code::kDeadlock ||
                    session.transaction_state() != TransactionState::kActive)
            << read.message();
        if (both) {
          ok_or(Do(session, "commit;"), {});
        }
      }
    });
    start(i + 2, [&, ok_or](Session& session, Random& random) {
      while (defining > 0) {
        const std::string row = std::to_string(random.Below(200));
        ok_or(Do(session, "begin;"), {});
        // No other rows match, and the row is as before.
        const bool out = ok_or(Do(session, "delete from U where a = " + row + ";"),
                               {Code::kConflict, Code::kDeadlock});
        const bool in = out && ok_or(Do(session, "insert into U values (" + row + ", " +
                                                     std::to_string(std::stoi(row) % 7) + ");"),
                                     {Code::kConflict, Code::kDeadlock});
        ok_or(Do(session, in ? "commit;" : "rollback;"), {});
      }
    });
  }
  for (const std::unique_ptr<common::Thread>& thread : threads) {
    thread->Join();
  }
  EXPECT_EQ(system_.Rows("select a from U;").size(), 200U);
}

INSTANTIATE_TEST_SUITE_P(Nodes, DefinitionsTest, ::testing::Values(0U, 3U),
                         [](const auto& nodes) { return std::to_string(nodes.param) + "Nodes"; });

}  // namespace
}  // namespace redbase::db
