// FileState: what the buffer pool knows about an open file.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "common/env.h"
#include "common/sync.h"
#include "pf/buffer_pool.h"
#include "pf/internal/page_table.h"
#include "pf/page.h"
#include "pf/page_file.h"

namespace redbase::pf {

class FrameTable;
class IoCounters;

struct FileState {
  FileState(BufferPool& its_pool, FrameTable& its_frames, IoCounters& its_counters,
            std::unique_ptr<common::File> its_file, PageFileIdentity its_identity,
            size_t its_page_size);

  // Syncs what was written since the last time; once that has failed, it always fails.
  Status Sync() EXCLUDES(sync_mutex);

  BufferPool& pool;
  Log& log;
  FrameTable& frames;
  IoCounters& counters;
  const std::unique_ptr<common::File> file;
  const PageFileIdentity identity;
  const size_t page_size;
  const uintptr_t frame_memory;  // FrameTable::MemoryOf(page_size)
  const uint32_t serial;         // no other open file has it

  PageTable pages;
  std::atomic<uint32_t> page_count{1};
  std::atomic<uint64_t> dirty_pages{0};
  std::atomic<bool> unsynced{false};  // something was written since the last sync

  common::Mutex sync_mutex;
  // The first failure of a sync.  What it should have made durable may be lost
  // even if a later one succeeds, so none is tried.
  Status sync_error GUARDED_BY(sync_mutex);

  const std::string& path() const { return file->path(); }
  // Names the page among all of all files.
  uint64_t TagOf(PageNum page) const {
    return (uint64_t{serial} << 32) | static_cast<uint32_t>(page);
  }
  uint64_t OffsetOf(PageNum page) const {
    return uint64_t{static_cast<uint32_t>(page)} * page_size;
  }
};

// "path: page 17: what".
Status PageError(const FileState& file, PageNum page, Code code, const std::string& what);
Status PageError(const std::string& path, PageNum page, Code code, const std::string& what);

}  // namespace redbase::pf
