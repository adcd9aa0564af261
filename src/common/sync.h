// Mutex, CondVar and Latch: the only locks of the project.
//
// They are the real ones in production.  In a thread that a SeededScheduler
// started, every acquire, release, wait and notify is a point where the
// scheduler may switch to another thread, so that an interleaving repeats from
// its seed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "common/thread_annotations.h"

namespace redbase::common {

class CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ACQUIRE();
  bool TryLock() TRY_ACQUIRE(true);
  void Unlock() RELEASE();

 private:
  friend class CondVar;
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
  std::condition_variable_any condition_;
};

// A reader-writer latch with a version, for pages and other short sections.
//
// Shared and exclusive modes exclude each other as usual.  An optimistic reader
// takes nothing: it notes the version, reads, and throws away what it read
// unless Validate() still answers true.
//
// word: bit 0 exclusive, bits 1..15 count of shared holders, bits 16..63
// version, raised by every release of the exclusive mode.
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

  void LockShared() ACQUIRE_SHARED();
  void UnlockShared() RELEASE_SHARED();
  void LockExclusive() ACQUIRE();
  bool TryLockExclusive() TRY_ACQUIRE(true);
  void UnlockExclusive() RELEASE();

  // Waits until no exclusive holder is there; the version to validate against.
  uint64_t OptimisticBegin() const;
  // No exclusive holder was there since OptimisticBegin returned `version`.
  bool Validate(uint64_t version) const {
    std::atomic_thread_fence(std::memory_order_acquire);
    return (word_.load(std::memory_order_relaxed) & ~kSharedMask) == version;
  }
  // Exclusive mode, if nothing changed since `version`.
  bool TryUpgrade(uint64_t version) TRY_ACQUIRE(true);

 private:
  static constexpr uint64_t kExclusive = 1;
  static constexpr uint64_t kOneShared = 2;
  static constexpr uint64_t kSharedMask = 0xFFFE;
  static constexpr uint64_t kOneVersion = 0x10000;

  std::atomic<uint64_t> word_{0};
};

}  // namespace redbase::common
