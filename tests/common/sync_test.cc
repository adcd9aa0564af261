#include "common/sync.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "common/env.h"

namespace redbase::common {
namespace {

constexpr int kRounds = 3000;

// Runs `body(i)` in `count` threads at once, and waits for them.
void InThreads(int count, const std::function<void(int)>& body) {
  std::vector<std::unique_ptr<Thread>> threads;
  threads.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    threads.push_back(RealEnv().StartThread("test", [i, &body] { body(i); }));
  }
}

TEST(Mutex, ExcludesOthers) {
  Mutex mutex;
  int count = 0;
  InThreads(4, [&](int) {
    for (int i = 0; i < kRounds; ++i) {
      const MutexLock lock(mutex);
      ++count;
    }
  });
  EXPECT_EQ(count, 4 * kRounds);
}

TEST(Mutex, TryLockFailsWhileHeld) {
  Mutex mutex;
  const MutexLock lock(mutex);
  InThreads(1, [&](int) { EXPECT_FALSE(mutex.TryLock()); });
}

TEST(CondVar, HandsOverEveryItem) {
  Mutex mutex;
  CondVar changed;
  std::deque<int> queue;
  int sum = 0;
  InThreads(4, [&](int thread) {
    for (int i = 1; i <= kRounds; ++i) {
      const MutexLock lock(mutex);
      if (thread % 2 == 0) {
        queue.push_back(i);
        changed.NotifyOne();
      } else {
        while (queue.empty()) {
          changed.Wait(mutex);
        }
        sum += queue.front();
        queue.pop_front();
      }
    }
  });
  EXPECT_EQ(sum, kRounds * (kRounds + 1));
}

TEST(CondVar, WaitForEndsWithoutNotify) {
  Mutex mutex;
  CondVar never;
  const MutexLock lock(mutex);
  while (never.WaitFor(mutex, 1000)) {  // a wake-up without cause says true
  }
  SUCCEED();
}

TEST(Latch, ExclusiveExcludesBothModes) {
  Latch latch;
  latch.LockExclusive();
  InThreads(1, [&](int) {
    EXPECT_FALSE(latch.TryLockExclusive());
    EXPECT_FALSE(latch.TryLockShared());
  });
  latch.UnlockExclusive();
}

TEST(Latch, SharedAdmitsSharedButNotExclusive) {
  Latch latch;
  latch.LockShared();
  InThreads(1, [&](int) {
    EXPECT_FALSE(latch.TryLockExclusive());
    const bool shared = latch.TryLockShared();
    EXPECT_TRUE(shared);
    if (shared) {
      latch.UnlockShared();
    }
  });
  latch.UnlockShared();
}

TEST(Latch, ReadersAndWritersSeeWholeStates) {
  Latch latch;
  std::array<int, 4> state{};
  InThreads(4, [&](int thread) {
    for (int i = 0; i < kRounds; ++i) {
      if (thread % 2 == 0) {
        latch.LockExclusive();
        for (int& part : state) {
          ++part;
        }
        latch.UnlockExclusive();
      } else {
        latch.LockShared();
        EXPECT_EQ(state[0], state[3]);
        latch.UnlockShared();
      }
    }
  });
  EXPECT_EQ(state[0], 2 * kRounds);
}

TEST(Latch, AWriterGetsThroughAStreamOfReaders) {
  Latch latch;
  std::atomic<bool> written{false};
  InThreads(4, [&](int thread) {
    if (thread == 0) {
      latch.LockExclusive();
      written = true;
      latch.UnlockExclusive();
    }
    while (!written) {
      latch.LockShared();
      latch.UnlockShared();
    }
  });
  EXPECT_TRUE(written);
}

TEST(Latch, EveryExclusiveReleaseRaisesTheVersion) {
  Latch latch;
  const uint64_t before = latch.OptimisticBegin();
  EXPECT_TRUE(latch.Validate(before));
  latch.LockExclusive();
  EXPECT_FALSE(latch.Validate(before));
  latch.UnlockExclusive();
  EXPECT_FALSE(latch.Validate(before));
  EXPECT_GT(latch.OptimisticBegin(), before);
}

TEST(Latch, SharedHoldersDoNotDisturbOptimisticReaders) {
  Latch latch;
  const uint64_t version = latch.OptimisticBegin();
  latch.LockShared();
  EXPECT_TRUE(latch.Validate(version));
  EXPECT_FALSE(latch.TryUpgrade(version));
  latch.UnlockShared();
  EXPECT_TRUE(latch.Validate(version));
}

TEST(Latch, UpgradeNeedsTheVersionThatWasRead) {
  Latch latch;
  const uint64_t version = latch.OptimisticBegin();
  const bool upgraded = latch.TryUpgrade(version);
  EXPECT_TRUE(upgraded);
  if (upgraded) {
    latch.UnlockExclusive();
  }
  EXPECT_FALSE(latch.TryUpgrade(version));
}

TEST(Latch, VersionsWrapWithoutTouchingTheFlags) {
  Latch latch;
  for (int i = 0; i < 70000; ++i) {
    latch.LockExclusive();
    latch.UnlockExclusive();
  }
  latch.LockShared();
  EXPECT_FALSE(latch.TryLockExclusive());
  latch.UnlockShared();
}

TEST(Latch, ValidatedOptimisticReadsAreWhole) {
  if (!Latch::kOptimisticReads) {
    GTEST_SKIP() << "the thread sanitizer is on";
  }
  Latch latch;
  std::array<std::atomic<int>, 8> state{};
  InThreads(3, [&](int thread) {
    for (int i = 0; i < kRounds; ++i) {
      if (thread == 0) {
        latch.LockExclusive();
        for (auto& part : state) {
          part.store(i, std::memory_order_relaxed);
        }
        latch.UnlockExclusive();
        continue;
      }
      const uint64_t version = latch.OptimisticBegin();
      const int first = state.front().load(std::memory_order_relaxed);
      const int last = state.back().load(std::memory_order_relaxed);
      EXPECT_TRUE(!latch.Validate(version) || first == last);
    }
  });
}

}  // namespace
}  // namespace redbase::common
