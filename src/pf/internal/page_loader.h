// PageLoader: brings pages into memory that are not there.
//
// Thread-safe.  Two threads that miss the same page read it once: the second
// finds the first one's frame and waits for its latch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/result.h"
#include "pf/internal/file_state.h"
#include "pf/internal/frame_table.h"
#include "pf/internal/io_counters.h"
#include "pf/internal/page_writer.h"

namespace redbase::pf {

enum class LatchMode : uint8_t { kShared, kExclusive };

class PageLoader {
 public:
  PageLoader(FrameTable& frames, PageWriter& writer, IoCounters& counters)
      : frames_(frames), writer_(writer), counters_(counters) {}

  // The page, pinned and latched.  Errors as PageFile::Read.
  Result<Frame*> Fetch(FileState& file, PageNum page, Access access, LatchMode mode);
  // A page that is on no disk yet, pinned and latched exclusively.  It has a
  // header; the rest is for the caller to set.  Requires: it is not in memory.
  Result<Frame*> Create(FileState& file, PageNum page);

  // The frame, pinned and latched, when the page is in memory; else null.
  Frame* FetchPresent(FileState& file, PageNum page, LatchMode mode);

  // Evicts until the pool is within its budget.
  Status Shrink();

 private:
  Result<Frame*> Take(const FileState& file, Access access);
  Result<Frame*> Load(FileState& file, PageNum page, Access access);
  void TakeNeighbours(FileState& file, size_t limit, std::vector<Frame*>* run);
  size_t ReadAheadPages(const FileState& file, PageNum page) const;
  Status ReadOne(FileState& file, Frame* frame);
  // The status of the first; others that fail leave memory again.
  Status ReadRun(FileState& file, const std::vector<Frame*>& run);
  // Counts a page that was read; kCorruption when its log cannot have it.
  Status Admit(const FileState& file, Frame* frame);

  FrameTable& frames_;
  PageWriter& writer_;
  IoCounters& counters_;
};

}  // namespace redbase::pf
