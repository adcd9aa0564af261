#include "common/memory_account.h"

#include <cassert>

namespace redbase::common {

MemoryAccount::~MemoryAccount() {
  assert(used() == 0 && "bytes of a memory account not given back");
}

Status MemoryAccount::Take(size_t bytes) {
  size_t used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > limit_ - used) {
      return {Code::kNoMemory, name_ + ": " + std::to_string(bytes) + " bytes more than the " +
                                   std::to_string(used) + " in use would pass the limit of " +
                                   std::to_string(limit_) + " bytes"};
    }
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  if (parent_ != nullptr) {
    if (Status status = parent_->Take(bytes); !status.ok()) {
      used_.fetch_sub(bytes, std::memory_order_relaxed);
      return status;
    }
  }
  size_t peak = peak_.load(std::memory_order_relaxed);
  while (peak < used + bytes &&
         !peak_.compare_exchange_weak(peak, used + bytes, std::memory_order_relaxed)) {
  }
  return {};
}

void MemoryAccount::Give(size_t bytes) {
  assert(bytes <= used());
  used_.fetch_sub(bytes, std::memory_order_relaxed);
  if (parent_ != nullptr) {
    parent_->Give(bytes);
  }
}

Status MemoryReservation::Resize(size_t bytes) {
  if (bytes > bytes_) {
    RETURN_IF_ERROR(account_->Take(bytes - bytes_));
  } else if (bytes < bytes_) {
    account_->Give(bytes_ - bytes);
  }
  bytes_ = bytes;
  return {};
}

}  // namespace redbase::common
