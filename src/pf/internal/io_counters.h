// IoCounters: the counts of `print io`, kept in stripes so that threads that
// only hit cached pages share no cache line.
//
// The first threads have a stripe to themselves and count without locked
// instructions; all others share one.  Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "common/sync.h"
#include "pf/buffer_pool.h"

namespace redbase::pf {

class IoCounters {
 public:
  void CountGet() { Add(kGet, 1); }
  void CountMiss() { Add(kMiss, 1); }
  void CountRead(uint64_t pages) { Add(kRead, pages); }
  void CountWrite(uint64_t pages) { Add(kWrite, pages); }
  void CountFlush() { Add(kFlush, 1); }

  // Since the last Reset.
  IoStatistics Sum() const EXCLUDES(mutex_);
  void Reset() EXCLUDES(mutex_);

 private:
  enum Counter : size_t { kGet, kMiss, kRead, kWrite, kFlush, kCounters };
  static constexpr uint32_t kStripes = 64;
  static constexpr uint32_t kSharedStripe = 0;
  static constexpr uint32_t kNoStripe = kStripes;
  struct alignas(64) Stripe {
    std::array<std::atomic<uint64_t>, kCounters> counts{};
  };
  class StripeLease;

  static uint32_t LeaseStripe();
  void Add(Counter counter, uint64_t n) {
    if (t_stripe == kNoStripe) [[unlikely]] {
      t_stripe = LeaseStripe();
    }
    std::atomic<uint64_t>& count = stripes_[t_stripe].counts[counter];
    if (t_stripe == kSharedStripe) [[unlikely]] {
      count.fetch_add(n, std::memory_order_relaxed);
    } else {
      count.store(count.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
  }
  std::array<uint64_t, kCounters> Total() const;

  inline static constinit thread_local uint32_t t_stripe = kNoStripe;

  std::array<Stripe, kStripes> stripes_;
  mutable common::Mutex mutex_;
  std::array<uint64_t, kCounters> at_reset_ GUARDED_BY(mutex_){};
};

}  // namespace redbase::pf
