// Readers, writers and scanners at once, by real threads and in the order of a
// seed.
#include <atomic>

#include "common/seeded_scheduler.h"
#include "tests/ix/tree_fixture.h"

namespace redbase::ix {
namespace {

#if defined(REDBASE_TSAN)
constexpr int kRounds = 1500;
#else
constexpr int kRounds = 6000;
#endif

// Key k of writer w is w + kWriters * k, so that writers share leaves but no
// entry; every 10th key was there before and stays.
class TreeConcurrencyTest : public TreeTest {
 protected:
  static constexpr int kWriters = 3;
  static constexpr int32_t kKeys = 3000;

  TreeConcurrencyTest() : TreeTest(60) {}

  static bool Stays(int32_t key) { return key % 10 == 0; }
  static uint64_t RidFor(int32_t key) { return static_cast<uint64_t>(key) + 1; }

  void Prepare(bool unique) {
    Start({IntKey(), unique});
    for (int32_t key = 0; key < kKeys; key += 10) {
      ASSERT_OK(Insert(key, RidFor(key)));
    }
    Commit();
  }

  // Inserts and erases its own keys, committing or rolling back now and then.
  void Write(int writer, uint64_t seed, int rounds) {
    Random random(seed);
    std::set<int32_t> mine;
    std::set<int32_t> committed;
    auto transaction = std::make_unique<tx::Transaction>(targets_);
    for (int i = 0; i < rounds; ++i) {
      const auto key = static_cast<int32_t>(random.Below(kKeys / kWriters)) * kWriters + writer;
      if (Stays(key)) {
        continue;
      }
      // Waves of inserts and of erases, so that pages split and merge.
      const bool present = mine.count(key) > 0;
      if ((i / 500) % 2 == 0) {
        EXPECT_CODE(present ? Code::kAlreadyExists : Code::kOk,
                    tree_->Insert(*transaction, KeyOf(key), RidOf(RidFor(key))));
        mine.insert(key);
      } else {
        EXPECT_CODE(present ? Code::kOk : Code::kNotFound,
                    tree_->Erase(*transaction, KeyOf(key), RidOf(RidFor(key))));
        mine.erase(key);
      }
      if (random.OneIn(200)) {
        const bool keep = random.OneIn(2);
        EXPECT_OK(keep ? transaction->Commit() : transaction->Rollback());
        (keep ? committed : mine) = keep ? mine : committed;
        transaction = std::make_unique<tx::Transaction>(targets_);
      }
    }
    EXPECT_OK(transaction->Commit());
    const common::MutexLock lock(mutex_);
    for (const int32_t key : mine) {
      model_.insert({KeyOf(key), RidOf(RidFor(key))});
    }
  }

  void LookUp(uint64_t seed, int rounds) const {
    Random random(seed);
    for (int i = 0; i < rounds; ++i) {
      const auto key = static_cast<int32_t>(random.Below(kKeys));
      const Result<std::optional<Rid>> found = tree_->LookupOne(KeyOf(key));
      ASSERT_OK(found);
      ASSERT_TRUE(*found == RidOf(RidFor(key)) || (!Stays(key) && !*found)) << key;
    }
  }

  // Keys come in order, and those that stay come all.
  void ScanAndCheck(Direction direction, size_t limit) const {
    std::vector<Rid> rids;
    IndexScan scan(*tree_, {}, direction);
    while (true) {
      const Result<bool> more = scan.Next(limit, &rids);
      ASSERT_OK(more);
      if (!*more) {
        break;
      }
    }
    int32_t staying = 0;
    for (size_t i = 0; i < rids.size(); ++i) {
      if (i > 0) {
        ASSERT_TRUE(direction == Direction::kForward ? rids[i - 1] < rids[i]
                                                     : rids[i] < rids[i - 1]);
      }
      staying += (PackRid(rids[i]) - 1) % 10 == 0 ? 1 : 0;
    }
    ASSERT_EQ(staying, kKeys / 10);
  }

