// CancelToken: asks a running statement, or a part of one, to stop at its next
// batch.
#pragma once

#include <atomic>

#include "common/status.h"

namespace redbase::common {

class CancelToken {
 public:
  CancelToken() = default;
  // Is cancelled with its parent, too, which outlives it.  May be null.
  explicit CancelToken(const CancelToken* parent) : parent_(parent) {}

  // Safe in a signal handler.
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  void Clear() { cancelled_.store(false, std::memory_order_relaxed); }
  bool cancelled() const {
    return cancelled_.load(std::memory_order_relaxed) ||
           (parent_ != nullptr && parent_->cancelled());
  }
  // kCancelled once Cancel() was called.
  Status Check() const {
    return cancelled() ? Status(Code::kCancelled, "statement cancelled") : Status();
  }

 private:
  std::atomic<bool> cancelled_{false};
  const CancelToken* const parent_ = nullptr;
};

}  // namespace redbase::common
