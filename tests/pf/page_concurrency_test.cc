#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "common/random.h"
#include "common/seeded_scheduler.h"
#include "tests/pf/page_fixture.h"

namespace redbase::pf {
namespace {

// Each page holds two equal numbers; transfers move ones between pages, so that
// the sum over all pages stays what it was.
class PageConcurrencyTest : public PageTest {
 protected:
  static constexpr uint32_t kPages = 60;
  static constexpr size_t kFirst = 100;
  static constexpr size_t kSecond = 4000;

  void StartNumbers(size_t frames, bool background_writer) {
    Start(1, 4096, {frames * 4096, background_writer});
    for (uint32_t i = 1; i <= kPages; ++i) {
      MiniTransaction change(*pool_);
      ASSERT_OK_AND_ASSIGN(const PageRef page, change.Allocate(*file_, kTestKind));
      PutNumber(&change, page, 1000);
      change.Commit();
    }
  }
  static void PutNumber(MiniTransaction* change, PageRef page, uint64_t number) {
    change->Apply(page, kPut, PutPayload(std::to_string(number), kFirst));
    change->Apply(page, kPut, PutPayload(std::to_string(number), kSecond));
  }
  static uint64_t NumberOf(PageView page) { return std::stoull(TextOf(page, kFirst)); }

  // Latches in ascending order, as all users of a file agree to.
  void Transfer(Random* random) {
    PageNum from = AnyPage(random);
    PageNum to = AnyPage(random);
    if (from == to) {
      return;
    }
    if (to < from) {
      std::swap(from, to);
    }
    MiniTransaction change(*pool_);
    ASSERT_OK_AND_ASSIGN(const PageRef a, change.Write(*file_, from));
    ASSERT_OK_AND_ASSIGN(const PageRef b, change.Write(*file_, to));
    const uint64_t left = NumberOf(change.bytes(a));
    const uint64_t right = NumberOf(change.bytes(b));
    if (left > 0) {
      PutNumber(&change, a, left - 1);
      PutNumber(&change, b, right + 1);
    }
    change.Commit();
  }
  void ReadAny(Random* random, Access access) {
    const PageNum number = AnyPage(random);
    ASSERT_OK_AND_ASSIGN(const PinnedPage page, file_->Read(number, access));
    ASSERT_EQ(page.page_num(), number);
    ASSERT_EQ(TextOf(page.bytes(), kFirst), TextOf(page.bytes(), kSecond));
  }
  void PeekAny(Random* random) {
    const OptimisticPage page = file_->Peek(AnyPage(random));
    if (page) {
      const std::string first = TextOf(page.bytes(), kFirst);
      const std::string second = TextOf(page.bytes(), kSecond);
      if (page.Validate()) {
        ASSERT_EQ(first, second);
        optimistic_reads_.fetch_add(1);
      }
    }
  }
  void AddAndFree(Random* random) {
    MiniTransaction change(*pool_);
    ASSERT_OK_AND_ASSIGN(const PageRef page, change.Allocate(*file_, kTestKind));
    const PageNum number = change.page_num(page);
    PutNumber(&change, page, 7);
    change.Commit();
    if (random->OneIn(2)) {
      ASSERT_OK_AND_ASSIGN(const PageRef again, change.Write(*file_, number));
      ASSERT_EQ(NumberOf(change.bytes(again)), 7);
      ASSERT_OK(change.Free(again));
      change.Commit();
    }
  }
  void DoSomething(Random* random) {
    switch (random->Below(8)) {
      case 0:
      case 1:
        return Transfer(random);
      case 2:
        return ReadAny(random, Access::kScan);
      case 3:
        return PeekAny(random);
      case 4:
        return random->OneIn(4) ? AddAndFree(random) : Transfer(random);
      case 5:
        ASSERT_OK(random->OneIn(20) ? file_->Flush() : Status());
        return;
      default:
        return ReadAny(random, Access::kRandom);
    }
  }
  void ExpectTheSameSum() {
    uint64_t sum = 0;
    for (uint32_t i = 1; i <= kPages; ++i) {
      ASSERT_OK_AND_ASSIGN(const PinnedPage page, file_->Read(PageNum{i}));
      sum += NumberOf(page.bytes());
    }
    EXPECT_EQ(sum, 1000 * kPages);
  }
  static PageNum AnyPage(Random* random) {
    return PageNum{1 + static_cast<uint32_t>(random->Below(kPages))};
  }

