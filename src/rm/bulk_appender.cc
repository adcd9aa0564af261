#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "pf/unlogged_pages.h"
#include "rm/internal/bulk_undo.h"
#include "rm/internal/file_core.h"
#include "rm/internal/page_ops.h"
#include "rm/internal/prepared_rows.h"
#include "rm/internal/record_inserter.h"
#include "rm/internal/record_mover.h"
#include "rm/record_file.h"

namespace redbase::rm {

class BulkAppender::Impl {
 public:
  Impl(FileCore& core, tx::Transaction& transaction)
      : core_(core), transaction_(transaction), unlogged_(core.file), columns_(core.layout.size()) {
    std::iota(columns_.begin(), columns_.end(), uint32_t{0});
  }

  Status Append(const Batch& rows, std::vector<Rid>* rids);
  Status Finish();

 private:
  // Puts rows from `first` on into a fresh page / the last one; how many.
  Result<size_t> FillFresh(const PreparedRows& rows, size_t first);
  Result<size_t> FillLast(const PreparedRows& rows, size_t first);
  void Write(const PreparedRows& rows, size_t first, size_t count, pf::MiniTransaction* change,
             pf::PageRef page);

  FileCore& core_;
  tx::Transaction& transaction_;
  pf::UnloggedPages unlogged_;
  std::vector<uint32_t> columns_;
  RowBlockBuilder builder_;

