// Commits that do not wait for the disk: what a crash takes of them, and until when.
#include <algorithm>
#include <string>

#include "common/env.h"
#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

using common::FaultPlan;

// Longer than any test.
constexpr int64_t kNever = int64_t{3600} * 1000 * 1000;

DatabaseOptions SyncingAfter(int64_t micros) {
  DatabaseOptions options = SmallOptions();
  options.log_sync_micros = micros;
  return options;
}

// T and U are on all nodes, where there are some.
class SynchronousCommit : public ::testing::TestWithParam<uint32_t> {
 protected:
  void Open(int64_t sync_micros) {
    system_ = std::make_unique<System>(GetParam(), SyncingAfter(sync_micros));
    const std::string split = GetParam() > 0 ? " distribute k (100, 200)" : "";
    system_->Run("create table T (k i, v i)" + split + ";");
    system_->Run("create index T(k);");
    system_->Run("create table U (k i, v i);");
    system_->Run("set synchronous_commit = off;");
  }

  uint64_t Syncs() { return system_->env.CountOf(FaultPlan::kSync); }

  // The rows of both tables after a crash now.
  Lines AfterCrash(uint64_t seed) {
    const std::unique_ptr<common::SimEnv> copy = system_->env.Fork();
    copy->Crash(seed);
    const auto database = Database::Open(*copy, System::kPath, SmallOptions());
    EXPECT_OK(database);
    const std::unique_ptr<Session> session = (*database)->Connect();
    Lines rows;
    for (const char* query : {"select * from T;", "select * from U;"}) {
      const Result<Lines> some = Do(*session, query);
      EXPECT_OK(some);
      rows.insert(rows.end(), some->begin(), some->end());
    }
    return rows;
  }

  std::unique_ptr<System> system_;
};

TEST_P(SynchronousCommit, OffItSyncsNothing) {
  Open(kNever);
  const uint64_t before = Syncs();
  system_->Run("insert into T values (1, 1), (2, 2);");
  system_->Run("begin;");
  system_->Run("insert into T values (3, 3);");
  system_->Run("update T set v = 4 where k = 3;");
  system_->Run("commit;");
  EXPECT_EQ(Syncs(), before);
  EXPECT_EQ(system_->Rows("select v from T;"), (Lines{"1", "2", "4"}));
}

TEST_P(SynchronousCommit, OnItWaits) {
  Open(kNever);
  system_->Run("insert into T values (1, 1);");
  system_->Run("set synchronous_commit = on;");
  system_->Run("insert into T values (2, 2);");
  // One log, so the first is there with the second.
  EXPECT_EQ(AfterCrash(1), (Lines{"1 | 1", "2 | 2"}));
}

TEST_P(SynchronousCommit, TheSettingCountsThatHoldsAtCommit) {
  Open(kNever);
  system_->Run("begin;");
  system_->Run("insert into T values (1, 1);");
  system_->Run("set synchronous_commit = on;");
  system_->Run("commit;");
  EXPECT_EQ(AfterCrash(1), Lines{"1 | 1"});
}

TEST_P(SynchronousCommit, AfterAWhileItIsDurable) {
  Open(1);
  system_->Run("insert into T values (1, 1);");
  system_->Run("insert into T values (150, 1);");
  for (uint64_t seed = 0; AfterCrash(seed).size() < 2; ++seed) {
    // Nobody does anything; the test's time limit is the only one.
  }
}

TEST_P(SynchronousCommit, WhatChangesSeveralNodesIsDurableAtOnce) {
  Open(kNever);
  system_->Run("insert into T values (1, 1), (150, 1), (250, 1);");
  if (GetParam() > 0) {
    EXPECT_EQ(AfterCrash(1).size(), 3U);
  }
}

TEST_P(SynchronousCommit, ClosingLosesNothing) {
  Open(kNever);
  system_->Run("insert into T values (1, 1);");
  system_->Reopen();
  EXPECT_EQ(system_->Rows("select * from T;"), Lines{"1 | 1"});
}

// Each transaction puts three rows of its number in; so many rows of it are there as
// it put in, or none.
TEST_P(SynchronousCommit, ACrashTakesTransactionsWholly) {
  Open(kNever);
  Random random(NewSeed());
  std::vector<std::pair<std::unique_ptr<common::SimEnv>, int>> copies;
  for (int number = 0; number < 60; ++number) {
    // All on one node, or anywhere.
    const bool spread = random.OneIn(2);
    const uint64_t home = random.Below(4);
    system_->Run("begin;");
    for (uint64_t i = 0; i < 3; ++i) {
      const uint64_t place = spread ? random.Below(4) : home;
      const uint64_t key = place % 3 * 100 + i;
      system_->Run("insert into " + std::string(place == 3 ? "U" : "T") + " values (" +
                   std::to_string(key) + ", " + std::to_string(number) + ");");
    }
    system_->Run(number % 7 == 0 ? "rollback;" : "commit;");
    copies.emplace_back(system_->env.Fork(), number);
  }
  for (auto& [copy, last] : copies) {
    copy->Crash(random.Next());
    const auto database = Database::Open(*copy, System::kPath, SmallOptions());
    ASSERT_OK(database);
    const std::unique_ptr<Session> session = (*database)->Connect();
    std::vector<int> rows(60);
    for (const char* query : {"select v from T;", "select v from U;"}) {
      const Result<Lines> some = Do(*session, query);
      ASSERT_OK(some);
      for (const std::string& number : *some) {
        ++rows[static_cast<size_t>(std::stoi(number))];
      }
    }
    for (int number = 0; number < 60; ++number) {
      const int found = rows[static_cast<size_t>(number)];
      EXPECT_TRUE(found == 0 || (found == 3 && number <= last && number % 7 != 0))
          << found << " rows of " << number;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Nodes, SynchronousCommit, ::testing::Values(0U, 3U),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace redbase::db
