#include "tx/oracle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/env.h"
#include "tests/support/expect_status.h"

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

  Oracle oracle_{common::RealEnv()};
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

// Somebody who waits for `blocker`.
class Waiter {
 public:
  Waiter(Oracle& oracle, const State& own, const State& blocker) {
    const size_t before = oracle.waiting();
    thread_ = common::RealEnv().StartThread("waiter", [this, &oracle, own, blocker] {
      EXPECT_CODE(Code::kMustWait, own->BlockedBy(blocker));
      outcome_ = oracle.AwaitBlocker(own.get(), {});
    });
    while (oracle.waiting() == before) {
    }
  }
  Status Outcome() {
    thread_->Join();
    return outcome_;
  }

 private:
  Status outcome_;
  std::unique_ptr<common::Thread> thread_;
};

TEST_F(OracleTest, WhoIsBlockedWaitsForTheEnd) {
  const State blocker = Begin();
  const State own = Begin();
  EXPECT_OK(oracle_.AwaitBlocker(own.get(), {}));  // nobody is in the way
  EXPECT_CODE(Code::kMustWait, own->BlockedBy(blocker));
  EXPECT_CODE(Code::kUnavailable, oracle_.AwaitBlocker(own.get(), {nullptr, 5}));
  Waiter waiter(oracle_, own, blocker);
  EXPECT_EQ(oracle_.waiting(), 1U);
  oracle_.End(blocker, /*rolled_back=*/true);
  EXPECT_OK(waiter.Outcome());
}

// Each was told of the other one, and waited for nobody.
TEST_F(OracleTest, ThoseThatWereInEachOthersWayAreLetGo) {
  std::weak_ptr<TransactionState> seen;
  {
    const State a = Begin();
    const State b = Begin();
    seen = a;
    EXPECT_CODE(Code::kMustWait, a->BlockedBy(b));
    EXPECT_CODE(Code::kMustWait, b->BlockedBy(a));
    oracle_.End(a, /*rolled_back=*/true);
    oracle_.End(b, /*rolled_back=*/true);
  }
  EXPECT_TRUE(seen.expired());
}

TEST_F(OracleTest, NobodyWaitsForOneThatIsAbandoned) {
  const State blocker = Begin();
  Waiter waiter(oracle_, Begin(), blocker);
  oracle_.Abandon(blocker.get());
  EXPECT_CODE(Code::kUnavailable, waiter.Outcome());
}

TEST_F(OracleTest, TheOneThatClosesACircleIsTold) {
  const State a = Begin();
  const State b = Begin();
  const State c = Begin();
  Waiter first(oracle_, a, b);
  Waiter second(oracle_, b, c);
  EXPECT_CODE(Code::kMustWait, c->BlockedBy(a));
  EXPECT_CODE(Code::kDeadlock, oracle_.AwaitBlocker(c.get(), {}));
  oracle_.End(c, /*rolled_back=*/true);
  EXPECT_OK(second.Outcome());
  oracle_.End(b, /*rolled_back=*/false);
  EXPECT_OK(first.Outcome());
}

TEST_F(OracleTest, WhoAwaitsAllIsToldThatOneWaitsForIt) {
  const State alone = Begin();
  Waiter waiter(oracle_, Begin(), alone);
  EXPECT_CODE(Code::kDeadlock, oracle_.AwaitAll(*alone, [] { return Status(); }));
  oracle_.End(alone, /*rolled_back=*/false);
  EXPECT_OK(waiter.Outcome());
}

TEST_F(OracleTest, NobodyMayWaitForOneThatAwaitsAll) {
  const State alone = Begin();
  const State other = Begin();
  EXPECT_OK(oracle_.AwaitAll(*alone, [&] {
    EXPECT_CODE(Code::kMustWait, other->BlockedBy(alone));
    EXPECT_CODE(Code::kDeadlock, oracle_.AwaitBlocker(other.get(), {}));
    return Status();
  }));
  EXPECT_CODE(Code::kMustWait, other->BlockedBy(alone));
  EXPECT_CODE(Code::kUnavailable, oracle_.AwaitBlocker(other.get(), {nullptr, 1}));
}

}  // namespace
}  // namespace redbase::tx
