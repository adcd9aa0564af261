#include "db/internal/statement_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "common/env.h"

namespace redbase::db {
namespace {

TEST(StatementLock, ReadersShare) {
  StatementLock lock;
  const StatementLock::Hold first = lock.Share();
  const StatementLock::Hold second = lock.Share();
}

TEST(StatementLock, ReleasedHoldLetsAWriterIn) {
  StatementLock lock;
  StatementLock::Hold reader = lock.Share();
  StatementLock::Hold moved = std::move(reader);
  moved.Release();
  moved.Release();
  const StatementLock::Hold writer = lock.Exclude();
}

TEST(StatementLock, WriterIsAlone) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 500;
  StatementLock lock;
  std::atomic<int> readers = 0;
  std::atomic<int> writers = 0;
  std::atomic<int> wrong = 0;
  int counter = 0;
  {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.push_back(common::RealEnv().StartThread("statements", [&, t] {
        for (int round = 0; round < kRounds; ++round) {
          if ((round + t) % 3 == 0) {
            const StatementLock::Hold hold = lock.Exclude();
            wrong += writers.fetch_add(1) != 0 || readers != 0 ? 1 : 0;
            ++counter;
            --writers;
          } else {
            const StatementLock::Hold hold = lock.Share();
            ++readers;
            wrong += writers != 0 ? 1 : 0;
            --readers;
          }
        }
      }));
    }
  }
  EXPECT_EQ(wrong, 0);
  // Thread t writes in every third round, from round (3 - t) mod 3 on.
  EXPECT_EQ(counter, 167 + 167 + 166 + 167);
}

}  // namespace
}  // namespace redbase::db
