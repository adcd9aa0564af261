// Several sessions that change rows at the same time: who waits for whom, what comes of it,
// and that nothing is lost among many.
#include <atomic>
#include <map>

#include "tests/db/several_sessions.h"

namespace redbase::db {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using WritersTest = SeveralSessionsTest;

TEST_P(WritersTest, DifferentRowsAreChangedAtTheSameTime) {
  Run(0, "begin;");
  Run(1, "begin;");
  Run(0, "update T set v = 11 where k = 1;");
  Run(1, "update T set v = 21 where k = 2;");
  Run(0, "insert into T values (4, 40);");
  Run(1, "insert into T values (5, 50);");
  Run(0, "delete from T where k = 3;");
  Run(1, "rollback;");
  Run(0, "commit;");
  EXPECT_THAT(Rows(), ElementsAre("1 | 11", "2 | 20", "4 | 40"));
}

TEST_P(WritersTest, AStatementOfItsOwnWaitsAndSeesTheNewRow) {
  Run(0, "begin;");
  Run(0, "update T set v = 11;");
  Waiting first(*this, 1, "update T set k = v where k = 1;");
  Run(0, "commit;");
  EXPECT_THAT(*first.Outcome(), ElementsAre("11 | 11"));
  Run(0, "begin;");
  Run(0, "update T set v = 22;");
  Waiting second(*this, 1, "update T set k = v where k = 2;");
  Run(0, "rollback;");
  EXPECT_CODE(Code::kConstraint, second.Outcome());
  EXPECT_THAT(Rows(), ElementsAre("11 | 11", "2 | 11", "3 | 11"));
}

TEST_P(WritersTest, ReadCommittedChecksTheNewRowAgain) {
  Run(0, "begin;");
  Run(0, "update T set v = 99 where k = 1;");
  Run(0, "update T set v = 10 where k = 2;");
  Run(1, "begin isolation level read committed;");
  Waiting waiting(*this, 1, "delete from T where v = 10;");
  Run(0, "commit;");
  EXPECT_THAT(*waiting.Outcome(), ElementsAre("2 | 10"));
  Run(1, "commit;");
  EXPECT_THAT(Rows(), ElementsAre("1 | 99", "3 | 30"));
}

TEST_P(WritersTest, UnderSnapshotTheFirstWins) {
  Run(1, "begin;");
  Run(1, "select * from T;");
  Run(0, "begin;");
  Run(0, "update T set v = 11 where k = 1;");
  Waiting waiting(*this, 1, "update T set v = 12 where k = 1;");
  Run(0, "commit;");
  EXPECT_CODE(Code::kConflict, waiting.Outcome());
  Run(1, "rollback;");
  EXPECT_THAT(Rows(), ElementsAre("1 | 11", "2 | 20", "3 | 30"));
}

TEST_P(WritersTest, UnderSnapshotTheSecondGoesOnWhenTheFirstRollsBack) {
  Run(1, "begin;");
  Run(1, "update T set v = 22 where k = 2;");
  Run(0, "begin;");
  Run(0, "update T set v = 11 where k = 1;");
  Waiting waiting(*this, 1, "update T set v = k;");
  Run(0, "rollback;");
  EXPECT_EQ(waiting.Outcome()->size(), 3U);
  Run(1, "commit;");
  EXPECT_THAT(Rows(), ElementsAre("1 | 1", "2 | 2", "3 | 3"));
}

TEST_P(WritersTest, AKeyThatIsBeingInsertedIsWaitedFor) {
  Run(0, "begin;");
  Run(0, "insert into T values (7, 70);");
  Waiting loses(*this, 1, "insert into T values (7, 71);");
  Run(0, "commit;");
  EXPECT_CODE(Code::kConstraint, loses.Outcome());
  Run(0, "begin;");
  Run(0, "update T set k = 8 where k = 7;");
  Waiting wins(*this, 1, "insert into T values (8, 81);");
  Run(0, "rollback;");
  EXPECT_OK(wins.Outcome());
  EXPECT_THAT(Rows(), ElementsAre("1 | 10", "2 | 20", "3 | 30", "7 | 70", "8 | 81"));
}

TEST_P(WritersTest, AKeyThatIsBeingTakenOutIsWaitedFor) {
  Run(0, "begin;");
  Run(0, "delete from T where k = 1;");
  Waiting wins(*this, 1, "insert into T values (1, 11);");
  Run(0, "commit;");
  EXPECT_OK(wins.Outcome());
  Run(0, "begin;");
  Run(0, "update T set k = 9 where k = 1;");
  Waiting loses(*this, 1, "update T set k = 1 where k = 2;");
  Run(0, "rollback;");
  EXPECT_CODE(Code::kConstraint, loses.Outcome());
  EXPECT_THAT(Rows(), ElementsAre("1 | 11", "2 | 20", "3 | 30"));
}

// It has changed other rows before it comes upon the one that is not free.
TEST_P(WritersTest, WhatAStatementDidBeforeItWaitedIsDoneOnce) {
  Run(0, "begin;");
  Run(0, "insert into T values (6, 61);");
  Run(1, "begin;");
  Run(1, "insert into T values (9, 90);");
  Waiting waiting(*this, 1, "insert into T values (4, 40), (5, 50), (6, 60);");
  Run(0, "rollback;");
  EXPECT_EQ(waiting.Outcome()->size(), 3U);
  Run(1, "commit;");
  EXPECT_THAT(Rows(),
              ElementsAre("1 | 10", "2 | 20", "3 | 30", "4 | 40", "5 | 50", "6 | 60", "9 | 90"));
}

TEST_P(WritersTest, OfTwoThatWaitForEachOthersRowsOneIsTheVictim) {
  Run(0, "begin;");
  Run(1, "begin;");
  Run(0, "update T set v = 11 where k = 1;");
  Run(1, "update T set v = 21 where k = 2;");
  Waiting waiting(*this, 1, "update T set v = 12 where k = 1;");
  const Result<Lines> mine = Try(0, "update T set v = 22 where k = 2;");
  ExpectOneVictim(mine, waiting.Outcome());
  Run(0, "commit;");
  Run(1, "commit;");
  EXPECT_THAT(Rows(), AnyOf(ElementsAre("1 | 12", "2 | 21", "3 | 30"),
                            ElementsAre("1 | 11", "2 | 22", "3 | 30")));
}

TEST_P(WritersTest, WhoWantsTheTableAndWhoWaitsForItsRowAreADeadlock) {
  Run(0, "begin;");
  Run(1, "begin;");
  Run(0, "update T set v = 11 where k = 1;");
  Run(1, "update T set v = 21 where k = 2;");
  Waiting waiting(*this, 1, "update T set v = 12 where k = 1;");
  Result<Lines> mine = Try(0, "create index T(k, v);");
  ExpectOneVictim(mine, waiting.Outcome());
  Run(0, "rollback;");
  Run(1, "rollback;");
  Run(0, "begin;");
  Run(1, "begin;");
  Run(0, "update T set v = 31 where k = 3;");
  Run(1, "update T set v = 21 where k = 2;");
  Waiting alone(*this, 0, "create index T(k, v);");
  mine = Try(1, "update T set v = 32 where k = 3;");
  ExpectOneVictim(mine, alone.Outcome());
}

TEST_P(WritersTest, LocksStayAfterARollbackToASavepoint) {
  Run(0, "begin;");
  Run(0, "savepoint s;");
  Run(0, "update T set v = 11 where k = 1;");
  Run(0, "rollback to s;");
  Run(1, "set lock_timeout = 20;");
  EXPECT_CODE(Code::kUnavailable, Try(1, "update T set v = 12 where k = 1;"));
  Run(0, "commit;");
  EXPECT_OK(Try(1, "update T set v = 12 where k = 1;"));
}

// A slot is used again only when everybody sees that it is free: who does not would find two
// records under one RID.
TEST_P(WritersTest, ARowThatIsGoneForOthersStaysBesideAnOwnOne) {
  Run(0, "begin;");
  EXPECT_EQ(Run(0, "select * from T;").size(), 3U);
  Run(1, "delete from T where k = 1;");
  Run(0, "insert into T values (0, 5);");
  EXPECT_THAT(Sorted(Run(0, "select * from T;")),
              ElementsAre("0 | 5", "1 | 10", "2 | 20", "3 | 30"));
  EXPECT_THAT(Run(0, "delete from T where k = 0;"), ElementsAre("0 | 5"));
  EXPECT_THAT(Sorted(Run(0, "select * from T;")), ElementsAre("1 | 10", "2 | 20", "3 | 30"));
  Run(0, "commit;");
  EXPECT_THAT(Rows(), ElementsAre("2 | 20", "3 | 30"));
}

TEST_P(WritersTest, LockedRowsAreChangedByNobodyElse) {
  Run(0, "begin;");
  EXPECT_THAT(Run(0, "select v from T where v < 25 for update;"), ElementsAre("10", "20"));
  EXPECT_THAT(Run(1, "select v from T;"), ElementsAre("10", "20", "30"));
  EXPECT_OK(Try(1, "update T set v = 31 where k = 3;"));
  Waiting waiting(*this, 1, "update T set v = 11 where k = 1;");
  Run(0, "update T set v = 12 where k = 1;");
  Run(0, "commit;");
  EXPECT_OK(waiting.Outcome());
  EXPECT_THAT(Rows(), ElementsAre("1 | 11", "2 | 20", "3 | 31"));
}

TEST_P(WritersTest, WhatIsLockedIsTheNewRow) {
  Run(0, "begin;");
  Run(0, "update T set v = 15 where k = 1;");
  Run(0, "update T set v = 5 where k = 2;");
  Run(1, "begin isolation level read committed;");
  Waiting waiting(*this, 1, "select * from T where v > 12 for update;");
  Run(0, "commit;");
  EXPECT_THAT(Sorted(*waiting.Outcome()), ElementsAre("1 | 15", "3 | 30"));
  Run(1, "rollback;");
}

TEST_P(WritersTest, UnderSnapshotAChangedRowIsNotLocked) {
  Run(1, "begin;");
  Run(1, "select * from T;");
  Run(0, "update T set v = 11 where k = 1;");
  EXPECT_CODE(Code::kConflict, Try(1, "select * from T where k = 1 for share;"));
  Run(1, "rollback;");
}

TEST_P(WritersTest, LocksShareAsTheirStrengthSays) {
  const std::vector<std::string> strengths = {"key share", "share", "no key update", "update"};
  for (size_t held = 0; held < 4; ++held) {
    for (size_t wanted = 0; wanted < 4; ++wanted) {
      Run(0, "begin;");
      Run(0, "select * from T for " + strengths[held] + ";");
      const Result<Lines> rows = Try(1, "select * from T for " + strengths[wanted] + " nowait;");
      EXPECT_EQ(rows.ok(), held + wanted < 3 && (held + wanted != 2 || held != wanted || held == 1))
          << strengths[held] << ", " << strengths[wanted];
      if (!rows.ok()) {
        EXPECT_CODE(Code::kUnavailable, rows);
        EXPECT_THAT(rows.status().message(), HasSubstr("could not obtain lock on row in relation"));
      }
      Run(0, "commit;");
    }
  }
}

TEST_P(WritersTest, ANewValueLeavesAKeyShareLockAlone) {
  Run(0, "begin;");
  Run(0, "select * from T where k = 1 for key share;");
  EXPECT_OK(Try(1, "update T set v = 11 where k = 1;"));
  // Though its snapshot does not see that change.
  EXPECT_THAT(Run(0, "select * from T where k = 1 for key share;"), ElementsAre("1 | 10"));
  Run(1, "set lock_timeout = 20;");
  EXPECT_CODE(Code::kUnavailable, Try(1, "update T set k = 11 where k = 1;"));
  EXPECT_CODE(Code::kUnavailable, Try(1, "delete from T where k = 1;"));
  Run(0, "commit;");
  EXPECT_OK(Try(1, "delete from T where k = 1;"));
}

TEST_P(WritersTest, LockedRowsAreLeftOut) {
  Run(0, "begin;");
  Run(0, "update T set v = 21 where k = 2;");
  Run(1, "begin;");
  EXPECT_THAT(Sorted(Run(1, "select k from T for update skip locked;")), ElementsAre("1", "3"));
  EXPECT_THAT(Run(2, "select k from T for update skip locked;"), IsEmpty());
  Run(1, "commit;");
  Run(0, "commit;");
}

TEST_P(WritersTest, RowsOfEachRelationOfAJoinAreLocked) {
  system_.Run("create table U (k int, w int);");
  system_.Run("create index U(k);");
  system_.Run("insert into U values (1, 100), (2, 200);");
  Run(0, "begin isolation level read committed;");
  EXPECT_EQ(Run(0, "select T.k, w from T, U where T.k = U.k and w > 150 for update of U;").size(),
            1U);
  EXPECT_OK(Try(1, "update T set v = 21 where k = 2;"));
  EXPECT_OK(Try(1, "update U set w = 101 where k = 1;"));
  EXPECT_CODE(Code::kUnavailable, Try(1, "select w from U for share nowait;"));
  Run(0, "select T.k, w from T, U where T.k = U.k for update of U for share of T;");
  EXPECT_OK(Try(1, "select k from T for share nowait;"));
  EXPECT_CODE(Code::kUnavailable, Try(1, "select k from T for update nowait;"));
  Run(0, "commit;");
}

TEST_P(WritersTest, WhatCannotBeLockedIsSaid) {
  EXPECT_THAT(Try(0, "select * from relcat for update;").status().message(),
              HasSubstr("cannot lock rows of a system catalog: relcat"));
  EXPECT_THAT(Try(0, "select * from T for update of U;").status().message(),
              HasSubstr("is not in from clause: U at line 1, column 31"));
  Run(0, "begin read only;");
  EXPECT_THAT(Try(0, "select * from T for key share;").status().message(),
              HasSubstr("read-only transaction"));
  Run(0, "rollback;");
}

TEST_P(WritersTest, TableLocksExcludeAsInPostgres) {
  const std::vector<std::string> modes = {
      "access share", "row share",           "row exclusive", "share update exclusive",
      "share",        "share row exclusive", "exclusive",     "access exclusive"};
  // For each mode the weakest that excludes it; share update exclusive and share are no
  // steps of one stair.
  const std::vector<size_t> excluded_from = {7, 6, 4, 3, 2, 2, 1, 0};
  for (size_t held = 0; held < modes.size(); ++held) {
    for (size_t wanted = 0; wanted < modes.size(); ++wanted) {
      Run(0, "begin;");
      Run(0, "lock table T in " + modes[held] + " mode;");
      Run(1, "begin;");
      const Result<Lines> locked = Try(1, "lock T in " + modes[wanted] + " mode nowait;");
      const bool both_share = held == 4 && wanted == 4;
      EXPECT_EQ(locked.ok(), wanted < excluded_from[held] || both_share)
          << modes[held] << ", " << modes[wanted];
      if (!locked.ok()) {
        EXPECT_EQ(locked.status().message(), "could not obtain lock on relation \"T\"");
      }
      Run(1, "rollback;");
      Run(0, "commit;");
    }
  }
}

TEST_P(WritersTest, StatementsWaitForTableLocks) {
  struct Case {
    const char* mode;
    bool reads;
    bool locks_rows;
    bool writes;
  };
  system_.Run("create table Other (k int);");
  for (const Case& each :
       {Case{"share update exclusive", true, true, true}, Case{"share", true, true, false},
        Case{"exclusive", true, false, false}, Case{"access exclusive", false, false, false}}) {
    Run(0, "begin;");
    Run(0, std::string("lock table T in ") + each.mode + " mode;");
    Run(0, "update T set v = 11 where k = 1;");
    Run(1, "set lock_timeout = 20;");
    EXPECT_EQ(Try(1, "select * from T where k = 2;").ok(), each.reads) << each.mode;
    EXPECT_EQ(Try(1, "select * from T where k = 2 for share;").ok(), each.locks_rows) << each.mode;
    EXPECT_EQ(Try(1, "update T set v = 20 where k = 2;").ok(), each.writes) << each.mode;
    EXPECT_EQ(Try(1, "delete from T where k = 99;").ok(), each.writes) << each.mode;
    EXPECT_OK(Try(1, "insert into Other values (1);"));
    EXPECT_EQ(Try(1, "insert into T values (77, 0);").ok(), each.writes) << each.mode;
    Run(0, "commit;");
    EXPECT_OK(Try(1, "delete from T where k = 77;"));
  }
}

TEST_P(WritersTest, ATableLockWaitsForThoseWhoUseTheTable) {
  Run(0, "begin;");
  Run(0, "update T set v = 11 where k = 1;");
  Run(1, "begin;");
  Waiting waiting(*this, 1, "lock table T in share mode;");
  Run(0, "commit;");
  EXPECT_OK(waiting.Outcome());
  // The lock comes before the snapshot.
  EXPECT_THAT(Run(1, "select v from T where k = 1;"), ElementsAre("11"));
  Waiting writer(*this, 0, "update T set v = 12 where k = 1;");
  Run(1, "commit;");
  EXPECT_OK(writer.Outcome());
}

TEST_P(WritersTest, TableLocksAreAmongDeadlocks) {
  system_.Run("create table Other (k int);");
  Run(0, "begin;");
  Run(1, "begin;");
  Run(0, "lock table T in share update exclusive mode;");
  Run(1, "lock table Other in share update exclusive mode;");
  Waiting waiting(*this, 0, "lock table Other in share update exclusive mode;");
  const Result<Lines> mine = Try(1, "lock table T in share update exclusive mode;");
  ExpectOneVictim(mine, waiting.Outcome());
}

TEST_P(WritersTest, WhatTableCannotBeLockedIsSaid) {
  EXPECT_THAT(Try(0, "lock table T;").status().message(),
              HasSubstr("only be used in a transaction"));
  Run(0, "begin;");
  EXPECT_THAT(Try(0, "lock table T, nothing;").status().message(), HasSubstr("nothing"));
  Run(0, "rollback;");
  Run(0, "begin;");
  EXPECT_THAT(Try(0, "lock table relcat;").status().message(), HasSubstr("is not a table"));
  Run(0, "rollback;");
  Run(0, "begin read only;");
  EXPECT_THAT(Try(0, "lock table T;").status().message(), HasSubstr("read-only"));
  Run(0, "rollback;");
}

TEST_P(WritersTest, LoadsRunSideBySide) {
  constexpr int kRows = 3000;
  {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (int t = 0; t < 2; ++t) {
      std::string text;
      for (int i = 0; i < kRows; ++i) {
        text += std::to_string(100 + 2 * i + t) + "," + std::to_string(t) + "\n";
      }
      const std::string path = "/load" + std::to_string(t) + ".txt";
      WriteFile(system_.env, path, text);
      threads.push_back(common::RealEnv().StartThread(
          "load", [this, t, path] { Run(static_cast<size_t>(t), "load T(\"" + path + "\");"); }));
    }
  }
  EXPECT_EQ(system_.Rows("select k from T where v = 0;").size(), size_t{kRows});
  EXPECT_EQ(system_.Rows("select k from T where v = 1;").size(), size_t{kRows});
}

// Threads that change the same few rows, and what they were told was done.
class Crowd {
 public:
  static constexpr int kThreads = 8;
  static constexpr int kKeys = 12;

