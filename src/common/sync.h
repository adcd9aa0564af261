// Mutex, CondVar and Latch: the only locks of the project.
//
// They are the real ones in production.  In a thread that a SeededScheduler
// started, every acquire, release, wait and notify is a point where the
// scheduler may switch to another thread, so that an interleaving repeats from
// its seed.  Anywhere else that costs a thread-local load and a branch.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "common/thread_annotations.h"

namespace redbase::common {

// Decides which of its threads runs; SeededScheduler is the implementation.
// All functions are called by the thread that runs.
class SchedulerHook {
 public:
  virtual ~SchedulerHook() = default;
  // Another thread may run first.
  virtual void Yield() = 0;
  // Others run until somebody wakes `object`; `what` is its kind, for reports.
  virtual void Block(const void* object, const char* what) = 0;
  // As Block; false when `micros` of the scheduler's clock passed first.
  virtual bool BlockFor(const void* object, const char* what, int64_t micros) = 0;
  virtual void WakeOne(const void* object) = 0;
  virtual void WakeAll(const void* object) = 0;
};

// The scheduler of this thread; null in an ordinary one.
inline constinit thread_local SchedulerHook* t_scheduler = nullptr;

class CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ACQUIRE() {
    if (t_scheduler != nullptr) [[unlikely]] {
      LockScheduled();
    } else {
      mutex_.lock();
    }
  }
  bool TryLock() TRY_ACQUIRE(true) {
    if (t_scheduler != nullptr) [[unlikely]] {
      t_scheduler->Yield();
    }
    return mutex_.try_lock();
  }
  void Unlock() RELEASE() {
    mutex_.unlock();
    if (t_scheduler != nullptr) [[unlikely]] {
      t_scheduler->WakeAll(this);
      t_scheduler->Yield();
    }
  }

 private:
  friend class CondVar;
  void LockScheduled();

  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class CondVar {
 public:
  CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  // May wake without a notify: wait in a loop over the condition.
  void Wait(Mutex& mutex) REQUIRES(mutex);
  // False when `micros` of the thread's clock passed first.
  bool WaitFor(Mutex& mutex, int64_t micros) REQUIRES(mutex);
  void NotifyOne();
  void NotifyAll();

 private:
  std::condition_variable condition_;
};

// A reader-writer latch with a version, for pages and other short sections.
//
// Shared and exclusive modes exclude each other as usual.  An optimistic reader
// takes nothing: it notes the version, reads, and throws away what it read
// unless Validate() still answers true.
//
// word: bit 0 exclusive, bit 1 somebody sleeps, bit 2 an exclusive taker waits,
// bits 3..15 count of shared holders, bits 16..63 version, raised by every
// release of the exclusive mode.
//
// New shared takers queue behind a waiting exclusive one, so writers do not
// starve; for that reason a thread must not take one latch twice, not even
// shared.  A taker spins, then sleeps in the kernel.
//
// Under the thread sanitizer, which cannot see that a failed validation
// discards what was read, kOptimisticReads is false and callers take the
// shared mode instead.
class CAPABILITY("latch") Latch {
 public:
#if defined(REDBASE_TSAN)
  static constexpr bool kOptimisticReads = false;
#else
  static constexpr bool kOptimisticReads = true;
#endif

  Latch() = default;
  Latch(const Latch&) = delete;
  Latch& operator=(const Latch&) = delete;

  void LockShared() ACQUIRE_SHARED() {
    if (t_scheduler != nullptr || !TrySharedOnce()) [[unlikely]] {
      LockSharedSlow();
    }
  }
  // False also when the attempt lost a race.
  bool TryLockShared() TRY_ACQUIRE_SHARED(true) {
    SchedulePoint();
    return TrySharedOnce();
  }
  void UnlockShared() RELEASE_SHARED() {
    const uint64_t before = word_.fetch_sub(kOneShared, std::memory_order_release);
    if (t_scheduler != nullptr || (before & (kCountMask | kSleepers)) == (kOneShared | kSleepers))
        [[unlikely]] {
      WakeSleepers();
    }
  }

  void LockExclusive() ACQUIRE() {
    if (t_scheduler != nullptr || !TryExclusiveOnce()) [[unlikely]] {
      LockExclusiveSlow();
    }
  }
  // False also when the attempt lost a race.
  bool TryLockExclusive() TRY_ACQUIRE(true) {
    SchedulePoint();
    return TryExclusiveOnce();
  }
  void UnlockExclusive() RELEASE() {
    // Nobody else changes bits above the flags while this thread is exclusive.
    uint64_t word = word_.load(std::memory_order_relaxed);
    while (!word_.compare_exchange_weak(word, (word & ~kFlags) + kOneVersion,
                                        std::memory_order_release, std::memory_order_relaxed)) {
    }
    if (t_scheduler != nullptr || (word & kSleepers) != 0) [[unlikely]] {
      WakeSleepers();
    }
  }

