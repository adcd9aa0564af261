// What a tree does when files fail or are damaged, and redo of its changes.
#include <functional>

#include "pf/mini_transaction.h"
#include "tests/ix/tree_fixture.h"

namespace redbase::ix {
namespace {

class TreeFaultTest : public TreeTest {
 protected:
  // As few frames as work, so that many operations read and write.
  TreeFaultTest() : TreeTest(12) {}

  // A tree of 3000 entries in about 25 pages, on disk.
  void Prepare() {
    Start();
    for (int32_t i = 0; i < 3000; ++i) {
      ASSERT_OK(Insert((i * 1777) % 3000, static_cast<uint64_t>(i)));
    }
    Commit();
    ASSERT_OK(tree_->Flush());
    ASSERT_OK(pool_->Clear());
  }

  // Fails the n-th operation of `work` for every n up to its last, rolls back,
  // and expects the tree as it was.
  void FailEach(uint64_t step, const std::function<Status()>& work) {
    for (uint64_t n = 0;; n += step) {
      ASSERT_OK(pool_->Clear());
      env_.SetFaults({.fail_at = n});
      const Status status = work();
      const bool failed = env_.faults() > 0;
      env_.SetFaults({});
      ASSERT_TRUE(status.ok() || status.code() == Code::kIoError) << status.message();
      ASSERT_TRUE(failed || status.ok()) << status.message();
      ASSERT_EQ(pool_->PinnedPages(), 0);
      ASSERT_NO_FATAL_FAILURE(Rollback());
      ASSERT_NO_FATAL_FAILURE(Check());
      if (!failed) {
        return;
      }
    }
  }

  Status InsertMany() {
    for (int32_t i = 0; i < 3000; i += 3) {
      RETURN_IF_ERROR(Insert((i * 1777) % 3000, static_cast<uint64_t>(10000 + i)));
    }
    return {};
  }
  Status EraseMany() {
    const Model all = model_;
    for (const auto& [key, rid] : all) {
      if (PackRid(rid) % 8 != 0) {
        RETURN_IF_ERROR(Erase(key, PackRid(rid)));
      }
    }
    return {};
  }
  Status ScanAll() {
    IndexScan scan(*tree_, {});
    std::vector<Rid> rids;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, scan.Next(100, &rids));
      if (!more) {
        return {};
      }
    }
  }
};

TEST_F(TreeFaultTest, AFailedInsertIsRolledBack) {
  Prepare();
  FailEach(41, [this] { return InsertMany(); });
}

TEST_F(TreeFaultTest, AFailedEraseIsRolledBack) {
  Prepare();
  FailEach(41, [this] { return EraseMany(); });
}

TEST_F(TreeFaultTest, AFailedReadIsReported) {
  Prepare();
  FailEach(1, [this] {
    RETURN_IF_ERROR(ScanAll());
    std::vector<Rid> rids;
    return tree_->Lookup(KeyOf(500), &rids);
  });
}

TEST_F(TreeFaultTest, AFailedFlushCanBeTriedAgain) {
  Prepare();
  ASSERT_OK(Insert(5, 77777));
  env_.SetFaults({.fail_at = 0, .operations = common::FaultPlan::kWrite});
  EXPECT_CODE(Code::kIoError, tree_->Flush());
  env_.SetFaults({});
  ASSERT_OK(tree_->Flush());
  Reopen();
  Check();
}

TEST_F(TreeFaultTest, AFailedBulkBuildIsReported) {
  for (uint64_t n = 0;; n += 5) {
    ASSERT_NO_FATAL_FAILURE(Start());
    ASSERT_OK(pool_->Clear());
    env_.SetFaults({.fail_at = n});
    int32_t next = 0;
    std::string key;
    Status status = tree_->BulkBuild([&](Entry* entry) -> Result<bool> {
      key = KeyOf(next);
      *entry = {key, RidOf(1)};
      return next++ < 10000;
    });
    status.Update(tree_->Flush());
    const bool failed = env_.faults() > 0;
    env_.SetFaults({});
    ASSERT_EQ(status.ok(), !failed) << status.message();
    transaction_.reset();
    tree_->Abandon();
    tree_.reset();
    ASSERT_OK(env_.RemoveFile(kPath));
    if (!failed) {
      return;
    }
  }
}

