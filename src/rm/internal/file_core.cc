#include "rm/internal/file_core.h"

#include <algorithm>
#include <utility>

#include "rm/internal/file_check.h"
#include "rm/internal/overflow.h"
#include "rm/internal/page_ops.h"

namespace redbase::rm {

FileCore::FileCore(std::unique_ptr<pf::PageFile> owned, std::vector<LogicalType> column_types)
    : file_owner(std::move(owned)),
      file(*file_owner),
      types(std::move(column_types)),
      layout(types, file.page_size()),
      directory_(file) {
  RegisterRecordPageOps();
}

DirectoryContent FileCore::Content() const {
  DirectoryContent content;
  content.types = types;
  content.records = records.load();
  content.record_pages = record_pages.load();
  content.sampled_records = sampled_records_.load();
  content.sampled_heap = sampled_heap_.load();
  content.map = room.Bits();
  return content;
}

Status FileCore::Create() {
  const common::MutexLock lock(mutex_);
  return directory_.Create(Content());
}

Status FileCore::Open() {
  DirectoryContent content;
  {
    const common::MutexLock lock(mutex_);
    ASSIGN_OR_RETURN(content, directory_.Load());
  }
  if (content.types != types) {
    return Damaged(kDirectoryPage, "the file holds records of other types");
  }
  clean_ = content.clean;
  if (!content.clean) {
    return Recount();
  }
  records = content.records;
  record_pages = content.record_pages;
  sampled_records_ = content.sampled_records;
  sampled_heap_ = content.sampled_heap;
  room.SetBits(content.map);
  return {};
}

Status FileCore::Recount() {
  records = 0;
  record_pages = 0;
  sampled_records_ = 0;
  sampled_heap_ = 0;
  for (uint32_t i = 1; i < file.page_count(); ++i) {
    ASSIGN_OR_RETURN(const pf::PinnedPage pinned, file.Read(PageNum{i}, pf::Access::kScan));
    if (!IsRecordPage(pinned.bytes())) {
      has_overflow_pages_ =
          has_overflow_pages_ || pf::ReadPageHeader(pinned.bytes()).kind == kOverflowPageKind;
      continue;
    }
    const RecordPage page(pinned.bytes());
    RETURN_IF_ERROR(CheckReadable(page));
    const RecordPageHeader& header = page.header();
    records += header.live;
    ++record_pages;
    Sample(header.live, page.bytes().size() - header.heap_start - header.heap_dead);
    if (HasRoom(page.free_slots(), page.heap_room())) {
      room.Put(PageNum{i});
    }
  }
  return {};
}

Status FileCore::GiveBackOwnerless() {
  if (!has_overflow_pages_) {
    return {};
  }
  ASSIGN_OR_RETURN(const std::vector<PageNum> pages, FindOwnerlessPages(*this));
  if (pages.empty()) {
    return {};
  }
  RETURN_IF_ERROR(BeginChange());
  return FreeOverflowPages(pages);
}

Status FileCore::BeginChange() {
  if (!clean_.load(std::memory_order_acquire)) {
    return {};
  }
  const common::MutexLock lock(mutex_);
  if (clean_.load()) {
    RETURN_IF_ERROR(directory_.SetUnclean());
    clean_.store(false, std::memory_order_release);
  }
  return {};
}

bool FileCore::BeginUse() {
  const common::MutexLock lock(use_mutex_);
  if (!gone_) {
    ++uses_;
  }
  return !gone_;
}

void FileCore::EndUse() {
  const common::MutexLock lock(use_mutex_);
  if (--uses_ == 0) {
    unused_.NotifyAll();
  }
}

void FileCore::Retire() {
  const common::MutexLock lock(use_mutex_);
  gone_ = true;
  while (uses_ > 0) {
    unused_.Wait(use_mutex_);
  }
}

bool FileCore::gone() const {
  const common::MutexLock lock(use_mutex_);
  return gone_;
}

void FileCore::AwaitForgotten(tx::TransactionState& transaction,
                              std::function<void(FileCore& core)> action) {
  ++awaited_;
  transaction.WhenForgotten([weak = weak_from_this(), action = std::move(action)] {
    const std::shared_ptr<FileCore> core = weak.lock();
    if (core != nullptr && core->BeginUse()) {
      action(*core);
      --core->awaited_;
      core->EndUse();
    }
  });
}

void FileCore::AwaitForgotten(tx::Transaction& transaction, std::vector<LongReference> removed,
                              std::function<void(FileCore& core, bool stands)> action) {
  const auto stands = std::make_shared<std::atomic<bool>>(true);
  transaction.OnRollback([stands] { *stands = false; });
  AwaitForgotten(transaction.state(), [removed = std::move(removed), action = std::move(action),
                                       stands](FileCore& core) {
    if (action) {
      action(core, *stands);
    }
    if (*stands) {
      core.FreeLongValues(removed);
    }
  });
}

void FileCore::EndPending(PageNum page) {
  if (room.EndPending(page)) {
    FreeIfEmpty(page);
  }
}

Status FileCore::SaveDirectory() {
  const common::MutexLock lock(mutex_);
  if (awaited_.load() > 0 || clean_.exchange(true)) {
    return {};
  }
  Status status = directory_.Save(Content());
  if (!status.ok()) {
    clean_ = false;
  }
  return status;
}

std::vector<PageNum> FileCore::directory_pages() const {
  const common::MutexLock lock(mutex_);
  return directory_.pages();
}

RecordFileStatistics FileCore::statistics() const {
  return {records.load(), record_pages.load(), uint64_t{file.page_count()} * file.page_size()};
}

Status FileCore::Damaged(PageNum page, const std::string& what) const {
  return {Code::kCorruption,
          file.path() + ": page " + std::to_string(static_cast<uint32_t>(page)) + ": " + what};
}

Status FileCore::NoRecord(Rid rid) const {
  return {Code::kNotFound,
          file.path() + ": page " + std::to_string(static_cast<uint32_t>(rid.page)) + ", slot " +
              std::to_string(static_cast<uint16_t>(rid.slot)) + ": holds no record"};
}

Status FileCore::CheckReadable(const RecordPage& page) const {
  if (const char* problem = page.Problem(layout.size()); problem != nullptr) [[unlikely]] {
    return Damaged(page.number(), problem);
  }
  return {};
}

Status FileCore::CheckWritable(const RecordPage& page, size_t heap) const {
  RETURN_IF_ERROR(CheckReadable(page));
  ColumnSlice slice;
  for (uint32_t i = 0; i < layout.size(); ++i) {
    RETURN_IF_ERROR(Column(page, i, &slice));
  }
  // Moving the heap's values together trusts every entry of the page.
  if (page.header().heap_start - page.fixed_end() < heap) {
    if (Status status = page.Validate(layout.size()); !status.ok()) {
      return Damaged(page.number(), status.message());
    }
  }
  return {};
}

Status FileCore::Column(const RecordPage& page, uint32_t column, ColumnSlice* out) const {
  const ColumnLayout& want = layout[column];
  if (!page.Column(column, out) || out->descriptor.width != want.width ||
      static_cast<PhysicalType>(out->descriptor.physical) != want.physical ||
      ((out->descriptor.flags & ColumnDescriptor::kVariable) != 0) != want.variable) [[unlikely]] {
    return Damaged(page.number(),
                   "the descriptor of column " + std::to_string(column) + " is wrong");
  }
  return {};
}

double FileCore::usual_heap() const {
  const uint64_t sampled = sampled_records_.load(std::memory_order_relaxed);
  return sampled == 0 ? 0
                      : static_cast<double>(sampled_heap_.load(std::memory_order_relaxed)) /
                            static_cast<double>(sampled);
}

void FileCore::Sample(uint64_t records_added, uint64_t heap_bytes) {
  sampled_records_.fetch_add(records_added, std::memory_order_relaxed);
  sampled_heap_.fetch_add(heap_bytes, std::memory_order_relaxed);
}

bool FileCore::HasRoom(size_t free_slots, size_t heap_room) const {
  return free_slots > 0 &&
         (layout.variable().empty() || static_cast<double>(heap_room) >= usual_heap());
}

uint16_t FileCore::CapacityFor(std::span<const uint32_t> heap) const {
  uint64_t bytes = 0;
  for (const uint32_t each : heap) {
    bytes += each;
  }
  auto count = static_cast<double>(heap.size());
  auto total = static_cast<double>(bytes);
  // A few records say little: what the file has seen counts for the rest.
  if (heap.size() < 64 && sampled_records_.load(std::memory_order_relaxed) >= 64) {
    total += usual_heap() * 64;
    count += 64;
  }
  size_t capacity = std::max<uint16_t>(1, layout.CapacityFor(total / count));
  while (capacity > 1 && layout.FixedBytes(capacity) + heap.front() > file.page_size()) {
    capacity -= std::max<size_t>(1, capacity / 16);
  }
  return static_cast<uint16_t>(capacity);
}

Status FileCore::FreeOverflowPages(std::span<const PageNum> pages) {
  Status result;
  for (const PageNum page : pages) {
    if (Status status = FreeOverflowPage(file, page); !status.ok()) {
      const common::MutexLock lock(mutex_);
      pages_to_free_.push_back(page);
      result.Update(std::move(status));
    }
  }
  return result;
}

void FileCore::FreeLongValues(std::span<const LongReference> values) {
  for (const LongReference value : values) {
    std::vector<PageNum> pages;
    if (ListOverflow(file, value, &pages).ok()) {
      static_cast<void>(FreeOverflowPages(pages));  // a flush tells, if it fails again
    } else {
      const common::MutexLock lock(mutex_);
      values_to_free_.push_back(value);
    }
  }
}

Status FileCore::RetryFrees() {
  std::vector<LongReference> values;
  std::vector<PageNum> pages;
  {
    const common::MutexLock lock(mutex_);
    values.swap(values_to_free_);
    pages.swap(pages_to_free_);
  }
  if (values.empty() && pages.empty()) {
    return {};
  }
  RETURN_IF_ERROR(BeginChange());
  FreeLongValues(values);
  return FreeOverflowPages(pages);
}

std::vector<LongReference> FileCore::values_to_free() const {
  const common::MutexLock lock(mutex_);
  return values_to_free_;
}

std::vector<PageNum> FileCore::pages_to_free() const {
  const common::MutexLock lock(mutex_);
  return pages_to_free_;
}

void FileCore::FreeIfEmpty(PageNum number) {
  pf::MiniTransaction change(file.pool());
  const Result<pf::PageRef> ref = change.Write(file, number);
  // A page that cannot be given back now stays as one with room.
  if (!ref.ok() || !IsRecordPage(change.bytes(*ref)) ||
      RecordPage(change.bytes(*ref)).header().taken != 0 || room.IsPending(number) ||
      !change.Free(*ref).ok()) {
    return;
  }
  room.Remove(number);
  change.Commit();
  --record_pages;
}

}  // namespace redbase::rm
