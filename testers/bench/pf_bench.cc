// Cost of the buffer pool: hits, misses, scans and mini-transactions.
#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <string>

#include "common/env.h"
#include "common/random.h"
#include "common/sim_env.h"
#include "pf/buffer_pool.h"
#include "pf/mini_transaction.h"
#include "pf/page_file.h"

namespace redbase::pf {
namespace {

constexpr PageKind kKind{0x0F00};
constexpr PageOpCode kAddOne{0x0F20};

Status AddOne(MutablePage page, std::span<const std::byte> /*payload*/) {
  std::byte& byte = page[kPageHeaderSize];
  byte = static_cast<std::byte>(std::to_integer<unsigned>(byte) + 1);
  return {};
}

void Require(const Status& status) {
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.message().c_str());
    std::abort();
  }
}

// A file of `pages` pages in a pool of `budget` bytes, on a disk in memory.
class Setup {
 public:
  Setup(uint32_t pages, size_t page_size, size_t budget)
      : pool_(env_, log_, {budget, /*background_writer=*/false}) {
    RegisterPageOp({kAddOne, "bench.add_one", AddOne});
    auto created = PageFile::Create(pool_, "/bench", {FileId{1}, 1}, page_size);
    Require(created.status());
    file_ = std::move(created).value();
    for (uint32_t i = 1; i < pages; ++i) {
      MiniTransaction change(pool_);
      Require(change.Allocate(*file_, kKind).status());
      change.Commit();
    }
    Require(file_->Flush());
  }
  ~Setup() { file_.reset(); }

  BufferPool& pool() { return pool_; }
  PageFile& file() { return *file_; }

 private:
  common::SimEnv env_;
  NullLog log_;
  BufferPool pool_;
  std::unique_ptr<PageFile> file_;
};

// Shared by the threads of one benchmark.
std::unique_ptr<Setup> g_setup;  // NOLINT(readability-identifier-naming)

void SetUpCached(const benchmark::State& /*state*/) {
  g_setup = std::make_unique<Setup>(10000, 4096, size_t{256} << 20);
}
void TearDown(const benchmark::State& /*state*/) { g_setup.reset(); }

// One page over and over: pin, latch, release.
void HitSamePage(benchmark::State& state) {
  for (auto unused : state) {
    auto page = g_setup->file().Read(PageNum{17});
    benchmark::DoNotOptimize(page->bytes().data());
  }
}
BENCHMARK(HitSamePage)->Setup(SetUpCached)->Teardown(TearDown);

void HitAnyPage(benchmark::State& state) {
  Random random(static_cast<uint64_t>(state.thread_index()));
  for (auto unused : state) {
    const PageNum number{1 + static_cast<uint32_t>(random.Next() % 1000)};
    auto page = g_setup->file().Read(number);
    benchmark::DoNotOptimize(page->bytes().data());
  }
}
BENCHMARK(HitAnyPage)->Setup(SetUpCached)->Teardown(TearDown)->Threads(1)->Threads(2);

void PeekAnyPage(benchmark::State& state) {
  Random random(static_cast<uint64_t>(state.thread_index()));
  for (auto unused : state) {
    const PageNum number{1 + static_cast<uint32_t>(random.Next() % 1000)};
    const OptimisticPage page = g_setup->file().Peek(number);
    benchmark::DoNotOptimize(page.bytes().data());
    benchmark::DoNotOptimize(page.Validate());
  }
}
BENCHMARK(PeekAnyPage)->Setup(SetUpCached)->Teardown(TearDown)->Threads(1)->Threads(2);

// One page changed by an operation that does next to nothing.
void ApplyAndCommit(benchmark::State& state) {
  Random random(1);
  for (auto unused : state) {
    MiniTransaction change(g_setup->pool());
    auto page =
        change.Write(g_setup->file(), PageNum{1 + static_cast<uint32_t>(random.Next() % 1000)});
    change.Apply(*page, kAddOne, "payload");
    benchmark::DoNotOptimize(change.Commit());
  }
}
BENCHMARK(ApplyAndCommit)->Setup(SetUpCached)->Teardown(TearDown);

// As a tree inserts: see the page, then take it as it was seen.
void PeekApplyAndCommit(benchmark::State& state) {
  Random random(1);
  for (auto unused : state) {
    const PageNum number{1 + static_cast<uint32_t>(random.Next() % 1000)};
    const OptimisticPage seen = g_setup->file().Peek(number);
    MiniTransaction change(g_setup->pool());
    auto page = change.WriteIfUnchanged(g_setup->file(), number, seen);
    change.Apply(**page, kAddOne, "payload");
    benchmark::DoNotOptimize(change.Commit());
  }
}
BENCHMARK(PeekApplyAndCommit)->Setup(SetUpCached)->Teardown(TearDown);

void AllocateAndCommit(benchmark::State& state) {
  for (auto unused : state) {
    MiniTransaction change(g_setup->pool());
    auto page = change.Allocate(g_setup->file(), kKind);
    change.Apply(*page, kAddOne, "payload");
    benchmark::DoNotOptimize(change.Commit());
  }
}
BENCHMARK(AllocateAndCommit)->Setup(SetUpCached)->Teardown(TearDown)->Iterations(20000);

// Pages of 4 KiB from a file eight times as large as the pool.
void SetUpLarge(const benchmark::State& /*state*/) {
  g_setup = std::make_unique<Setup>(20000, 4096, size_t{10} << 20);
}

void MissAnyPage(benchmark::State& state) {
  Random random(static_cast<uint64_t>(state.thread_index()));
  for (auto unused : state) {
    auto page = g_setup->file().Read(PageNum{1 + static_cast<uint32_t>(random.Next() % 19999)});
    benchmark::DoNotOptimize(page->bytes().data());
  }
}
BENCHMARK(MissAnyPage)->Setup(SetUpLarge)->Teardown(TearDown)->Threads(1)->Threads(2);

void ChangeMissing(benchmark::State& state) {
  Random random(1);
  for (auto unused : state) {
    MiniTransaction change(g_setup->pool());
    auto page =
        change.Write(g_setup->file(), PageNum{1 + static_cast<uint32_t>(random.Next() % 19999)});
    change.Apply(*page, kAddOne, "payload");
    benchmark::DoNotOptimize(change.Commit());
  }
}
BENCHMARK(ChangeMissing)->Setup(SetUpLarge)->Teardown(TearDown);

void ScanMissing(benchmark::State& state) {
  uint32_t number = 0;
  for (auto unused : state) {
    number = number % 19999 + 1;
    auto page = g_setup->file().Read(PageNum{number}, Access::kScan);
    benchmark::DoNotOptimize(page->bytes().data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * 4096);
}
BENCHMARK(ScanMissing)->Setup(SetUpLarge)->Teardown(TearDown);

void StartPool(benchmark::State& state) {
  common::SimEnv env;
  NullLog log;
  for (auto unused : state) {
    BufferPool pool(env, log, {size_t{256} << 20, true});
    benchmark::DoNotOptimize(pool.budget_bytes());
  }
}
BENCHMARK(StartPool);

}  // namespace
}  // namespace redbase::pf