  Crowd(System& system, std::string level, uint64_t seed)
      : system_(system), level_(std::move(level)), seed_(seed) {}

  void Run(int rounds) {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.push_back(common::RealEnv().StartThread("crowd", [this, t, rounds] {
        const std::unique_ptr<Session> session = system_.database().Connect();
        Random random(seed_ + static_cast<uint64_t>(t));
        for (int i = 0; i < rounds; ++i) {
          Attempt(*session, &random);
        }
      }));
    }
  }

  static int64_t ValueOf(const std::string& row) { return std::stoll(row.substr(row.rfind(' '))); }

  // The sum of all that was added, by committed transactions; rows that move elsewhere and
  // come again under other keys keep theirs.
  int64_t added() const { return added_; }
  int committed() const { return committed_; }
  int deadlocks() const { return deadlocks_; }

 private:
  void Attempt(Session& session, Random* random) {
    EXPECT_OK(Do(session, "begin isolation level " + level_ + ";"));
    const size_t steps = 1 + random->Below(3);
    int64_t added = 0;
    for (size_t i = 0; i < steps; ++i) {
      const Result<int64_t> step = Step(session, random);
      if (!step.ok()) {
        const Code code = step.status().code();
        EXPECT_TRUE(code == Code::kConflict || code == Code::kDeadlock || code == Code::kConstraint)
            << step.status().message();
        deadlocks_ += code == Code::kDeadlock ? 1 : 0;
        EXPECT_OK(Do(session, "rollback;"));
        return;
      }
      added += *step;
    }
    if (random->Below(5) == 0) {
      EXPECT_OK(Do(session, "rollback;"));
      return;
    }
    const Result<Lines> committed = Do(session, "commit;");
    if (committed.ok()) {
      added_ += added;
      ++committed_;
    } else {
      EXPECT_EQ(level_, "serializable");
      EXPECT_CODE(Code::kConflict, committed);
    }
  }

