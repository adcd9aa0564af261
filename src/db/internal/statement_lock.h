// StatementLock: who uses the database beside others, and who has it alone; held for one
// statement, or to the end of a transaction.
//
// Statements do not disturb each other: readers see a snapshot, writers wait for each other
// row by row (rm::RowLocks), definitions for those who use the table (TableLocks).  Changes
// of the buffer are made alone.  Who waits to be alone keeps new ones out.  A
// hold may be made a stronger one without letting go.  Two who wait so may wait for each
// other: the second is refused.
//
// Thread-safe; a hold may be given back by another thread than took it.
#pragma once

#include <cstdint>
#include <utility>

#include "common/env.h"
#include "common/patience.h"
#include "common/result.h"
#include "common/sync.h"

namespace redbase::db {

class StatementLock {
 public:
  enum class Mode : uint8_t { kShared, kAlone };

  // What one statement or transaction holds, until destroyed.
  class Hold {
   public:
    Hold() = default;
    Hold(StatementLock* lock, Mode mode) : lock_(lock), mode_(mode) {}
    Hold(Hold&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)), mode_(other.mode_) {}
    Hold& operator=(Hold&& other) noexcept {
      std::swap(lock_, other.lock_);
      std::swap(mode_, other.mode_);
      return *this;
    }
    ~Hold() { Release(); }

    bool held() const { return lock_ != nullptr; }
    Mode mode() const { return mode_; }
    void Release() {
      if (lock_ != nullptr) {
        std::exchange(lock_, nullptr)->Release(mode_);
      }
    }

   private:
    friend class StatementLock;
    StatementLock* lock_ = nullptr;
    Mode mode_ = Mode::kShared;
  };

  explicit StatementLock(common::Env& env) : env_(env) {}

  // Errors of common::WaitFor.
  Result<Hold> Take(Mode mode, const common::Patience& patience) EXCLUDES(mutex_);
  // Makes a hold as strong as `mode`; kDeadlock when another holder waits for this one.
  // After a failure the hold is what it was.
  Status Upgrade(Hold* hold, Mode mode, const common::Patience& patience) EXCLUDES(mutex_);

 private:
  template <typename Ready>
  Status WaitAs(uint32_t* waiting, Ready ready, const common::Patience& patience) REQUIRES(mutex_);
  void Release(Mode mode) EXCLUDES(mutex_);

  common::Env& env_;
  common::Mutex mutex_;
  common::CondVar changed_;
  uint32_t sharers_ GUARDED_BY(mutex_) = 0;
  bool alone_ GUARDED_BY(mutex_) = false;
  uint32_t entering_ GUARDED_BY(mutex_) = 0;   // who waits to be alone and holds nothing
  uint32_t upgrading_ GUARDED_BY(mutex_) = 0;  // who waits to be alone and shares
};

}  // namespace redbase::db
