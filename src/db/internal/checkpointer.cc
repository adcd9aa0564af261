#include "db/internal/checkpointer.h"

#include <utility>

namespace redbase::db {

void Checkpointer::StartThread() {
  if (thread_ == nullptr && !stop_) {
    thread_ = env_.StartThread("checkpointer", [this] { Run(); });
  }
}

void Checkpointer::NoteFirstChange() {
  const common::MutexLock lock(mutex_);
  noted_ = true;
  StartThread();
}

void Checkpointer::NoteGrowth() {
  const common::MutexLock lock(mutex_);
  grown_ = true;
  StartThread();
  work_or_stop_.NotifyAll();
}

void Checkpointer::Stop() {
  std::unique_ptr<common::Thread> thread;
  {
    const common::MutexLock lock(mutex_);
    stop_ = true;
    work_or_stop_.NotifyAll();
    thread = std::move(thread_);
  }
  if (thread != nullptr) {
    thread->Join();
  }
}

void Checkpointer::Run() {
  while (WaitForWork()) {
    static_cast<void>(make_());
  }
}

bool Checkpointer::WaitForWork() {
  const common::MutexLock lock(mutex_);
  bool in_time = true;
  while (!stop_ && !grown_ && (in_time || !noted_)) {
    in_time = work_or_stop_.WaitFor(mutex_, interval_micros_);
  }
  grown_ = false;
  noted_ = false;
  return !stop_;
}

}  // namespace redbase::db
