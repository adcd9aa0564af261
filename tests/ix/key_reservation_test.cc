// Keys that are reserved before they are inserted.

#include "ix/key_reservation.h"

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/env.h"
#include "common/random.h"
#include "tests/ix/tree_fixture.h"

namespace redbase::ix {
namespace {

class KeyReservationTest : public TreeTest {
 protected:
  KeyReservationTest() : TreeTest(60) { Start({IntKey(), /*unique=*/true}); }
  ~KeyReservationTest() override {
    reserved_.reset();
    other_.reset();
  }

  void Reserve() { reserved_.emplace(*tree_, transaction_->stamp().by); }
  bool Add(int32_t key) {
    const Result<bool> added = reserved_->Add(KeyOf(key), changer_of_);
    EXPECT_OK(added);
    return added.ok() && *added;
  }
  Status InsertByOther(int32_t key, uint64_t rid) {
    return tree_->Insert(*other_, KeyOf(key), RidOf(rid), &changer_of_);
  }

  // Of the record with RID 1, another transaction; of others nobody.
  const ChangerOf changer_of_ =
      [this](Rid rid) -> Result<std::shared_ptr<const tx::TransactionState>> {
    return rid == RidOf(1) ? other_->stamp().by : nullptr;
  };
  std::optional<tx::Transaction> other_{std::in_place, targets_};
  std::optional<KeyReservation> reserved_;
};

TEST_F(KeyReservationTest, OthersWaitForTheOwner) {
  Reserve();
  EXPECT_TRUE(Add(5));
  EXPECT_CODE(Code::kMustWait, InsertByOther(5, 7));
  EXPECT_OK(InsertByOther(6, 7));
  EXPECT_OK(Insert(5, 8));
  reserved_.reset();
  EXPECT_OK(InsertByOther(4, 9));
}

TEST_F(KeyReservationTest, WhatIsNotInsertedIsFreeInTheEnd) {
  Reserve();
  EXPECT_TRUE(Add(5));
  reserved_.reset();
  EXPECT_OK(InsertByOther(5, 7));
  Reserve();
  EXPECT_FALSE(Add(5));
}

TEST_F(KeyReservationTest, NobodyHasAKeyTwice) {
  Reserve();
  EXPECT_TRUE(Add(5));
  EXPECT_FALSE(Add(5));
  EXPECT_OK(Insert(6, 8));
  EXPECT_FALSE(Add(6));
  KeyReservation others(*tree_, other_->stamp().by);
  EXPECT_FALSE(*others.Add(KeyOf(5), changer_of_));
  EXPECT_TRUE(*others.Add(KeyOf(7), changer_of_));
  EXPECT_FALSE(Add(7));
}

TEST_F(KeyReservationTest, AKeyThatDependsOnAnotherIsNotReserved) {
  ASSERT_OK(Insert(5, 1));  // its record is being changed
  Reserve();
  EXPECT_FALSE(Add(5));
  ASSERT_OK(Insert(6, 2));
  Commit();
  ASSERT_OK(tree_->Erase(*other_, KeyOf(6), RidOf(2)));
  Reserve();
  EXPECT_FALSE(Add(6));
  ASSERT_OK(other_->Rollback());
  EXPECT_FALSE(Add(6));
  EXPECT_TRUE(Add(7));
  reserved_.reset();
  model_.clear();
}

TEST_F(KeyReservationTest, KeysTooLongAreRefused) {
  Reserve();
  const Result<bool> added =
      reserved_->Add(std::string(tree_->max_key_bytes() + 1, 'x'), changer_of_);
  ASSERT_OK(added);
  EXPECT_FALSE(*added);
}

// Several transactions reserve, insert and give up the same keys: of each, one has it.
TEST_F(KeyReservationTest, OneOfManyGetsAKey) {
  constexpr int32_t kKeys = 4000;
  constexpr int kThreads = 3;
  std::array<std::atomic<int>, kKeys> owners{};
  const auto work = [&](uint64_t seed) {
    Random random(seed);
    for (int round = 0; round < 40; ++round) {
      tx::Transaction transaction(targets_);
      std::vector<int32_t> mine;
      {
        KeyReservation reserved(*tree_, transaction.stamp().by);
        for (int i = 0; i < 100; ++i) {
          const auto key = static_cast<int32_t>(random.Below(kKeys));
          if (*reserved.Add(KeyOf(key), changer_of_)) {
            EXPECT_EQ(owners[static_cast<size_t>(key)].fetch_add(1), 0);
            mine.push_back(key);
          }
        }
        if (random.OneIn(3)) {
          for (const int32_t key : mine) {
            --owners[static_cast<size_t>(key)];
          }
          mine.clear();
        }
        common::RealEnv().SleepMicros(100);  // for the others' turn
        for (const int32_t key : mine) {
          EXPECT_OK(tree_->Insert(transaction, KeyOf(key), RidOf(static_cast<uint64_t>(key) + 2),
                                  &changer_of_));
        }
      }
      // Others that were not reserved.
      for (int i = 0; i < 20; ++i) {
        const auto key = static_cast<int32_t>(random.Below(kKeys));
        if (tree_
                ->Insert(transaction, KeyOf(key), RidOf(static_cast<uint64_t>(key) + 2),
                         &changer_of_)
                .ok()) {
          EXPECT_EQ(owners[static_cast<size_t>(key)].fetch_add(1), 0);
        }
      }
      EXPECT_OK(transaction.Commit());
    }
  };
  std::vector<std::unique_ptr<common::Thread>> threads;
  const uint64_t seed = 1;
  for (uint64_t i = 0; i < kThreads; ++i) {
    threads.push_back(
        common::RealEnv().StartThread("inserter", [&work, seed, i] { work(seed + i); }));
  }
  for (const auto& thread : threads) {
    thread->Join();
  }
  size_t count = 0;
  for (const std::atomic<int>& owner : owners) {
    count += static_cast<size_t>(owner.load());
  }
  EXPECT_EQ(tree_->statistics().entries, count);
  EXPECT_OK(tree_->Validate());
}

}  // namespace
}  // namespace redbase::ix
