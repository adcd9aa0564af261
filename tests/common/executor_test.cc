#include "common/executor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <vector>

namespace redbase::common {
namespace {

TEST(ThreadPool, FinishesEveryTaskBeforeItEnds) {
  std::atomic<int> done{0};
  {
    ThreadPool pool(RealEnv(), 4);
    for (int i = 0; i < 5000; ++i) {
      pool.Submit([&done] { ++done; });
    }
  }
  EXPECT_EQ(done, 5000);
}

TEST(ThreadPool, TasksMaySubmitTasks) {
  std::atomic<int> done{0};
  {
    ThreadPool pool(RealEnv(), 2);
    for (int i = 0; i < 100; ++i) {
      pool.Submit([&] { pool.Submit([&done] { ++done; }); });
    }
  }
  EXPECT_EQ(done, 100);
}

TEST(ThreadPool, RunsAsManyTasksAtOnceAsItHasThreads) {
  ThreadPool pool(RealEnv(), 3);
  EXPECT_EQ(pool.worker_count(), 3U);
  Mutex mutex;
  CondVar arrived;
  int running = 0;
  for (int i = 0; i < 3; ++i) {
    pool.Submit([&] {
      const MutexLock lock(mutex);
      ++running;
      arrived.NotifyAll();
      while (running < 3) {
        arrived.Wait(mutex);
      }
    });
  }
  const MutexLock lock(mutex);
  while (running < 3) {
    arrived.Wait(mutex);
  }
  EXPECT_EQ(running, 3);
}

TEST(ThreadPool, OneThreadKeepsTheOrder) {
  std::vector<int> order;
  {
    ThreadPool pool(RealEnv(), 1);
    for (int i = 0; i < 100; ++i) {
      pool.Submit([&order, i] { order.push_back(i); });
    }
  }
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(ThreadPool, WithoutTasksItEndsAtOnce) {
  const ThreadPool pool(RealEnv(), 0);
  EXPECT_EQ(pool.worker_count(), 1U);
}

TEST(InlineExecutor, RunsTheTaskInsideSubmit) {
  InlineExecutor executor;
  bool done = false;
  executor.Submit([&done] { done = true; });
  EXPECT_TRUE(done);
  EXPECT_EQ(executor.worker_count(), 0U);
}

}  // namespace
}  // namespace redbase::common
