#include "db/internal/statement_lock.h"

#include <gtest/gtest.h>

#include <array>
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

TEST(StatementLock, ReadersAndWritersShare) {
  StatementLock lock{common::RealEnv()};
  const StatementLock::Hold first = Take(lock, kRead);
  const StatementLock::Hold writer = Take(lock, kWrite);
  const StatementLock::Hold second = Take(lock, kRead);
  const StatementLock::Hold other_writer = Take(lock, kWrite);
  EXPECT_CODE(Code::kUnavailable, lock.Take(kSerial, kLittle));
}

TEST(StatementLock, ASerialOneWritesAloneBesideReaders) {
  StatementLock lock{common::RealEnv()};
  const StatementLock::Hold reader = Take(lock, kRead);
  const StatementLock::Hold serial = Take(lock, kSerial);
  const StatementLock::Hold other_reader = Take(lock, kRead);
  EXPECT_CODE(Code::kUnavailable, lock.Take(kWrite, kLittle));
  EXPECT_CODE(Code::kUnavailable, lock.Take(kSerial, kLittle));
}

TEST(StatementLock, WhoWaitsToBeSerialKeepsNewWritersOut) {
  StatementLock lock{common::RealEnv()};
  StatementLock::Hold writer = Take(lock, kWrite);
  StatementLock::Hold reader = Take(lock, kRead);
  std::atomic<bool> serial = false;
  const auto thread = common::RealEnv().StartThread("serial", [&] {
    const StatementLock::Hold hold = Take(lock, kSerial);
    serial = true;
  });
  while (lock.Take(kWrite, {nullptr, 1}).ok()) {
  }
  EXPECT_OK(lock.Take(kRead, kLittle));
  EXPECT_OK(lock.Upgrade(&reader, kWrite, {}));  // who is in already may go on
  EXPECT_FALSE(serial);
  writer.Release();
  reader.Release();
  thread->Join();
  EXPECT_TRUE(serial);
}

TEST(StatementLock, ReleasedHoldLetsOthersIn) {
  StatementLock lock{common::RealEnv()};
  StatementLock::Hold reader = Take(lock, kRead);
  StatementLock::Hold moved = std::move(reader);
  moved.Release();
  moved.Release();
  Take(lock, kWrite).Release();
  const StatementLock::Hold alone = Take(lock, kAlone);
}

TEST(StatementLock, WaitingEndsAtTheTimeout) {
  StatementLock lock{common::RealEnv()};
  for (const StatementLock::Mode mode : {kRead, kWrite}) {
    const StatementLock::Hold other = Take(lock, mode);
    EXPECT_CODE(Code::kUnavailable, lock.Take(kAlone, kLittle));
    EXPECT_OK(lock.Take(kRead, kLittle));
  }
  const StatementLock::Hold alone = Take(lock, kAlone);
  for (const StatementLock::Mode mode : {kRead, kWrite, kAlone}) {
    EXPECT_CODE(Code::kUnavailable, lock.Take(mode, kLittle));
  }
}

TEST(StatementLock, WaitingEndsWhenItIsCancelled) {
  StatementLock lock{common::RealEnv()};
  const StatementLock::Hold writer = Take(lock, kAlone);
  common::CancelToken cancel;
  const auto canceller = common::RealEnv().StartThread("cancel", [&] { cancel.Cancel(); });
  EXPECT_CODE(Code::kCancelled, lock.Take(kRead, {&cancel, 0}));
  EXPECT_CODE(Code::kCancelled, lock.Take(kAlone, {&cancel, 0}));
}

TEST(StatementLock, AReaderBecomesAWriterBesideOthers) {
  StatementLock lock{common::RealEnv()};
  StatementLock::Hold hold = Take(lock, kRead);
  {
    const StatementLock::Hold serial = Take(lock, kSerial);
    EXPECT_CODE(Code::kUnavailable, lock.Upgrade(&hold, kWrite, kLittle));
  }
  const StatementLock::Hold other = Take(lock, kRead);
  EXPECT_OK(lock.Upgrade(&hold, kWrite, {}));
  EXPECT_OK(lock.Upgrade(&hold, kRead, {}));
  EXPECT_CODE(Code::kUnavailable, lock.Take(kSerial, kLittle));
  hold.Release();
  EXPECT_OK(lock.Take(kSerial, kLittle));
}

