// Undo records of long transactions, which are read from the log.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/sim_env.h"
#include "tests/support/expect_status.h"
#include "tests/tx/new_log.h"
#include "tx/transaction.h"

namespace redbase::tx {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr pf::FileId kFile{7};
constexpr UndoKind kErase{0x0101};
constexpr size_t kMemory = 2000;
constexpr size_t kMany = 500;  // records: many times what fits

// Notes what is undone, and what a keeper of versions is told.
class UndoSpillTest : public ::testing::Test, protected UndoTarget {
 protected:
  class Keeper : public VersionKeeper {
   public:
    void Forget(const TransactionState& /*transaction*/) override { forgotten = true; }
    void Spill(const TransactionState& /*transaction*/, const SpilledUndo& undo) override {
      spilled_before = undo.before;
    }
    bool forgotten = false;
    uint64_t spilled_before = 0;
  };

  UndoSpillTest() {
    log_->undo_targets().Add(kFile, this);
    transaction_ = std::make_unique<Transaction>(*log_);
  }
  Status Undo(UndoKind kind, std::span<const std::byte> payload) override {
    EXPECT_EQ(kind, kErase);
    undone_.emplace_back(AsChars(payload));
    return {};
  }
  UndoNote Note(size_t number) {
    return transaction_->NoteUndo(kFile, kErase, AsBytes(Text(number)));
  }
  void NoteMany(size_t first, size_t last) {
    for (size_t i = first; i < last; ++i) {
      Note(i);
      ASSERT_LE(transaction_->undo_bytes(), kMemory);
    }
  }
  static std::string Text(size_t number) { return "record " + std::to_string(number); }
  // Downwards from before `last` to `first`.
  static std::vector<std::string> Texts(size_t first, size_t last) {
    std::vector<std::string> texts;
    for (size_t i = last; i > first; --i) {
      texts.push_back(Text(i - 1));
    }
    return texts;
  }

  common::SimEnv env_;
  const std::unique_ptr<TransactionLog> log_ = NewLog(env_, "/db", kMemory);
  std::vector<std::string> undone_;
  // Rolls back as it goes, which adds to `undone_`.
  std::unique_ptr<Transaction> transaction_;
};

TEST_F(UndoSpillTest, ALongTransactionIsTakenBackWithinItsMemory) {
  NoteMany(0, kMany);
  ASSERT_OK(transaction_->Rollback());
  EXPECT_EQ(undone_, Texts(0, kMany));
}

TEST_F(UndoSpillTest, SavepointsLieAnywhere) {
  NoteMany(0, 100);
  const Savepoint early = transaction_->Mark();
  NoteMany(100, kMany);
  const Savepoint late = transaction_->Mark();
  NoteMany(kMany, kMany + 2);
  ASSERT_OK(transaction_->RollbackTo(late));
  EXPECT_EQ(undone_, Texts(kMany, kMany + 2));
  undone_.clear();
  ASSERT_OK(transaction_->RollbackTo(late));
  EXPECT_THAT(undone_, IsEmpty());
  ASSERT_OK(transaction_->RollbackTo(early));
  EXPECT_EQ(undone_, Texts(100, kMany));
  undone_.clear();
  ASSERT_OK(transaction_->RollbackTo(early));
  EXPECT_THAT(undone_, IsEmpty());
  // What is noted from here on follows what was left.
  NoteMany(2000, 2000 + kMany);
  ASSERT_OK(transaction_->Rollback());
  std::vector<std::string> want = Texts(2000, 2000 + kMany);
  const std::vector<std::string> first = Texts(0, 100);
  want.insert(want.end(), first.begin(), first.end());
  EXPECT_EQ(undone_, want);
}

TEST_F(UndoSpillTest, KeepersOfVersionsAreToldAndReadTheLog) {
  const auto keeper = std::make_shared<Keeper>();
  const uint64_t first = Note(0).sequence;
  transaction_->state().Keep(keeper);
  NoteMany(1, kMany);
  EXPECT_GT(keeper->spilled_before, first);
  const auto read = log_->ReadUndo(first);
  ASSERT_OK(read);
  EXPECT_EQ(AsChars(read->entry().payload), Text(0));
}

// As long as somebody may read it, checkpoints keep it; not longer.
TEST_F(UndoSpillTest, TheLogIsKeptUntilTheVersionsAreForgotten) {
  const auto keeper = std::make_shared<Keeper>();
  const auto checkpoint = [this] { ASSERT_OK(log_->Checkpoint([] { return Status(); })); };
  auto reader = std::make_unique<Snapshot>(log_->oracle().Take());
  const uint64_t first = Note(0).sequence;
  transaction_->state().Keep(keeper);
  NoteMany(1, kMany);
  ASSERT_OK(transaction_->Commit());
  // Long enough for segments to be given back.
  const std::string other(100000, 'x');
  for (int i = 0; i < 20; ++i) {
    Transaction next(*log_);
    next.NoteUndo(kFile, kErase, AsBytes(other));
    ASSERT_OK(next.Commit());
  }
  checkpoint();
  ASSERT_OK(log_->ReadUndo(first));
  EXPECT_FALSE(keeper->forgotten);
  reader = nullptr;
  EXPECT_TRUE(keeper->forgotten);
  checkpoint();
  EXPECT_FALSE(log_->ReadUndo(first).ok());
}

// Nothing is passed over: the next open takes back what is left.
TEST_F(UndoSpillTest, WhatCannotBeReadIsLeftToRecovery) {
  NoteMany(0, kMany);
  ASSERT_OK(log_->MakeDurable());  // what is not written yet needs no reading
  env_.SetFaults({.fail_at = 0, .operations = common::FaultPlan::kRead, .for_ever = true});
  EXPECT_THAT(transaction_->Rollback().message(), HasSubstr("Input/output error"));
  env_.SetFaults({});
  EXPECT_TRUE(transaction_->state().abandoned());
  EXPECT_LT(undone_.size(), kMany);
  EXPECT_EQ(undone_, Texts(kMany - undone_.size(), kMany));
}

TEST_F(UndoSpillTest, OnlyAnUndoRecordIsRead) {
  const uint64_t first = Note(0).sequence;
  const uint64_t second = Note(1).sequence;
  ASSERT_OK(log_->ReadUndo(second));
  EXPECT_EQ(log_->ReadUndo(second + 8).status().code(), Code::kCorruption);
  EXPECT_EQ(log_->ReadUndo(first, TransactionId{77}).status().code(), Code::kCorruption);
  ASSERT_OK(transaction_->Commit());
  EXPECT_THAT(log_->ReadUndo(log_->log().end()).status().message(), HasSubstr("no group"));
}

}  // namespace
}  // namespace redbase::tx
