#include "tx/oracle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace redbase::tx {
namespace {

using State = std::shared_ptr<TransactionState>;

// Counts what it is told to forget.
class Keeper : public VersionKeeper {
 public:
  void Forget(const TransactionState& /*transaction*/) override { ++forgotten; }
  int forgotten = 0;
};

class OracleTest : public ::testing::Test {
 protected:
  // One that has changed something.
  State Begin() {
    auto state = std::make_shared<TransactionState>();
    state->Keep(keeper_);
    return state;
  }
  static bool Sees(const Snapshot& snapshot, const State& state) {
    return View{snapshot.timestamp()}.Sees({state, 1});
  }

  Oracle oracle_;
  std::shared_ptr<Keeper> keeper_ = std::make_shared<Keeper>();
};

TEST_F(OracleTest, ASnapshotSeesWhatHadEnded) {
  const State early = Begin();
  oracle_.End(early, /*rolled_back=*/false);
  const State late = Begin();
  const Snapshot snapshot = oracle_.Take();
  oracle_.End(late, /*rolled_back=*/false);
  EXPECT_TRUE(Sees(snapshot, early));
  EXPECT_FALSE(Sees(snapshot, late));
  EXPECT_TRUE(Sees(oracle_.Take(), late));
}

TEST_F(OracleTest, AStatementSeesItsTransactionsEarlierOnes) {
  const State own = Begin();
  const View view{oracle_.Take().timestamp(), own.get(), 2};
  EXPECT_TRUE(view.Sees({own, 1}));
  EXPECT_FALSE(view.Sees({own, 2}));
  EXPECT_FALSE(view.IsOvertakenBy({own, 2}));
}

TEST_F(OracleTest, WhatWasRolledBackOvertakesNobody) {
  const Snapshot snapshot = oracle_.Take();
  const View view{snapshot.timestamp()};
  const State committed = Begin();
  const State rolled_back = Begin();
  EXPECT_TRUE(view.IsOvertakenBy({committed, 1}));
  oracle_.End(committed, /*rolled_back=*/false);
  oracle_.End(rolled_back, /*rolled_back=*/true);
  EXPECT_TRUE(view.IsOvertakenBy({committed, 1}));
  EXPECT_FALSE(view.IsOvertakenBy({rolled_back, 1}));
  EXPECT_FALSE(view.Sees({rolled_back, 1}));
}

TEST_F(OracleTest, VersionsAreForgottenWhenEverySnapshotSeesTheEnd) {
  Snapshot first = oracle_.Take();
  const State state = Begin();
  std::string done;
  state->WhenForgotten([&] { done += "forgotten "; });
  oracle_.End(state, /*rolled_back=*/false);
  const Snapshot second = oracle_.Take();
  EXPECT_EQ(oracle_.remembered(), 1U);
  EXPECT_EQ(done, "");
  first = Snapshot();
  EXPECT_EQ(oracle_.remembered(), 0U);
  EXPECT_EQ(keeper_->forgotten, 1);
  state->WhenForgotten([&] { done += "at once"; });
  EXPECT_EQ(done, "forgotten at once");
}

TEST_F(OracleTest, WithoutSnapshotsVersionsAreForgottenAtTheEnd) {
  const State state = Begin();
  oracle_.End(state, /*rolled_back=*/true);
  EXPECT_EQ(keeper_->forgotten, 1);
}

TEST_F(OracleTest, AKeeperThatIsGoneIsNotTold) {
  const State state = Begin();
  keeper_.reset();
  oracle_.End(state, /*rolled_back=*/false);
  EXPECT_EQ(oracle_.remembered(), 0U);
}

}  // namespace
}  // namespace redbase::tx
