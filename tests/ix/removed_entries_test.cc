#include "ix/internal/removed_entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "common/env.h"
#include "common/random.h"
#include "common/sim_env.h"
#include "tests/support/expect_status.h"
#include "tests/tx/new_log.h"

namespace redbase::ix {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RemovedEntriesTest : public ::testing::Test {
 protected:
  std::vector<std::string> List(std::string_view from,
                                std::optional<std::string_view> to = std::nullopt) {
    const auto list = entries_.List({.from = from, .to = to});
    EXPECT_OK(list);
    return *list;
  }
  RemovedEntries::Transaction RemoverOf(std::string_view key) {
    const auto remover = entries_.RemoverOf(key, *own_);
    EXPECT_OK(remover);
    return *remover;
  }
  void Spill() { entries_.Spill(*own_, {*log_, 0, 0, nullptr}); }

  common::SimEnv env_;
  const std::unique_ptr<tx::TransactionLog> log_ = tx::NewLog(env_, "/db", 0);
  RemovedEntries entries_{env_, "/"};
  const std::shared_ptr<tx::TransactionState> own_ = std::make_shared<tx::TransactionState>();
  const std::shared_ptr<tx::TransactionState> first_ = std::make_shared<tx::TransactionState>();
  const std::shared_ptr<tx::TransactionState> second_ = std::make_shared<tx::TransactionState>();
};

TEST_F(RemovedEntriesTest, ListsARangeInOrder) {
  for (const char* entry : {"d", "b", "a", "c"}) {
    entries_.Add(entry, first_);
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(List("b", "d"), ElementsAre("b", "c"));
    EXPECT_THAT(List("b"), ElementsAre("b", "c", "d"));
    EXPECT_THAT(List("e"), IsEmpty());
    EXPECT_THAT(List("c", "b"), IsEmpty());
    Spill();  // and from there
  }
}

TEST_F(RemovedEntriesTest, AnEntryStaysUntilAllWhoRemovedItAreForgotten) {
  entries_.Add("a", first_);
  entries_.Add("a", first_);
  entries_.Add("a", second_);
  entries_.Forget(*first_);
  EXPECT_THAT(List(""), ElementsAre("a"));
  EXPECT_FALSE(entries_.empty());
  entries_.Forget(*second_);
  EXPECT_THAT(List(""), IsEmpty());
  EXPECT_TRUE(entries_.empty());
  EXPECT_EQ(entries_.bytes(), 0U);
  entries_.Forget(*second_);
}

TEST_F(RemovedEntriesTest, ARunStaysUntilAllAreForgotten) {
  entries_.Add("a", first_);
  entries_.Add("b", second_);
  Spill();
  EXPECT_EQ(entries_.bytes(), 0U);
  entries_.Add("b", first_);
  entries_.Forget(*first_);
  EXPECT_THAT(List(""), ElementsAre("a", "b"));
  entries_.Forget(*second_);
  EXPECT_TRUE(entries_.empty());
  EXPECT_THAT(List(""), IsEmpty());
}

TEST_F(RemovedEntriesTest, WhoRemovedAKeyIsKnownUntilItEnds) {
  tx::Oracle oracle{common::RealEnv()};
  EXPECT_EQ(RemoverOf("k"), nullptr);
  entries_.Add("k1", first_);
  entries_.Add("l1", second_);
  entries_.Add("m1", own_);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(RemoverOf("k"), first_);
    EXPECT_EQ(RemoverOf("l"), second_);
    EXPECT_EQ(RemoverOf("j"), nullptr);
    EXPECT_EQ(RemoverOf("m"), nullptr);
    Spill();
  }
  oracle.End(first_, /*rolled_back=*/false);
  EXPECT_EQ(RemoverOf("k"), nullptr);
  entries_.Add("k1", second_);
  EXPECT_EQ(RemoverOf("k"), second_);
}

TEST_F(RemovedEntriesTest, WhatCannotBeWrittenStaysInMemory) {
  entries_.Add("a", first_);
  env_.SetFaults({.fail_at = 0, .for_ever = true});
  Spill();
  EXPECT_GT(entries_.bytes(), 0U);
  EXPECT_THAT(List(""), ElementsAre("a"));
  env_.SetFaults({});
  Spill();
  EXPECT_EQ(entries_.bytes(), 0U);
  env_.SetFaults({.fail_at = 0, .for_ever = true});
  EXPECT_EQ(entries_.List({}).status().code(), Code::kIoError);
  EXPECT_EQ(entries_.RemoverOf("a", *own_).status().code(), Code::kIoError);
}

// Against a map, with blocks that one range spans and runs that overlap.
TEST_F(RemovedEntriesTest, AgreesWithAModel) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  std::set<std::string> model;
  const auto draw = [&random] {
    return std::to_string(random.Below(5000)) + std::string(random.Below(60), 'x');
  };
  for (int run = 0; run < 6; ++run) {
    for (int i = 0; i < 1500; ++i) {
      const std::string entry = draw();
      entries_.Add(entry, random.Below(2) == 0 ? first_ : second_);
      model.insert(entry);
    }
    if (run < 5) {
      Spill();
    }
    for (int i = 0; i < 50; ++i) {
      const std::string from = random.OneIn(5) ? "" : draw();
      const std::string to = draw();
      RemovedRange range{.from = from};
      auto begin = model.lower_bound(from);
      auto end = model.end();
      if (random.Below(5) != 0) {
        range.to = to;
        end = to < from ? begin : model.lower_bound(to);
      }
      range.backward = random.Below(2) == 0;
      range.limit = random.Below(2) == 0 ? SIZE_MAX : random.Below(2000);
      std::vector<std::string> want(begin, end);
      if (range.backward) {
        std::reverse(want.begin(), want.end());
      }
      want.resize(std::min(want.size(), range.limit));
      const auto list = entries_.List(range);
      ASSERT_OK(list);
      ASSERT_EQ(*list, want);
    }
  }
}

}  // namespace
}  // namespace redbase::ix