// Every page, one byte at a time: whatever is asked is answered rightly or
// refused with the page's name.
TEST_F(TreeFaultTest, ADamagedPageIsNamed) {
  Prepare();
  const uint32_t pages = tree_->file().page_count();
  Random random(3);
  for (uint32_t page = 2; page < pages; ++page) {
    const uint64_t offset = page * uint64_t{4096} + random.Below(4096);
    ASSERT_OK(pool_->Clear());
    ASSERT_OK(env_.CorruptByte(kPath, offset, 0x40));
    const Status status = tree_->Validate();
    ASSERT_CODE(Code::kCorruption, status);
    ASSERT_THAT(status.message(), ::testing::StartsWith("/tree: page " + std::to_string(page)));
    ASSERT_CODE(Code::kCorruption, ScanAll());
    size_t refused = 0;
    for (int32_t key = 0; key < 3000; key += 50) {
      std::vector<Rid> rids;
      const Status found = tree_->Lookup(KeyOf(key), &rids);
      if (found.ok()) {
        ASSERT_EQ(rids, ModelLookup(KeyOf(key)));
      } else {
        ASSERT_CODE(Code::kCorruption, found);
        ++refused;
        ASSERT_CODE(Code::kCorruption, tree_->Insert(*transaction_, KeyOf(key), RidOf(9)));
        ASSERT_CODE(Code::kCorruption, tree_->Erase(*transaction_, KeyOf(key), RidOf(9)));
      }
    }
    ASSERT_GT(refused, 0);
    ASSERT_OK(env_.CorruptByte(kPath, offset, 0x40));
  }
  ASSERT_OK(pool_->Clear());
  Check();
}

// Overwrites bytes of a page as a bug of ours might: the checksum is right.
Status Scribble(pf::MutablePage page, std::span<const std::byte> payload) {
  ByteReader reader(payload);
  const size_t offset = reader.Get<uint32_t>();
  const auto value = reader.Get<uint64_t>();
  std::memcpy(page.data() + std::min(offset, page.size() - 8), &value, sizeof(value));
  return {};
}
constexpr pf::PageOp kScribbleOp = {pf::PageOpCode{0x02FF}, "ix.scribble", Scribble};

TEST_F(TreeFaultTest, RandomDamageWithARightChecksumIsSurvived) {
  const uint64_t seed = env_.RandomSeed() ^ common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  pf::RegisterPageOp(kScribbleOp);
  for (int round = 0; round < 25; ++round) {
    ASSERT_NO_FATAL_FAILURE(Prepare());
    {
      pf::MiniTransaction change(*pool_);
      const PageNum page{static_cast<uint32_t>(2 + random.Below(tree_->file().page_count() - 2))};
      ASSERT_OK_AND_ASSIGN(const pf::PageRef ref, change.Write(tree_->file(), page));
      std::string payload;
      ByteWriter writer(&payload);
      // Often the header of the node or its first slots.
      writer.Put(static_cast<uint32_t>(24 + random.Below(random.OneIn(2) ? 150 : 4000)));
      writer.Put(random.OneIn(2) ? random.Next() : random.Below(300));
      change.Apply(ref, kScribbleOp.code, payload);
      change.Commit();
    }
    for (int i = 0; i < 300; ++i) {
      const std::string key = KeyOf(static_cast<int32_t>(random.Below(3100)));
      std::vector<Rid> rids;
      static_cast<void>(tree_->Lookup(key, &rids).ok());
      static_cast<void>(tree_->Insert(*transaction_, key, RidOf(50000 + random.Below(100))).ok());
      static_cast<void>(tree_->Erase(*transaction_, key, RidOf(random.Below(3000))).ok());
    }
    static_cast<void>(ScanAll().ok());
    static_cast<void>(tree_->Draw().ok());
    static_cast<void>(tree_->Validate().ok());
    ASSERT_EQ(pool_->PinnedPages(), 0);
    static_cast<void>(transaction_->Rollback().ok());
    transaction_.reset();
    tree_->Abandon();
    tree_.reset();
    model_.clear();
    ASSERT_OK(env_.RemoveFile(kPath));
  }
}

