#include "pf/internal/page_loader.h"

#include <algorithm>
#include <string>

#include "pf/internal/page_check.h"

namespace redbase::pf {

namespace {

constexpr size_t kReadAheadBytes = size_t{256} << 10;

void Lock(Frame* frame, LatchMode mode) NO_THREAD_SAFETY_ANALYSIS {
  if (mode == LatchMode::kShared) {
    frame->latch().LockShared();
  } else {
    frame->latch().LockExclusive();
  }
}

void Unlock(Frame* frame, LatchMode mode) NO_THREAD_SAFETY_ANALYSIS {
  if (mode == LatchMode::kShared) {
    frame->latch().UnlockShared();
  } else {
    frame->latch().UnlockExclusive();
  }
}

}  // namespace

Frame* PageLoader::FetchPresent(FileState& file, PageNum page, LatchMode mode) {
  while (true) {
    Frame* const frame = frames_.PinExactly(file, page);
    if (frame == nullptr) {
      return nullptr;
    }
    Lock(frame, mode);
    if (frame->tag() == file.TagOf(page)) {
      return frame;
    }
    // Its read failed while this thread waited.
    Unlock(frame, mode);
    frame->Unpin();
  }
}

Result<Frame*> PageLoader::Fetch(FileState& file, PageNum page, Access access, LatchMode mode) {
  for (bool missed = false;; missed = true) {
    if (Frame* const present = FetchPresent(file, page, mode)) {
      return present;
    }
    const uint32_t count = file.page_count.load(std::memory_order_acquire);
    if (static_cast<uint32_t>(page) >= count) {
      return PageError(file, page, Code::kCorruption,
                       "beyond the end, the file has " + std::to_string(count) + " pages");
    }
    if (!missed) {
      counters_.CountMiss();
    }
    auto loaded = Load(file, page, access);
    if (!loaded.ok()) {
      // Another thread may have brought the page in by now.
      if (loaded.status().code() == Code::kNoMemory) {
        if (Frame* const present = FetchPresent(file, page, mode)) {
          return present;
        }
      }
      return std::move(loaded).status();
    }
    Frame* const frame = *loaded;
    if (frame == nullptr) {
      continue;
    }
    if (mode == LatchMode::kExclusive) {
      return frame;
    }
    // The pin keeps the page in the frame.
    Unlock(frame, LatchMode::kExclusive);
    Lock(frame, LatchMode::kShared);
    return frame;
  }
}

Result<Frame*> PageLoader::Create(FileState& file, PageNum page) {
  ASSIGN_OR_RETURN(Frame* const frame, Take(file, Access::kRandom));
  if (!frames_.Publish(frame, file, page, 1)) {
    frames_.GiveBack(frame);
    return PageError(file, page, Code::kInternal, "new, but in memory already");
  }
  PageHeader header{};
  header.page_num = page;
  header.file_id = file.identity.file_id;
  WritePageHeader(frame->bytes(), header);
  return frame;
}

Status PageLoader::Shrink() {
  while (true) {
    const FrameTable::Candidate step = frames_.TryRelease();
    if (step.found == FrameTable::Found::kDirty) {
      const Status written = writer_.WriteVictim(step.frame);
      if (frames_.TakeCleaned(step.frame)) {
        frames_.GiveBack(step.frame);
      }
      RETURN_IF_ERROR(written);
    } else if (step.found == FrameTable::Found::kNone) {
      if (frames_.WithinBudget()) {
        return {};
      }
      if (!frames_.WaitForPassing(step)) {
        return Status(Code::kInvalidArgument, "buffer pool: pages in use need more than " +
                                                  std::to_string(frames_.budget()) + " bytes");
      }
    }
  }
}

Result<Frame*> PageLoader::Take(const FileState& file, Access access) {
  while (true) {
    const FrameTable::Candidate candidate = frames_.TryTake(file.page_size, access);
    if (candidate.found == FrameTable::Found::kOwned) {
      return candidate.frame;
    }
    if (candidate.found == FrameTable::Found::kDirty) {
      const size_t size = candidate.frame->bytes().size();
      const Status written = writer_.WriteVictim(candidate.frame);
      if (frames_.TakeCleaned(candidate.frame)) {
        if (size == file.page_size && frames_.WithinBudget()) {
          return candidate.frame;
        }
        frames_.GiveBack(candidate.frame);
      }
      RETURN_IF_ERROR(written);
    } else if (!frames_.WaitForPassing(candidate)) {
      return Status(Code::kNoMemory, "buffer pool: no room for a page of " + file.path() +
                                         ": all pages within the " +
                                         std::to_string(frames_.budget()) + " bytes are in use");
    }
  }
}

// The page, pinned and latched exclusively; null when another thread was first.
Result<Frame*> PageLoader::Load(FileState& file, PageNum page, Access access) {
  ASSIGN_OR_RETURN(Frame* const frame, Take(file, access));
  const bool scan = access == Access::kScan;
  if (!frames_.Publish(frame, file, page, scan ? 0 : 1)) {
    frames_.GiveBack(frame);
    return nullptr;
  }
  if (!scan) {
    const Status status = ReadOne(file, frame);
    if (!status.ok()) {
      frames_.Retract(frame);
      return status;
    }
    return frame;
  }
  frames_.AddPassing();
  std::vector<Frame*> run = {frame};
  TakeNeighbours(file, ReadAheadPages(file, page), &run);
  const Status status = ReadRun(file, run);
  frames_.RemovePassing();
  RETURN_IF_ERROR(status);
  return frame;
}

// A page whose predecessor is in memory is part of a scan under way: read far
// ahead.  Others may be all that is wanted.
size_t PageLoader::ReadAheadPages(const FileState& file, PageNum page) const {
  const auto number = static_cast<uint32_t>(page);
  const bool under_way = number <= 1 || frames_.Find(file, PageNum{number - 1}) != nullptr;
  const size_t window = under_way ? kReadAheadBytes : kReadAheadBytes / 8;
  return std::max<size_t>(std::min(window, frames_.budget() / 8) / file.page_size, 1);
}

// Adds frames for following pages that are not in memory, as long as that costs
// nobody a wait.
void PageLoader::TakeNeighbours(FileState& file, size_t limit, std::vector<Frame*>* run) {
  const auto first = static_cast<uint32_t>(run->front()->page_num());
  const uint32_t end = file.page_count.load(std::memory_order_acquire);
  while (run->size() < limit && first + run->size() < end) {
    const PageNum next{static_cast<uint32_t>(first + run->size())};
    if (frames_.Find(file, next) != nullptr) {
      break;
    }
    const FrameTable::Candidate candidate = frames_.TryTake(file.page_size, Access::kScan);
    if (candidate.found == FrameTable::Found::kDirty) {
      candidate.frame->Unpin();
      frames_.RemovePassing();
    }
    if (candidate.found != FrameTable::Found::kOwned) {
      break;
    }
    if (!frames_.Publish(candidate.frame, file, next, 0)) {
      frames_.GiveBack(candidate.frame);
      break;
    }
    run->push_back(candidate.frame);
  }
}

Status PageLoader::ReadOne(FileState& file, Frame* frame) {
  const PageNum page = frame->page_num();
  const MutablePage bytes = frame->bytes();
  auto got = file.file->ReadSome(file.OffsetOf(page), bytes);
  if (!got.ok()) {
    return std::move(got).status().Annotate("reading page " +
                                            std::to_string(static_cast<uint32_t>(page)));
  }
  if (*got < bytes.size()) {
    return PageError(
        file, page, Code::kCorruption,
        "short read, " + std::to_string(*got) + " of " + std::to_string(bytes.size()) + " bytes");
  }
  RETURN_IF_ERROR(CheckPage(file, page, bytes));
  return Admit(file, frame);
}

Status PageLoader::Admit(const FileState& file, Frame* frame) {
  counters_.CountRead(1);
  Status accepted = file.log.Accept(ReadPageHeader(frame->bytes()).sequence);
  return accepted.ok() ? accepted
                       : PageError(file, frame->page_num(), accepted.code(), accepted.message());
}

Status PageLoader::ReadRun(FileState& file, const std::vector<Frame*>& run) {
  Frame* const first = run.front();
  Status scattered;
  if (run.size() > 1) {
    std::vector<std::span<std::byte>> buffers;
    buffers.reserve(run.size());
    for (Frame* const frame : run) {
      buffers.push_back(frame->bytes());
    }
    scattered = file.file->ReadScattered(file.OffsetOf(first->page_num()), buffers);
  }
  const bool together = run.size() > 1 && scattered.ok();
  if (together) {
    const uint64_t length = run.size() * file.page_size;
    file.file->WillNeed(file.OffsetOf(first->page_num()) + length, length);
  }
  for (size_t i = 1; i < run.size(); ++i) {
    // Whoever wants a page that failed reads it alone, and gets its error.
    if (together && CheckPage(file, run[i]->page_num(), run[i]->bytes()).ok() &&
        Admit(file, run[i]).ok()) {
      Unlock(run[i], LatchMode::kExclusive);
      run[i]->Unpin();
    } else {
      frames_.Retract(run[i]);
    }
  }
  Status status;
  if (together) {
    status = CheckPage(file, first->page_num(), first->bytes());
    if (status.ok()) {
      status = Admit(file, first);
    }
  } else {
    status = ReadOne(file, first);
  }
  if (!status.ok()) {
    frames_.Retract(first);
  }
  return status;
}

}  // namespace redbase::pf