  Result<int64_t> Step(Session& session, Random* random) {
    const std::string key = std::to_string(random->Below(kKeys));
    const std::string other = std::to_string(random->Below(kKeys));
    switch (random->Below(4)) {
      case 0: {  // what was read before is still so, but for read committed
        const std::string where = " where k = " + key + ";";
        const std::string lock = level_ == "read committed" ? "delete from T" : "select * from T";
        ASSIGN_OR_RETURN(const Lines rows, Do(session, lock + where));
        if (rows.empty()) {
          return 0;
        }
        const std::string value = std::to_string(ValueOf(rows[0]) + 1);
        RETURN_IF_ERROR(Do(session, level_ == "read committed"
                                        ? "insert into T values (" + key + ", " + value + ");"
                                        : "update T set v = " + value + where)
                            .status());
        return 1;
      }
      case 1: {  // to another key, and so, maybe, to another node
        RETURN_IF_ERROR(
            Do(session, "update T set k = " + other + " where k = " + key + ";").status());
        return 0;
      }
      case 2: {
        ASSIGN_OR_RETURN(const Lines rows, Do(session, "delete from T where k = " + key + ";"));
        int64_t sum = 0;
        for (const std::string& row : rows) {
          sum += ValueOf(row);
        }
        return -sum;
      }
      default:
        RETURN_IF_ERROR(Do(session, "insert into T values (" + key + ", 5);").status());
        return 5;
    }
  }

