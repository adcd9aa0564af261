#include "pf/page_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <string>

#include "common/crc32c.h"
#include "tests/pf/page_fixture.h"

namespace redbase::pf {
namespace {

using ::testing::HasSubstr;

class PageFileTest : public PageTest {
 protected:
  // Changes one byte on the disk, behind the pool's back.
  void Corrupt(uint64_t offset, uint8_t mask = 0xFF) {
    ASSERT_OK(env_.CorruptByte(kPath, offset, mask));
  }
  // Writes page 0 anew with a changed header and a right checksum.
  void RewriteHeader(const std::function<void(FileHeader*)>& change) {
    std::string bytes = Disk().substr(0, 4096);
    const std::span<std::byte> page = std::as_writable_bytes(std::span(bytes));
    FileHeader header = ReadFileHeader(page);
    change(&header);
    StoreAs(page.data() + kPageHeaderSize, header);
    StoreAs(page.data(), common::Crc32c(page.subspan(4)));
    ASSERT_OK_AND_ASSIGN(auto file, env_.Open(kPath, common::OpenMode::kReadWrite));
    ASSERT_OK(file->Write(0, page));
  }
  std::string OpenError(PageFileIdentity identity = kIdentity) {
    auto opened = PageFile::Open(*pool_, kPath, identity);
    EXPECT_CODE(Code::kCorruption, opened);
    return opened.status().message();
  }
  void StartAndClose(uint32_t pages) {
    Start(pages);
    ASSERT_OK(file_->Close());
    file_.reset();
  }
};

// The bytes are a promise to files already on disk.  When this test fails, the
// format changed: raise kFileFormatVersion, and say so in docs/PF.md.
TEST_F(PageFileTest, BytesOnDisk) {
  Start(3);
  ASSERT_OK(Free(2));
  ASSERT_OK(file_->Close());
  const std::string bytes = Disk();
  ASSERT_EQ(bytes.size(), 3 * 4096);
  const std::array<uint8_t, 52> want = {
      0,   0,   0,   0,   3, 0, 0, 0, 0,    0,    0,    0,    7,    0,    0,    0,
      1,   0,   0,   0,                                                             // page header
      'R', 'B', 'P', 'F', 1, 0, 0, 0, 0,    0x10, 0,    0,    3,    0,    0,    0,  // file header
      2,   0,   0,   0,   1, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11};
  EXPECT_EQ(std::memcmp(bytes.data() + 4, want.data(), want.size()), 0);
  // A free page names the next one.
  EXPECT_EQ(bytes.substr(2 * 4096 + 20, 8), std::string("\0\0\0\0\xFF\xFF\xFF\xFF", 8));
}

TEST_F(PageFileTest, EveryPageSizeWorks) {
  for (size_t size = kMinPageSize; size <= kMaxPageSize; size *= 2) {
    Start(100, size, {size * 10, false});
    ExpectTexts(1, 100);
    Reopen();
    EXPECT_EQ(file_->page_size(), size);
    EXPECT_EQ(file_->page_count(), 100);
    ExpectTexts(1, 100, Access::kScan);
    ASSERT_OK(file_->Validate());
    ASSERT_OK(file_->Close());
    file_.reset();
    ASSERT_OK(env_.RemoveFile(kPath));
  }
}

TEST_F(PageFileTest, CreateRefusesAPathThatExists) {
  StartAndClose(3);
  const std::string before = Disk();
  EXPECT_CODE(Code::kAlreadyExists, PageFile::Create(*pool_, kPath, kIdentity, 4096));
  EXPECT_EQ(Disk(), before);
}

TEST_F(PageFileTest, CreateThatFailsLeavesNothing) {
  Start();
  env_.SetFaults({.fail_at = 0, .operations = common::FaultPlan::kWrite});
  EXPECT_CODE(Code::kIoError, PageFile::Create(*pool_, "/db/8.1", {FileId{8}, 1}, 4096));
  EXPECT_FALSE(env_.Exists("/db/8.1"));
}

TEST_F(PageFileTest, OpenOfNothingIsNotFound) {
  Start();
  EXPECT_CODE(Code::kNotFound, PageFile::Open(*pool_, "/db/8.1", kIdentity));
}

TEST_F(PageFileTest, OpenRefusesWhatIsNoPageFile) {
  StartAndClose(2);
  for (const std::string& content : {std::string(), std::string("id,name\n1,Ann\n"),
                                     std::string(10000, 'x'), std::string(4096, '\0')}) {
    ASSERT_OK(env_.RemoveFile(kPath));
    ASSERT_OK_AND_ASSIGN(auto file, env_.Open(kPath, common::OpenMode::kCreate));
    ASSERT_OK(file->Write(0, AsBytes(content)));
    EXPECT_EQ(OpenError(), "/db/7.1: not a RedBase file");
  }
}

TEST_F(PageFileTest, OpenRefusesANewerVersion) {
  StartAndClose(2);
  RewriteHeader([](FileHeader* header) { header->version = 2; });
  EXPECT_EQ(OpenError(), "/db/7.1: format version 2, this program reads up to 1");
}

TEST_F(PageFileTest, OpenRefusesAnotherFileOrDatabase) {
  StartAndClose(2);
  EXPECT_EQ(OpenError({FileId{8}, kIdentity.database_id}),
            "/db/7.1: page 0: belongs to file 7, not 8");
  EXPECT_THAT(OpenError({FileId{7}, 5}), HasSubstr("/db/7.1: page 0: belongs to database"));
}

TEST_F(PageFileTest, OpenRefusesAnImpossiblePageSize) {
  StartAndClose(2);
  RewriteHeader([](FileHeader* header) { header->page_size = 5000; });
  EXPECT_EQ(OpenError(), "/db/7.1: page 0: page size 5000");
}

TEST_F(PageFileTest, OpenRefusesAFileCutOffWithinItsHeader) {
  StartAndClose(2);
  ASSERT_OK_AND_ASSIGN(auto file, env_.Open(kPath, common::OpenMode::kReadWrite));
  ASSERT_OK(file->Truncate(512));
  EXPECT_EQ(OpenError(), "/db/7.1: page 0: short read, 512 of 4096 bytes");
}

TEST_F(PageFileTest, AnyFlippedByteOfAPageIsFound) {
  Start(4);
  ASSERT_OK(file_->Flush());
  for (uint32_t offset = 4096; offset < 4 * 4096; offset += 61) {
    ASSERT_OK(pool_->Clear());
    Corrupt(offset);
    const uint32_t page = offset / 4096;
    EXPECT_CODE(Code::kCorruption, file_->Read(PageNum{page}));
    EXPECT_EQ(Text(page), "/db/7.1: page " + std::to_string(page) + ": checksum mismatch");
    EXPECT_CODE(Code::kCorruption, file_->Validate());
    Corrupt(offset);
  }
  EXPECT_OK(file_->Validate());
}

TEST_F(PageFileTest, AnyFlippedByteOfTheHeaderIsFound) {
  StartAndClose(2);
  for (uint32_t offset = 0; offset < 4096; offset = offset < 80 ? offset + 1 : offset + 61) {
    Corrupt(offset);
    EXPECT_THAT(OpenError(), HasSubstr("/db/7.1: ")) << offset;
    Corrupt(offset);
  }
  EXPECT_OK(PageFile::Open(*pool_, kPath, kIdentity));
}

TEST_F(PageFileTest, AFileCutOffIsFound) {
  Start(4);
  ASSERT_OK(file_->Flush());
  ASSERT_OK(pool_->Clear());
  ASSERT_OK_AND_ASSIGN(auto file, env_.Open(kPath, common::OpenMode::kReadWrite));
  ASSERT_OK(file->Truncate(3 * 4096 + 512));
  EXPECT_EQ(Text(2, Access::kScan), "2");
  for (Access access : {Access::kRandom, Access::kScan}) {
    EXPECT_EQ(Text(3, access), "/db/7.1: page 3: short read, 512 of 4096 bytes");
  }
}

TEST_F(PageFileTest, AHoleIsFound) {
  Start(4);
  ASSERT_OK(file_->Flush());
  ASSERT_OK(pool_->Clear());
  ASSERT_OK_AND_ASSIGN(auto file, env_.Open(kPath, common::OpenMode::kReadWrite));
  ASSERT_OK(file->Write(2 * 4096, std::vector<std::byte>(4096)));
  EXPECT_EQ(Text(2), "/db/7.1: page 2: never written (all bytes are zero)");
}

TEST_F(PageFileTest, APageInAnothersPlaceIsFound) {
  Start(4);
  ASSERT_OK(file_->Flush());
  ASSERT_OK(pool_->Clear());
  const std::string third = Disk().substr(3 * 4096, 4096);
  ASSERT_OK_AND_ASSIGN(auto file, env_.Open(kPath, common::OpenMode::kReadWrite));
  ASSERT_OK(file->Write(2 * 4096, AsBytes(third)));
  EXPECT_EQ(Text(2), "/db/7.1: page 2: holds page 3 instead");
}

TEST_F(PageFileTest, PagesBeyondTheEndAreErrors) {
  Start(4);
  EXPECT_EQ(Text(4), "/db/7.1: page 4: beyond the end, the file has 4 pages");
  EXPECT_CODE(Code::kCorruption, file_->Read(kNoPage));
  EXPECT_CODE(Code::kCorruption, file_->Read(PageNum{1u << 20}, Access::kScan));
}

TEST_F(PageFileTest, ValidateFindsAPageInUseInTheFreeChain) {
  Start(6);
  ASSERT_OK(Free(3));
  ASSERT_OK(file_->Close());
  RewriteHeader([](FileHeader* header) { header->free_head = PageNum{2}; });
  ASSERT_OK_AND_ASSIGN(file_, PageFile::Open(*pool_, kPath, kIdentity));
  EXPECT_EQ(file_->Validate().message(), "/db/7.1: page 2: in the free chain, but in use");
}

TEST_F(PageFileTest, ValidateFindsAChainOfTheWrongLength) {
  Start(6);
  ASSERT_OK(Free(3));
  ASSERT_OK(Free(4));
  ASSERT_OK(file_->Close());
  RewriteHeader([](FileHeader* header) { header->free_count = 1; });
  ASSERT_OK_AND_ASSIGN(file_, PageFile::Open(*pool_, kPath, kIdentity));
  EXPECT_EQ(file_->Validate().message(), "/db/7.1: page 3: in the free chain after its 1 pages");
}

TEST_F(PageFileTest, AbandonWritesNothing) {
  Start(10);
  const std::string before = Disk();
  file_->Abandon();
  EXPECT_EQ(Disk(), before);
  EXPECT_TRUE(pool_->Frames().empty());
}

TEST_F(PageFileTest, TheDestructorWritesWhatIsDirty) {
  Start(10);
  file_.reset();
  ASSERT_OK_AND_ASSIGN(file_, PageFile::Open(*pool_, kPath, kIdentity));
  ExpectTexts(1, 10);
}

TEST_F(PageFileTest, AFailedSyncIsNeverRetried) {
  Start(10);
  env_.SetFaults({.fail_at = 0, .operations = common::FaultPlan::kSync});
  EXPECT_CODE(Code::kIoError, file_->Flush());
  EXPECT_CODE(Code::kIoError, file_->Flush());
  EXPECT_EQ(env_.matched(), 1);
  ExpectTexts(1, 10);
}

TEST_F(PageFileTest, FlushWritesNeighboursTogether) {
  Start(31);
  const uint64_t before = env_.CountOf(common::FaultPlan::kWrite);
  ASSERT_OK(file_->Flush());
  EXPECT_EQ(env_.CountOf(common::FaultPlan::kWrite) - before, 1);
  ASSERT_OK(file_->Flush());
  EXPECT_EQ(env_.CountOf(common::FaultPlan::kWrite) - before, 1);
}

TEST_F(PageFileTest, PeekFindsOnlyWhatIsInMemory) {
  if (!common::Latch::kOptimisticReads) {
    GTEST_SKIP() << "no optimistic reads in this build";
  }
  Start(4);
  OptimisticPage page = file_->Peek(PageNum{2});
  ASSERT_TRUE(page);
  EXPECT_EQ(TextOf(page.bytes()), "2");
  EXPECT_TRUE(page.Validate());
  ASSERT_OK(Put(2, "two"));
  EXPECT_FALSE(page.Validate());
  ASSERT_OK(file_->Flush());
  page = file_->Peek(PageNum{3});
  ASSERT_OK(pool_->Clear());
  EXPECT_FALSE(page.Validate());
  EXPECT_FALSE(file_->Peek(PageNum{3}));
  EXPECT_FALSE(file_->Peek(kNoPage));
}

TEST_F(PageFileTest, PinnedPagesMove) {
  Start(4);
  ASSERT_OK_AND_ASSIGN(PinnedPage a, file_->Read(PageNum{1}));
  ASSERT_OK_AND_ASSIGN(PinnedPage b, file_->Read(PageNum{2}));
  EXPECT_EQ(pool_->PinnedPages(), 2);
  a = std::move(b);
  EXPECT_EQ(pool_->PinnedPages(), 1);
  EXPECT_EQ(a.page_num(), PageNum{2});
  a.Release();
  EXPECT_FALSE(a);
}

TEST(PageFileOnRealDisk, KeepsItsPages) {
  common::Env& env = common::RealEnv();
  const std::string path =
      ::testing::TempDir() + "page_file_test." + std::to_string(env.RandomSeed());
  RegisterPageOp({kPut, "test.put", ApplyPut});
  NullLog log;
  BufferPool pool(env, log, {size_t{40} * 4096, true});
  ASSERT_OK_AND_ASSIGN(auto file, PageFile::Create(pool, path, {FileId{1}, 2}, 4096));
  for (uint32_t i = 1; i < 1000; ++i) {
    MiniTransaction change(pool);
    ASSERT_OK_AND_ASSIGN(const PageRef page, change.Allocate(*file, kTestKind));
    change.Apply(page, kPut, PutPayload(std::to_string(i)));
    change.Commit();
  }
  ASSERT_OK(file->Close());
  ASSERT_OK_AND_ASSIGN(file, PageFile::Open(pool, path, {FileId{1}, 2}));
  for (uint32_t i = 1; i < 1000; ++i) {
    ASSERT_OK_AND_ASSIGN(const PinnedPage page, file->Read(PageNum{i}, Access::kScan));
    EXPECT_EQ(TextOf(page.bytes()), std::to_string(i));
  }
  ASSERT_OK(file->Close());
  ASSERT_OK(env.RemoveFile(path));
}

}  // namespace
}  // namespace redbase::pf
