#include "pf/page.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace redbase::pf {
namespace {

// The bytes are a promise to files already on disk.  When this test fails, the
// format changed: raise kFileFormatVersion, and say so in docs/PF.md.
TEST(Page, BytesOnDisk) {
  const PageHeader header{0x04030201,         PageNum{0x14131211}, 0x2827262524232221,
                          FileId{0x34333231}, PageKind{0x4241},    0x5251};
  std::array<std::byte, kMinPageSize> page{};
  WritePageHeader(page, header);
  const std::array<uint8_t, 25> want = {0x01, 0x02, 0x03, 0x04, 0x11, 0x12, 0x13, 0x14, 0x21,
                                        0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x31, 0x32,
                                        0x33, 0x34, 0x41, 0x42, 0x51, 0x52, 0x00};
  EXPECT_EQ(std::memcmp(page.data(), want.data(), want.size()), 0);
  EXPECT_EQ(ReadPageHeader(page).sequence, header.sequence);
  EXPECT_EQ(ReadPageHeader(page).flags, header.flags);
}

TEST(Page, SizesArePowersOfTwoFrom4To64KiB) {
  for (uint64_t size : {4096, 8192, 16384, 32768, 65536}) {
    EXPECT_TRUE(IsPageSize(size)) << size;
  }
  for (uint64_t size : {0, 1, 2048, 4095, 4097, 12288, 131072}) {
    EXPECT_FALSE(IsPageSize(size)) << size;
  }
}

}  // namespace
}  // namespace redbase::pf
