// Executor: runs tasks on a fixed number of threads.
//
// A task runs to its end and does not wait for other tasks: what would have to
// wait ends its task and submits another when it can go on.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "common/env.h"
#include "common/sync.h"

namespace redbase::common {

class Executor {
 public:
  virtual ~Executor() = default;
  virtual void Submit(std::function<void()> task) = 0;
  // Tasks that may run at the same time; 0 when Submit runs the task itself.
  virtual unsigned worker_count() const = 0;
};

// Runs each task inside Submit: no threads at all.
class InlineExecutor : public Executor {
 public:
  void Submit(std::function<void()> task) override { task(); }
  unsigned worker_count() const override { return 0; }
};

// Threads of `env` that take tasks in the order they were submitted.  Threads
// start with the first task.  The destructor finishes all tasks submitted.
class ThreadPool : public Executor {
 public:
  ThreadPool(Env& env, unsigned threads);
  ~ThreadPool() override;

  void Submit(std::function<void()> task) override EXCLUDES(mutex_);
  unsigned worker_count() const override { return thread_count_; }

 private:
  void RunTasks() EXCLUDES(mutex_);

  Env& env_;
  const unsigned thread_count_;
  Mutex mutex_;
  CondVar task_or_stop_;
  std::deque<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  unsigned idle_ GUARDED_BY(mutex_) = 0;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::vector<std::unique_ptr<Thread>> threads_ GUARDED_BY(mutex_);
};

}  // namespace redbase::common
