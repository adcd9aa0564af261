#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/pf/page_fixture.h"
#include "tests/pf/page_program.h"

namespace redbase::pf {
namespace {

// Changes a file under a log that keeps its records, and redoes them on others.
class RedoTest : public PageTest {
 protected:
  RedoTest() : seed_(std::random_device()()), program_(seed_) {
    pool_ = std::make_unique<BufferPool>(env_, records_, SmallPool());
  }
  void TearDown() override {
    file_.reset();
    PageTest::TearDown();
  }

  std::unique_ptr<PageFile> New(const std::string& path) {
    auto created = PageFile::Create(*pool_, path, kIdentity, 4096);
    EXPECT_OK(created);
    return std::move(created).value();
  }
  void ChangeOriginal(int times) {
    SCOPED_TRACE("seed " + std::to_string(seed_));
    for (int i = 0; i < times; ++i) {
      ASSERT_OK(program_.Change(*file_));
    }
  }
  Status Replay(PageFile& file) {
    return records_.Replay(
        [&](uint64_t sequence, const LogRecordHeader& header, std::span<const std::byte> payload) {
          return Redo(file, sequence, header, payload).status();
        });
  }

  const uint64_t seed_;
  MemoryLog records_;
  PageProgram program_;
};

TEST_F(RedoTest, AReplayIntoAnEmptyFileGivesTheSameBytes) {
  file_ = New(kPath);
  ChangeOriginal(500);
  auto copy = New("/db/copy");
  ASSERT_OK(Replay(*copy));
  EXPECT_EQ(copy->page_count(), file_->page_count());
  ASSERT_OK(file_->Flush());
  ASSERT_OK(copy->Flush());
  EXPECT_TRUE(Disk() == Disk("/db/copy")) << "seed " << seed_;
}

TEST_F(RedoTest, ASecondReplayChangesNothing) {
  file_ = New(kPath);
  ChangeOriginal(300);
  ASSERT_OK(file_->Flush());
  const std::string before = Disk();
  pool_->ResetStatistics();
  ASSERT_OK(Replay(*file_));
  ASSERT_OK(file_->Flush());
  EXPECT_EQ(pool_->statistics().write_page, 0);
  EXPECT_TRUE(Disk() == before) << "seed " << seed_;
}

// Pages reach the disk in any order; some never do.
TEST_F(RedoTest, AReplayRepairsWhatWasNotWritten) {
  file_ = New(kPath);
  ChangeOriginal(400);
  const std::string half = Disk();
  ASSERT_OK(file_->Flush());
  const std::string whole = Disk();
  ASSERT_FALSE(half == whole);
  file_->Abandon();
  ASSERT_OK_AND_ASSIGN(auto disk, env_.Open("/db/crashed", common::OpenMode::kCreate));
  ASSERT_OK(disk->Write(0, AsBytes(half)));
  ASSERT_OK_AND_ASSIGN(file_, PageFile::Open(*pool_, "/db/crashed", kIdentity));
  ASSERT_OK(Replay(*file_));
  ASSERT_OK(file_->Close());
  EXPECT_TRUE(Disk("/db/crashed") == whole) << "seed " << seed_;
}

TEST_F(RedoTest, RecordsOfUnknownKindAreCorruption) {
  file_ = New(kPath);
  const LogRecordHeader header{FileId{7}, PageNum{0}, PageOpCode{0x0FF0}, 0, 0};
  const Status status = Redo(*file_, 10, header, {}).status();
  EXPECT_CODE(Code::kCorruption, status);
  EXPECT_EQ(status.message(), "/db/7.1: page 0: log record of unknown kind 4080");
}

TEST_F(RedoTest, RecordsThatDoNotFitTheirPageAreCorruption) {
  file_ = New(kPath);
  const LogRecordHeader header{FileId{7}, PageNum{0}, kPut, 0, 0};
  EXPECT_EQ(Redo(*file_, 10, header, {}).status().message(),
            "/db/7.1: page 0: test.put without an offset");
}

}  // namespace
}  // namespace redbase::pf
