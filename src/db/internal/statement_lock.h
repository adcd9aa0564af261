// StatementLock: who reads, who changes rows and who has the database alone; held for one
// statement, or to the end of a transaction.
//
//             kRead  kWrite  kSerial  kAlone
//   kRead       +      +        +       -       + at the same time
//   kWrite      +      +        -       -
//   kSerial     +      -        -       -
//   kAlone      -      -        -       -
//
// Readers see a snapshot, so writers do not disturb them; writers wait for each other row
// by row (rm::RowLocks).  kSerial is for those that are to see no change of others
// meanwhile.  Backups and changes of the buffer are made alone.  Who waits to be
// serial or alone keeps new writers, or all, out.  A hold may be made a stronger one without
// letting go.  Two who wait so may wait for each other: the second is refused.
//
// Thread-safe; a hold may be given back by another thread than took it.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "common/env.h"
#include "common/patience.h"
#include "common/result.h"
#include "common/sync.h"

namespace redbase::db {

class StatementLock {
 public:
  // Each stronger than the one before.
  enum class Mode : uint8_t { kRead, kWrite, kSerial, kAlone };
  static constexpr size_t kModes = 4;

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
    Mode mode_ = Mode::kRead;
  };

  explicit StatementLock(common::Env& env) : env_(env) {}

  // Errors of common::WaitFor.
  Result<Hold> Take(Mode mode, const common::Patience& patience) EXCLUDES(mutex_);
  // Makes a hold as strong as `mode`; kDeadlock when another holder waits for this one.
  // After a failure the hold is what it was.
  Status Upgrade(Hold* hold, Mode mode, const common::Patience& patience) EXCLUDES(mutex_);

 private:
  using Counts = std::array<uint32_t, kModes>;

  static uint32_t& At(Counts& counts, Mode mode) { return counts[static_cast<size_t>(mode)]; }
  // Whether nobody but `but` of these holds a mode that `mode` excludes.
  bool MayHold(Mode mode, const Counts& but) const REQUIRES(mutex_);
  // Whether an upgrade waits for the end of one who holds `mode`.
  bool IsAwaited(Mode mode) const REQUIRES(mutex_);
  // Whether nobody who came before is kept waiting by it.
  bool MayEnter(Mode mode) const REQUIRES(mutex_);
  template <typename Ready>
  Status WaitAs(uint32_t* waiting, Ready ready, const common::Patience& patience) REQUIRES(mutex_);
  void Release(Mode mode) EXCLUDES(mutex_);

  common::Env& env_;
  common::Mutex mutex_;
  common::CondVar changed_;
  Counts holders_ GUARDED_BY(mutex_){};
  Counts entering_ GUARDED_BY(mutex_){};   // who waits and holds nothing
  Counts upgrading_ GUARDED_BY(mutex_){};  // who waits and holds a weaker mode
};

}  // namespace redbase::db
