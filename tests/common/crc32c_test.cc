#include "common/crc32c.h"

#include <gtest/gtest.h>

#include <string>

#include "common/bytes.h"

namespace redbase::common {
namespace {

std::string Repeated(char c) { return std::string(32, c); }

// RFC 3720, appendix B.4.
TEST(Crc32c, VectorsOfRfc3720) {
  EXPECT_EQ(Crc32c(AsBytes(Repeated('\0'))), 0x8A9136AAU);
  EXPECT_EQ(Crc32c(AsBytes(Repeated('\xFF'))), 0x62A8AB43U);
  std::string ascending;
  for (char c = 0; c < 32; ++c) {
    ascending += c;
  }
  EXPECT_EQ(Crc32c(AsBytes(ascending)), 0x46DD794EU);
  EXPECT_EQ(Crc32c(AsBytes(std::string(ascending.rbegin(), ascending.rend()))), 0x113FDB5CU);
}

TEST(Crc32c, CheckValueOfTheDigits) { EXPECT_EQ(Crc32c(AsBytes("123456789")), 0xE3069283U); }

TEST(Crc32c, OfNothingIsZero) { EXPECT_EQ(Crc32c({}), 0U); }

TEST(Crc32c, ExtendsOverParts) {
  const std::string text = "the quick brown fox jumps over the lazy dog";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view view = text;
    EXPECT_EQ(ExtendCrc32c(Crc32c(AsBytes(view.substr(0, cut))), AsBytes(view.substr(cut))),
              Crc32c(AsBytes(text)));
  }
}

}  // namespace
}  // namespace redbase::common
