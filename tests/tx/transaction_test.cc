#include "tx/transaction.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/env.h"
#include "tests/support/expect_status.h"

namespace redbase::tx {
namespace {

constexpr pf::FileId kFile{7};
constexpr pf::FileId kOther{8};
constexpr UndoKind kErase{0x0101};

// Notes in one list what is undone and which actions run.
class TransactionTest : public ::testing::Test, protected UndoTarget {
 protected:
  TransactionTest() {
    targets_.Add(kFile, this);
    transaction_ = std::make_unique<Transaction>(targets_);
  }
  Status Undo(UndoKind kind, std::span<const std::byte> payload) override {
    EXPECT_EQ(kind, kErase);
    const std::string text(AsChars(payload));
    events_ += "undo " + text + "; ";
    return text == "bad" ? Status(Code::kIoError, "cannot undo bad") : Status();
  }
  void Note(std::string_view text, pf::FileId file = kFile) {
    transaction_->NoteUndo(file, kErase, AsBytes(text));
  }
  void Actions(const std::string& name) {
    transaction_->OnCommit([this, name] { events_ += "commit " + name + "; "; });
    transaction_->OnRollback([this, name] { events_ += "rollback " + name + "; "; });
  }

  UndoTargets targets_;
  std::string events_;
  // Rolls back as it goes, which adds to `events_`.
  std::unique_ptr<Transaction> transaction_;
};

TEST_F(TransactionTest, CommitUndoesNothingAndRunsItsActionsInOrder) {
  Note("a");
  Actions("1");
  Actions("2");
  EXPECT_TRUE(transaction_->active());
  ASSERT_OK(transaction_->Commit());
  EXPECT_FALSE(transaction_->active());
  EXPECT_EQ(events_, "commit 1; commit 2; ");
}

TEST_F(TransactionTest, RollbackUndoesAndActsNewestFirst) {
  Actions("1");
  Note("a");
  Note("");
  Actions("2");
  Note("b");
  ASSERT_OK(transaction_->Rollback());
  EXPECT_FALSE(transaction_->active());
  EXPECT_EQ(events_, "undo b; undo ; undo a; rollback 2; rollback 1; ");
}

TEST_F(TransactionTest, RollbackToASavepointKeepsWhatCameBefore) {
  Note("a");
  Actions("1");
  const Savepoint mark = transaction_->Mark();
  Actions("2");
  Note("b");
  Note("c");
  ASSERT_OK(transaction_->RollbackTo(mark));
  EXPECT_EQ(events_, "undo c; undo b; rollback 2; ");
  EXPECT_TRUE(transaction_->active());
  events_.clear();
  Note("d");
  ASSERT_OK(transaction_->RollbackTo(mark));
  EXPECT_EQ(events_, "undo d; ");
  ASSERT_OK(transaction_->Commit());
  EXPECT_EQ(events_, "undo d; commit 1; ");
}

TEST_F(TransactionTest, SavepointsNest) {
  const Savepoint outer = transaction_->Mark();
  Note("a");
  const Savepoint inner = transaction_->Mark();
  Note("b");
  ASSERT_OK(transaction_->RollbackTo(inner));
  ASSERT_OK(transaction_->RollbackTo(inner));
  ASSERT_OK(transaction_->RollbackTo(outer));
  EXPECT_EQ(events_, "undo b; undo a; ");
}

TEST_F(TransactionTest, TheFirstFailureIsReportedAfterAllElseWasUndone) {
  Note("a");
  Note("b", kOther);
  Note("bad");
  Note("c");
  const Status status = transaction_->Rollback();
  EXPECT_CODE(Code::kIoError, status);
  EXPECT_EQ(status.message(), "cannot undo bad");
  EXPECT_EQ(events_, "undo c; undo bad; undo a; ");
}

TEST_F(TransactionTest, WhatASavepointCouldNotTakeBackTheRollbackReports) {
  Note("good");
  const Savepoint mark = transaction_->Mark();
  Note("bad");
  EXPECT_CODE(Code::kIoError, transaction_->RollbackTo(mark));
  EXPECT_CODE(Code::kIoError, transaction_->Rollback());
  EXPECT_EQ(events_, "undo bad; undo good; ");
}

TEST_F(TransactionTest, AFileThatIsNotOpenCannotBeRolledBack) {
  Note("b", kOther);
  const Status status = transaction_->Rollback();
  EXPECT_CODE(Code::kInternal, status);
  EXPECT_EQ(status.message(), "rollback: file 8 is not open");
}

TEST_F(TransactionTest, TheDestructorRollsBack) {
  Note("a");
  Actions("1");
  transaction_.reset();
  EXPECT_EQ(events_, "undo a; rollback 1; ");
}

TEST_F(TransactionTest, CountsTheBytesItHolds) {
  EXPECT_EQ(transaction_->undo_bytes(), 0);
  const Savepoint mark = transaction_->Mark();
  Note(std::string(1000, 'x'));
  EXPECT_GE(transaction_->undo_bytes(), 1000);
  ASSERT_OK(transaction_->RollbackTo(mark));
  EXPECT_EQ(transaction_->undo_bytes(), 0);
}

TEST_F(TransactionTest, WorkersNoteConcurrently) {
  std::vector<std::unique_ptr<common::Thread>> workers;
  for (int i = 0; i < 4; ++i) {
    workers.push_back(common::RealEnv().StartThread("worker", [this] {
      for (int n = 0; n < 500; ++n) {
        Note("12345678");
      }
    }));
  }
  workers.clear();
  ASSERT_OK(transaction_->Rollback());
  EXPECT_EQ(events_.size(), 2000 * std::string("undo 12345678; ").size());
}

TEST(UndoTargets, FindsTheTargetsOfOpenFiles) {
  struct Ignore : UndoTarget {
    Status Undo(UndoKind /*kind*/, std::span<const std::byte> /*payload*/) override { return {}; }
  };
  Ignore a;
  Ignore b;
  UndoTargets targets;
  targets.Add(kOther, &b);
  targets.Add(kFile, &a);
  EXPECT_EQ(targets.Find(kFile), &a);
  EXPECT_EQ(targets.Find(kOther), &b);
  targets.Remove(kFile);
  EXPECT_EQ(targets.Find(kFile), nullptr);
  EXPECT_EQ(targets.Find(kOther), &b);
}

}  // namespace
}  // namespace redbase::tx
