#include "pf/mini_transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/pf/page_fixture.h"

namespace redbase::pf {
namespace {

class MiniTransactionTest : public PageTest {
 protected:
  uint64_t SequenceOf(uint32_t number) {
    auto page = file_->Read(PageNum{number});
    EXPECT_OK(page);
    return ReadPageHeader(page->bytes()).sequence;
  }
  FileHeader Header() {
    auto page = file_->Read(PageNum{0});
    EXPECT_OK(page);
    return ReadFileHeader(page->bytes());
  }
};

TEST_F(MiniTransactionTest, ChangesAllItsPagesUnderOneSequence) {
  Start(5);
  MiniTransaction change(*pool_);
  ASSERT_OK_AND_ASSIGN(const PageRef a, change.Write(*file_, PageNum{1}));
  ASSERT_OK_AND_ASSIGN(const PageRef b, change.Write(*file_, PageNum{2}));
  change.Apply(a, kPut, PutPayload("left"));
  change.Apply(b, kPut, PutPayload("right"));
  EXPECT_EQ(TextOf(change.bytes(b)), "right");
  const uint64_t sequence = change.Commit();
  EXPECT_EQ(Text(1) + " " + Text(2), "left right");
  EXPECT_EQ(SequenceOf(1), sequence);
  EXPECT_EQ(SequenceOf(2), sequence);
  EXPECT_LT(SequenceOf(3), sequence);
}

TEST_F(MiniTransactionTest, DroppedWhileGatheringItLeavesNoTrace) {
  Start(5);
  ASSERT_OK(Free(4));
  ASSERT_OK(file_->Flush());
  const std::string before = Disk();
  {
    MiniTransaction change(*pool_);
    ASSERT_OK_AND_ASSIGN(const PageRef page, change.Write(*file_, PageNum{1}));
    ASSERT_OK(change.Allocate(*file_, kTestKind));
    ASSERT_OK(change.Allocate(*file_, kTestKind));
    ASSERT_OK(change.Allocate(*file_, kTestKind));
    ASSERT_OK(change.Free(page));
  }
  EXPECT_EQ(file_->page_count(), 5);
  EXPECT_EQ(pool_->PinnedPages(), 0);
  ASSERT_OK(file_->Flush());
  EXPECT_EQ(Disk(), before);
  ASSERT_OK(file_->Validate());
  EXPECT_EQ(*Add("x"), PageNum{4});
  EXPECT_EQ(*Add("y"), PageNum{5});
}

TEST_F(MiniTransactionTest, WithoutChangesItHasNoSequence) {
  Start(5);
  MiniTransaction change(*pool_);
  ASSERT_OK(change.Write(*file_, PageNum{1}));
  EXPECT_EQ(change.Commit(), 0);
  ASSERT_OK(file_->Flush());
  EXPECT_EQ(Text(1), "1");
}

TEST_F(MiniTransactionTest, TheSamePageGivesTheSameRef) {
  Start(5);
  MiniTransaction change(*pool_);
  ASSERT_OK_AND_ASSIGN(const PageRef a, change.Write(*file_, PageNum{1}));
  ASSERT_OK_AND_ASSIGN(const PageRef b, change.Write(*file_, PageNum{2}));
  ASSERT_OK_AND_ASSIGN(const PageRef again, change.Write(*file_, PageNum{1}));
  EXPECT_EQ(a, again);
  EXPECT_NE(a, b);
  EXPECT_EQ(change.page_num(b), PageNum{2});
}

TEST_F(MiniTransactionTest, HoldsAsManyPagesAsThePoolHas) {
  Start(100);
  MiniTransaction change(*pool_);
  for (uint32_t i = 1; i <= 40; ++i) {
    ASSERT_OK_AND_ASSIGN(const PageRef page, change.Write(*file_, PageNum{i}));
    EXPECT_EQ(change.page_num(page), PageNum{i});
  }
  EXPECT_CODE(Code::kNoMemory, change.Write(*file_, PageNum{50}));
  for (uint32_t i = 0; i < 40; ++i) {
    change.Apply(PageRef{i}, kPut, PutPayload("held " + std::to_string(i)));
  }
  EXPECT_NE(change.Commit(), 0);
  EXPECT_EQ(Text(40), "held 39");
}

TEST_F(MiniTransactionTest, UnlatchedPagesAreFreeForOthers) {
  Start(20);
  MiniTransaction change(*pool_);
  for (uint32_t i = 1; i <= 12; ++i) {
    ASSERT_OK(change.Write(*file_, PageNum{i}));
  }
  change.Unlatch(PageRef{2});
  EXPECT_EQ(Text(3), "3");
  change.Unlatch(PageRef{11});
  EXPECT_EQ(Text(12), "12");
  ASSERT_OK_AND_ASSIGN(const PageRef again, change.Write(*file_, PageNum{3}));
  change.Apply(again, kPut, PutPayload("three"));
  change.Commit();
  EXPECT_EQ(Text(3), "three");
  EXPECT_EQ(Text(11), "11");
}

TEST_F(MiniTransactionTest, AfterCommitItCanBeginAgain) {
  Start(5);
  MiniTransaction change(*pool_);
  for (const char* text : {"first", "second"}) {
    ASSERT_OK_AND_ASSIGN(const PageRef page, change.Write(*file_, PageNum{1}));
    change.Apply(page, kPut, PutPayload(text));
    ASSERT_NE(change.Commit(), 0);
    EXPECT_EQ(Text(1), text);
  }
}

TEST_F(MiniTransactionTest, AllocatedPagesAreEmptyAndOfTheirKind) {
  Start(3);
  ASSERT_OK(Free(2));
  for (uint32_t want : {2, 3}) {
    MiniTransaction change(*pool_);
    ASSERT_OK_AND_ASSIGN(const PageRef page, change.Allocate(*file_, kTestKind));
    EXPECT_EQ(change.page_num(page), PageNum{want});
    change.Commit();
    ASSERT_OK_AND_ASSIGN(const PinnedPage read, file_->Read(PageNum{want}));
    const PageHeader header = ReadPageHeader(read.bytes());
    EXPECT_EQ(header.kind, kTestKind);
    EXPECT_EQ(header.page_num, PageNum{want});
    EXPECT_EQ(header.file_id, file_->id());
    const PageView rest = read.bytes().subspan(kPageHeaderSize);
    EXPECT_TRUE(
        std::all_of(rest.begin(), rest.end(), [](std::byte b) { return b == std::byte{}; }));
  }
}

TEST_F(MiniTransactionTest, PagesGivenBackAreHandedOutFirstNewestFirst) {
  Start(6);
  ASSERT_OK(Free(2));
  ASSERT_OK(Free(4));
  EXPECT_EQ(Header().free_count, 2);
  MiniTransaction change(*pool_);
  std::vector<uint32_t> got;
  for (int i = 0; i < 4; ++i) {
    ASSERT_OK_AND_ASSIGN(const PageRef page, change.Allocate(*file_, kTestKind));
    got.push_back(static_cast<uint32_t>(change.page_num(page)));
  }
  change.Commit();
  EXPECT_EQ(got, (std::vector<uint32_t>{4, 2, 6, 7}));
  EXPECT_EQ(Header().free_count, 0);
  EXPECT_EQ(file_->page_count(), 8);
  EXPECT_OK(file_->Validate());
}

TEST_F(MiniTransactionTest, SeveralPagesAreGivenBackAtOnce) {
  Start(6);
  MiniTransaction change(*pool_);
  for (uint32_t i = 1; i < 6; ++i) {
    ASSERT_OK_AND_ASSIGN(const PageRef page, change.Write(*file_, PageNum{i}));
    ASSERT_OK(change.Free(page));
  }
  change.Apply(PageRef{0}, kPut, PutPayload("last words"));
  change.Commit();
  EXPECT_EQ(Header().free_count, 5);
  EXPECT_EQ(Header().free_head, PageNum{5});
  EXPECT_EQ(Text(1), std::string("\xFF\xFF\xFF\xFF"));
  EXPECT_OK(file_->Validate());
}

TEST_F(MiniTransactionTest, APageMayBeAllocatedAndGivenBackAtOnce) {
  Start(2);
  MiniTransaction change(*pool_);
  ASSERT_OK_AND_ASSIGN(const PageRef page, change.Allocate(*file_, kTestKind));
  ASSERT_OK(change.Free(page));
  change.Commit();
  EXPECT_EQ(Header().free_head, PageNum{2});
  EXPECT_OK(file_->Validate());
}

TEST_F(MiniTransactionTest, ADamagedFreeChainIsAnErrorAndNoPage) {
  Start(6);
  ASSERT_OK(Free(2));
  ASSERT_OK(Free(4));
  // Page 4 names itself as the next free one, then a page in use.
  for (const std::string& next : {std::string("\4\0\0\0", 4), std::string("\3\0\0\0", 4)}) {
    {
      MiniTransaction change(*pool_);
      ASSERT_OK_AND_ASSIGN(const PageRef page, change.Write(*file_, PageNum{4}));
      change.Apply(page, kPut, PutPayload(next));
      change.Commit();
    }
    MiniTransaction change(*pool_);
    ASSERT_OK(change.Allocate(*file_, kTestKind));
    const auto second = change.Allocate(*file_, kTestKind);
    EXPECT_CODE(Code::kCorruption, second);
    EXPECT_THAT(second.status().message(), ::testing::HasSubstr("in the free chain, but in use"));
  }
}

TEST_F(MiniTransactionTest, WriteIfUnchangedTakesThePageOnlyAsItWasSeen) {
  if (!common::Latch::kOptimisticReads) {
    GTEST_SKIP() << "no optimistic reads in this build";
  }
  Start(5);
  const OptimisticPage seen = file_->Peek(PageNum{2});
  {
    MiniTransaction change(*pool_);
    ASSERT_OK_AND_ASSIGN(const auto page, change.WriteIfUnchanged(*file_, PageNum{2}, seen));
    ASSERT_TRUE(page.has_value());
    change.Apply(*page, kPut, PutPayload("two"));
    change.Commit();
  }
  EXPECT_EQ(Text(2), "two");
  MiniTransaction change(*pool_);
  ASSERT_OK_AND_ASSIGN(const auto page, change.WriteIfUnchanged(*file_, PageNum{2}, seen));
  EXPECT_FALSE(page.has_value());
}

TEST_F(MiniTransactionTest, WriteIfUnchangedGivesWayToReaders) {
  if (!common::Latch::kOptimisticReads) {
    GTEST_SKIP() << "no optimistic reads in this build";
  }
  Start(5);
  const OptimisticPage seen = file_->Peek(PageNum{2});
  MiniTransaction change(*pool_);
  {
    ASSERT_OK_AND_ASSIGN(const PinnedPage reader, file_->Read(PageNum{2}));
    ASSERT_OK_AND_ASSIGN(const auto page, change.WriteIfUnchanged(*file_, PageNum{2}, seen));
    EXPECT_FALSE(page.has_value());
    EXPECT_EQ(pool_->PinnedPages(), 1);
  }
  ASSERT_OK_AND_ASSIGN(const auto page, change.WriteIfUnchanged(*file_, PageNum{2}, seen));
  EXPECT_TRUE(page.has_value());
}

TEST_F(MiniTransactionTest, WriteIfUnchangedKnowsAPageThatWasAway) {
  if (!common::Latch::kOptimisticReads) {
    GTEST_SKIP() << "no optimistic reads in this build";
  }
  Start(5);
  const OptimisticPage seen = file_->Peek(PageNum{2});
  ASSERT_OK(pool_->Clear());
  MiniTransaction change(*pool_);
  ASSERT_OK_AND_ASSIGN(auto page, change.WriteIfUnchanged(*file_, PageNum{2}, seen));
  EXPECT_FALSE(page.has_value());
  EXPECT_EQ(Text(2), "2");
  ASSERT_OK_AND_ASSIGN(page, change.WriteIfUnchanged(*file_, PageNum{2}, seen));
  EXPECT_FALSE(page.has_value());
  ASSERT_OK_AND_ASSIGN(page, change.WriteIfUnchanged(*file_, PageNum{3}, OptimisticPage()));
  EXPECT_FALSE(page.has_value());
}

TEST_F(MiniTransactionTest, SequencesGoOnAfterReopening) {
  Start(5);
  const uint64_t before = SequenceOf(4);
  ASSERT_OK(file_->Close());
  file_.reset();
  pool_.reset();
  NullLog log;
  BufferPool pool(env_, log, SmallPool());
  ASSERT_OK_AND_ASSIGN(auto file, PageFile::Open(pool, kPath, kIdentity));
  MiniTransaction change(pool);
  ASSERT_OK_AND_ASSIGN(const PageRef page, change.Write(*file, PageNum{4}));
  change.Apply(page, kPut, PutPayload("four"));
  EXPECT_GT(change.Commit(), before);
  ASSERT_OK(file->Close());
}

using MiniTransactionDeathTest = MiniTransactionTest;

TEST_F(MiniTransactionDeathTest, AnOperationThatFailsHalfWayEndsTheProcess) {
  Start(3);
  const auto misuse = [this] {
    MiniTransaction change(*pool_);
    auto page = change.Write(*file_, PageNum{1});
    change.Apply(*page, kPut, "");
  };
  EXPECT_DEATH(misuse(), "page operation test.put: test.put without an offset");
}

TEST_F(MiniTransactionDeathTest, AnUnknownOperationEndsTheProcess) {
  Start(3);
  const auto misuse = [this] {
    MiniTransaction change(*pool_);
    auto page = change.Write(*file_, PageNum{1});
    change.Apply(*page, PageOpCode{0x0FFF}, "");
  };
  EXPECT_DEATH(misuse(), "code 4095 is not registered");
}

}  // namespace
}  // namespace redbase::pf
