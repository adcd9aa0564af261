#include "pf/buffer_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/pf/page_fixture.h"

namespace redbase::pf {
namespace {

using ::testing::HasSubstr;

class BufferPoolTest : public PageTest {
 protected:
  static constexpr size_t kFrames = 40;

  // A file of `pages` pages of which none is in memory.
  void StartCold(uint32_t pages) {
    Start(pages);
    ASSERT_OK(file_->Flush());
    ASSERT_OK(pool_->Clear());
    pool_->ResetStatistics();
  }
  std::vector<PinnedPage> PinAll(uint32_t begin, uint32_t end) {
    std::vector<PinnedPage> pins;
    for (uint32_t i = begin; i < end; ++i) {
      auto page = file_->Read(PageNum{i});
      EXPECT_OK(page);
      if (page.ok()) {
        pins.push_back(std::move(page).value());
      }
    }
    return pins;
  }
  std::set<uint32_t> InMemory() {
    std::set<uint32_t> pages;
    for (const FrameInfo& frame : pool_->Frames()) {
      pages.insert(static_cast<uint32_t>(frame.page));
    }
    return pages;
  }
  size_t BytesInMemory() {
    size_t bytes = 0;
    for (const FrameInfo& frame : pool_->Frames()) {
      bytes += frame.page_size;
    }
    return bytes;
  }
};

TEST_F(BufferPoolTest, FilesMuchLargerThanThePoolWork) {
  Start(5000);
  EXPECT_LE(BytesInMemory(), pool_->budget_bytes());
  ExpectTexts(1, 5000);
  ExpectTexts(1, 5000, Access::kScan);
  for (uint32_t i = 1; i < 5000; ++i) {
    ASSERT_OK(Put(i, "again " + std::to_string(i)));
  }
  Reopen();
  for (uint32_t i = 1; i < 5000; ++i) {
    ASSERT_EQ(Text(i), "again " + std::to_string(i));
  }
  EXPECT_LE(BytesInMemory(), pool_->budget_bytes());
}

TEST_F(BufferPoolTest, PinnedPagesAreNeverEvicted) {
  Start(500);
  const std::vector<PinnedPage> pins = PinAll(1, 30);
  ExpectTexts(100, 500);
  for (const PinnedPage& page : pins) {
    EXPECT_EQ(TextOf(page.bytes()), std::to_string(static_cast<uint32_t>(page.page_num())));
  }
}

TEST_F(BufferPoolTest, WhenAllPagesArePinnedTheNextIsRefusedAndLaterFound) {
  StartCold(100);
  std::vector<PinnedPage> pins = PinAll(1, 1 + kFrames);
  EXPECT_CODE(Code::kNoMemory, file_->Read(PageNum{50}));
  EXPECT_EQ(Text(50),
            "buffer pool: no room for a page of /db/7.1: all pages within the 163840 bytes are in "
            "use");
  EXPECT_CODE(Code::kNoMemory, Add("one more").status());
  EXPECT_EQ(Text(3), "3");
  pins.pop_back();
  EXPECT_EQ(Text(50), "50");
}

TEST_F(BufferPoolTest, CountsAsPrintIoSays) {
  StartCold(10);
  ExpectTexts(1, 10);
  ExpectTexts(1, 10);
  ASSERT_OK(Put(1, "one"));
  ASSERT_OK(file_->Flush());
  const IoStatistics io = pool_->statistics();
  EXPECT_EQ(io.get_page, 19);
  EXPECT_EQ(io.page_found, 10);
  EXPECT_EQ(io.page_not_found, 9);
  EXPECT_EQ(io.read_page, 9);
  EXPECT_EQ(io.write_page, 1);
  EXPECT_EQ(io.flush_pages, 1);
  pool_->ResetStatistics();
  EXPECT_EQ(pool_->statistics().get_page, 0);
}

TEST_F(BufferPoolTest, FramesTellWhatIsInMemory) {
  StartCold(10);
  ASSERT_OK(Put(4, "four"));
  ASSERT_OK_AND_ASSIGN(const PinnedPage page, file_->Read(PageNum{5}));
  const std::vector<FrameInfo> frames = pool_->Frames();
  ASSERT_EQ(frames.size(), 2);
  for (const FrameInfo& frame : frames) {
    EXPECT_EQ(frame.file, kPath);
    EXPECT_EQ(frame.page_size, 4096);
    EXPECT_EQ(frame.dirty, frame.page == PageNum{4});
    EXPECT_EQ(frame.pins, frame.page == PageNum{5} ? 1U : 0U);
  }
}

TEST_F(BufferPoolTest, ClearWritesAndDropsAllButPinnedPages) {
  Start(20);
  {
    ASSERT_OK_AND_ASSIGN(const PinnedPage page, file_->Read(PageNum{5}));
    const Status status = pool_->Clear();
    EXPECT_CODE(Code::kUnavailable, status);
    EXPECT_EQ(status.message(), "buffer pool: 1 pages are in use");
    EXPECT_EQ(InMemory(), std::set<uint32_t>{5});
  }
  EXPECT_OK(pool_->Clear());
  EXPECT_TRUE(InMemory().empty());
  ExpectTexts(1, 20);
}

TEST_F(BufferPoolTest, ResizeShrinksAndGrows) {
  Start(200);
  ASSERT_OK(pool_->Resize(10 * 4096));
  EXPECT_LE(BytesInMemory(), 10 * 4096);
  ExpectTexts(1, 200);
  EXPECT_LE(BytesInMemory(), 10 * 4096);
  ASSERT_OK(pool_->Resize(100 * 4096));
  ExpectTexts(1, 200);
  EXPECT_EQ(BytesInMemory(), 100 * 4096);
  EXPECT_EQ(pool_->budget_bytes(), 100 * 4096);
}

TEST_F(BufferPoolTest, ResizeBelowThePinnedPagesChangesNothing) {
  Start(50);
  const std::vector<PinnedPage> pins = PinAll(1, 21);
  const Status status = pool_->Resize(10 * 4096);
  EXPECT_CODE(Code::kInvalidArgument, status);
  EXPECT_EQ(status.message(), "buffer pool: 40960 bytes are less than the 81920 of pages in use");
  EXPECT_EQ(pool_->budget_bytes(), kFrames * 4096);
  ExpectTexts(1, 50);
  EXPECT_OK(pool_->Resize(20 * 4096));
}

TEST_F(BufferPoolTest, ResizeThatCannotWriteChangesNothing) {
  Start(40);
  env_.SetFaults({.fail_at = 0, .operations = common::FaultPlan::kWrite, .for_ever = true});
  EXPECT_CODE(Code::kIoError, pool_->Resize(10 * 4096));
  EXPECT_EQ(pool_->budget_bytes(), kFrames * 4096);
  env_.SetFaults({});
  ExpectTexts(1, 40);
}

TEST_F(BufferPoolTest, ResizeBeyondAllBoundsIsRefused) {
  Start();
  EXPECT_CODE(Code::kInvalidArgument, pool_->Resize(size_t{1} << 60));
  EXPECT_EQ(pool_->budget_bytes(), kFrames * 4096);
}

TEST_F(BufferPoolTest, AScanLargerThanThePoolLeavesPagesInUseInMemory) {
  StartCold(1000);
  for (int round = 0; round < 3; ++round) {
    ExpectTexts(500, 520);
  }
  ExpectTexts(1, 400, Access::kScan);
  const std::set<uint32_t> in_memory = InMemory();
  for (uint32_t i = 500; i < 520; ++i) {
    EXPECT_TRUE(in_memory.contains(i)) << i;
  }
}

TEST_F(BufferPoolTest, ATableLargerThanThePoolFindsPartOfItselfWhenScannedAgain) {
  StartCold(60);
  for (int round = 0; round < 10; ++round) {
    pool_->ResetStatistics();
    ExpectTexts(1, 60, Access::kScan);
  }
  EXPECT_LT(pool_->statistics().read_page, 45);
}

TEST_F(BufferPoolTest, ScansTakeOverWhatNobodyUsesAnyMore) {
  StartCold(1000);
  ExpectTexts(500, 540);
  for (int round = 0; round < 40; ++round) {
    pool_->ResetStatistics();
    ExpectTexts(1, 30, Access::kScan);
  }
  EXPECT_LT(pool_->statistics().read_page, 15);
}

TEST_F(BufferPoolTest, ScansReadAheadAndOthersDoNot) {
  StartCold(100);
  EXPECT_EQ(Text(50), "50");
  EXPECT_EQ(pool_->statistics().read_page, 1);
  ASSERT_OK(pool_->Clear());
  ASSERT_OK(pool_->Resize(1000 * 4096));
  pool_->ResetStatistics();
  const uint64_t reads = env_.CountOf(common::FaultPlan::kRead);
  ExpectTexts(1, 100, Access::kScan);
  EXPECT_EQ(env_.CountOf(common::FaultPlan::kRead) - reads, 2);
  EXPECT_EQ(pool_->statistics().read_page, 99);
  EXPECT_EQ(pool_->statistics().page_not_found, 2);
}

TEST_F(BufferPoolTest, ReadAheadTakesAtMostAnEighthOfThePool) {
  StartCold(100);
  EXPECT_EQ(Text(1, Access::kScan), "1");
  EXPECT_EQ(InMemory(), (std::set<uint32_t>{1, 2, 3, 4, 5}));
}

TEST_F(BufferPoolTest, ADamagedPageInTheReadAheadHurtsOnlyItsOwnReader) {
  StartCold(20);
  ASSERT_OK(env_.CorruptByte(kPath, 3 * 4096 + 100, 1));
  ExpectTexts(1, 3, Access::kScan);
  EXPECT_EQ(Text(3, Access::kScan), "/db/7.1: page 3: checksum mismatch");
  ExpectTexts(4, 20, Access::kScan);
}

TEST_F(BufferPoolTest, MemoryMovesBetweenPagesOfAllSizes) {
  Start(200);
  for (size_t size = 8192; size <= kMaxPageSize; size *= 2) {
    const std::string path = "/db/" + std::to_string(size);
    ASSERT_OK_AND_ASSIGN(auto other, PageFile::Create(*pool_, path, {FileId{8}, 1}, size));
    file_.swap(other);
    for (uint32_t i = 1; i < 50; ++i) {
      ASSERT_OK(Add(std::to_string(i)));
    }
    EXPECT_LE(BytesInMemory(), pool_->budget_bytes());
    file_.swap(other);
    ExpectTexts(1, 200);
    EXPECT_LE(BytesInMemory(), pool_->budget_bytes());
    file_.swap(other);
    ExpectTexts(1, 50, Access::kScan);
    file_.swap(other);
    ASSERT_OK(other->Close());
  }
}

TEST_F(BufferPoolTest, MemoryFollowsDemand) {
  Start(1000);
  ASSERT_OK_AND_ASSIGN(auto other, PageFile::Create(*pool_, "/db/8", {FileId{8}, 1}, 8192));
  file_.swap(other);
  for (uint32_t i = 1; i < 500; ++i) {
    ASSERT_OK(Add(std::to_string(i)));
  }
  size_t large = 0;
  for (const FrameInfo& frame : pool_->Frames()) {
    large += frame.page_size == 8192 ? 8192 : 0;
  }
  EXPECT_GT(large, pool_->budget_bytes() / 2);
  ASSERT_OK(other->Close());
}

TEST_F(BufferPoolTest, APageLargerThanThePoolIsRefused) {
  Start();
  ASSERT_OK_AND_ASSIGN(auto other, PageFile::Create(*pool_, "/db/8", {FileId{8}, 1}, 65536));
  ASSERT_OK(pool_->Resize(40000));
  file_.swap(other);
  EXPECT_CODE(Code::kNoMemory, Add("x").status());
}

TEST_F(BufferPoolTest, TheBackgroundWriterWritesWhenMuchIsDirty) {
  Start(1, 4096, {size_t{400} * 4096, true});
  for (uint32_t i = 1; i < 350; ++i) {
    ASSERT_OK(Add(std::to_string(i)));
  }
  // Evictions have not happened yet: whatever is written, the writer writes.
  while (pool_->statistics().write_page < 100) {
    ASSERT_OK(Put(1, "1"));
  }
  ExpectTexts(1, 350);
  Reopen();
  ExpectTexts(1, 350);
}

TEST_F(BufferPoolTest, WhatTheBackgroundWriterCannotWriteIsNotLost) {
  Start(1, 4096, {size_t{400} * 4096, true});
  env_.SetFaults({.fail_at = 0, .operations = common::FaultPlan::kWrite, .for_ever = true});
  for (uint32_t i = 1; i < 350; ++i) {
    ASSERT_OK(Add(std::to_string(i)));
  }
  while (env_.faults() == 0) {
    ASSERT_OK(Put(1, "1"));
  }
  EXPECT_CODE(Code::kIoError, file_->Flush());
  env_.SetFaults({});
  Reopen();
  ExpectTexts(1, 350);
}

TEST_F(BufferPoolTest, ReservesNoMemoryUntilItIsUsed) {
  Start(2, 4096, {size_t{8} << 30, false});
  EXPECT_EQ(Text(1), "1");
  EXPECT_EQ(BytesInMemory(), 2 * 4096);
}

// A log that notes up to which sequence it was made durable.
class DurableLog : public MemoryLog {
 public:
  Status MakeDurable(uint64_t sequence) override {
    durable = std::max(durable, sequence);
    return fail ? Status(Code::kIoError, "log: no space left") : Status();
  }
  uint64_t durable = 0;
  bool fail = false;
};

TEST_F(BufferPoolTest, TheLogIsDurableBeforeAPageIsWritten) {
  DurableLog log;
  BufferPool pool(env_, log, SmallPool());
  ASSERT_OK_AND_ASSIGN(auto file, PageFile::Create(pool, kPath, kIdentity, 4096));
  MiniTransaction change(pool);
  ASSERT_OK(change.Allocate(*file, kTestKind));
  EXPECT_EQ(change.Commit(), 1);
  EXPECT_EQ(log.durable, 0);
  log.fail = true;
  EXPECT_THAT(file->Flush().message(), HasSubstr("log: no space left"));
  EXPECT_EQ(env_.Stat(kPath)->size, 4096);
  log.fail = false;
  ASSERT_OK(file->Flush());
  EXPECT_EQ(log.durable, 1);
  ASSERT_OK(file->Close());
}

}  // namespace
}  // namespace redbase::pf