  // Waits until no exclusive holder is there; the version to validate against.
  uint64_t OptimisticBegin() const {
    SchedulePoint();
    const uint64_t word = word_.load(std::memory_order_acquire);
    if ((word & kExclusive) != 0) [[unlikely]] {
      return OptimisticBeginSlow();
    }
    return word & ~kSharedMask;
  }
  // As OptimisticBegin, but false at once when an exclusive holder is there.
  bool TryOptimisticBegin(uint64_t* version) const {
    SchedulePoint();
    const uint64_t word = word_.load(std::memory_order_acquire);
    *version = word & ~kSharedMask;
    return (word & kExclusive) == 0;
  }
  // No exclusive holder was there since OptimisticBegin returned `version`.
  bool Validate(uint64_t version) const {
    SchedulePoint();
#if !defined(REDBASE_TSAN)  // which knows no fences
    std::atomic_thread_fence(std::memory_order_acquire);
#endif
    return (word_.load(std::memory_order_relaxed) & ~kSharedMask) == version;
  }
  // Exclusive mode, if nothing changed since `version`.  False also when
  // somebody holds the shared mode: begin again.
  bool TryUpgrade(uint64_t version) TRY_ACQUIRE(true);

 private:
  static constexpr uint64_t kExclusive = 1;
  static constexpr uint64_t kSleepers = 2;
  static constexpr uint64_t kWriterWaits = 4;
  static constexpr uint64_t kFlags = kExclusive | kSleepers | kWriterWaits;
  static constexpr uint64_t kOneShared = 8;
  static constexpr uint64_t kCountMask = 0xFFF8;
  static constexpr uint64_t kSharedMask = 0xFFFE;
  static constexpr uint64_t kOneVersion = 0x10000;

  static void SchedulePoint() {
    if (t_scheduler != nullptr) [[unlikely]] {
      t_scheduler->Yield();
    }
  }
  bool TrySharedOnce() {
    uint64_t word = word_.load(std::memory_order_relaxed);
    return (word & (kExclusive | kWriterWaits)) == 0 &&
           word_.compare_exchange_strong(word, word + kOneShared, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }
  bool TryExclusiveOnce() {
    uint64_t word = word_.load(std::memory_order_relaxed);
    return (word & (kExclusive | kCountMask)) == 0 && BecomeExclusive(word);
  }
  bool BecomeExclusive(uint64_t word) {
    if (!word_.compare_exchange_strong(word, (word | kExclusive) & ~kWriterWaits,
                                       std::memory_order_acquire, std::memory_order_relaxed)) {
      return false;
    }
#if !defined(REDBASE_TSAN)
    // An optimistic reader that sees what we write from here on sees the bit.
    std::atomic_thread_fence(std::memory_order_release);
#endif
    return true;
  }
  void LockSharedSlow();
  void LockExclusiveSlow();
  uint64_t OptimisticBeginSlow() const;
  // Sleeps while the word is `word`, with `flags` added to it first.
  void Sleep(uint64_t word, uint64_t flags) const;
  void WakeSleepers();

  // Mutable for the flags of those who wait, which are no part of the state.
  mutable std::atomic<uint64_t> word_{0};
};

class SCOPED_CAPABILITY SharedLatchLock {
 public:
  explicit SharedLatchLock(Latch& latch) ACQUIRE_SHARED(latch) : latch_(latch) {
    latch_.LockShared();
  }
  ~SharedLatchLock() RELEASE() { latch_.UnlockShared(); }
  SharedLatchLock(const SharedLatchLock&) = delete;
  SharedLatchLock& operator=(const SharedLatchLock&) = delete;

 private:
  Latch& latch_;
};

class SCOPED_CAPABILITY ExclusiveLatchLock {
 public:
  explicit ExclusiveLatchLock(Latch& latch) ACQUIRE(latch) : latch_(latch) {
    latch_.LockExclusive();
  }
  ~ExclusiveLatchLock() RELEASE() { latch_.UnlockExclusive(); }
  ExclusiveLatchLock(const ExclusiveLatchLock&) = delete;
  ExclusiveLatchLock& operator=(const ExclusiveLatchLock&) = delete;

 private:
  Latch& latch_;
};

}  // namespace redbase::common
