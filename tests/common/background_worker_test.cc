#include "common/background_worker.h"

#include <gtest/gtest.h>

#include <atomic>

#include "common/sim_env.h"

namespace redbase::common {
namespace {

// Longer than any test.
constexpr int64_t kNever = int64_t{3600} * 1000 * 1000;

TEST(BackgroundWorker, WorksWhenWoken) {
  std::atomic<int> done{0};
  BackgroundWorker worker(RealEnv(), "test", [&done] { ++done; });
  for (int i = 1; i <= 3; ++i) {
    worker.Wake();
    worker.WaitUntilIdle();
    EXPECT_EQ(done, i);
  }
}

TEST(BackgroundWorker, WorksWhenTheTimeIsOver) {
  SimEnv still;
  for (Env* const env : {&RealEnv(), static_cast<Env*>(&still)}) {
    Mutex mutex;
    CondVar changed;
    bool done = false;
    BackgroundWorker worker(*env, "test", [&] {
      const MutexLock lock(mutex);
      done = true;
      changed.NotifyAll();
    });
    worker.WakeLater(100);
    const MutexLock lock(mutex);
    while (!done) {
      changed.Wait(mutex);
    }
  }
}

TEST(BackgroundWorker, TheEarlierOfTwoRequestsCounts) {
  std::atomic<int> done{0};
  BackgroundWorker worker(RealEnv(), "test", [&done] { ++done; });
  worker.WakeLater(kNever);
  worker.Wake();
  worker.WakeLater(kNever);
  worker.WaitUntilIdle();
  EXPECT_EQ(done, 1);
}

TEST(BackgroundWorker, WhatIsAskedForMeanwhileIsDoneAfterwards) {
  std::atomic<int> done{0};
  BackgroundWorker* self = nullptr;
  BackgroundWorker worker(RealEnv(), "test", [&] {
    if (++done < 3) {
      self->Wake();
    }
  });
  self = &worker;
  worker.Wake();
  worker.WaitUntilIdle();
  EXPECT_EQ(done, 3);
}

TEST(BackgroundWorker, StopDropsWhatIsDueLater) {
  std::atomic<int> done{0};
  BackgroundWorker worker(RealEnv(), "test", [&done] { ++done; });
  worker.WakeLater(kNever);
  worker.Stop();
  worker.Wake();
  worker.WaitUntilIdle();
  EXPECT_EQ(done, 0);
}

// Whoever asks at any moment gets the work done after that moment.
TEST(BackgroundWorker, NoRequestIsLost) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SeededScheduler scheduler(seed);
    SimEnv env(seed, &scheduler);
    std::atomic<int> asked{0};
    std::atomic<int> seen{0};
    scheduler.Run({[&] {
      BackgroundWorker worker(env, "test", [&] { seen = asked.load(); });
      for (int i = 1; i <= 5; ++i) {
        asked = i;
        worker.Wake();
      }
      worker.WaitUntilIdle();
      EXPECT_EQ(seen, 5) << "seed " << seed;
    }});
  }
}

}  // namespace
}  // namespace redbase::common
