#include "common/memory_account.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/env.h"
#include "tests/support/expect_status.h"

namespace redbase::common {
namespace {

TEST(MemoryAccount, RefusesWhatPassesItsLimitAndTakesNothing) {
  MemoryAccount account("sort", 100);
  EXPECT_OK(account.Take(60));
  const Status refused = account.Take(41);
  EXPECT_CODE(Code::kNoMemory, refused);
  EXPECT_EQ(refused.message(),
            "sort: 41 bytes more than the 60 in use would pass the limit of 100 bytes");
  EXPECT_EQ(account.used(), 60U);
  EXPECT_OK(account.Take(40));
  account.Give(100);
  EXPECT_EQ(account.peak(), 100U);
}

TEST(MemoryAccount, LimitOfTheParentCountsAllChildren) {
  MemoryAccount statement("statement", 100);
  MemoryAccount sort("sort", MemoryAccount::kUnlimited, &statement);
  MemoryAccount join("join", 80, &statement);
  EXPECT_OK(sort.Take(50));
  const Status refused = join.Take(60);
  EXPECT_CODE(Code::kNoMemory, refused);
  EXPECT_EQ(refused.message().rfind("statement: ", 0), 0U);
  EXPECT_EQ(join.used(), 0U);
  EXPECT_EQ(statement.used(), 50U);
  sort.Give(50);
  EXPECT_EQ(statement.used(), 0U);
}

TEST(MemoryAccount, HugeRequestsDoNotWrapAround) {
  MemoryAccount account("x", MemoryAccount::kUnlimited);
  EXPECT_OK(account.Take(10));
  EXPECT_CODE(Code::kNoMemory, account.Take(MemoryAccount::kUnlimited));
  account.Give(10);
}

TEST(MemoryReservation, GivesBackWhatItHolds) {
  MemoryAccount account("x", 100);
  {
    MemoryReservation reservation(&account);
    EXPECT_OK(reservation.Resize(70));
    EXPECT_OK(reservation.Resize(30));
    EXPECT_EQ(account.used(), 30U);
    EXPECT_CODE(Code::kNoMemory, reservation.Resize(101));
    EXPECT_EQ(reservation.bytes(), 30U);
  }
  EXPECT_EQ(account.used(), 0U);
}

TEST(MemoryAccount, ThreadsNeverPassTheLimitTogether) {
  MemoryAccount account("x", 10);
  std::vector<std::unique_ptr<Thread>> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.push_back(RealEnv().StartThread("taker", [&account] {
      for (int i = 0; i < 5000; ++i) {
        if (account.Take(4).ok()) {
          EXPECT_LE(account.used(), 10U);
          account.Give(4);
        }
      }
    }));
  }
  threads.clear();
  EXPECT_EQ(account.used(), 0U);
  EXPECT_LE(account.peak(), 10U);
}

}  // namespace
}  // namespace redbase::common