  System& system_;
  const std::string level_;
  const uint64_t seed_;
  std::atomic<int64_t> added_{0};
  std::atomic<int> committed_{0};
  std::atomic<int> deadlocks_{0};
};

TEST_P(WritersTest, NothingIsLostAmongMany) {
  const uint64_t seed = NewSeed();
  int64_t sum = 60;
  for (const char* level : {"read committed", "snapshot", "serializable"}) {
    Crowd crowd(system_, level, seed);
    crowd.Run(kSanitized ? 30 : 200);
    std::cout << level << ": " << crowd.committed() << " committed, " << crowd.deadlocks()
              << " deadlocks\n";
    EXPECT_GT(crowd.committed(), kSanitized ? 30 : 200);
    sum += crowd.added();
    std::map<std::string, int> keys;
    int64_t found = 0;
    for (const std::string& row : Rows()) {
      EXPECT_EQ(++keys[row.substr(0, row.find(' '))], 1) << row;
      found += Crowd::ValueOf(row);
    }
    EXPECT_EQ(found, sum) << level;
    // By the index, the same.
    Lines by_index;
    for (int k = 0; k < Crowd::kKeys; ++k) {
      for (std::string& row :
           system_.Rows("select * from T where k = " + std::to_string(k) + ";")) {
        by_index.push_back(std::move(row));
      }
    }
    EXPECT_EQ(Sorted(by_index), Rows());
  }
}

INSTANTIATE_TEST_SUITE_P(Nodes, WritersTest, ::testing::Values(0U, 3U),
                         [](const auto& test) { return "On" + std::to_string(test.param); });

}  // namespace
}  // namespace redbase::db
