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

constexpr StatementLock::Mode kShared = StatementLock::Mode::kShared;
constexpr StatementLock::Mode kExclusive = StatementLock::Mode::kExclusive;
constexpr StatementLock::Patience kLittle = {nullptr, 20};

// Waits for ever.
StatementLock::Hold Take(StatementLock& lock, StatementLock::Mode mode) {
  auto hold = lock.Take(mode, {});
  EXPECT_OK(hold);
  return std::move(hold).value();
}

TEST(StatementLock, ReadersShare) {
  StatementLock lock{common::RealEnv()};
  const StatementLock::Hold first = Take(lock, kShared);
  const StatementLock::Hold second = Take(lock, kShared);
}

TEST(StatementLock, ReleasedHoldLetsAWriterIn) {
  StatementLock lock{common::RealEnv()};
  StatementLock::Hold reader = Take(lock, kShared);
  StatementLock::Hold moved = std::move(reader);
  moved.Release();
  moved.Release();
  const StatementLock::Hold writer = Take(lock, kExclusive);
}

TEST(StatementLock, WaitingEndsAtTheTimeout) {
  StatementLock lock{common::RealEnv()};
  StatementLock::Hold reader = Take(lock, kShared);
  EXPECT_CODE(Code::kUnavailable, lock.Take(kExclusive, kLittle));
  EXPECT_OK(lock.Take(kShared, kLittle));
  reader.Release();
  const StatementLock::Hold writer = Take(lock, kExclusive);
  EXPECT_CODE(Code::kUnavailable, lock.Take(kShared, kLittle));
  EXPECT_CODE(Code::kUnavailable, lock.Take(kExclusive, kLittle));
}

TEST(StatementLock, WaitingEndsWhenItIsCancelled) {
  StatementLock lock{common::RealEnv()};
  const StatementLock::Hold writer = Take(lock, kExclusive);
  common::CancelToken cancel;
  const auto canceller = common::RealEnv().StartThread("cancel", [&] { cancel.Cancel(); });
  EXPECT_CODE(Code::kCancelled, lock.Take(kShared, {&cancel, 0}));
  EXPECT_CODE(Code::kCancelled, lock.Take(kExclusive, {&cancel, 0}));
}

TEST(StatementLock, AReaderBecomesTheWriter) {
  StatementLock lock{common::RealEnv()};
  StatementLock::Hold hold = Take(lock, kShared);
  {
    const StatementLock::Hold other = Take(lock, kShared);
    EXPECT_CODE(Code::kUnavailable, lock.Upgrade(&hold, kLittle));
  }
  EXPECT_OK(lock.Upgrade(&hold, {}));
  EXPECT_OK(lock.Upgrade(&hold, {}));
  EXPECT_CODE(Code::kUnavailable, lock.Take(kShared, kLittle));
  hold.Release();
  EXPECT_OK(lock.Take(kShared, kLittle));
}

TEST(StatementLock, OfTwoReadersThatWaitToWriteOneIsRefused) {
  StatementLock lock{common::RealEnv()};
  std::atomic<int> refused = 0;
  std::atomic<int> both_read = 0;
  {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (int t = 0; t < 2; ++t) {
      threads.push_back(common::RealEnv().StartThread("upgrade", [&] {
        StatementLock::Hold hold = Take(lock, kShared);
        ++both_read;
        while (both_read < 2) {
        }
        const Status status = lock.Upgrade(&hold, {});
        refused += status.code() == Code::kDeadlock ? 1 : 0;
      }));
    }
  }
  EXPECT_EQ(refused, 1);
}

TEST(StatementLock, WriterIsAlone) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 500;
  StatementLock lock{common::RealEnv()};
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
            const StatementLock::Hold hold = Take(lock, kExclusive);
            wrong += writers.fetch_add(1) != 0 || readers != 0 ? 1 : 0;
            ++counter;
            --writers;
          } else {
            const StatementLock::Hold hold = Take(lock, kShared);
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
