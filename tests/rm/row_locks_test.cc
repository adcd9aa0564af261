#include "rm/internal/row_locks.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "common/env.h"

namespace redbase::rm {
namespace {

using enum RowLock;

class RowLocksTest : public ::testing::Test {
 protected:
  using Owner = std::shared_ptr<tx::TransactionState>;

  static std::vector<Rid> Rids(uint32_t page, const std::vector<uint16_t>& slots) {
    std::vector<Rid> rids;
    for (const uint16_t slot : slots) {
      rids.push_back({PageNum{page}, SlotNum{slot}});
    }
    return rids;
  }
  // Who is in the way.
  RowLocks::Owner Take(const Owner& by, RowLock mode, const std::vector<uint16_t>& slots,
                       uint32_t page = 1) {
    return locks_.Take(Rids(page, slots), mode, by, &taken_);
  }

  RowLocks locks_;
  size_t taken_ = 0;
  tx::Oracle oracle_{common::RealEnv()};
  const Owner a_ = std::make_shared<tx::TransactionState>();
  const Owner b_ = std::make_shared<tx::TransactionState>();
};

TEST_F(RowLocksTest, ModesGoTogetherAsInPostgres) {
  constexpr std::array<std::array<bool, 4>, 4> kTogether = {
      {{true, true, true, false}, {true, true, false, false}, {true, false, false, false}, {}}};
  for (size_t held = 0; held < 4; ++held) {
    for (size_t wanted = 0; wanted < 4; ++wanted) {
      RowLocks locks;
      const std::vector<Rid> rids = Rids(1, {7});
      EXPECT_EQ(locks.Take(rids, static_cast<RowLock>(held), a_, &taken_), nullptr);
      EXPECT_EQ(locks.Take(rids, static_cast<RowLock>(wanted), b_, &taken_) == nullptr,
                kTogether[held][wanted])
          << held << " " << wanted;
    }
  }
}

TEST_F(RowLocksTest, LocksAreOfSingleRecords) {
  EXPECT_EQ(Take(a_, kUpdate, {3, 200}), nullptr);
  EXPECT_EQ(Take(b_, kUpdate, {2, 4, 199, 201}), nullptr);
  EXPECT_EQ(Take(b_, kUpdate, {3, 200}, /*page=*/2), nullptr);
  EXPECT_EQ(Take(b_, kUpdate, {200}), a_);
}

TEST_F(RowLocksTest, ThoseBeforeTheOneInTheWayAreTaken) {
  EXPECT_EQ(Take(a_, kUpdate, {3}), nullptr);
  EXPECT_EQ(Take(b_, kUpdate, {1, 2, 3, 4}), a_);
  EXPECT_EQ(taken_, 2U);
  EXPECT_EQ(Take(a_, kKeyShare, {2}), b_);
  EXPECT_EQ(Take(a_, kKeyShare, {4}), nullptr);
}

TEST_F(RowLocksTest, AnOwnLockIsInNobodysWay) {
  EXPECT_EQ(Take(a_, kKeyShare, {1}), nullptr);
  EXPECT_EQ(Take(a_, kUpdate, {1}), nullptr);
  EXPECT_EQ(Take(a_, kUpdate, {1}), nullptr);
  EXPECT_EQ(Take(b_, kKeyShare, {1}), a_);
}

TEST_F(RowLocksTest, TheEndOfATransactionFreesItsLocks) {
  EXPECT_EQ(Take(a_, kUpdate, {1}), nullptr);
  EXPECT_EQ(Take(a_, kShare, {2}), nullptr);
  oracle_.End(a_, /*rolled_back=*/false);
  EXPECT_EQ(Take(b_, kUpdate, {1, 2}), nullptr);
  locks_.Forget(*a_);
  EXPECT_EQ(Take(std::make_shared<tx::TransactionState>(), kUpdate, {1}), b_);
  oracle_.End(b_, /*rolled_back=*/false);
  locks_.Forget(*b_);
}

}  // namespace
}  // namespace redbase::rm
