// StatementLock: who reads, who changes rows and who has the database alone; held for one
// statement, or to the end of a transaction.
//
//             kRead  kWrite  kAlone
//   kRead       +      +       -       + at the same time
//   kWrite      +      -       -
//   kAlone      -      -       -
//
// Readers see a snapshot, so one writer does not disturb them; changes of the catalog and
// of the buffer are made alone.  Who waits to be alone keeps new ones out.  A hold may be
// made a stronger one without letting go.  Two who wait so may wait for each other: the
// second is refused.
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
  enum class Mode : uint8_t { kRead, kWrite, kAlone };  // each stronger than the one before

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
    Mode mode_ = Mode::kRead;
  };

  explicit StatementLock(common::Env& env) : env_(env) {}

  // kCancelled; kUnavailable at the timeout.
  Result<Hold> Take(Mode mode, const Patience& patience) EXCLUDES(mutex_);
  // Makes a hold as strong as `mode`; kDeadlock when another holder waits for this one.
  // After a failure the hold is what it was.
  Status Upgrade(Hold* hold, Mode mode, const Patience& patience) EXCLUDES(mutex_);

 private:
  // How often a waiter looks whether it was cancelled: a signal handler that cancels
  // cannot wake it.
  static constexpr int64_t kLookMicros = 10000;

  template <typename Ready>
  Status Wait(Ready ready, const Patience& patience) REQUIRES(mutex_);
  // Counts those who wait in `waiting` meanwhile.
  template <typename Ready>
  Status WaitAs(uint32_t* waiting, Ready ready, const Patience& patience) REQUIRES(mutex_);
  void Release(Mode mode) EXCLUDES(mutex_);

  common::Env& env_;
  common::Mutex mutex_;
  common::CondVar changed_;
  uint32_t readers_ GUARDED_BY(mutex_) = 0;
  bool writing_ GUARDED_BY(mutex_) = false;
  bool alone_ GUARDED_BY(mutex_) = false;
  uint32_t waiting_alone_ GUARDED_BY(mutex_) = 0;
  // Holders who wait: readers to write, and any to be alone.
  uint32_t readers_to_write_ GUARDED_BY(mutex_) = 0;
  uint32_t holders_to_alone_ GUARDED_BY(mutex_) = 0;
};

}  // namespace redbase::db
