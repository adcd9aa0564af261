#include "pf/internal/io_counters.h"

namespace redbase::pf {

IoStatistics IoCounters::Sum() const {
  IoStatistics sum;
  for (const Stripe& stripe : stripes_) {
    sum.get_page += stripe.get_page.load(std::memory_order_relaxed) +
                    stripe.peek_page.load(std::memory_order_relaxed);
    sum.page_not_found += stripe.page_not_found.load(std::memory_order_relaxed);
    sum.read_page += stripe.read_page.load(std::memory_order_relaxed);
    sum.write_page += stripe.write_page.load(std::memory_order_relaxed);
    sum.flush_pages += stripe.flush_pages.load(std::memory_order_relaxed);
  }
  sum.page_found = sum.get_page - sum.page_not_found;
  return sum;
}

void IoCounters::Reset() {
  for (Stripe& stripe : stripes_) {
    stripe.get_page.store(0, std::memory_order_relaxed);
    stripe.peek_page.store(0, std::memory_order_relaxed);
    stripe.page_not_found.store(0, std::memory_order_relaxed);
    stripe.read_page.store(0, std::memory_order_relaxed);
    stripe.write_page.store(0, std::memory_order_relaxed);
    stripe.flush_pages.store(0, std::memory_order_relaxed);
  }
}

}  // namespace redbase::pf
