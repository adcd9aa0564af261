#include "ix/internal/removed_entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace redbase::ix {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RemovedEntries, ListsARangeInOrder) {
  const tx::TransactionState by;
  RemovedEntries entries;
  for (const char* entry : {"d", "b", "a", "c"}) {
    entries.Add(entry, by);
  }
  EXPECT_THAT(entries.List("b", "d"), ElementsAre("b", "c"));
  EXPECT_THAT(entries.List("b", std::nullopt), ElementsAre("b", "c", "d"));
  EXPECT_THAT(entries.List("e", std::nullopt), IsEmpty());
}

TEST(RemovedEntries, AnEntryStaysUntilAllWhoRemovedItAreForgotten) {
  const tx::TransactionState first;
  const tx::TransactionState second;
  RemovedEntries entries;
  entries.Add("a", first);
  entries.Add("a", first);
  entries.Add("a", second);
  entries.Forget(first);
  EXPECT_THAT(entries.List("", std::nullopt), ElementsAre("a"));
  EXPECT_FALSE(entries.empty());
  entries.Forget(second);
  EXPECT_THAT(entries.List("", std::nullopt), IsEmpty());
  EXPECT_TRUE(entries.empty());
  entries.Forget(second);
}

}  // namespace
}  // namespace redbase::ix
