#include "db/internal/statement_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "common/env.h"
#include "tests/support/expect_status.h"

namespace redbase::db {
namespace {

using enum StatementLock::Mode;
constexpr common::Patience kLittle = {nullptr, 20};

// Waits for ever.
StatementLock::Hold Take(StatementLock& lock, StatementLock::Mode mode) {
  auto hold = lock.Take(mode, {});
  EXPECT_OK(hold);
  return std::move(hold).value();
}

TEST(StatementLock, SharersShare) {
  StatementLock lock{common::RealEnv()};
  const StatementLock::Hold first = Take(lock, kShared);
  const StatementLock::Hold second = Take(lock, kShared);
  EXPECT_CODE(Code::kUnavailable, lock.Take(kAlone, kLittle));
}

TEST(StatementLock, WhoWaitsToBeAloneKeepsNewOnesOut) {
  StatementLock lock{common::RealEnv()};
  StatementLock::Hold sharer = Take(lock, kShared);
  std::atomic<bool> alone = false;
  const auto thread = common::RealEnv().StartThread("alone", [&] {
    const StatementLock::Hold hold = Take(lock, kAlone);
    alone = true;
  });
  while (lock.Take(kShared, {nullptr, 1}).ok()) {
  }
  EXPECT_OK(lock.Upgrade(&sharer, kShared, {}));  // who is in already may go on
  EXPECT_FALSE(alone);
  sharer.Release();
  thread->Join();
  EXPECT_TRUE(alone);
}

TEST(StatementLock, ReleasedHoldLetsOthersIn) {
  StatementLock lock{common::RealEnv()};
  StatementLock::Hold reader = Take(lock, kShared);
  StatementLock::Hold moved = std::move(reader);
  moved.Release();
  moved.Release();
  Take(lock, kShared).Release();
  const StatementLock::Hold alone = Take(lock, kAlone);
}

TEST(StatementLock, WaitingEndsAtTheTimeout) {
  StatementLock lock{common::RealEnv()};
  {
    const StatementLock::Hold other = Take(lock, kShared);
    EXPECT_CODE(Code::kUnavailable, lock.Take(kAlone, kLittle));
    EXPECT_OK(lock.Take(kShared, kLittle));
  }
  const StatementLock::Hold alone = Take(lock, kAlone);
  for (const StatementLock::Mode mode : {kShared, kAlone}) {
    EXPECT_CODE(Code::kUnavailable, lock.Take(mode, kLittle));
  }
}

TEST(StatementLock, WaitingEndsWhenItIsCancelled) {
  StatementLock lock{common::RealEnv()};
  const StatementLock::Hold writer = Take(lock, kAlone);
  common::CancelToken cancel;
  const auto canceller = common::RealEnv().StartThread("cancel", [&] { cancel.Cancel(); });
  EXPECT_CODE(Code::kCancelled, lock.Take(kShared, {&cancel, 0}));
  EXPECT_CODE(Code::kCancelled, lock.Take(kAlone, {&cancel, 0}));
}

TEST(StatementLock, AHolderGetsAloneWhenTheOthersAreGone) {
  StatementLock lock{common::RealEnv()};
  StatementLock::Hold hold = Take(lock, kShared);
  {
    const StatementLock::Hold other = Take(lock, kShared);
    EXPECT_CODE(Code::kUnavailable, lock.Upgrade(&hold, kAlone, kLittle));
  }
  EXPECT_OK(lock.Upgrade(&hold, kAlone, {}));
  EXPECT_CODE(Code::kUnavailable, lock.Take(kShared, kLittle));
  hold.Release();
  EXPECT_OK(lock.Take(kShared, kLittle));
}

TEST(StatementLock, OfTwoHoldersThatWaitToBeAloneOneIsRefused) {
  StatementLock lock{common::RealEnv()};
  std::atomic<int> refused = 0;
  std::atomic<int> both_share = 0;
  {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (int t = 0; t < 2; ++t) {
      threads.push_back(common::RealEnv().StartThread("upgrade", [&] {
        StatementLock::Hold hold = Take(lock, kShared);
        ++both_share;
        while (both_share < 2) {
        }
        const Status status = lock.Upgrade(&hold, kAlone, {});
        refused += status.code() == Code::kDeadlock ? 1 : 0;
      }));
    }
  }
  EXPECT_EQ(refused, 1);
}

TEST(StatementLock, WhoIsAloneIsAlone) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 600;
  StatementLock lock{common::RealEnv()};
  std::atomic<int> sharers = 0;
  std::atomic<int> alone = 0;
  std::atomic<int> wrong = 0;
  {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.push_back(common::RealEnv().StartThread("statements", [&, t] {
        for (int round = 0; round < kRounds; ++round) {
          const StatementLock::Mode mode = (round + t) % 4 == 0 ? kAlone : kShared;
          const StatementLock::Hold hold = Take(lock, mode);
          std::atomic<int>& holders = mode == kAlone ? alone : sharers;
          ++holders;
          wrong += alone > 1 || (alone == 1 && sharers > 0) ? 1 : 0;
          --holders;
        }
      }));
    }
  }
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace redbase::db