  // The page being filled: nobody else adds to it before the end.
  std::optional<PageNum> page_;
  uint16_t capacity_ = 0;
  uint16_t used_ = 0;
  size_t heap_room_ = 0;
  bool logged_ = true;  // its rows are
  // Pages left with room: known to others once the transaction commits.
  std::vector<PageNum> with_room_;
};

void BulkAppender::Impl::Write(const PreparedRows& rows, size_t first, size_t count,
                               pf::MiniTransaction* change, pf::PageRef page) {
  builder_.BeginRun(columns_.size(), used_, count);
  rows.AddTo(&builder_, first);
  if (logged_) {
    change->Apply(page, kInsertOp, builder_.bytes());
  } else {
    change->ApplyUnlogged(page, kInsertOp, builder_.bytes());
  }
  change->Commit();
  const auto heap = rows.heap().subspan(first, count);
  const size_t heap_bytes = std::accumulate(heap.begin(), heap.end(), size_t{0});
  heap_room_ -= heap_bytes;
  used_ = static_cast<uint16_t>(used_ + count);
  core_.records += count;
  core_.Sample(count, heap_bytes);
}

Result<size_t> BulkAppender::Impl::FillFresh(const PreparedRows& rows, size_t first) {
  const std::span<const uint32_t> heap = rows.heap().subspan(first);
  ASSIGN_OR_RETURN(const bool unlogged, unlogged_.Next());
  pf::MiniTransaction change(core_.file.pool());
  ASSIGN_OR_RETURN(const pf::PageRef page, change.Allocate(core_.file, kRecordPageKind));
  page_ = change.page_num(page);
  core_.NoteUndo(transaction_, kUndoBulkPage, *page_,
                 std::as_bytes(std::span<const PageNum, 1>(&*page_, 1)));
  capacity_ = core_.CapacityFor(heap);
  used_ = 0;
  heap_room_ = core_.file.page_size() - core_.layout.FixedBytes(capacity_);
  change.Apply(page, kFormatOp, FormatPayload(core_.layout, capacity_));
  ++core_.record_pages;
  logged_ = !unlogged;
  if (unlogged) {
    unlogged_.Add(*page_);
  }
  const size_t count = RowsThatFit(core_, heap, capacity_);
  Write(rows, first, count, &change, page);
  return count;
}

Result<size_t> BulkAppender::Impl::FillLast(const PreparedRows& rows, size_t first) {
  const std::span<const uint32_t> heap = rows.heap().subspan(first);
  size_t count = 0;
  size_t room = heap_room_;
  while (count < heap.size() && size_t{used_} + count < capacity_ && heap[count] <= room) {
    room -= heap[count++];
  }
  if (count == 0) {
    return count;
  }
  pf::MiniTransaction change(core_.file.pool());
  ASSIGN_OR_RETURN(const pf::PageRef ref, change.Write(core_.file, *page_));
  const bool is_page = core_.IsRecordPage(change.bytes(ref));
  const RecordPage page(change.bytes(ref));
  // Somebody may have changed or even emptied the page.
  if (!is_page || page.header().used != used_ || page.header().capacity != capacity_ ||
      page.header().heap_start - page.fixed_end() < heap_room_ - room) {
    return size_t{0};
  }
  RETURN_IF_ERROR(core_.CheckWritable(page, 0));
  Write(rows, first, count, &change, ref);
  return count;
}

Status BulkAppender::Impl::Append(const Batch& rows, std::vector<Rid>* rids) {
  RETURN_IF_ERROR(core_.BeginChange());
  PreparedRows prepared(core_, rows, columns_);
  RETURN_IF_ERROR(prepared.Prepare(transaction_));
  for (size_t done = 0; done < prepared.count();) {
    size_t count = 0;
    if (page_) {
      ASSIGN_OR_RETURN(count, FillLast(prepared, done));
    }
    if (count == 0) {
      if (page_ && core_.HasRoom(size_t{capacity_} - used_, heap_room_)) {
        with_room_.push_back(*page_);
      }
      ASSIGN_OR_RETURN(count, FillFresh(prepared, done));
    }
    for (size_t i = 0; rids != nullptr && i < count; ++i) {
      rids->push_back({*page_, SlotNum{static_cast<uint16_t>(used_ - count + i)}});
    }
    done += count;
  }
  return {};
}

Status BulkAppender::Impl::Finish() {
  RETURN_IF_ERROR(unlogged_.Finish());
  if (page_ && core_.HasRoom(size_t{capacity_} - used_, heap_room_)) {
    with_room_.push_back(*page_);
  }
  page_.reset();
  if (!with_room_.empty()) {
    core_.AwaitForgotten(transaction_, {},
                         [pages = std::move(with_room_)](FileCore& core, bool stands) {
                           for (const PageNum page : pages) {
                             if (stands) {
                               core.room.Put(page);
                             }
                           }
                         });
    with_room_.clear();
  }
  return {};
}

BulkAppender::BulkAppender(RecordFile& file, tx::Transaction& transaction)
    : impl_(std::make_unique<Impl>(*file.core_, transaction)) {}

BulkAppender::~BulkAppender() = default;

Status BulkAppender::Append(const Batch& rows, std::vector<Rid>* rids) {
  return impl_->Append(rows, rids);
}

Status BulkAppender::Finish() { return impl_->Finish(); }

namespace {

// Homes in this page whose records lie elsewhere.
Result<std::vector<Rid>> FindStubs(FileCore& core, PageNum number) {
  std::vector<Rid> homes;
  ASSIGN_OR_RETURN(const pf::PinnedPage pinned, core.file.Read(number));
  if (!core.IsRecordPage(pinned.bytes())) {
    return homes;
  }
  const RecordPage page(pinned.bytes());
  RETURN_IF_ERROR(core.CheckReadable(page));
  Rid target;
  for (uint16_t slot = 0; slot < page.header().used; ++slot) {
    if (page.StubTarget(slot, &target)) {
      homes.push_back({number, SlotNum{slot}});
    }
  }
  return homes;
}

}  // namespace

Status UndoBulkPage(FileCore& core, PageNum number) {
  ASSIGN_OR_RETURN(const std::vector<Rid> moved, FindStubs(core, number));
  RecordMover mover(core, nullptr);
  for (const Rid rid : moved) {
    RETURN_IF_ERROR(mover.Erase(rid).status());
  }
  pf::MiniTransaction change(core.file.pool());
  ASSIGN_OR_RETURN(const pf::PageRef ref, change.Write(core.file, number));
  if (!core.IsRecordPage(change.bytes(ref))) {
    return {};
  }
  const RecordPage page(change.bytes(ref));
  RETURN_IF_ERROR(core.CheckWritable(page, 0));
  uint64_t live = 0;
  for (uint16_t slot = 0; slot < page.header().used; ++slot) {
    live += page.IsLive(slot) ? 1 : 0;
  }
  if (live > 0) {
    change.Apply(ref, kClearOp, "");
    change.Commit();
    core.records -= live;
  }
  return {};
}

}  // namespace redbase::rm
