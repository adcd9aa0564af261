#include "common/seeded_scheduler.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "common/executor.h"
#include "common/sim_env.h"

namespace redbase::common {
namespace {

// Two threads that each add one, in two critical sections instead of one.
int LostUpdate(uint64_t seed) {
  SeededScheduler scheduler(seed);
  Mutex mutex;
  int count = 0;
  const auto add_one = [&] {
    int read = 0;
    {
      const MutexLock lock(mutex);
      read = count;
    }
    const MutexLock lock(mutex);
    count = read + 1;
  };
  scheduler.Run({add_one, add_one});
  return count;
}

TEST(SeededScheduler, SomeSeedFindsALostUpdateAndSomeDoesNot) {
  int lost = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    lost += LostUpdate(seed) == 1 ? 1 : 0;
  }
  EXPECT_GT(lost, 0);
  EXPECT_LT(lost, 50);
}

// Three threads that write their letters into one string.
std::string Interleaving(uint64_t seed, uint64_t* fingerprint) {
  SeededScheduler scheduler(seed);
  std::string trace;
  const auto write = [&trace](char letter) {
    return [&trace, letter] {
      for (int i = 0; i < 10; ++i) {
        trace += letter;
        t_scheduler->Yield();
      }
    };
  };
  scheduler.Run({write('a'), write('b'), write('c')});
  *fingerprint = scheduler.Fingerprint();
  return trace;
}

TEST(SeededScheduler, TheSameSeedGivesTheSameInterleaving) {
  uint64_t first = 0;
  uint64_t second = 0;
  for (uint64_t seed = 0; seed < 10; ++seed) {
    EXPECT_EQ(Interleaving(seed, &first), Interleaving(seed, &second));
    EXPECT_EQ(first, second);
  }
}

TEST(SeededScheduler, AnotherSeedGivesAnotherInterleaving) {
  uint64_t first = 0;
  uint64_t second = 0;
  EXPECT_NE(Interleaving(1, &first), Interleaving(2, &second));
  EXPECT_NE(first, second);
}

TEST(SeededSchedulerDeathTest, ADeadlockEndsTheProcessWithSeedAndThreads) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto deadlock = [] {
    for (uint64_t seed = 7; seed < 100; ++seed) {
      SeededScheduler scheduler(seed);
      Mutex a;
      Mutex b;
      scheduler.Run({[&] {
                       const MutexLock first(a);
                       const MutexLock second(b);
                     },
                     [&] {
                       const MutexLock first(b);
                       const MutexLock second(a);
                     }});
    }
  };
  EXPECT_DEATH(deadlock(),
               "deadlock with seed [0-9]+\n  thread 0 waits for mutex #1\n"
               "  thread 1 waits for mutex #2");
}

TEST(SeededScheduler, ProducersAndConsumersHandOverEverything) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SeededScheduler scheduler(seed);
    Mutex mutex;
    CondVar changed;
    std::deque<int> queue;
    int sum = 0;
    const auto produce = [&] {
      for (int i = 1; i <= 10; ++i) {
        const MutexLock lock(mutex);
        queue.push_back(i);
        changed.NotifyOne();
      }
    };
    const auto consume = [&] {
      for (int i = 1; i <= 10; ++i) {
        const MutexLock lock(mutex);
        while (queue.empty()) {
          changed.Wait(mutex);
        }
        sum += queue.front();
        queue.pop_front();
      }
    };
    scheduler.Run({produce, consume, consume, produce});
    EXPECT_EQ(sum, 110) << "seed " << seed;
  }
}

TEST(SeededScheduler, LatchesExcludeUnderEverySeed) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SeededScheduler scheduler(seed);
    Latch latch;
    int inside = 0;
    int sum = 0;
    const auto write = [&] {
      for (int i = 0; i < 3; ++i) {
        latch.LockExclusive();
        EXPECT_EQ(inside++, 0);
        t_scheduler->Yield();
        --inside;
        ++sum;
        latch.UnlockExclusive();
      }
    };
    const auto read = [&] {
      for (int i = 0; i < 3; ++i) {
        latch.LockShared();
        EXPECT_EQ(inside, 0);
        t_scheduler->Yield();
        EXPECT_EQ(inside, 0);
        latch.UnlockShared();
      }
    };
    scheduler.Run({write, read, write, read});
    EXPECT_EQ(sum, 6) << "seed " << seed;
  }
}

// A reader that trusts what it read without validating sees a torn state.
TEST(SeededScheduler, OptimisticReadsMeetWriters) {
  int failed = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SeededScheduler scheduler(seed);
    Latch latch;
    scheduler.Run({[&] {
                     latch.LockExclusive();
                     latch.UnlockExclusive();
                   },
                   [&] {
                     const uint64_t version = latch.OptimisticBegin();
                     failed += latch.Validate(version) ? 0 : 1;
                   }});
  }
  EXPECT_GT(failed, 0);
  EXPECT_LT(failed, 50);
}

TEST(SeededScheduler, WaitForEndsInVirtualTime) {
  SeededScheduler scheduler(3);
  Mutex mutex;
  CondVar never;
  bool notified = true;
  scheduler.Run({[&] {
    const MutexLock lock(mutex);
    notified = never.WaitFor(mutex, 3'600'000'000);
  }});
  EXPECT_FALSE(notified);
  EXPECT_GE(scheduler.NowMicros(), 3'600'000'000);
}

TEST(SeededScheduler, SleepersWakeInTheOrderOfTheirDeadlines) {
  SeededScheduler scheduler(5);
  SimEnv env(1, &scheduler);
  std::string order;
  const auto sleeper = [&](char letter, int64_t micros) {
    return [&, letter, micros] {
      env.SleepMicros(micros);
      order += letter;
    };
  };
  scheduler.Run({sleeper('c', 3'000'000), sleeper('a', 1'000'000), sleeper('b', 2'000'000)});
  EXPECT_EQ(order, "abc");
  EXPECT_GE(env.MonotonicMicros(), 3'000'000);
}

TEST(SeededScheduler, AThreadPoolOfSimEnvRunsUnderTheSeed) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SeededScheduler scheduler(seed);
    SimEnv env(1, &scheduler);
    int done = 0;
    Mutex mutex;
    scheduler.Run({[&] {
      ThreadPool pool(env, 3);
      for (int i = 0; i < 10; ++i) {
        pool.Submit([&] {
          const MutexLock lock(mutex);
          ++done;
        });
      }
    }});
    EXPECT_EQ(done, 10) << "seed " << seed;
  }
}

TEST(SeededScheduler, RunsAgainAfterItsThreadsHaveEnded) {
  SeededScheduler scheduler(1);
  int runs = 0;
  scheduler.Run({[&runs] { ++runs; }});
  scheduler.Run({[&runs] { ++runs; }, [&runs] { ++runs; }});
  scheduler.Run({});
  EXPECT_EQ(runs, 3);
}

}  // namespace
}  // namespace redbase::common
