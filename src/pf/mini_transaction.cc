#include "pf/mini_transaction.h"

#include <cassert>
#include <cstdio>
#include <cstdlib>

#include "common/bytes.h"
#include "pf/internal/file_state.h"
#include "pf/internal/frame_table.h"
#include "pf/internal/io_counters.h"
#include "pf/internal/page_check.h"
#include "pf/internal/page_loader.h"
#include "pf/internal/page_ops.h"
#include "pf/internal/page_writer.h"

namespace redbase::pf {

namespace {

constexpr PageNum kHeaderPage{0};

template <typename T>
std::span<const std::byte> BytesOf(const T& value) {
  return std::as_bytes(std::span<const T, 1>(&value, 1));
}

// A change half made cannot be taken back: better no process than a damaged
// page.
[[noreturn]] void StopBecauseOf(PageOpCode code, const std::string& what) {
  const PageOp* const op = FindPageOp(code);
  std::fprintf(stderr, "page operation %s: %s\n", op == nullptr ? "unknown" : op->name,
               what.c_str());
  std::abort();
}

void SetSequence(MutablePage page, uint64_t sequence) {
  StoreAs(page.data() + offsetof(PageHeader, sequence), sequence);
}

}  // namespace

MiniTransaction::MiniTransaction(BufferPool& pool) : pool_(pool) {}

MiniTransaction::~MiniTransaction() {
  assert(!applying_);
  ReleaseAll();
}

std::optional<PageRef> MiniTransaction::Find(const FileState& file, PageNum page) const {
  for (uint32_t i = 0; i < held_count_; ++i) {
    const Held& each = held(PageRef{i});
    if (each.page == page && each.file == &file && each.frame != nullptr) {
      return PageRef{i};
    }
  }
  return std::nullopt;
}

PageRef MiniTransaction::Hold(FileState& file, PageNum page, Frame* frame) {
  const PageRef ref{held_count_++};
  if (static_cast<size_t>(ref) >= kInlinePages) {
    more_held_.emplace_back();
  }
  held(ref) = {frame, &file, page, false, false, false};
  assert(log_ == nullptr || log_ == &file.log);
  if (log_ == nullptr) {
    log_ = &file.log;
    keeps_records_ = log_->keeps_records();
  }
  return ref;
}

Result<PageRef> MiniTransaction::Write(PageFile& file, PageNum page) {
  assert(!file.closed_);
  return Write(*file.state_, page);
}

Result<PageRef> MiniTransaction::Write(FileState& state, PageNum page) NO_THREAD_SAFETY_ANALYSIS {
  assert(!applying_);
  if (const auto found = Find(state, page)) {
    return *found;
  }
  state.counters.CountGet();
  if (Frame* const frame = state.frames.Pin(state, page)) [[likely]] {
    frame->latch().LockExclusive();
    if (frame->tag() == state.TagOf(page)) [[likely]] {
      frame->Touch();
      return Hold(state, page, frame);
    }
    frame->latch().UnlockExclusive();
    frame->Unpin();
  }
  ASSIGN_OR_RETURN(Frame* const frame,
                   pool_.loader_->Fetch(state, page, Access::kRandom, LatchMode::kExclusive));
  return Hold(state, page, frame);
}

Result<std::optional<PageRef>> MiniTransaction::WriteIfUnchanged(
    PageFile& file, PageNum page, const OptimisticPage& seen) NO_THREAD_SAFETY_ANALYSIS {
  assert(!applying_ && !file.closed_);
  FileState& state = *file.state_;
  Frame* const frame = seen ? state.frames.Pin(state, page) : nullptr;
  if (frame == nullptr) {
    return std::optional<PageRef>();
  }
  // Had the page been in another frame meanwhile, the version would differ.
  if (frame != seen.frame_ || !frame->latch().TryUpgrade(seen.version_)) {
    frame->Unpin();
    return std::optional<PageRef>();
  }
  return std::optional<PageRef>(Hold(state, page, frame));
}

// The file header as it will be once the reservations are carried out, but for
// pages given back.
FileHeader MiniTransaction::PlannedHeader(PageRef header) const {
  FileHeader plan = ReadFileHeader(bytes(header));
  for (const Reservation& each : reservations_) {
    if (each.header != header) {
      continue;
    }
    if (each.kind == Reservation::Kind::kExtend) {
      ++plan.pages;
    } else if (each.kind == Reservation::Kind::kTakeFree) {
      plan.free_head = each.next_free;
      --plan.free_count;
    }
  }
  return plan;
}

Result<PageRef> MiniTransaction::TakeFromChain(FileState& state, const FileHeader& header) {
  if (Find(state, header.free_head)) {
    return PageError(state, header.free_head, Code::kCorruption, "in the free chain, but in use");
  }
  ASSIGN_OR_RETURN(const PageRef page, Write(state, header.free_head));
  if (ReadPageHeader(bytes(page)).kind != PageKind::kFree) {
    Unlatch(page);
    return PageError(state, header.free_head, Code::kCorruption, "in the free chain, but in use");
  }
  return page;
}

Result<PageRef> MiniTransaction::Allocate(PageFile& file, PageKind kind) {
  FileState& state = *file.state_;
  ASSIGN_OR_RETURN(const PageRef header_ref, Write(state, kHeaderPage));
  const FileHeader header = PlannedHeader(header_ref);
  if (header.free_count > 0) {
    ASSIGN_OR_RETURN(const PageRef page, TakeFromChain(state, header));
    reservations_.push_back(
        {Reservation::Kind::kTakeFree, kind, header_ref, page, NextFree(bytes(page))});
    return page;
  }
  const PageNum number{header.pages};
  if (number == kNoPage) {
    return Status(Code::kIoError, state.path() + ": has the greatest possible number of pages");
  }
  ASSIGN_OR_RETURN(Frame* const frame, pool_.loader_->Create(state, number));
  const PageRef page = Hold(state, number, frame);
  held(page).reserved = true;
  reservations_.push_back({Reservation::Kind::kExtend, kind, header_ref, page, kNoPage});
  return page;
}

Status MiniTransaction::Free(PageRef page) {
  assert(!applying_ && held(page).frame != nullptr);
  FileState& state = *held(page).file;
  ASSIGN_OR_RETURN(const PageRef header, Write(state, kHeaderPage));
  reservations_.push_back({Reservation::Kind::kGiveFree, PageKind::kFree, header, page, kNoPage});
  return {};
}

void MiniTransaction::Unlatch(PageRef page) {
  assert(!held(page).changed && !held(page).reserved);
  Release(&held(page));
  while (held_count_ > 0 && held(PageRef{held_count_ - 1}).frame == nullptr) {
    if (--held_count_ >= kInlinePages) {
      more_held_.pop_back();
    }
  }
}

PageView MiniTransaction::bytes(PageRef page) const {
  assert(held(page).frame != nullptr);
  return held(page).frame->bytes();
}

PageNum MiniTransaction::page_num(PageRef page) const { return held(page).page; }

void MiniTransaction::Apply(PageRef page, PageOpCode op, std::span<const std::byte> payload) {
  if (!applying_) {
    BeginApplying();
  }
  Make(page, op, payload);
}

void MiniTransaction::Apply(PageRef page, PageOpCode op, std::string_view payload) {
  Apply(page, op, AsBytes(payload));
}

// Carries out what Allocate reserved.
void MiniTransaction::BeginApplying() {
  applying_ = true;
  for (const Reservation& each : reservations_) {
    if (each.kind == Reservation::Kind::kGiveFree) {
      continue;
    }
    if (each.kind == Reservation::Kind::kExtend) {
      Make(each.header, kExtendFile, {});
    } else {
      Make(each.header, kTakeFree, BytesOf(each.next_free));
    }
    Make(each.page, kFormatPage, BytesOf(each.page_kind));
    Held& page = held(each.page);
    page.reserved = false;
    // A page that was used before may have older records, which need what was there.
    page.is_new = each.kind == Reservation::Kind::kExtend;
    page.file->page_count.store(ReadFileHeader(bytes(each.header)).pages,
                                std::memory_order_release);
  }
}

void MiniTransaction::ApplyFrees() {
  for (const Reservation& each : reservations_) {
    if (each.kind == Reservation::Kind::kGiveFree) {
      const PageNum head = ReadFileHeader(bytes(each.header)).free_head;
      Make(each.page, kFreePage, BytesOf(head));
      Make(each.header, kGiveFree, BytesOf(held(each.page).page));
    }
  }
}

void MiniTransaction::ApplyUnlogged(PageRef page, PageOpCode op,
                                    std::span<const std::byte> payload) {
  if (!applying_) {
    BeginApplying();
  }
  MakeUnlogged(page, op, payload);
}

void MiniTransaction::Make(PageRef page, PageOpCode op, std::span<const std::byte> payload) {
  MakeUnlogged(page, op, payload);
  if (keeps_records_) {
    changes_.push_back({page, op, payloads_.size(), payload.size()});
    payloads_.append(AsChars(payload));
  }
}

void MiniTransaction::MakeUnlogged(PageRef page, PageOpCode op,
                                   std::span<const std::byte> payload) {
  Held& target = held(page);
  assert(target.frame != nullptr);
  const PageOp* const known = FindPageOp(op);
  if (known == nullptr) [[unlikely]] {
    StopBecauseOf(op, "code " + std::to_string(static_cast<unsigned>(op)) + " is not registered");
  }
  const Status status = known->apply(target.frame->bytes(), payload);
  if (!status.ok()) [[unlikely]] {
    StopBecauseOf(op, status.message());
  }
  target.changed = true;
  changed_ = true;
}

uint64_t MiniTransaction::Commit() {
  if (!applying_) {
    BeginApplying();
  }
  ApplyFrees();
  const uint64_t sequence = changed_ ? CommitChanges() : 0;
  applying_ = false;
  ReleaseAll();
  if (changed_) {
    pool_.writer_->NoteDirty();
  }
  changed_ = false;
  reservations_.clear();
  changes_.clear();
  payloads_.clear();
  return sequence;
}

// Pages count as dirty before the log has their changes: a checkpoint that begins after
// a group finds the group's pages.
uint64_t MiniTransaction::CommitChanges() {
  for (uint32_t i = 0; i < held_count_; ++i) {
    const Held& page = held(PageRef{i});
    if (page.changed) {
      page.file->frames.MarkDirty(page.frame);
    }
  }
  if (keeps_records_ && changes_.empty()) {
    return 0;  // nothing of it has records
  }
  const uint64_t sequence = AppendToLog();
  for (uint32_t i = 0; i < held_count_; ++i) {
    const Held& page = held(PageRef{i});
    if (page.changed) {
      SetSequence(page.frame->bytes(), sequence);
    }
    if (page.is_new) {
      page.frame->SetMade(sequence);
    }
  }
  return sequence;
}

// One record for each page: a page that has the sequence has all of it.
uint64_t MiniTransaction::AppendToLog() {
  std::string group;
  std::string several;
  for (uint32_t i = 0; keeps_records_ && i < held_count_; ++i) {
    const PageRef page{i};
    const Change* only = nullptr;
    size_t count = 0;
    for (const Change& change : changes_) {
      if (change.page == page) {
        only = &change;
        ++count;
      }
    }
    if (count == 0) {
      continue;
    }
    several.clear();
    for (const Change& change : changes_) {
      if (count > 1 && change.page == page) {
        AppendOp(change.op, AsBytes(payloads_).subspan(change.begin, change.length), &several);
      }
    }
    const std::span<const std::byte> payload =
        count == 1 ? AsBytes(payloads_).subspan(only->begin, only->length) : AsBytes(several);
    const Held& target = held(page);
    AppendLogRecord({target.file->identity.file_id, target.page,
                     count == 1 ? only->op : kSeveralOps, 0, static_cast<uint32_t>(payload.size())},
                    payload, &group);
  }
  return log_->Append(AsBytes(group));
}

void MiniTransaction::Release(Held* page) NO_THREAD_SAFETY_ANALYSIS {
  if (page->frame == nullptr) {
    return;
  }
  if (page->reserved) {
    page->file->frames.Retract(page->frame);
  } else {
    page->frame->latch().UnlockExclusive();
    page->frame->Unpin();
  }
  page->frame = nullptr;
}

void MiniTransaction::ReleaseAll() {
  while (held_count_ > 0) {
    Release(&held(PageRef{--held_count_}));
  }
  more_held_.clear();
}

namespace {

// True when the record makes its page from nothing.
bool Formats(const LogRecordHeader& header, std::span<const std::byte> payload) {
  return header.op == kFormatPage ||
         (header.op == kSeveralOps && payload.size() >= sizeof(PageOpCode) &&
          LoadAs<PageOpCode>(payload.data()) == kFormatPage);
}

}  // namespace

Result<bool> Redo(PageFile& file, uint64_t sequence, const LogRecordHeader& header,
                  std::span<const std::byte> payload) NO_THREAD_SAFETY_ANALYSIS {
  FileState& state = *file.state_;
  PageLoader& loader = *file.pool().loader_;
  state.counters.CountGet();
  auto fetched = loader.Fetch(state, header.page_num, Access::kRandom, LatchMode::kExclusive);
  const bool is_new =
      !fetched.ok() && fetched.status().code() == Code::kCorruption && Formats(header, payload);
  if (is_new) {
    fetched = loader.Create(state, header.page_num);
  }
  RETURN_IF_ERROR(fetched.status());
  Frame* const frame = *fetched;
  Status status;
  if (ReadPageHeader(frame->bytes()).sequence < sequence) {
    const PageOp* const op = FindPageOp(header.op);
    status = op == nullptr
                 ? Status(Code::kCorruption, "log record of unknown kind " +
                                                 std::to_string(static_cast<unsigned>(header.op)))
                 : op->apply(frame->bytes(), payload);
    if (status.ok()) {
      SetSequence(frame->bytes(), sequence);
      state.frames.MarkDirty(frame);
      if (is_new) {
        frame->SetMade(sequence);
      }
    }
    if (status.ok() && header.page_num == kHeaderPage) {
      state.page_count.store(ReadFileHeader(frame->bytes()).pages, std::memory_order_release);
    }
  }
  frame->latch().UnlockExclusive();
  frame->Unpin();
  if (!status.ok()) {
    return PageError(state, header.page_num, status.code(), status.message());
  }
  return is_new;
}

}  // namespace redbase::pf
