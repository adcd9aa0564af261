#include "pf/page_file.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>

#include "common/bytes.h"
#include "pf/internal/file_header.h"
#include "pf/internal/file_state.h"
#include "pf/internal/frame_table.h"
#include "pf/internal/io_counters.h"
#include "pf/internal/page_check.h"
#include "pf/internal/page_loader.h"
#include "pf/internal/page_ops.h"
#include "pf/internal/page_writer.h"

namespace redbase::pf {

namespace {

std::vector<std::byte> FirstHeaderPage(PageFileIdentity identity, size_t page_size) {
  std::vector<std::byte> page(page_size);
  PageHeader header{};
  header.page_num = kHeaderPage;
  header.file_id = identity.file_id;
  header.kind = PageKind::kFileHeader;
  WritePageHeader(page, header);
  const FileHeader file_header{
      kFileMagic, kFileFormatVersion,  static_cast<uint32_t>(page_size), 1, kNoPage,
      0,          identity.database_id};
  StoreAs(page.data() + kPageHeaderSize, file_header);
  SealPage(page);
  return page;
}

}  // namespace

FileState::FileState(BufferPool& its_pool, FrameTable& its_frames, IoCounters& its_counters,
                     std::unique_ptr<common::File> its_file, PageFileIdentity its_identity,
                     size_t its_page_size)
    : pool(its_pool),
      log(its_identity.log != nullptr ? *its_identity.log : its_pool.log()),
      frames(its_frames),
      counters(its_counters),
      file(std::move(its_file)),
      identity(its_identity),
      page_size(its_page_size),
      frame_memory(its_frames.MemoryOf(its_page_size)),
      serial(its_frames.NextFileSerial()) {}

Status FileState::Sync() {
  const common::MutexLock lock(sync_mutex);
  if (sync_error.ok() && unsynced.exchange(false)) {
    sync_error = file->Sync();
  }
  return sync_error;
}

FileHeader ReadFileHeader(PageView page) {
  return LoadAs<FileHeader>(page.data() + kPageHeaderSize);
}

PinnedPage& PinnedPage::operator=(PinnedPage&& other) noexcept {
  if (this != &other) {
    Release();
    frame_ = std::exchange(other.frame_, nullptr);
  }
  return *this;
}

void PinnedPage::Release() NO_THREAD_SAFETY_ANALYSIS {
  if (frame_ != nullptr) {
    frame_->latch().UnlockShared();
    frame_->Unpin();
    frame_ = nullptr;
  }
}

PageView PinnedPage::bytes() const { return frame_->bytes(); }

PageNum PinnedPage::page_num() const { return frame_->page_num(); }

PageView OptimisticPage::bytes() const { return frame_->bytes(); }

bool OptimisticPage::Validate() const { return frame_->latch().Validate(version_); }

PageFile::PageFile(Key, std::shared_ptr<FileState> state) : state_(std::move(state)) {
  pool().writer_->Add(state_);
}

Result<std::unique_ptr<PageFile>> PageFile::Create(BufferPool& pool, const std::string& path,
                                                   PageFileIdentity identity, size_t page_size) {
  assert(IsPageSize(page_size));
  RETURN_IF_ERROR(pool.frames_->Prepare(page_size));
  ASSIGN_OR_RETURN(auto file, pool.env().OpenOneOfMany(path, common::OpenMode::kCreate));
  const Status written = file->Write(0, FirstHeaderPage(identity, page_size));
  if (!written.ok()) {
    file.reset();
    // The first failure is the one to report.
    static_cast<void>(pool.env().RemoveFile(path));
    return written;
  }
  auto state = std::make_shared<FileState>(pool, *pool.frames_, *pool.counters_, std::move(file),
                                           identity, page_size);
  state->unsynced.store(true);
  return std::make_unique<PageFile>(Key(), std::move(state));
}

Result<std::unique_ptr<PageFile>> PageFile::Open(BufferPool& pool, const std::string& path,
                                                 PageFileIdentity identity) {
  ASSIGN_OR_RETURN(auto file, pool.env().OpenOneOfMany(path, common::OpenMode::kReadWrite));
  ASSIGN_OR_RETURN(const size_t page_size, ReadPageSize(*file));
  RETURN_IF_ERROR(pool.frames_->Prepare(page_size));
  auto state = std::make_shared<FileState>(pool, *pool.frames_, *pool.counters_, std::move(file),
                                           identity, page_size);
  std::vector<std::byte> page(page_size);
  ASSIGN_OR_RETURN(const size_t got, state->file->ReadSome(0, page));
  if (got < page_size) {
    return PageError(
        *state, kHeaderPage, Code::kCorruption,
        "short read, " + std::to_string(got) + " of " + std::to_string(page_size) + " bytes");
  }
  RETURN_IF_ERROR(CheckPage(*state, kHeaderPage, page));
  const FileHeader header = ReadFileHeader(page);
  RETURN_IF_ERROR(CheckIdentity(*state, header));
  if (Status accepted = state->log.Accept(ReadPageHeader(page).sequence); !accepted.ok()) {
    return PageError(*state, kHeaderPage, accepted.code(), accepted.message());
  }
  state->page_count.store(header.pages, std::memory_order_release);
  return std::make_unique<PageFile>(Key(), std::move(state));
}

PageFile::~PageFile() {
  if (!closed_ && !Close().ok()) {
    Abandon();
  }
}

Status PageFile::Flush() {
  assert(!closed_);
  BufferPool& p = pool();
  p.counters_->CountFlush();
  RETURN_IF_ERROR(p.writer_->WriteFile(*state_));
  return state_->Sync();
}

Status PageFile::Close() {
  if (closed_) {
    return {};
  }
  RETURN_IF_ERROR(Flush());
  return DropPages(/*keep_dirty=*/true);
}

void PageFile::Abandon() {
  if (!closed_) {
    [[maybe_unused]] const Status status = DropPages(/*keep_dirty=*/false);
    assert(status.ok());
  }
}

// Takes every page out of memory, and the file from the pool's list.
Status PageFile::DropPages(bool keep_dirty) {
  BufferPool& p = pool();
  FrameTable& frames = *p.frames_;
  const uint32_t end = page_count();
  for (uint32_t page = 0; page < end; ++page) {
    bool gone = frames.Evict(*state_, PageNum{page}, keep_dirty);
    while (!gone) {
      const FrameTable::Candidate before = frames.Passing();
      gone = frames.Evict(*state_, PageNum{page}, keep_dirty);
      if (!gone && !frames.WaitForPassing(before)) {
        return PageError(*state_, PageNum{page}, Code::kInternal,
                         "in use, the file cannot be closed");
      }
    }
  }
  p.writer_->Remove(*state_);
  closed_ = true;
  return {};
}

Result<PinnedPage> PageFile::Read(PageNum page, Access access) NO_THREAD_SAFETY_ANALYSIS {
  assert(!closed_);
  FileState& state = *state_;
  state.counters.CountGet();
  if (Frame* const frame = state.frames.Pin(state, page)) [[likely]] {
    frame->latch().LockShared();
    if (frame->tag() == state.TagOf(page)) [[likely]] {
      if (access == Access::kRandom) {
        frame->Touch();
      }
      return PinnedPage(frame);
    }
    frame->latch().UnlockShared();
    frame->Unpin();
  }
  ASSIGN_OR_RETURN(Frame* const frame,
                   pool().loader_->Fetch(state, page, access, LatchMode::kShared));
  return PinnedPage(frame);
}

OptimisticPage PageFile::Peek(PageNum page) const {
  if constexpr (!common::Latch::kOptimisticReads) {
    return {};
  }
  const FileState& state = *state_;
  const FrameIndex index = state.pages.Find(page);
  if (index == 0) {
    return {};
  }
  // The beginning of the page is fetched together with the frame that names it.
  const uintptr_t bytes = state.frame_memory + index * state.page_size;
  __builtin_prefetch(reinterpret_cast<const std::byte*>(bytes));
  __builtin_prefetch(reinterpret_cast<const std::byte*>(bytes) + 64);
  __builtin_prefetch(reinterpret_cast<const std::byte*>(bytes) + 128);
  Frame* const frame = state.frames.At(index);
  if (frame->tag() != state.TagOf(page)) {
    return {};
  }
  uint64_t version = 0;
  if (!frame->latch().TryOptimisticBegin(&version) || frame->tag() != state.TagOf(page)) {
    return {};
  }
  frame->Touch();
  state.counters.CountGet();
  return OptimisticPage(frame, version);
}

void PageFile::ForgetMade(PageNum page) NO_THREAD_SAFETY_ANALYSIS {
  Frame* const frame = state_->frames.Pin(*state_, page);
  if (frame == nullptr) {
    return;  // a page that is read again has forgotten
  }
  frame->latch().LockShared();
  if (frame->tag() == state_->TagOf(page)) {
    frame->SetMade(0);
  }
  frame->latch().UnlockShared();
  frame->Unpin();
}

size_t PageFile::page_size() const { return state_->page_size; }

FileId PageFile::id() const { return state_->identity.file_id; }

const std::string& PageFile::path() const { return state_->path(); }

BufferPool& PageFile::pool() const { return state_->pool; }

Log& PageFile::log() const { return state_->log; }

uint32_t PageFile::page_count() const { return state_->page_count.load(std::memory_order_acquire); }

Status PageFile::Validate() {
  common::CheckReport report;
  Check(&report);
  return report.First();
}

}  // namespace redbase::pf
