// Checkpointer: makes checkpoints in the background, so that recovery stays short.
//
// One is made when a node's log has grown by DatabaseOptions::checkpoint_bytes since the
// last, and when a change was made and checkpoint_micros have passed.  The thread starts
// with the first change: who only reads pays nothing.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "common/env.h"
#include "common/sync.h"

namespace redbase::db {

class Checkpointer {
 public:
  // `make` makes a checkpoint.  What fails is tried again at the next occasion; the
  // statements that need the disk report it.
  Checkpointer(common::Env& env, int64_t interval_micros, std::function<Status()> make)
      : env_(env), interval_micros_(interval_micros), make_(std::move(make)) {}
  ~Checkpointer() { Stop(); }
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // Something was changed.
  void NoteChange() EXCLUDES(mutex_) {
    if (!noted_.load(std::memory_order_relaxed)) {
      NoteFirstChange();
    }
  }
  // A log is long.  Called with locks of the log held.
  void NoteGrowth() EXCLUDES(mutex_);
  // Returns when no checkpoint is being made, nor will be.
  void Stop() EXCLUDES(mutex_);

 private:
  void NoteFirstChange() EXCLUDES(mutex_);
  void StartThread() REQUIRES(mutex_);
  void Run() EXCLUDES(mutex_);
  // False when the thread is to end.
  bool WaitForWork() EXCLUDES(mutex_);

  common::Env& env_;
  const int64_t interval_micros_;
  const std::function<Status()> make_;
  std::atomic<bool> noted_{false};  // a change since the last checkpoint
  common::Mutex mutex_;
  common::CondVar work_or_stop_;
  bool grown_ GUARDED_BY(mutex_) = false;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::unique_ptr<common::Thread> thread_ GUARDED_BY(mutex_);
};

}  // namespace redbase::db
