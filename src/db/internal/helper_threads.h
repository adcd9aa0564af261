// HelperThreads: the threads that help the statements of one database; their number
// follows the size of the buffer pool.
//
// Thread-safe, but for SetCount.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "common/env.h"
#include "common/executor.h"

namespace redbase::db {

class HelperThreads : public common::Executor {
 public:
  HelperThreads(common::Env& env, unsigned count)
      : env_(env), threads_(std::make_unique<common::ThreadPool>(env, count)) {}

  void Submit(std::function<void()> task) override { threads_->Submit(std::move(task)); }
  unsigned worker_count() const override { return threads_->worker_count(); }

  // Finishes all tasks first.  Requires: no statement runs.
  void SetCount(unsigned count) {
    if (count != threads_->worker_count()) {
      threads_ = nullptr;
      threads_ = std::make_unique<common::ThreadPool>(env_, count);
    }
  }

 private:
  common::Env& env_;
  std::unique_ptr<common::ThreadPool> threads_;
};

}  // namespace redbase::db
