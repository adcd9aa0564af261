#include "pf/internal/page_writer.h"

#include <algorithm>
#include <string>

#include "pf/internal/page_check.h"

namespace redbase::pf {

namespace {

constexpr size_t kRunBytes = size_t{256} << 10;
// Somebody waits for the frame of a victim.
constexpr size_t kVictimRunBytes = size_t{64} << 10;

PageNum After(PageNum page, size_t n) {
  return PageNum{static_cast<uint32_t>(static_cast<uint32_t>(page) + n)};
}

}  // namespace

// Neighbouring pages about to be written: pinned, latched, copied.
struct PageWriter::Run {
  Run(size_t page_size, size_t max_bytes) : capacity(max_bytes / page_size) {}

  const size_t capacity;
  PageNum first = kNoPage;
  uint64_t sequence = 0;               // the highest of the pages
  uint64_t made_since = ~uint64_t{0};  // as PageWrite has it
  std::vector<Frame*> frames;
  std::vector<std::byte> bytes;
};

PageWriter::PageWriter(common::Env& env, FrameTable& frames, IoCounters& counters, bool background)
    : frames_(frames),
      counters_(counters),
      background_(background),
      worker_(env, "page writer", [this] { WriteUntilFewAreDirty(); }) {}

void PageWriter::Add(std::shared_ptr<FileState> file) {
  const common::MutexLock lock(mutex_);
  files_.push_back(std::move(file));
}

void PageWriter::Remove(const FileState& file) {
  const common::MutexLock lock(mutex_);
  std::erase_if(files_, [&](const auto& each) { return each.get() == &file; });
}

std::vector<std::shared_ptr<FileState>> PageWriter::files() const {
  const common::MutexLock lock(mutex_);
  return files_;
}

// A glance: without a pin the frame may hold another page the next moment.
bool PageWriter::IsDirty(const FileState& file, PageNum page) const {
  const Frame* const frame = frames_.Find(file, page);
  return frame != nullptr && frame->dirty();
}

// Adds the page to the run if it is dirty, and without `wait` only if nobody has
// it latched exclusively.
bool PageWriter::Extend(FileState& file, Run* run, PageNum page,
                        bool wait) NO_THREAD_SAFETY_ANALYSIS {
  Frame* const frame = IsDirty(file, page) ? frames_.Pin(file, page) : nullptr;
  if (frame == nullptr) {
    return false;
  }
  if (wait) {
    frame->latch().LockShared();
  } else if (!frame->latch().TryLockShared()) {
    frame->Unpin();
    return false;
  }
  if (frame->tag() != file.TagOf(page) || !frame->dirty()) {
    frame->latch().UnlockShared();
    frame->Unpin();
    return false;
  }
  if (run->frames.empty()) {
    run->first = page;
  }
  run->frames.push_back(frame);
  const MutablePage source = frame->bytes();
  run->sequence = std::max(run->sequence, ReadPageHeader(source).sequence);
  run->made_since = std::min(run->made_since, frame->made());
  run->bytes.insert(run->bytes.end(), source.begin(), source.end());
  SealPage(MutablePage(run->bytes).last(source.size()));
  return true;
}

void PageWriter::ExtendWhileDirty(FileState& file, Run* run) {
  while (run->frames.size() < run->capacity &&
         Extend(file, run, After(run->first, run->frames.size()), /*wait=*/false)) {
  }
}

// Writes the pages of the run and releases them.
Status PageWriter::WriteRun(FileState& file, Run* run) {
  const Status status = WriteInPlace(file, *run);
  if (status.ok()) {
    counters_.CountWrite(run->frames.size());
    for (Frame* const frame : run->frames) {
      frames_.MarkClean(frame);
    }
  }
  const uint32_t first = static_cast<uint32_t>(run->first);
  Release(run);
  return status.Annotate("writing page " + std::to_string(first));
}

// The log goes first; then a copy that repairs the pages, should the write be torn.
Status PageWriter::WriteInPlace(FileState& file, const Run& run) {
  RETURN_IF_ERROR(file.log.MakeDurable(run.sequence));
  const PageWrite write{file.identity.file_id, run.first, file.page_size, run.bytes,
                        run.made_since};
  RETURN_IF_ERROR(file.log.BeginPageWrite(write, [this, &file] { return SyncWritten(file.log); }));
  Status written = file.file->Write(file.OffsetOf(run.first), run.bytes);
  file.unsynced.store(true);
  file.log.EndPageWrite();
  return written;
}

Status PageWriter::SyncWritten(const Log& log) {
  for (const std::shared_ptr<FileState>& file : files()) {
    if (&file->log == &log) {
      RETURN_IF_ERROR(file->Sync());
    }
  }
  return {};
}

void PageWriter::Release(Run* run) NO_THREAD_SAFETY_ANALYSIS {
  for (Frame* const frame : run->frames) {
    frame->latch().UnlockShared();
    frame->Unpin();
  }
  run->frames.clear();
  run->bytes.clear();
  run->sequence = 0;
  run->made_since = ~uint64_t{0};
}

Status PageWriter::WriteVictim(Frame* frame) {
  FileState& file = frame->file();
  Run run(file.page_size, kVictimRunBytes);
  if (!Extend(file, &run, frame->page_num(), /*wait=*/false)) {
    return {};
  }
  ExtendWhileDirty(file, &run);
  return WriteRun(file, &run);
}

Status PageWriter::WriteFile(FileState& file) {
  Status result;
  Run run(file.page_size, kRunBytes);
  const uint32_t end = file.page_count.load(std::memory_order_acquire);
  uint32_t page = 0;
  while (page < end && file.dirty_pages.load(std::memory_order_relaxed) > 0) {
    if (!Extend(file, &run, PageNum{page}, /*wait=*/true)) {
      ++page;
      continue;
    }
    // From here on nothing waits for a latch, so others may wait for these pins.
    frames_.AddPassing();
    ExtendWhileDirty(file, &run);
    page += static_cast<uint32_t>(run.frames.size());
    result.Update(WriteRun(file, &run));
    frames_.RemovePassing();
  }
  return result;
}

void PageWriter::WriteUntilFewAreDirty() {
  for (const std::shared_ptr<FileState>& file : files()) {
    // The page stays dirty: who needs its frame or flushes the file tries the
    // write again, and reports the failure.
    const Status status = WriteSome(*file);
    if (!status.ok() || frames_.dirty_bytes() <= frames_.budget() / 8) {
      break;
    }
  }
  awake_.store(false, std::memory_order_relaxed);
}

// Writes dirty pages in page order until few pages of the pool are dirty.
Status PageWriter::WriteSome(FileState& file) {
  Run run(file.page_size, kRunBytes);
  const uint32_t end = file.page_count.load(std::memory_order_acquire);
  for (uint32_t page = 0; page < end && file.dirty_pages.load(std::memory_order_relaxed) > 0 &&
                          frames_.dirty_bytes() > frames_.budget() / 8;) {
    if (!IsDirty(file, PageNum{page})) {
      ++page;
      continue;
    }
    frames_.AddPassing();
    Status status;
    if (Extend(file, &run, PageNum{page}, /*wait=*/false)) {
      ExtendWhileDirty(file, &run);
      page += static_cast<uint32_t>(run.frames.size());
      status = WriteRun(file, &run);
    } else {
      ++page;
    }
    frames_.RemovePassing();
    RETURN_IF_ERROR(status);
  }
  return {};
}

}  // namespace redbase::pf
