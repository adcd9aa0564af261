#include "common/background_worker.h"

namespace redbase::common {

void BackgroundWorker::WakeLater(int64_t micros) {
  const int64_t due = micros > 0 ? env_.MonotonicMicros() + micros : 0;
  const MutexLock lock(mutex_);
  if (stop_ || (due_ && *due_ <= due)) {
    return;
  }
  due_ = due;
  if (thread_ == nullptr) {
    thread_ = env_.StartThread(name_, [this] { Run(); });
  }
  changed_.NotifyAll();
}

void BackgroundWorker::WaitUntilIdle() {
  const MutexLock lock(mutex_);
  while (!stop_ && (working_ || due_ == 0)) {
    changed_.Wait(mutex_);
  }
}

void BackgroundWorker::Stop() {
  std::unique_ptr<Thread> thread;
  {
    const MutexLock lock(mutex_);
    stop_ = true;
    changed_.NotifyAll();
    thread = std::move(thread_);
  }
  if (thread != nullptr) {
    thread->Join();
  }
}

void BackgroundWorker::Run() {
  while (WaitForWork()) {
    work_();
    const MutexLock lock(mutex_);
    working_ = false;
    changed_.NotifyAll();
  }
}

bool BackgroundWorker::WaitForWork() {
  const MutexLock lock(mutex_);
  while (!stop_ && due_ != 0) {
    if (!due_) {
      changed_.Wait(mutex_);
      continue;
    }
    const int64_t waited_for = *due_;
    const int64_t micros = waited_for - env_.MonotonicMicros();
    // The clock of a simulated environment may stand still: what was waited for is over.
    if (micros <= 0 || (!changed_.WaitFor(mutex_, micros) && due_ == waited_for)) {
      break;
    }
  }
  due_.reset();
  working_ = !stop_;
  return working_;
}

}  // namespace redbase::common
