// StatementLock: who reads shares the database, who changes it has it alone; held
// for one statement, or to the end of a transaction.
//
// A waiting writer keeps new readers out.  A reader may become the writer without
// letting go; it waits for the readers that are there, before any other writer.  Two
// who wait so would wait for each other: the second is refused.
//
// Thread-safe; a hold may be given back by another thread than took it.
#pragma once

#include <cstdint>
#include <utility>

#include "common/cancel_token.h"
#include "common/env.h"
#include "common/result.h"
#include "common/sync.h"

namespace redbase::db {

class StatementLock {
 public:
  enum class Mode : uint8_t { kShared, kExclusive };

  // What ends a wait early.
  struct Patience {
    const common::CancelToken* cancel = nullptr;  // may be null
    int64_t timeout_millis = 0;                   // 0: for ever
  };

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

  // kCancelled; kUnavailable at the timeout.
  Result<Hold> Take(Mode mode, const Patience& patience) EXCLUDES(mutex_);
  // Makes a hold exclusive; kDeadlock when another one waits for the same.  After a
  // failure the hold is what it was.
  Status Upgrade(Hold* hold, const Patience& patience) EXCLUDES(mutex_);

 private:
  // How often a waiter looks whether it was cancelled: a signal handler that cancels
  // cannot wake it.
  static constexpr int64_t kLookMicros = 10000;

  template <typename Ready>
  Status Wait(Ready ready, const Patience& patience) REQUIRES(mutex_);
  void Release(Mode mode) EXCLUDES(mutex_);

  common::Env& env_;
  common::Mutex mutex_;
  common::CondVar changed_;
  uint32_t readers_ GUARDED_BY(mutex_) = 0;
  uint32_t waiting_writers_ GUARDED_BY(mutex_) = 0;
  bool upgrading_ GUARDED_BY(mutex_) = false;
  bool writing_ GUARDED_BY(mutex_) = false;
};

}  // namespace redbase::db
