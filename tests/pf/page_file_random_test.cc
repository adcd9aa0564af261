#include <gtest/gtest.h>

#include <random>

#include "tests/pf/page_fixture.h"
#include "tests/pf/page_program.h"

namespace redbase::pf {
namespace {

class PageFileRandomTest : public PageTest {
 protected:
  void Run(uint64_t seed, size_t page_size, size_t frames, int rounds) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", page size " + std::to_string(page_size));
    Start(1, page_size, {frames * page_size, false});
    PageProgram program(seed);
    for (int i = 0; i < rounds; ++i) {
      ASSERT_OK(program.Change(*file_));
      ASSERT_OK(program.ReadOne(*file_));
      if (program.random().OneIn(100)) {
        Reopen();
        ASSERT_OK(file_->Validate());
      } else if (program.random().OneIn(50)) {
        ASSERT_OK(pool_->Resize((10 + program.random().Below(60)) * page_size));
      } else if (program.random().OneIn(50)) {
        ASSERT_OK(pool_->Clear());
      }
    }
    ASSERT_OK(program.ReadAll(*file_));
    ASSERT_OK(file_->Validate());
    EXPECT_EQ(pool_->PinnedPages(), 0);
  }
};

TEST_F(PageFileRandomTest, RandomChangesAgreeWithAModel) {
  Run(std::random_device()(), 4096, 40, 1000);
}

TEST_F(PageFileRandomTest, RandomChangesToLargePagesAgreeWithAModel) {
  Run(std::random_device()(), 65536, 20, 200);
}

}  // namespace
}  // namespace redbase::pf