  std::atomic<uint64_t> optimistic_reads_{0};
};

TEST_F(PageConcurrencyTest, InterleavingsOfASeedKeepEveryChange) {
  const uint64_t first_seed = std::random_device()();
  for (uint64_t seed = first_seed; seed < first_seed + 30 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    StartNumbers(20, false);
    common::SeededScheduler scheduler(seed);
    const auto body = [&](uint64_t thread) {
      Random random(seed * 100 + thread);
      for (int i = 0; i < 60 && !HasFailure(); ++i) {
        DoSomething(&random);
      }
    };
    scheduler.Run({[&] { body(1); }, [&] { body(2); }, [&] { body(3); }});
    ExpectTheSameSum();
    ASSERT_OK(file_->Validate());
    ASSERT_OK(file_->Close());
    EXPECT_EQ(pool_->PinnedPages(), 0);
    file_.reset();
    ASSERT_OK(env_.RemoveFile(kPath));
  }
}

TEST_F(PageConcurrencyTest, ThreadsThatMissAPageReadItOnce) {
  Start(2);
  ASSERT_OK(file_->Flush());
  for (uint64_t seed = 0; seed < 50; ++seed) {
    ASSERT_OK(pool_->Clear());
    pool_->ResetStatistics();
    common::SeededScheduler scheduler(seed);
    const std::function<void()> read = [&] { EXPECT_EQ(Text(1), "1"); };
    scheduler.Run({read, read, read});
    EXPECT_EQ(pool_->statistics().read_page, 1) << "seed " << seed;
  }
}

TEST_F(PageConcurrencyTest, AFailedReadIsTheFailureOfThoseWhoWaitedOrTriedAgain) {
  Start(30);
  ASSERT_OK(file_->Flush());
  for (uint64_t seed = 0; seed < 100; ++seed) {
    ASSERT_OK(pool_->Clear());
    env_.SetFaults({.fail_at = seed % 3, .operations = common::FaultPlan::kRead});
    std::atomic<int> good{0};
    const auto read = [&](Access access) {
      const std::string text = Text(5, access);
      good.fetch_add(text == "5" ? 1 : 0);
      EXPECT_TRUE(text == "5" || text == "reading page 5: /db/7.1: Input/output error") << text;
    };
    common::SeededScheduler scheduler(seed);
    scheduler.Run({[&] { read(Access::kRandom); }, [&] { read(Access::kScan); },
                   [&] { read(Access::kRandom); }});
    EXPECT_GE(good.load(), 2) << "seed " << seed;
    EXPECT_EQ(pool_->PinnedPages(), 0) << "seed " << seed;
  }
}

TEST_F(PageConcurrencyTest, ThreadsKeepEveryChange) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  StartNumbers(30, true);
  const auto body = [&](uint64_t thread) {
    Random random(seed + thread);
    for (int i = 0; i < 4000 && !HasFailure(); ++i) {
      DoSomething(&random);
    }
  };
  std::vector<std::unique_ptr<common::Thread>> threads;
  for (uint64_t i = 0; i < 4; ++i) {
    threads.push_back(env_.StartThread("worker", [&body, i] { body(i); }));
  }
  for (size_t i = 0; i < 20; ++i) {
    EXPECT_OK(pool_->Resize((30 + i) * 4096));
    static_cast<void>(pool_->Clear());
    static_cast<void>(pool_->Frames());
  }
  threads.clear();
  ExpectTheSameSum();
  ASSERT_OK(file_->Validate());
  EXPECT_EQ(optimistic_reads_ > 0, common::Latch::kOptimisticReads);
  Reopen();
  ExpectTheSameSum();
}

}  // namespace
}  // namespace redbase::pf
