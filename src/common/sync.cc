#include "common/sync.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <chrono>
#include <climits>

namespace redbase::common {

namespace {

// About a microsecond: longer than most latches are held.
constexpr int kSpins = 64;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// The kernel compares and wakes by the low half of the word, which holds the
// flags, the count and the low bits of the version.
static_assert(std::endian::native == std::endian::little);

void FutexWait(std::atomic<uint64_t>* word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void FutexWakeAll(std::atomic<uint64_t>* word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace

void Mutex::LockScheduled() {
  t_scheduler->Yield();
  while (!mutex_.try_lock()) {
    t_scheduler->Block(this, "mutex");
  }
}

void CondVar::Wait(Mutex& mutex) {
  if (t_scheduler != nullptr) {
    // No other scheduled thread runs between the release and the block.
    mutex.mutex_.unlock();
    t_scheduler->WakeAll(&mutex);
    t_scheduler->Block(this, "condition");
    mutex.LockScheduled();
    return;
  }
  std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
  condition_.wait(lock);
  lock.release();
}

bool CondVar::WaitFor(Mutex& mutex, int64_t micros) {
  if (t_scheduler != nullptr) {
    mutex.mutex_.unlock();
    t_scheduler->WakeAll(&mutex);
    const bool notified = t_scheduler->BlockFor(this, "condition", micros);
    mutex.LockScheduled();
    return notified;
  }
  std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
  const std::cv_status status = condition_.wait_for(lock, std::chrono::microseconds(micros));
  lock.release();
  return status == std::cv_status::no_timeout;
}

void CondVar::NotifyOne() {
  if (t_scheduler != nullptr) {
    t_scheduler->WakeOne(this);
    t_scheduler->Yield();
  }
  condition_.notify_one();
}

void CondVar::NotifyAll() {
  if (t_scheduler != nullptr) {
    t_scheduler->WakeAll(this);
    t_scheduler->Yield();
  }
  condition_.notify_all();
}

void Latch::LockSharedSlow() {
  SchedulePoint();
  for (int spins = 0;; ++spins) {
    const uint64_t word = word_.load(std::memory_order_relaxed);
    if ((word & (kExclusive | kWriterWaits)) == 0) {
      if (TrySharedOnce()) {
        return;
      }
    } else if (spins < kSpins && t_scheduler == nullptr) {
      Pause();
    } else {
      Sleep(word, kSleepers);
    }
  }
}

void Latch::LockExclusiveSlow() {
  SchedulePoint();
  for (int spins = 0;; ++spins) {
    const uint64_t word = word_.load(std::memory_order_relaxed);
    if ((word & (kExclusive | kCountMask)) == 0) {
      if (BecomeExclusive(word)) {
        return;
      }
    } else if (spins < kSpins && t_scheduler == nullptr) {
      Pause();
    } else {
      Sleep(word, kSleepers | kWriterWaits);
    }
  }
}

uint64_t Latch::OptimisticBeginSlow() const {
  for (int spins = 0;; ++spins) {
    const uint64_t word = word_.load(std::memory_order_acquire);
    if ((word & kExclusive) == 0) {
      return word & ~kSharedMask;
    }
    if (spins < kSpins && t_scheduler == nullptr) {
      Pause();
    } else {
      Sleep(word, kSleepers);
    }
  }
}

void Latch::Sleep(uint64_t word, uint64_t flags) const {
  const uint64_t marked = word | flags;
  if (marked != word && !word_.compare_exchange_strong(word, marked, std::memory_order_relaxed)) {
    return;
  }
  if (t_scheduler != nullptr) {
    t_scheduler->Block(this, "latch");
  } else {
    FutexWait(&word_, static_cast<uint32_t>(marked));
  }
}

void Latch::WakeSleepers() {
  // A sleeper that sets the flag again before this clears it either sleeps
  // already and is woken, or finds the word changed and does not sleep.
  if ((word_.fetch_and(~kSleepers, std::memory_order_relaxed) & kSleepers) != 0 ||
      t_scheduler == nullptr) {
    FutexWakeAll(&word_);
  }
  if (t_scheduler != nullptr) {
    t_scheduler->WakeAll(this);
    t_scheduler->Yield();
  }
}

bool Latch::TryUpgrade(uint64_t version) {
  SchedulePoint();
  const uint64_t word = word_.load(std::memory_order_relaxed);
  return (word & ~kSharedMask) == version && (word & kCountMask) == 0 && BecomeExclusive(word);
}

}  // namespace redbase::common
