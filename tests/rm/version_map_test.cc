// Versions of transactions that have changed much.

#include "rm/internal/version_map.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/sim_env.h"
#include "tests/support/expect_status.h"
#include "tests/tx/new_log.h"
#include "tx/transaction.h"

namespace redbase::rm {
namespace {

constexpr pf::FileId kFile{7};
constexpr tx::UndoKind kKind{0x0101};

class VersionMapTest : public ::testing::Test {
 protected:
  void Change(tx::Transaction& transaction, uint32_t page, const std::string& text) {
    versions_->Add(PageNum{page}, transaction.stamp(), kKind,
                   transaction.NoteUndo(kFile, kKind, AsBytes(text)));
    transaction.state().Keep(versions_);
  }
  // Newest first; with '*' what is not in memory.
  std::string Of(uint32_t page) const {
    std::string all;
    for (const Version& version :
         versions_->Choose(PageNum{page}, [](const Version&, bool*) { return true; })) {
      const auto undo = versions_->UndoOf(version);
      EXPECT_OK(undo);
      all += (version.undo == nullptr ? "*" : "") + **undo + " ";
    }
    return all;
  }
  size_t InMemory() const {
    size_t count = 0;
    versions_->Any([&count](const Version& version) {
      count += version.undo != nullptr ? 1 : 0;
      return false;
    });
    return count;
  }

  common::SimEnv env_;
  const std::unique_ptr<tx::TransactionLog> log_ = tx::NewLog(env_, "/db", 1000);
  const std::shared_ptr<VersionMap> versions_ = std::make_shared<VersionMap>();
};

TEST_F(VersionMapTest, OnlyTheNewestAreInMemory) {
  tx::Transaction other(*log_);
  Change(other, 3, "other");
  tx::Transaction transaction(*log_);
  for (uint32_t i = 0; i < 2000; ++i) {
    Change(transaction, i % 40, std::to_string(i));  // each page again and again
    ASSERT_LE(InMemory(), 30U);
  }
  EXPECT_TRUE(Of(39).starts_with("1999 *1959 *1919 "));
  EXPECT_TRUE(Of(3).ends_with(" *83 *43 *3 other "));
  EXPECT_EQ(versions_->Pages().size(), 40U);
  ASSERT_OK(transaction.Commit());
  EXPECT_EQ(Of(3), "other ");
}

// A page that is changed again and again keeps nobody from it, and is itself spilled.
TEST_F(VersionMapTest, RepeatedChangesOfOnePageAreSpilled) {
  tx::Transaction transaction(*log_);
  for (int i = 0; i < 500; ++i) {
    Change(transaction, 1, "again");
    Change(transaction, i % 7 == 0 ? 17 : 1, "other");  // of the same shard
    ASSERT_LE(InMemory(), 30U);
  }
}

// Whoever has found a version can read it, though it is forgotten and the log goes on.
TEST_F(VersionMapTest, AForgottenVersionCanBeReadByWhoHasIt) {
  const auto go_on = [this] {
    const std::string much(100000, 'x');
    for (int i = 0; i < 20; ++i) {
      tx::Transaction next(*log_);
      next.NoteUndo(kFile, kKind, AsBytes(much));
      ASSERT_OK(next.Commit());
    }
    ASSERT_OK(log_->Checkpoint([] { return Status(); }));
  };
  tx::Transaction transaction(*log_);
  for (int i = 0; i < 500; ++i) {
    Change(transaction, 1, std::to_string(i));
  }
  std::vector<Version> versions =
      versions_->Choose(PageNum{1}, [](const Version&, bool*) { return true; });
  const uint64_t first = versions.back().sequence;
  ASSERT_OK(transaction.Commit());
  EXPECT_TRUE(versions_->empty());
  go_on();
  const auto undo = versions_->UndoOf(versions.back());
  ASSERT_OK(undo);
  EXPECT_EQ(**undo, "0");
  versions.clear();
  go_on();
  EXPECT_CODE(Code::kCorruption, log_->ReadUndo(first));
}

// As that of a part that was taken back before another one was begun.
TEST_F(VersionMapTest, WhatIsOlderThanTheSpilledPartStaysInMemory) {
  tx::Transaction transaction(*log_);
  Change(transaction, 1, "older");
  const uint64_t from = log_->log().end();
  Change(transaction, 1, "newer");
  versions_->Spill(transaction.state(), {*log_, from, log_->log().end(), nullptr});
  EXPECT_EQ(Of(1), "*newer older ");
}

TEST_F(VersionMapTest, AnotherLogsRecordsAreNotMeant) {
  tx::Transaction transaction(*log_);
  Change(transaction, 1, "a");
  const auto other = tx::NewLog(env_, "/other", 1000);
  versions_->Spill(transaction.state(), {*other, 0, log_->log().end(), nullptr});
  EXPECT_EQ(Of(1), "a ");
  versions_->Spill(transaction.state(), {*log_, 0, log_->log().end(), nullptr});
  EXPECT_EQ(Of(1), "*a ");
}

}  // namespace
}  // namespace redbase::rm
