#include "ix/bplus_tree.h"

#include <algorithm>

#include "common/text.h"
#include "ix/internal/tree.h"
#include "ix/internal/tree_ops.h"
#include "tests/ix/tree_fixture.h"

namespace redbase::ix {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class BPlusTreeTest : public TreeTest {
 protected:
  Status BulkBuild(const Model& entries) {
    auto next = entries.begin();
    Status status = tree_->BulkBuild([&](Entry* entry) -> Result<bool> {
      if (next == entries.end()) {
        return false;
      }
      *entry = {next->first, next->second};
      ++next;
      return true;
    });
    if (status.ok()) {
      model_ = entries;
    }
    return status;
  }
  static Model Ints(int32_t begin, int32_t end) {
    Model entries;
    for (int32_t i = begin; i < end; ++i) {
      entries.insert({KeyOf(i), RidOf(static_cast<uint64_t>(i))});
    }
    return entries;
  }
  std::string Drawing() const {
    const Result<std::string> drawing = tree_->Draw();
    EXPECT_OK(drawing);
    return drawing.ok() ? *drawing : "";
  }
};

TEST_F(BPlusTreeTest, AnEmptyTreeIsOneLeaf) {
  Start();
  Check();
  EXPECT_EQ(tree_->statistics().height, 1);
  EXPECT_EQ(tree_->statistics().pages, 1);
  EXPECT_TRUE(Lookup(KeyOf(1)).empty());
}

TEST_F(BPlusTreeTest, AnEntryIsThereOnce) {
  Start();
  EXPECT_OK(Insert(5, 1));
  EXPECT_OK(Insert(5, 2));
  EXPECT_CODE(Code::kAlreadyExists, Insert(5, 2));
  EXPECT_EQ(Lookup(KeyOf(5)), (std::vector<Rid>{RidOf(1), RidOf(2)}));
  EXPECT_CODE(Code::kNotFound, Erase(5, 3));
  EXPECT_CODE(Code::kNotFound, Erase(4, 1));
  EXPECT_OK(Erase(5, 1));
  EXPECT_EQ(Lookup(KeyOf(5)), (std::vector<Rid>{RidOf(2)}));
  Check();
}

TEST_F(BPlusTreeTest, OneOfManyEntriesOfAKeyIsFoundInOneDescent) {
  Start();
  for (uint64_t rid = 0; rid < 5000; ++rid) {
    ASSERT_OK(Insert(5, rid));
  }
  const TreeStatistics tree = tree_->statistics();
  ASSERT_GT(tree.pages, 5U);
  const uint64_t before = pool_->statistics().get_page;
  EXPECT_TRUE(*tree_->Contains(KeyOf(5), RidOf(4321)));
  EXPECT_FALSE(*tree_->Contains(KeyOf(5), RidOf(5000)));
  EXPECT_FALSE(*tree_->Contains(KeyOf(4), RidOf(1)));
  EXPECT_LE(pool_->statistics().get_page - before, 3 * tree.height);
  EXPECT_FALSE(*tree_->Contains(std::string(tree_->max_key_bytes() + 1, 'x'), RidOf(1)));
}

TEST_F(BPlusTreeTest, AUniqueTreeRefusesASecondRidAndNamesTheKey) {
  Start({{{{TypeId::kInt}}, {{TypeId::kVarchar, 10}}}, /*unique=*/true});
  const std::string key = KeyOf(options_.key, {Value::Int(5), Value::String("it's")});
  ASSERT_OK(Insert(key, 1));
  const Status status = Insert(key, 2);
  EXPECT_CODE(Code::kConstraint, status);
  EXPECT_EQ(status.message(), "key (5, " + common::Quoted("it's") + ") already exists");
  EXPECT_CODE(Code::kAlreadyExists, Insert(key, 1));
  ASSERT_OK(Erase(key, 1));
  EXPECT_OK(Insert(key, 2));
  Check();
}

TEST_F(BPlusTreeTest, NullsAreNotUnique) {
  Start({{{{TypeId::kInt}}, {{TypeId::kInt}}}, /*unique=*/true});
  const std::string key = KeyOf(options_.key, {Value::Int(5), Value::Null()});
  for (uint64_t rid = 0; rid < 1000; ++rid) {
    ASSERT_OK(Insert(key, rid));
  }
  Check();
}

TEST_F(BPlusTreeTest, UniquenessHoldsAcrossALargeTree) {
  Start({IntKey(), /*unique=*/true});
  InsertInts(0, 3000);
  for (int32_t i = 0; i < 3000; ++i) {
    ASSERT_CODE(Code::kConstraint, Insert(i, 5000)) << i;
  }
  Check();
}

TEST_F(BPlusTreeTest, TheLongestKeyFitsAndALongerOneIsRefused) {
  Start({StringKey(0)});
  const size_t longest = tree_->max_key_bytes();
  EXPECT_GE(longest, 513 + 1);  // 255 bytes, all of them zero
  for (uint64_t rid = 0; rid < 200; ++rid) {
    std::string key(longest, static_cast<char>('a' + rid % 7));
    key.back() = static_cast<char>('a' + rid % 5);
    ASSERT_OK(Insert(key, rid));
  }
  Check();
  const Status status = Insert(std::string(longest + 1, 'x'), 1);
  EXPECT_CODE(Code::kInvalidArgument, status);
  EXPECT_THAT(status.message(), HasSubstr(std::to_string(longest + 1)));
  EXPECT_CODE(Code::kInvalidArgument, Erase(std::string(longest + 1, 'x'), 1));
  EXPECT_TRUE(Lookup(std::string(longest + 1, 'x')).empty());
}

TEST_F(BPlusTreeTest, ThousandsOfDuplicatesAreKeptInOrder) {
  Start();
  for (uint64_t i = 0; i < 5000; ++i) {
    ASSERT_OK(Insert(static_cast<int32_t>(i % 3), (i * 7919) % 100003));
  }
  Check();
  for (int32_t key = -1; key < 4; ++key) {
    EXPECT_EQ(Lookup(KeyOf(key)), ModelLookup(KeyOf(key))) << key;
    EXPECT_EQ(*tree_->LookupOne(KeyOf(key)), ModelLookup(KeyOf(key)).empty()
                                                 ? std::nullopt
                                                 : std::optional(ModelLookup(KeyOf(key)).front()));
  }
}

TEST_F(BPlusTreeTest, AscendingKeysFillThePages) {
  Start();
  InsertInts(0, 20000);
  Check();
  // 245 entries would fit into a page.
  EXPECT_LT(tree_->statistics().pages, 20000 / 200);
}

TEST_F(BPlusTreeTest, CountsAndEntriesSurviveClosing) {
  Start();
  InsertInts(0, 5000);
  const TreeStatistics before = tree_->statistics();
  Reopen();
  Check();
  EXPECT_EQ(tree_->statistics().pages, before.pages);
  EXPECT_EQ(tree_->statistics().height, before.height);
}

TEST_F(BPlusTreeTest, RollbackTakesEveryChangeBack) {
  Start();
  InsertInts(0, 2000);
  Commit();
  InsertInts(2000, 4000);
  for (int32_t i = 0; i < 1500; ++i) {
    ASSERT_OK(Erase(i, static_cast<uint64_t>(i)));
  }
  ASSERT_OK(Insert(7, 7));  // erased and inserted again
  Rollback();
  Check();
}

TEST_F(BPlusTreeTest, UndoMayBeRepeated) {
  Start();
  ASSERT_OK(Insert(1, 1));
  const EntryBuffer entry(KeyOf(1), RidOf(1));
  for (int i = 0; i < 2; ++i) {
    EXPECT_OK(tree_->Undo(kUndoInsert, AsBytes(entry.view())));
    EXPECT_TRUE(Lookup(KeyOf(1)).empty());
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_OK(tree_->Undo(kUndoErase, AsBytes(entry.view())));
    EXPECT_EQ(Lookup(KeyOf(1)).size(), 1);
  }
  EXPECT_CODE(Code::kCorruption, tree_->Undo(kUndoErase, AsBytes("abc")));
}

TEST_F(BPlusTreeTest, AnErasedTreeGivesItsPagesBackAndUsesThemAgain) {
  Start();
  InsertInts(0, 5000);
  const uint32_t pages = tree_->file().page_count();
  for (int round = 0; round < 3; ++round) {
    // From both ends and the middle.
    std::vector<int32_t> order;
    for (int32_t i = 0; i < 5000; ++i) {
      order.push_back((i * 1777 + round * 300) % 5000);
    }
    for (const int32_t i : order) {
      ASSERT_OK(Erase(i, static_cast<uint64_t>(i)));
    }
    Check();
    EXPECT_EQ(tree_->statistics().height, 1);
    EXPECT_EQ(tree_->statistics().pages, 1);
    InsertInts(0, 5000);
    EXPECT_EQ(tree_->file().page_count(), pages);
  }
  Check();
}

TEST_F(BPlusTreeTest, BulkBuildEqualsInserts) {
  for (const int32_t count : {0, 1, 2, 100, 30000}) {
    Start();
    ASSERT_OK(BulkBuild(Ints(-count, count)));
    Check();
    Reopen();
    Check();
    InsertInts(count, count + 500);
    Check();
    transaction_.reset();
    tree_->Abandon();
    tree_.reset();
    model_.clear();
    ASSERT_OK(env_.RemoveFile(kPath));
  }
}

TEST_F(BPlusTreeTest, BulkBuildFillsNineTenths) {
  Start();
  ASSERT_OK(BulkBuild(Ints(0, 50000)));
  // 245 entries would fit into a page.
  EXPECT_NEAR(tree_->statistics().pages, 50000 / 245.0 / 0.9, 10);
}

TEST_F(BPlusTreeTest, BulkBuildTakesKeysOfAllLengths) {
  Start({StringKey(255)});
  Model entries;
  Random random(1);
  for (int i = 0; i < 5000; ++i) {
    // Long common prefixes that end all at once.
    std::string text(random.Below(4) * 80, 'p');
    text += std::string(random.Below(15), static_cast<char>('a' + random.Below(26)));
    entries.insert({KeyOf(options_.key, {Value::String(text)}), RidOf(random.Below(1000))});
  }
  ASSERT_OK(BulkBuild(entries));
  Check();
}

// The last node has no high fence, so it cannot leave the common prefix out.
TEST_F(BPlusTreeTest, BulkBuildSplitsALastNodeOfLongKeys) {
  Start({StringKey(255)});
  Model entries;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = std::string(200, i < 500 ? 'p' : 'q') + std::to_string(i);
    entries.insert({KeyOf(options_.key, {Value::String(text)}), RidOf(static_cast<uint64_t>(i))});
  }
  ASSERT_OK(BulkBuild(entries));
  Check();
}

