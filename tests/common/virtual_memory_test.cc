#include "common/virtual_memory.h"

#include <gtest/gtest.h>

#include "tests/support/expect_status.h"

namespace redbase::common {
namespace {

constexpr size_t kPage = 4096;
constexpr std::byte kMark{0xAB};

class VirtualMemoryTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(memory_, VirtualMemory::Reserve(size_t{1} << 40)); }
  std::byte& At(size_t offset) { return memory_->data()[offset]; }

  std::unique_ptr<VirtualMemory> memory_;
};

TEST_F(VirtualMemoryTest, ReadsAsZerosEverywhere) {
  EXPECT_EQ(At(0), std::byte{0});
  EXPECT_EQ(At(memory_->size() - 1), std::byte{0});
}

TEST_F(VirtualMemoryTest, DiscardedBytesReadAsZerosAndOthersStay) {
  for (size_t page = 0; page < 4; ++page) {
    At(page * kPage) = kMark;
  }
  memory_->Discard(kPage, 2 * kPage);
  EXPECT_EQ(At(0), kMark);
  EXPECT_EQ(At(kPage), std::byte{0});
  EXPECT_EQ(At(2 * kPage), std::byte{0});
  EXPECT_EQ(At(3 * kPage), kMark);
  At(kPage) = kMark;
  EXPECT_EQ(At(kPage), kMark);
}

TEST_F(VirtualMemoryTest, PartsOfPagesAreKept) {
  At(0) = kMark;
  At(kPage) = kMark;
  memory_->Discard(1, 2 * kPage - 2);
  EXPECT_EQ(At(0), kMark);
  EXPECT_EQ(At(kPage), kMark);
}

TEST(VirtualMemory, TooMuchIsRefusedByNumber) {
  const auto memory = VirtualMemory::Reserve(size_t{1} << 60);
  EXPECT_CODE(Code::kNoMemory, memory);
  EXPECT_NE(memory.status().message().find("1152921504606846976 bytes"), std::string::npos);
}

}  // namespace
}  // namespace redbase::common
