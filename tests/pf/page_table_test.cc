#include "pf/internal/page_table.h"

#include <gtest/gtest.h>

#include <map>

namespace redbase::pf {
namespace {

TEST(PageTable, KnowsNothingAtFirst) {
  const PageTable table;
  for (uint32_t page : {0U, 255U, 256U, 100000U, 0xFFFFFFFEU, 0xFFFFFFFFU}) {
    EXPECT_EQ(table.Find(PageNum{page}), 0);
  }
}

TEST(PageTable, FindsWhatWasSetAroundEveryChunkBorder) {
  PageTable table;
  std::map<uint32_t, FrameIndex> model;
  for (uint32_t border = 256; border <= 1U << 20; border *= 2) {
    for (uint32_t page = border - 2; page < border + 2; ++page) {
      model[page] = page + 7;
      table.Set(PageNum{page}, page + 7);
    }
  }
  for (const auto& [page, frame] : model) {
    EXPECT_EQ(table.Find(PageNum{page}), frame) << page;
  }
  table.Set(PageNum{256}, 0);
  EXPECT_EQ(table.Find(PageNum{256}), 0);
  EXPECT_EQ(table.Find(PageNum{257}), 264);
}

}  // namespace
}  // namespace redbase::pf
