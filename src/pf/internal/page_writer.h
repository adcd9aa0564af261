// PageWriter: writes changed pages, neighbours together, and does so in the
// background before somebody has to wait for a frame.
//
// A page stays latched in shared mode from the copy that is written until the
// write is done: nobody changes it meanwhile, and it counts as clean only when
// it is on its way to the disk.  Pages whose write failed stay dirty and in
// memory; whoever writes the file next tries them again.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "common/background_worker.h"
#include "common/env.h"
#include "common/sync.h"
#include "pf/internal/file_state.h"
#include "pf/internal/frame_table.h"
#include "pf/internal/io_counters.h"
#include "pf/log.h"

namespace redbase::pf {

class PageWriter {
 public:
  PageWriter(common::Env& env, FrameTable& frames, IoCounters& counters, bool background);

  // Files that the background thread looks after.
  void Add(std::shared_ptr<FileState> file) EXCLUDES(mutex_);
  void Remove(const FileState& file) EXCLUDES(mutex_);
  std::vector<std::shared_ptr<FileState>> files() const EXCLUDES(mutex_);

  // Writes a page that the caller pinned, and dirty pages after it, unless
  // somebody has it latched.  The pin stays the caller's.
  Status WriteVictim(Frame* frame);
  // Writes every dirty page in page order.  Requires: this thread has no latch
  // on a page of the file.
  Status WriteFile(FileState& file);

  // Returns when the background thread has nothing to do, and so no page pinned.
  // It never waits for a latch, so the caller may hold some.
  void WaitUntilIdle() { worker_.WaitUntilIdle(); }

  // Wakes the background thread when much is dirty.  Called without latches.
  void NoteDirty() {
    if (background_ && !awake_.load(std::memory_order_relaxed) &&
        frames_.dirty_bytes() > frames_.budget() / 4) [[unlikely]] {
      awake_.store(true, std::memory_order_relaxed);
      worker_.Wake();
    }
  }

 private:
  struct Run;

  bool IsDirty(const FileState& file, PageNum page) const;
  bool Extend(FileState& file, Run* run, PageNum page, bool wait);
  void ExtendWhileDirty(FileState& file, Run* run);
  Status WriteRun(FileState& file, Run* run);
  Status WriteInPlace(FileState& file, const Run& run);
  // Syncs all files whose changes go to this log.
  Status SyncWritten(const Log& log) EXCLUDES(mutex_);
  void Release(Run* run);
  void WriteUntilFewAreDirty() EXCLUDES(mutex_);
  Status WriteSome(FileState& file);

  FrameTable& frames_;
  IoCounters& counters_;
  const bool background_;
  std::atomic<bool> awake_{false};

  mutable common::Mutex mutex_;
  std::vector<std::shared_ptr<FileState>> files_ GUARDED_BY(mutex_);
  common::BackgroundWorker worker_;  // last: it uses the others
};

}  // namespace redbase::pf
