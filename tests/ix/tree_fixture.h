// TreeTest: a B+ tree on a simulated disk, and a model of what it holds.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/random.h"
#include "common/sim_env.h"
#include "ix/bplus_tree.h"
#include "ix/index_scan.h"
#include "ix/tree_page.h"
#include "pf/buffer_pool.h"
#include "pf/log.h"
#include "tests/support/expect_status.h"

namespace redbase::ix {

// Keys with RIDs, in the order of the tree.
using Model = std::set<std::pair<std::string, Rid>>;

inline Rid RidOf(uint64_t number) { return UnpackRid(number); }

inline std::vector<KeyColumn> IntKey() { return {{{TypeId::kInt}}}; }
inline std::vector<KeyColumn> StringKey(uint32_t length) {
  return {{{TypeId::kClassicString, length}}};
}

inline std::string KeyOf(const std::vector<KeyColumn>& key, const std::vector<Value>& values) {
  std::string out;
  EncodeKeyPrefix(key, values, &out);
  return out;
}
inline std::string KeyOf(int32_t value) { return KeyOf(IntKey(), {Value::Int(value)}); }

class TreeTest : public ::testing::Test {
 protected:
  static constexpr const char* kPath = "/tree";
  static constexpr pf::PageFileIdentity kIdentity = {pf::FileId{7}, 42};

  // The pool has room for `frames` pages of 4096 bytes.
  explicit TreeTest(size_t frames = 40) { MakePool(frames); }
  ~TreeTest() override {
    transaction_.reset();
    tree_.reset();
    EXPECT_EQ(pool_->PinnedPages(), 0);
  }

  void MakePool(size_t frames) {
    tree_.reset();
    pool_ = std::make_unique<pf::BufferPool>(
        env_, log_, pf::BufferPool::Options{frames * 4096, /*background_writer=*/false});
  }

  void Start(TreeOptions options = {IntKey()}, size_t page_size = 4096) {
    options_ = std::move(options);
    ASSERT_OK_AND_ASSIGN(tree_,
                         BPlusTree::Create(Context(), kPath, kIdentity, options_, page_size));
    Begin();
  }
  void Reopen() {
    ASSERT_OK(transaction_->Commit());
    transaction_.reset();
    ASSERT_OK(tree_->Close());
    tree_.reset();
    ASSERT_OK_AND_ASSIGN(tree_, BPlusTree::Open(Context(), kPath, kIdentity, options_));
    Begin();
  }
  void Begin() {
    transaction_ = std::make_unique<tx::Transaction>(targets_);
    committed_ = model_;
  }
  void Commit() {
    ASSERT_OK(transaction_->Commit());
    Begin();
  }
  void Rollback() {
    ASSERT_OK(transaction_->Rollback());
    model_ = committed_;
    Begin();
  }

  Status Insert(const std::string& key, uint64_t rid) {
    Status status = tree_->Insert(*transaction_, key, RidOf(rid));
    if (status.ok()) {
      model_.insert({key, RidOf(rid)});
    }
    return status;
  }
  Status Insert(int32_t key, uint64_t rid) { return Insert(KeyOf(key), rid); }
  Status Erase(const std::string& key, uint64_t rid) {
    Status status = tree_->Erase(*transaction_, key, RidOf(rid));
    if (status.ok()) {
      model_.erase({key, RidOf(rid)});
    }
    return status;
  }
  Status Erase(int32_t key, uint64_t rid) { return Erase(KeyOf(key), rid); }
  void InsertInts(int32_t begin, int32_t end) {
    for (int32_t i = begin; i < end; ++i) {
      ASSERT_OK(Insert(i, static_cast<uint64_t>(i)));
    }
  }

  std::vector<Rid> Lookup(const std::string& key) const {
    std::vector<Rid> rids;
    EXPECT_OK(tree_->Lookup(key, &rids));
    return rids;
  }
  std::vector<Rid> ModelLookup(const std::string& key) const {
    std::vector<Rid> rids;
    for (auto it = model_.lower_bound({key, RidOf(0)}); it != model_.end() && it->first == key;
         ++it) {
      rids.push_back(it->second);
    }
    return rids;
  }

  // What a scan returns, `limit` entries a call.
  using Entries = std::vector<std::pair<std::string, Rid>>;
  Entries Scan(const KeyRange& range = {}, Direction direction = Direction::kForward,
               size_t limit = 100) const {
    IndexScan scan(*tree_, range, direction);
    std::vector<Rid> rids;
    std::vector<std::string> keys;
    while (true) {
      const Result<bool> more = scan.Next(limit, &rids, &keys);
      EXPECT_OK(more);
      if (!more.ok() || !*more) {
        break;
      }
    }
    Entries entries;
    for (size_t i = 0; i < rids.size(); ++i) {
      entries.emplace_back(keys[i], rids[i]);
    }
    return entries;
  }
  Entries ModelScan(const KeyRange& range = {}, Direction direction = Direction::kForward) const {
    Entries entries;
    for (const auto& entry : model_) {
      if ((!range.lower || entry.first >= *range.lower) &&
          (!range.upper || entry.first < *range.upper)) {
        entries.push_back(entry);
      }
    }
    if (direction == Direction::kBackward) {
      std::reverse(entries.begin(), entries.end());
    }
    return entries;
  }

  // The tree is whole and holds what the model does.
  void Check() const {
    ASSERT_OK(tree_->Validate());
    ASSERT_EQ(Scan(), ModelScan());
    ASSERT_EQ(tree_->statistics().entries, model_.size());
    ASSERT_EQ(pool_->PinnedPages(), 0);
  }

  FileContext Context() { return {pool_.get(), &targets_}; }

  common::SimEnv env_;
  pf::NullLog log_;
  std::unique_ptr<pf::BufferPool> pool_;
  tx::UndoTargets targets_;
  TreeOptions options_;
  std::unique_ptr<BPlusTree> tree_;
  std::unique_ptr<tx::Transaction> transaction_;
  Model model_;
  Model committed_;
};

}  // namespace redbase::ix
