#include "pf/page_op.h"

#include <gtest/gtest.h>

#include "pf/internal/page_ops.h"
#include "tests/support/expect_status.h"

namespace redbase::pf {
namespace {

Status Nothing(MutablePage /*page*/, std::span<const std::byte> /*payload*/) { return {}; }

TEST(PageOp, IsFoundByItsCodeOnceRegistered) {
  const PageOpCode code{0x0F10};
  EXPECT_EQ(FindPageOp(code), nullptr);
  RegisterPageOp({code, "test.nothing", Nothing});
  RegisterPageOp({code, "test.nothing", Nothing});
  ASSERT_NE(FindPageOp(code), nullptr);
  EXPECT_STREQ(FindPageOp(code)->name, "test.nothing");
}

TEST(PageOp, CodesBeyondAllRangesAreUnknown) { EXPECT_EQ(FindPageOp(PageOpCode{0xFFFF}), nullptr); }

TEST(PageOp, PayloadsThatDoNotFitThePageAreCorruption) {
  RegisterPfOps();
  std::vector<std::byte> page(kMinPageSize);
  std::vector<std::byte> payload(3);
  for (PageOpCode code : {kExtendFile, kTakeFree, kGiveFree, kFormatPage, kFreePage, kSeveralOps}) {
    EXPECT_CODE(Code::kCorruption, FindPageOp(code)->apply(page, payload));
  }
}

TEST(PageOp, SeveralOpsWithinSeveralOpsAreCorruption) {
  RegisterPfOps();
  std::vector<std::byte> page(kMinPageSize);
  std::string inner;
  AppendOp(kSeveralOps, {}, &inner);
  EXPECT_CODE(Code::kCorruption,
              FindPageOp(kSeveralOps)->apply(page, std::as_bytes(std::span(inner))));
}

}  // namespace
}  // namespace redbase::pf
