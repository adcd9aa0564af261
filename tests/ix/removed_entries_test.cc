#include "ix/internal/removed_entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "common/env.h"

namespace redbase::ix {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RemovedEntries, ListsARangeInOrder) {
  const auto by = std::make_shared<tx::TransactionState>();
  RemovedEntries entries;
  for (const char* entry : {"d", "b", "a", "c"}) {
    entries.Add(entry, by);
  }
  EXPECT_THAT(entries.List("b", "d"), ElementsAre("b", "c"));
  EXPECT_THAT(entries.List("b", std::nullopt), ElementsAre("b", "c", "d"));
  EXPECT_THAT(entries.List("e", std::nullopt), IsEmpty());
}

TEST(RemovedEntries, AnEntryStaysUntilAllWhoRemovedItAreForgotten) {
  const auto first = std::make_shared<tx::TransactionState>();
  const auto second = std::make_shared<tx::TransactionState>();
  RemovedEntries entries;
  entries.Add("a", first);
  entries.Add("a", first);
  entries.Add("a", second);
  entries.Forget(*first);
  EXPECT_THAT(entries.List("", std::nullopt), ElementsAre("a"));
  EXPECT_FALSE(entries.empty());
  entries.Forget(*second);
  EXPECT_THAT(entries.List("", std::nullopt), IsEmpty());
  EXPECT_TRUE(entries.empty());
  entries.Forget(*second);
}

TEST(RemovedEntries, WhoRemovedAKeyIsKnownUntilItEnds) {
  tx::Oracle oracle{common::RealEnv()};
  const auto first = std::make_shared<tx::TransactionState>();
  const auto second = std::make_shared<tx::TransactionState>();
  RemovedEntries entries;
  EXPECT_EQ(entries.RemoverOf("k"), nullptr);
  entries.Add("k1", first);
  entries.Add("l1", second);
  EXPECT_EQ(entries.RemoverOf("k"), first);
  oracle.End(first, /*rolled_back=*/false);
  EXPECT_EQ(entries.RemoverOf("k"), nullptr);
  entries.Add("k1", second);
  EXPECT_EQ(entries.RemoverOf("k"), second);
}

}  // namespace
}  // namespace redbase::ix