TEST_F(BPlusTreeTest, BulkBuildRefusesWhatATreeCannotHold) {
  Start({IntKey(), /*unique=*/true});
  Model entries = Ints(0, 3000);
  entries.insert({KeyOf(2500), RidOf(9999)});
  const Status status = BulkBuild(entries);
  EXPECT_CODE(Code::kConstraint, status);
  EXPECT_EQ(status.message(), "key (2500) already exists");
  EXPECT_CODE(Code::kIoError, tree_->BulkBuild([](Entry*) -> Result<bool> {
    return Status(Code::kIoError, "no more to read");
  }));
  const std::string descending[] = {KeyOf(2), KeyOf(1)};
  size_t i = 0;
  EXPECT_CODE(Code::kInternal, tree_->BulkBuild([&](Entry* entry) -> Result<bool> {
    *entry = {descending[i++], RidOf(1)};
    return true;
  }));
}

TEST_F(BPlusTreeTest, ATreeOfAnotherKeyIsNotOpened) {
  Start();
  ASSERT_OK(tree_->Close());
  tree_.reset();
  for (const TreeOptions& other :
       {TreeOptions{IntKey(), /*unique=*/true}, TreeOptions{{{{TypeId::kInt}, true}}},
        TreeOptions{{{{TypeId::kInt}}, {{TypeId::kInt}}}}, TreeOptions{StringKey(4)},
        TreeOptions{{{{TypeId::kInt}, false, false}}}}) {
    const auto opened = BPlusTree::Open(Context(), kPath, kIdentity, other);
    EXPECT_CODE(Code::kCorruption, opened);
    EXPECT_THAT(opened.status().message(), HasSubstr("/tree: page 1: "));
  }
  EXPECT_OK(BPlusTree::Open(Context(), kPath, kIdentity, {IntKey()}));
}