TEST(StatementLock, AHolderGetsAloneWhenTheOthersAreGone) {
  for (const StatementLock::Mode mode : {kRead, kWrite}) {
    StatementLock lock{common::RealEnv()};
    StatementLock::Hold hold = Take(lock, mode);
    {
      const StatementLock::Hold other = Take(lock, kRead);
      EXPECT_CODE(Code::kUnavailable, lock.Upgrade(&hold, kAlone, kLittle));
    }
    EXPECT_OK(lock.Upgrade(&hold, kAlone, {}));
    EXPECT_CODE(Code::kUnavailable, lock.Take(kRead, kLittle));
    hold.Release();
    EXPECT_OK(lock.Take(kRead, kLittle));
  }
}

TEST(StatementLock, OfTwoHoldersThatWaitToBeAloneOneIsRefused) {
  StatementLock lock{common::RealEnv()};
  std::atomic<int> refused = 0;
  std::atomic<int> both_read = 0;
  {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (int t = 0; t < 2; ++t) {
      threads.push_back(common::RealEnv().StartThread("upgrade", [&] {
        StatementLock::Hold hold = Take(lock, kRead);
        ++both_read;
        while (both_read < 2) {
        }
        const Status status = lock.Upgrade(&hold, kAlone, {});
        refused += status.code() == Code::kDeadlock ? 1 : 0;
      }));
    }
  }
  EXPECT_EQ(refused, 1);
}

// A reader waits for the serial one to write, and that one for the reader to be alone.
TEST(StatementLock, ASerialOneIsRefusedToBeAloneWhileAReaderWaitsForIt) {
  StatementLock lock{common::RealEnv()};
  StatementLock::Hold writer = Take(lock, kSerial);
  StatementLock::Hold reader = Take(lock, kRead);
  std::unique_ptr<common::Thread> thread = common::RealEnv().StartThread("upgrade", [&] {
    while (!lock.Upgrade(&reader, kWrite, {}).ok()) {  // the other one waits already
    }
  });
  while (lock.Upgrade(&writer, kAlone, {nullptr, 1}).code() != Code::kDeadlock) {
  }
  writer.Release();
  thread.reset();
}

// Each waits for the other one's end.
TEST(StatementLock, OfTwoWritersThatWaitToBeSerialOneIsRefused) {
  StatementLock lock{common::RealEnv()};
  std::atomic<int> refused = 0;
  std::atomic<int> both_write = 0;
  {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (int t = 0; t < 2; ++t) {
      threads.push_back(common::RealEnv().StartThread("upgrade", [&] {
        StatementLock::Hold hold = Take(lock, kWrite);
        ++both_write;
        while (both_write < 2) {
        }
        refused += lock.Upgrade(&hold, kSerial, {}).code() == Code::kDeadlock ? 1 : 0;
      }));
    }
  }
  EXPECT_EQ(refused, 1);
}

TEST(StatementLock, HoldersAreThoseThatMayBeTogether) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 600;
  StatementLock lock{common::RealEnv()};
  std::array<std::atomic<int>, StatementLock::kModes> holders{};
  std::atomic<int> wrong = 0;
  const auto holds = [&](StatementLock::Mode mode) {
    return holders[static_cast<size_t>(mode)] > 0;
  };
  {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.push_back(common::RealEnv().StartThread("statements", [&, t] {
        for (int round = 0; round < kRounds; ++round) {
          const auto mode = static_cast<StatementLock::Mode>((round + t) % 4);
          const StatementLock::Hold hold = Take(lock, mode);
          const bool writes = mode != kRead;
          const bool strict = writes && mode != kWrite;
          wrong += holds(kAlone) || (writes && holds(kSerial)) || (strict && holds(kWrite)) ||
                           (mode == kAlone && holds(kRead))
                       ? 1
                       : 0;
          ++holders[static_cast<size_t>(mode)];
          --holders[static_cast<size_t>(mode)];
        }
      }));
    }
  }
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace redbase::db