  std::vector<std::function<void()>> Bodies(uint64_t seed, int rounds, int scans) {
    std::vector<std::function<void()>> bodies;
    for (int writer = 0; writer < kWriters; ++writer) {
      bodies.emplace_back([this, writer, seed, rounds] {
        Write(writer, seed + static_cast<uint64_t>(writer), rounds);
      });
    }
    bodies.emplace_back([this, seed, rounds] { LookUp(seed + 100, rounds); });
    for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
      bodies.emplace_back([this, direction, scans] {
        for (int i = 0; i < scans; ++i) {
          ScanAndCheck(direction, 1 + static_cast<size_t>(i) * 37 % 300);
        }
      });
    }
    return bodies;
  }

  // Many at once claim the same keys of a unique tree: one gets each.
  std::vector<std::function<void()>> Claimants(std::atomic<int>* claimed, int32_t keys) {
    std::vector<std::function<void()>> bodies;
    for (uint64_t claimant = 0; claimant < 4; ++claimant) {
      bodies.emplace_back([this, claimant, claimed, keys] {
        tx::Transaction transaction(targets_);
        for (int32_t key = 0; key < keys; ++key) {
          const Status status = tree_->Insert(transaction, KeyOf(key), RidOf(claimant));
          if (status.ok()) {
            claimed->fetch_add(1);
          } else {
            EXPECT_CODE(Code::kConstraint, status);
          }
        }
        EXPECT_OK(transaction.Commit());
      });
    }
    return bodies;
  }

  static void RunAll(const std::vector<std::function<void()>>& bodies) {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (const auto& body : bodies) {
      threads.push_back(common::RealEnv().StartThread("test", body));
    }
    for (const auto& thread : threads) {
      thread->Join();
    }
  }

  common::Mutex mutex_;
};

TEST_F(TreeConcurrencyTest, ThreadsReadWriteAndScanAtOnce) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Prepare(/*unique=*/true);
  RunAll(Bodies(seed, kRounds, kRounds / 100));
  Check();
}

TEST_F(TreeConcurrencyTest, PagesComeAndGoUnderThreads) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  // Fewer frames than pages; each thread needs some.
  MakePool(24);
  Prepare(/*unique=*/false);
  RunAll(Bodies(seed, kRounds / 2, kRounds / 200));
  Check();
}

TEST_F(TreeConcurrencyTest, ThreadsClaimEachKeyOnce) {
  Start({IntKey(), /*unique=*/true});
  std::atomic<int> claimed = 0;
  RunAll(Claimants(&claimed, 3000));
  EXPECT_EQ(claimed, 3000);
  EXPECT_OK(tree_->Validate());
  EXPECT_EQ(tree_->statistics().entries, 3000);
}

TEST_F(TreeConcurrencyTest, RandomInterleavingsReadWriteAndScan) {
  const uint64_t first = common::RealEnv().RandomSeed();
  for (uint64_t seed = first; seed < first + 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ASSERT_NO_FATAL_FAILURE(Prepare(/*unique=*/true));
    common::SeededScheduler scheduler(seed);
    scheduler.Run(Bodies(seed, 300, 2));
    ASSERT_NO_FATAL_FAILURE(Check());
    transaction_.reset();
    tree_->Abandon();
    tree_.reset();
    model_.clear();
    ASSERT_OK(env_.RemoveFile(kPath));
  }
}

TEST_F(TreeConcurrencyTest, RandomInterleavingsClaimEachKeyOnce) {
  const uint64_t seed = common::RealEnv().RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Start({IntKey(), /*unique=*/true});
  std::atomic<int> claimed = 0;
  common::SeededScheduler scheduler(seed);
  scheduler.Run(Claimants(&claimed, 300));
  EXPECT_EQ(claimed, 300);
  EXPECT_OK(tree_->Validate());
}

}  // namespace
}  // namespace redbase::ix
