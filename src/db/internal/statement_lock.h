// StatementLock: statements that read share the database, one that changes it has
// it alone.
//
// A waiting writer keeps new readers out.  Thread-safe; a hold may be given back by
// another thread than took it.
#pragma once

#include <cstdint>
#include <utility>

#include "common/sync.h"

namespace redbase::db {

class StatementLock {
 public:
  // What one statement holds, until destroyed.
  class Hold {
   public:
    Hold() = default;
    Hold(StatementLock* lock, bool exclusive) : lock_(lock), exclusive_(exclusive) {}
    Hold(Hold&& other) noexcept
        : lock_(std::exchange(other.lock_, nullptr)), exclusive_(other.exclusive_) {}
    Hold& operator=(Hold&& other) noexcept {
      std::swap(lock_, other.lock_);
      std::swap(exclusive_, other.exclusive_);
      return *this;
    }
    ~Hold() { Release(); }

    void Release() {
      if (lock_ != nullptr) {
        std::exchange(lock_, nullptr)->Release(exclusive_);
      }
    }

   private:
    StatementLock* lock_ = nullptr;
    bool exclusive_ = false;
  };

  Hold Share() EXCLUDES(mutex_);
  Hold Exclude() EXCLUDES(mutex_);

 private:
  void Release(bool exclusive) EXCLUDES(mutex_);

  common::Mutex mutex_;
  common::CondVar changed_;
  uint32_t readers_ GUARDED_BY(mutex_) = 0;
  uint32_t waiting_writers_ GUARDED_BY(mutex_) = 0;
  bool writing_ GUARDED_BY(mutex_) = false;
};

}  // namespace redbase::db
