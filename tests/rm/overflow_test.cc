#include "rm/internal/overflow.h"

#include "pf/mini_transaction.h"
#include "rm/internal/page_ops.h"
#include "tests/rm/record_fixture.h"

namespace redbase::rm {
namespace {

class OverflowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RegisterRecordPageOps();
    auto made = pf::PageFile::Create(pool_, "/o", {pf::FileId{1}, 1}, 4096);
    ASSERT_OK(made);
    file_ = std::move(*made);
  }
  void TearDown() override {
    EXPECT_EQ(pool_.PinnedPages(), 0U);
    EXPECT_OK(file_->Close());
  }
  LongReference Write(const std::string& value) {
    const auto written =
        WriteOverflow(*file_, value, [this](PageNum page) { noted_.push_back(page); });
    EXPECT_OK(written);
    return written->reference;
  }

  common::SimEnv env_;
  pf::NullLog log_;
  pf::BufferPool pool_{env_, log_, {40 * 4096, false}};
  std::unique_ptr<pf::PageFile> file_;
  std::vector<PageNum> noted_;
};

// When this fails, the format changed.
TEST_F(OverflowTest, BytesOnDisk) {
  const LongReference reference = Write("a value");
  auto page = file_->Read(reference.first);
  ASSERT_OK(page);
  const std::string want("RBOV\7\0\0\0\xFF\xFF\xFF\xFF\0\0\0\0a value\0", 24);
  EXPECT_EQ(AsChars(page->bytes().subspan(24, 24)), want);
}

TEST_F(OverflowTest, AnyLengthComesBack) {
  const size_t per_page = 4096 - kOverflowDataAt;
  for (const size_t length : {size_t{1}, per_page, per_page + 1, 3 * per_page, size_t{200000}}) {
    std::string value(length, 'v');
    value.back() = 'e';
    noted_.clear();
    const LongReference reference = Write(value);
    std::string read;
    ASSERT_OK(ReadOverflow(*file_, reference, &read));
    EXPECT_TRUE(read == value);
    EXPECT_EQ(noted_.size(), (length + per_page - 1) / per_page);
  }
}

TEST_F(OverflowTest, AFreedPageIsNoPartOfAValue) {
  const LongReference reference = Write(std::string(9000, 'v'));
  ASSERT_OK(FreeOverflowPage(*file_, noted_.front()));
  ASSERT_OK(FreeOverflowPage(*file_, noted_.front()));
  std::string read;
  const Status status = ReadOverflow(*file_, reference, &read);
  EXPECT_CODE(Code::kCorruption, status);
  EXPECT_EQ(status.message(), "/o: page 1: is no part of the long value that names it");
}

}  // namespace
}  // namespace redbase::rm
