// BufferPool: the pages of all open files that are in memory, within a byte budget.
//
// Frames come in size classes, one per page size, each a region of address space
// that is never unmapped while the pool lives; memory moves between classes by
// evicting from one and giving its bytes back.  A file finds its pages through
// its own table, page number -> frame, so a hit takes no lock.
//
// Replacement: a generalized clock.  A page enters with one chance, gains more
// when hit; a page read by a scan enters with none and gains none from scans, so
// that a scan larger than the pool evicts its own pages first.
//
// Invariants:
//   (1) A frame with pins is never evicted, moved or reused.
//   (2) Whoever changes which page a frame holds has its latch in exclusive
//       mode: an optimistic reader's validation fails.
//   (3) A page is written only with its latch held, after the log up to its
//       sequence is durable.
//
// Thread-safe.  Files are closed before the pool goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/env.h"
#include "common/result.h"
#include "common/sync.h"
#include "pf/log.h"
#include "pf/page.h"

namespace redbase::pf {

class PageFile;
class FrameTable;  // pf/internal/frame_table.h
class IoCounters;  // pf/internal/io_counters.h
class PageLoader;  // pf/internal/page_loader.h
class PageWriter;  // pf/internal/page_writer.h

// How a page is going to be used, for replacement and read-ahead.
enum class Access : uint8_t { kRandom, kScan };

// The counters of the classic `print io`.
struct IoStatistics {
  uint64_t get_page = 0;
  uint64_t page_found = 0;
  uint64_t page_not_found = 0;
  uint64_t read_page = 0;
  uint64_t write_page = 0;
  uint64_t flush_pages = 0;
};

struct FrameInfo {
  uint32_t slot = 0;
  std::string file;
  PageNum page = kNoPage;
  size_t page_size = 0;
  bool dirty = false;
  uint32_t pins = 0;
};

class BufferPool {
 public:
  struct Options {
    size_t budget_bytes = size_t{256} << 20;
    // Writes dirty pages before somebody has to wait for a frame.
    bool background_writer = true;
  };

  // `log` is that of files that name no other.
  BufferPool(common::Env& env, Log& log, Options options);
  ~BufferPool();

  common::Env& env() { return env_; }
  Log& log() { return log_; }
  size_t budget_bytes() const;

  // Writes and drops every page that is not pinned.  kUnavailable, naming how
  // many were pinned, after dropping the others.
  Status Clear();
  // kInvalidArgument, with nothing changed, when the pinned pages need more.
  Status Resize(size_t budget_bytes);

  IoStatistics statistics() const;
  void ResetStatistics();
  // Pages in memory, ordered by slot.
  std::vector<FrameInfo> Frames() const;
  // For the end of tests: 0 unless somebody forgot a page, or the background
  // writer is at work.
  size_t PinnedPages() const;

 private:
  friend class PageFile;
  friend class MiniTransaction;
  friend Result<bool> Redo(PageFile& file, uint64_t sequence, const LogRecordHeader& header,
                           std::span<const std::byte> payload);

  common::Env& env_;
  Log& log_;
  std::unique_ptr<IoCounters> counters_;
  std::unique_ptr<FrameTable> frames_;
  std::unique_ptr<PageWriter> writer_;
  std::unique_ptr<PageLoader> loader_;
};

}  // namespace redbase::pf
