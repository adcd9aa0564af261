#include "ix/index_scan.h"

#include "tests/ix/tree_fixture.h"

namespace redbase::ix {
namespace {

class IndexScanTest : public TreeTest {
 protected:
  // Keys 0, 2, 4 ... below 2 * count.
  void StartWithEvenKeys(int32_t count) {
    Start();
    for (int32_t i = 0; i < count; ++i) {
      ASSERT_OK(Insert(2 * i, static_cast<uint64_t>(i)));
    }
  }
  static KeyRange Range(int32_t lower, int32_t upper) { return {KeyOf(lower), KeyOf(upper)}; }
  static KeyRange From(int32_t lower) { return {KeyOf(lower), std::nullopt}; }
  static KeyRange Below(int32_t upper) { return {std::nullopt, KeyOf(upper)}; }

  void ExpectBothDirections(const KeyRange& range) const {
    for (const size_t limit : {1, 7, 100000}) {
      EXPECT_EQ(Scan(range, Direction::kForward, limit), ModelScan(range, Direction::kForward));
      EXPECT_EQ(Scan(range, Direction::kBackward, limit), ModelScan(range, Direction::kBackward));
    }
  }
};

TEST_F(IndexScanTest, RangesHoldTheLowerAndNotTheUpperBound) {
  StartWithEvenKeys(1000);
  for (const auto& range :
       {Range(10, 20), Range(9, 21), Range(10, 10), Range(20, 10), Range(-5, 0), Range(-5, 1),
        Range(1998, 3000), Range(1999, 3000), From(1990), Below(10), KeyRange{}}) {
    ExpectBothDirections(range);
  }
}

TEST_F(IndexScanTest, AnEmptyTreeHasNothingToScan) {
  Start();
  ExpectBothDirections({});
  ExpectBothDirections(Range(1, 2));
}

TEST_F(IndexScanTest, RangesAtTheFencesOfLeavesAreExact) {
  StartWithEvenKeys(700);
  for (int32_t key = 0; key < 1400; key += 13) {
    ASSERT_NO_FATAL_FAILURE(ExpectBothDirections(Range(key, key + 2)));
    EXPECT_EQ(Scan(From(key), Direction::kBackward), ModelScan(From(key), Direction::kBackward));
    EXPECT_EQ(Scan(Below(key)), ModelScan(Below(key)));
  }
}

TEST_F(IndexScanTest, AnEmptyBoundIsAValue) {
  StartWithEvenKeys(10);
  EXPECT_EQ(Scan({"", std::nullopt}).size(), 10);
  EXPECT_TRUE(Scan({std::nullopt, ""}).empty());
  EXPECT_TRUE(Scan({std::nullopt, ""}, Direction::kBackward).empty());
}

TEST_F(IndexScanTest, KeysAreReturnedOnlyWhenAskedFor) {
  StartWithEvenKeys(10);
  IndexScan scan(*tree_, {});
  std::vector<Rid> rids = {RidOf(77)};
  ASSERT_OK_AND_ASSIGN(const bool more, scan.Next(3, &rids));
  EXPECT_TRUE(more);
  EXPECT_EQ(rids, (std::vector<Rid>{RidOf(77), RidOf(0), RidOf(1), RidOf(2)}));
}

TEST_F(IndexScanTest, WhatWasReturnedMayBeErased) {
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    for (const size_t limit : {1, 10, 300}) {
      StartWithEvenKeys(3000);
      const Entries all = ModelScan({}, direction);
      IndexScan scan(*tree_, {}, direction);
      Entries seen;
      while (true) {
        std::vector<Rid> rids;
        std::vector<std::string> keys;
        ASSERT_OK_AND_ASSIGN(const bool more, scan.Next(limit, &rids, &keys));
        if (!more) {
          break;
        }
        for (size_t i = 0; i < rids.size(); ++i) {
          seen.emplace_back(keys[i], rids[i]);
          ASSERT_OK(Erase(keys[i], PackRid(rids[i])));
        }
      }
      EXPECT_EQ(seen, all);
      Check();
      transaction_.reset();
      tree_->Abandon();
      tree_.reset();
      ASSERT_OK(env_.RemoveFile(kPath));
    }
  }
}

TEST_F(IndexScanTest, EntriesThatStayAreSeenOnceWhileOthersComeAndGo) {
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    StartWithEvenKeys(3000);
    IndexScan scan(*tree_, {}, direction);
    Random random(5);
    std::vector<Rid> rids;
    while (true) {
      const size_t before = rids.size();
      ASSERT_OK_AND_ASSIGN(const bool more, scan.Next(40, &rids));
      if (!more) {
        break;
      }
      // Odd keys, with other RIDs: many come, so that leaves split, then go.
      for (int i = 0; i < 60; ++i) {
        const auto key = static_cast<int32_t>(random.Below(3000) * 2 + 1);
        const uint64_t rid = 100000 + random.Below(3);
        if (!Insert(key, rid).ok()) {
          ASSERT_OK(Erase(key, rid));
        }
      }
      ASSERT_LE(rids.size() - before, 40);
    }
    std::vector<uint64_t> stayed;
    for (const Rid rid : rids) {
      if (PackRid(rid) < 100000) {
        stayed.push_back(PackRid(rid));
      }
    }
    ASSERT_EQ(stayed.size(), 3000);
    for (uint64_t i = 0; i < 3000; ++i) {
      ASSERT_EQ(stayed[i], direction == Direction::kForward ? i : 2999 - i);
    }
    Check();
    transaction_.reset();
    tree_->Abandon();
    tree_.reset();
    model_.clear();
    ASSERT_OK(env_.RemoveFile(kPath));
  }
}

}  // namespace
}  // namespace redbase::ix
