// MemoryAccount: bytes taken by one statement (or one operator of it) within a
// budget that may refuse.
//
// Accounts form a tree: what a child takes, its parent takes too.  Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <limits>
#include <string>

#include "common/status.h"

namespace redbase::common {

class MemoryAccount {
 public:
  static constexpr size_t kUnlimited = std::numeric_limits<size_t>::max();

  explicit MemoryAccount(std::string name, size_t limit = kUnlimited,
                         MemoryAccount* parent = nullptr)
      : name_(std::move(name)), limit_(limit), parent_(parent) {}
  ~MemoryAccount();
  MemoryAccount(const MemoryAccount&) = delete;
  MemoryAccount& operator=(const MemoryAccount&) = delete;

  // kNoMemory, with nothing taken, when a limit up the tree would be passed.
  Status Take(size_t bytes);
  void Give(size_t bytes);

  size_t used() const { return used_.load(std::memory_order_relaxed); }
  size_t peak() const { return peak_.load(std::memory_order_relaxed); }
  size_t limit() const { return limit_; }

 private:
  const std::string name_;
  const size_t limit_;
  MemoryAccount* const parent_;
  std::atomic<size_t> used_{0};
  std::atomic<size_t> peak_{0};
};

// Bytes held from an account while in scope; grows and shrinks by Resize.
class MemoryReservation {
 public:
  explicit MemoryReservation(MemoryAccount* account) : account_(account) {}
  ~MemoryReservation() { account_->Give(bytes_); }
  MemoryReservation(const MemoryReservation&) = delete;
  MemoryReservation& operator=(const MemoryReservation&) = delete;

  Status Resize(size_t bytes);
  size_t bytes() const { return bytes_; }

 private:
  MemoryAccount* account_;
  size_t bytes_ = 0;
};

}  // namespace redbase::common
