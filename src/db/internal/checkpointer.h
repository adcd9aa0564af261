// Checkpointer: makes checkpoints in the background, so that recovery stays short.
//
// One is made when a node's log has grown by DatabaseOptions::checkpoint_bytes since the
// last, and when a change was made and checkpoint_micros have passed.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

#include "common/background_worker.h"
#include "common/env.h"
#include "common/status.h"

namespace redbase::db {

class Checkpointer {
 public:
  // `make` makes a checkpoint.  What fails is tried again at the next occasion; the
  // statements that need the disk report it.
  Checkpointer(common::Env& env, int64_t interval_micros, std::function<Status()> make)
      : interval_micros_(interval_micros),
        make_(std::move(make)),
        worker_(env, "checkpointer", [this] { Make(); }) {}

  // Something was changed.
  void NoteChange() {
    if (!noted_.load(std::memory_order_relaxed)) {
      noted_.store(true, std::memory_order_relaxed);
      worker_.WakeLater(interval_micros_);
    }
  }
  // A log is long.  Called with locks of the log held.
  void NoteGrowth() { worker_.Wake(); }
  // Returns when no checkpoint is being made, nor will be.
  void Stop() { worker_.Stop(); }

 private:
  void Make() {
    noted_.store(false, std::memory_order_relaxed);
    static_cast<void>(make_());
  }

  const int64_t interval_micros_;
  const std::function<Status()> make_;
  std::atomic<bool> noted_{false};   // a change since the last checkpoint
  common::BackgroundWorker worker_;  // last: it uses the others
};

}  // namespace redbase::db
