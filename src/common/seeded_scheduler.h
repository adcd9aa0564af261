// SeededScheduler: runs threads one at a time, in an order that a seed decides.
//
// At every sync point (an operation of Mutex, CondVar or Latch, Yield, a sleep,
// the start, join or end of a thread) the seed picks which thread goes on, so
// that a failing interleaving comes back with its seed.  Time is virtual: it
// moves by a microsecond at each sync point, and to the next deadline when
// nobody can run.  When nobody can run and nobody sleeps, the process aborts and
// prints the seed and what each thread waits for.
//
// What scheduled threads share with ordinary threads must need no waiting: an
// ordinary thread that unlocks or notifies wakes no scheduled one.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/env.h"
#include "common/random.h"
#include "common/sync.h"

namespace redbase::common {

class SeededScheduler : public SchedulerHook {
 public:
  explicit SeededScheduler(uint64_t seed);
  ~SeededScheduler() override;
  SeededScheduler(const SeededScheduler&) = delete;
  SeededScheduler& operator=(const SeededScheduler&) = delete;

  // Runs the bodies as threads "0", "1", ... and what they start; returns when
  // all have ended.  Requires: called by an ordinary thread, one at a time.
  void Run(std::vector<std::function<void()>> bodies);

  // Requires: called by a thread of this scheduler, which also destroys what it
  // returns, before Run() ends.
  std::unique_ptr<Thread> StartThread(const std::string& name, std::function<void()> body);

  int64_t NowMicros() const;
  // A number made of all choices so far: equal for equal interleavings.
  uint64_t Fingerprint() const;

  void Yield() override;
  void Block(const void* object, const char* what) override;
  bool BlockFor(const void* object, const char* what, int64_t micros) override;
  void WakeOne(const void* object) override;
  void WakeAll(const void* object) override;

 private:
  struct Task;
  class TaskThread;
  using Lock = std::unique_lock<std::mutex>;

  Task* AddTask(std::string name, std::function<void()> body);
  void RunTask(Task* task, const std::function<void()>& body);
  // Lets a runnable thread run, by the seed; waits until it is `self`'s turn.
  void Switch(Lock* lock, Task* self);
  Task* PickNext();
  void WakeExpired();
  void Wait(const void* object, const char* what, int64_t deadline);
  [[noreturn]] void ReportDeadlock() const;

  const uint64_t seed_;
  mutable std::mutex mutex_;  // all below
  std::condition_variable all_ended_;
  Random random_;
  std::vector<std::unique_ptr<Task>> tasks_;  // in the order of their start
  Task* current_ = nullptr;
  int64_t now_ = 0;
  uint64_t fingerprint_ = 0;
};

}  // namespace redbase::common
