// That the checker of histories finds each anomaly, and nothing where there is none.
#include "tests/db/history.h"

#include <gtest/gtest.h>

#include <utility>

namespace redbase::db {
namespace {

HistoryStep Read(int key, List list) { return {key, std::move(list), 0}; }
HistoryStep Append(int key, List list, int element) { return {key, std::move(list), element}; }
HistoryTransaction Committed(std::vector<HistoryStep> steps) { return {std::move(steps), true}; }
HistoryTransaction RolledBack(std::vector<HistoryStep> steps) { return {std::move(steps), false}; }

// "g1 g_single g2", those that were found.
std::string Found(const History& history) {
  const Anomalies found = FindAnomalies(history);
  return std::string(found.g1.empty() ? "" : "g1 ") + (found.g_single.empty() ? "" : "g_single ") +
         (found.g2.empty() ? "" : "g2");
}

TEST(History, OneAfterTheOtherIsSerializable) {
  EXPECT_EQ(
      Found({Committed({Append(1, {}, 10), Append(2, {}, 20)}), RolledBack({Append(1, {10}, 11)}),
             Committed({Read(2, {20}), Append(1, {10}, 12), Read(1, {10, 12})}),
             Committed({Read(1, {10, 12})})}),
      "");
}

TEST(History, DirtyReadIsFound) {
  EXPECT_EQ(Found({RolledBack({Append(1, {}, 10)}), Committed({Read(1, {10})})}), "g1 ");
}

TEST(History, IntermediateReadIsFound) {
  EXPECT_EQ(
      Found({Committed({Append(1, {}, 10), Append(1, {10}, 11)}), Committed({Read(1, {10})})}),
      "g1 g_single g2");
}

TEST(History, CircleOfReadsIsFound) {
  EXPECT_EQ(Found({Committed({Append(1, {}, 10), Read(2, {20})}),
                   Committed({Append(2, {}, 20), Read(1, {10})})}),
            "g1 g2");
}

TEST(History, CircleOfWritesIsFound) {
  EXPECT_EQ(Found({Committed({Append(1, {}, 10), Append(2, {20}, 21)}),
                   Committed({Append(1, {10}, 11), Append(2, {}, 20)})}),
            "g1 g2");
}

TEST(History, LostUpdateIsFound) {
  EXPECT_EQ(Found({Committed({Append(1, {}, 10)}), Committed({Append(1, {}, 11)})}), "g_single g2");
}

TEST(History, ReadSkewIsFound) {
  EXPECT_EQ(Found({Committed({Append(1, {}, 10), Append(2, {}, 20)}),
                   Committed({Read(1, {}), Read(2, {20})})}),
            "g_single g2");
}

TEST(History, WriteSkewIsFound) {
  EXPECT_EQ(Found({Committed({Read(1, {}), Append(2, {}, 20)}),
                   Committed({Read(2, {}), Append(1, {}, 10)})}),
            "g2");
}

}  // namespace
}  // namespace redbase::db
