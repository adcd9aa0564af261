#include "pf/internal/io_counters.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "common/env.h"

namespace redbase::pf {
namespace {

TEST(IoCounters, CountsOfMoreThreadsThanStripesAreExact) {
  IoCounters counters;
  std::vector<std::unique_ptr<common::Thread>> threads;
  for (int i = 0; i < 80; ++i) {
    threads.push_back(common::RealEnv().StartThread("count", [&counters] {
      for (int n = 0; n < 1000; ++n) {
        counters.CountGet();
      }
      counters.CountMiss();
    }));
  }
  threads.clear();
  EXPECT_EQ(counters.Sum().get_page, 80000);
  EXPECT_EQ(counters.Sum().page_not_found, 80);
  EXPECT_EQ(counters.Sum().page_found, 80000 - 80);
}

TEST(IoCounters, CountSinceTheLastReset) {
  IoCounters counters;
  counters.CountRead(5);
  counters.CountWrite(6);
  counters.CountFlush();
  counters.Reset();
  counters.CountRead(2);
  EXPECT_EQ(counters.Sum().read_page, 2);
  EXPECT_EQ(counters.Sum().write_page, 0);
  EXPECT_EQ(counters.Sum().flush_pages, 0);
}

}  // namespace
}  // namespace redbase::pf