TEST_F(BPlusTreeTest, AFailedCreateLeavesNothing) {
  for (uint64_t n = 0;; ++n) {
    env_.SetFaults({.fail_at = n});
    const auto created = BPlusTree::Create(Context(), kPath, kIdentity, {IntKey()}, 4096);
    const bool failed = env_.faults() > 0;
    env_.SetFaults({});
    if (!failed) {
      ASSERT_OK(created);
      break;
    }
    ASSERT_CODE(Code::kIoError, created);
    ASSERT_FALSE(env_.Exists(kPath));
  }
}

TEST_F(BPlusTreeTest, DrawShowsLevelsFillAndKeys) {
  Start();
  EXPECT_EQ(Drawing(),
            "0 entries, 1 level, 1 node of 4096 bytes\n"
            "leaves\n"
            "  page 2: 0 entries, 0% full\n");
  ASSERT_OK(BulkBuild(Ints(0, 500)));
  EXPECT_EQ(Drawing(),
            "500 entries, 2 levels, 4 nodes of 4096 bytes\n"
            "level 1\n"
            "  page 2: 3 children, 1% full, (219) to (438)\n"
            "leaves\n"
            "  page 3: 219 entries, 89% full, (0) to (218)\n"
            "  page 4: 219 entries, 89% full, (219) to (437)\n"
            "  page 5: 62 entries, 25% full, (438) to (499)\n");
}

TEST_F(BPlusTreeTest, DrawCutsLongLevels) {
  Start({IntKey(), /*unique=*/true});
  ASSERT_OK(BulkBuild(Ints(0, 20000)));
  EXPECT_THAT(Drawing(), StartsWith("20000 entries, 2 levels, 93 nodes of 4096 bytes, unique\n"));
  EXPECT_THAT(Drawing(), HasSubstr("\n  ... 76 more\n"));
}

TEST(KeyText, CompletesKeysThatWereCutShort) {
  const std::vector<KeyColumn> key = {{{TypeId::kInt}}, {{TypeId::kVarchar, 10}, true}};
  const std::string whole = KeyOf(key, {Value::Int(258), Value::String("ab")});
  EXPECT_EQ(KeyText(key, whole), "(258, 'ab')");
  EXPECT_EQ(KeyText(key, whole + "rid"), "(258, 'ab')");
  EXPECT_EQ(KeyText(key, whole.substr(0, whole.size() - 2)), "(258, 'ab')");
  EXPECT_EQ(KeyText(key, whole.substr(0, 4)), "(256)");
}

}  // namespace
}  // namespace redbase::ix
