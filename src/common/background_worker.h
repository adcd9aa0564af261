// BackgroundWorker: one thread beside the statements, for work that nobody waits for.
//
//          Wake, or WakeLater and the delay is over
//   idle ------------------------------------------> working --> idle
//
// What is asked for while it works begins when it is done.  The thread starts with the
// first request: who asks for nothing pays nothing.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/env.h"
#include "common/sync.h"

namespace redbase::common {

class BackgroundWorker {
 public:
  BackgroundWorker(Env& env, std::string name, std::function<void()> work)
      : env_(env), name_(std::move(name)), work_(std::move(work)) {}
  ~BackgroundWorker() { Stop(); }
  BackgroundWorker(const BackgroundWorker&) = delete;
  BackgroundWorker& operator=(const BackgroundWorker&) = delete;

  // Neither has an effect after Stop.  Wake: the work begins as soon as it can.
  // WakeLater: at the latest `micros` from now.
  void Wake() EXCLUDES(mutex_) { WakeLater(0); }
  void WakeLater(int64_t micros) EXCLUDES(mutex_);
  // Returns when nothing is being done or has to be done at once.
  void WaitUntilIdle() EXCLUDES(mutex_);
  // Returns when nothing is being done, nor will be.
  void Stop() EXCLUDES(mutex_);

 private:
  void Run() EXCLUDES(mutex_);
  // False when the thread is to end.
  bool WaitForWork() EXCLUDES(mutex_);

  Env& env_;
  const std::string name_;
  const std::function<void()> work_;
  Mutex mutex_;
  CondVar changed_;
  // When the work begins, on the monotonic clock; 0: at once.
  std::optional<int64_t> due_ GUARDED_BY(mutex_);
  bool working_ GUARDED_BY(mutex_) = false;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::unique_ptr<Thread> thread_ GUARDED_BY(mutex_);
};

}  // namespace redbase::common
