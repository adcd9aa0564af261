#include "common/executor.h"

#include <string>
#include <utility>

namespace redbase::common {

ThreadPool::ThreadPool(Env& env, unsigned threads)
    : env_(env), thread_count_(threads == 0 ? 1 : threads) {}

ThreadPool::~ThreadPool() {
  std::vector<std::unique_ptr<Thread>> threads;
  {
    const MutexLock lock(mutex_);
    stop_ = true;
    threads.swap(threads_);
  }
  task_or_stop_.NotifyAll();
  for (const auto& thread : threads) {
    thread->Join();
  }
}

void ThreadPool::Submit(std::function<void()> task) {
  {
    const MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
    // A thread more while tasks outnumber the threads that wait for one.
    if (tasks_.size() > idle_ && threads_.size() < thread_count_ && !stop_) {
      threads_.push_back(env_.StartThread("worker " + std::to_string(threads_.size() + 1),
                                          [this] { RunTasks(); }));
    }
  }
  task_or_stop_.NotifyOne();
}

void ThreadPool::RunTasks() {
  while (true) {
    std::function<void()> task;
    {
      const MutexLock lock(mutex_);
      while (tasks_.empty()) {
        if (stop_) {
          return;
        }
        ++idle_;
        task_or_stop_.Wait(mutex_);
        --idle_;
      }
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace redbase::common
