#include "pf/internal/io_counters.h"

#include <bit>

namespace redbase::pf {

// Has the stripe of a thread until the thread ends.
class IoCounters::StripeLease {
 public:
  StripeLease() {
    uint64_t free = free_stripes.load(std::memory_order_relaxed);
    // What the last holder counted is visible to the next.
    while (free != 0 &&
           !free_stripes.compare_exchange_weak(free, free & (free - 1), std::memory_order_acquire,
                                               std::memory_order_relaxed)) {
    }
    stripe_ = free == 0 ? kSharedStripe : static_cast<uint32_t>(std::countr_zero(free));
  }
  ~StripeLease() {
    t_stripe = kSharedStripe;
    if (stripe_ != kSharedStripe) {
      free_stripes.fetch_or(uint64_t{1} << stripe_, std::memory_order_release);
    }
  }
  StripeLease(const StripeLease&) = delete;
  StripeLease& operator=(const StripeLease&) = delete;

  uint32_t stripe() const { return stripe_; }

 private:
  static_assert(kStripes == 64);
  // One bit for each stripe that no thread has.
  static constinit inline std::atomic<uint64_t> free_stripes{~(uint64_t{1} << kSharedStripe)};

  uint32_t stripe_ = kSharedStripe;
};

uint32_t IoCounters::LeaseStripe() {
  thread_local StripeLease lease;
  return lease.stripe();
}

std::array<uint64_t, IoCounters::kCounters> IoCounters::Total() const {
  std::array<uint64_t, kCounters> total{};
  for (const Stripe& stripe : stripes_) {
    for (size_t i = 0; i < kCounters; ++i) {
      total[i] += stripe.counts[i].load(std::memory_order_relaxed);
    }
  }
  return total;
}

IoStatistics IoCounters::Sum() const {
  const common::MutexLock lock(mutex_);
  std::array<uint64_t, kCounters> counts = Total();
  for (size_t i = 0; i < kCounters; ++i) {
    counts[i] -= at_reset_[i];
  }
  IoStatistics sum;
  sum.get_page = counts[kGet];
  sum.page_found = counts[kGet] - counts[kMiss];
  sum.page_not_found = counts[kMiss];
  sum.read_page = counts[kRead];
  sum.write_page = counts[kWrite];
  sum.flush_pages = counts[kFlush];
  return sum;
}

void IoCounters::Reset() {
  const common::MutexLock lock(mutex_);
  at_reset_ = Total();
}

}  // namespace redbase::pf