TEST_F(TreeFaultTest, AFileThatIsNoTreeIsNotOpened) {
  ASSERT_OK_AND_ASSIGN(auto file, pf::PageFile::Create(*pool_, "/other", kIdentity, 4096));
  {
    pf::MiniTransaction change(*pool_);
    ASSERT_OK(change.Allocate(*file, pf::PageKind{0x0100}));
    change.Commit();
  }
  ASSERT_OK(file->Close());
  const auto opened = BPlusTree::Open(Context(), "/other", kIdentity, {IntKey()});
  EXPECT_CODE(Code::kCorruption, opened);
  EXPECT_EQ(opened.status().message(), "/other: page 1: does not describe a B+ tree");
  EXPECT_CODE(Code::kNotFound, BPlusTree::Open(Context(), "/none", kIdentity, {IntKey()}));
}

TEST_F(TreeFaultTest, ATreeCutShortIsNamed) {
  Prepare();
  ASSERT_OK(tree_->Close());
  tree_.reset();
  {
    ASSERT_OK_AND_ASSIGN(auto file, env_.Open(kPath, common::OpenMode::kReadWrite));
    ASSERT_OK(file->Truncate(3 * 4096));
  }
  ASSERT_OK_AND_ASSIGN(tree_, BPlusTree::Open(Context(), kPath, kIdentity, options_));
  EXPECT_FALSE(tree_->Validate().ok());
  EXPECT_FALSE(ScanAll().ok());
  tree_->Abandon();
}

// A log of all changes makes the same file from nothing.
class RedoTest : public TreeTest {};

TEST_F(RedoTest, ReplayingTheLogMakesTheSameBytes) {
  pf::MemoryLog log;
  pf::BufferPool pool(env_, log, {size_t{4} << 20, false});
  tx::UndoTargets targets;
  const TreeOptions options = {{{{TypeId::kVarchar, 100}}}};
  ASSERT_OK_AND_ASSIGN(auto tree,
                       BPlusTree::Create({&pool, &targets}, "/logged", kIdentity, options, 4096));
  tx::Transaction transaction(targets);
  Random random(11);
  std::vector<std::pair<std::string, Rid>> entries;
  for (int i = 0; i < 12000; ++i) {
    if (entries.empty() || random.Below(10) < (i < 6000 ? 8U : 2U)) {
      const std::string text(random.Below(60), static_cast<char>('a' + random.Below(3)));
      entries.emplace_back(KeyOf(options.key, {Value::String(text)}),
                           RidOf(static_cast<uint64_t>(i)));
      ASSERT_OK(tree->Insert(transaction, entries.back().first, entries.back().second));
    } else {
      std::swap(entries[random.Below(entries.size())], entries.back());
      ASSERT_OK(tree->Erase(transaction, entries.back().first, entries.back().second));
      entries.pop_back();
    }
  }
  ASSERT_OK(transaction.Commit());
  ASSERT_OK(tree->Validate());
  ASSERT_OK(tree->Close());

  ASSERT_OK_AND_ASSIGN(auto redone, pf::PageFile::Create(*pool_, "/redone", kIdentity, 4096));
  ASSERT_OK(log.Replay([&](uint64_t sequence, const pf::LogRecordHeader& header,
                           std::span<const std::byte> payload) {
    return pf::Redo(*redone, sequence, header, payload).status();
  }));
  ASSERT_OK(redone->Close());
  ASSERT_OK_AND_ASSIGN(const std::string want, env_.ReadAll("/logged"));
  ASSERT_OK_AND_ASSIGN(const std::string got, env_.ReadAll("/redone"));
  ASSERT_EQ(got.size(), want.size());
  for (size_t page = 0; page < want.size() / 4096; ++page) {
    EXPECT_EQ(got.substr(page * 4096, 4096), want.substr(page * 4096, 4096)) << "page " << page;
  }
}

}  // namespace
}  // namespace redbase::ix
