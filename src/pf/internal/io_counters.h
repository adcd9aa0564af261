// IoCounters: the counts of `print io`, kept in stripes so that threads that
// only hit cached pages share no cache line.
//
// Thread-safe.  A count read while others run may miss their last additions.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "pf/buffer_pool.h"

namespace redbase::pf {

class IoCounters {
 public:
  void CountGet() { Add(&Stripe::get_page, 1); }
  // As CountGet, and no locked instruction: two threads that share a stripe may
  // lose a count.
  void CountPeek() {
    std::atomic<uint64_t>& count = stripes_[StripeOfThread()].peek_page;
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  void CountMiss() { Add(&Stripe::page_not_found, 1); }
  void CountRead(uint64_t pages) { Add(&Stripe::read_page, pages); }
  void CountWrite(uint64_t pages) { Add(&Stripe::write_page, pages); }
  void CountFlush() { Add(&Stripe::flush_pages, 1); }

  IoStatistics Sum() const;
  void Reset();

 private:
  static constexpr size_t kStripes = 64;
  struct alignas(64) Stripe {
    std::atomic<uint64_t> get_page{0};
    std::atomic<uint64_t> peek_page{0};
    std::atomic<uint64_t> page_not_found{0};
    std::atomic<uint64_t> read_page{0};
    std::atomic<uint64_t> write_page{0};
    std::atomic<uint64_t> flush_pages{0};
  };

  static size_t StripeOfThread() {
    static constinit std::atomic<uint32_t> next_thread{0};
    static constinit thread_local uint32_t stripe = kStripes;
    if (stripe == kStripes) [[unlikely]] {
      stripe = next_thread.fetch_add(1, std::memory_order_relaxed) % kStripes;
    }
    return stripe;
  }
  void Add(std::atomic<uint64_t> Stripe::*count, uint64_t n) {
    (stripes_[StripeOfThread()].*count).fetch_add(n, std::memory_order_relaxed);
  }

  std::array<Stripe, kStripes> stripes_;
};

}  // namespace redbase::pf
