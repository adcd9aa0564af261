#include "rm/internal/record_mover.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rm/internal/page_ops.h"

namespace redbase::rm {

namespace {

// Attempts to latch a record that others keep moving.  A stub that leads
// nowhere stays as it is, so this ends.
constexpr int kAttempts = 1000;
// Pages with room that are tried for one record before a fresh one is taken.
constexpr size_t kTries = 4;

uint16_t SlotOf(Rid rid) { return static_cast<uint16_t>(rid.slot); }

}  // namespace

bool HomeAgrees(const RecordPage& page, const Whereabouts& record) {
  if (!record.moved()) {
    return page.IsLive(SlotOf(record.home)) && !page.IsMovedIn(SlotOf(record.home));
  }
  Rid target;
  return page.StubTarget(SlotOf(record.home), &target) && target == record.at;
}

bool PlaceAgrees(const RecordPage& page, const Whereabouts& record) {
  return page.IsLive(SlotOf(record.at)) && page.HomeOf(SlotOf(record.at)) == record.home;
}

Result<std::optional<Whereabouts>> Locate(const FileCore& core, Rid rid) {
  if (static_cast<uint32_t>(rid.page) >= core.file.page_count()) {
    return std::optional<Whereabouts>();
  }
  ASSIGN_OR_RETURN(const pf::PinnedPage pinned, core.file.Read(rid.page));
  if (!core.IsRecordPage(pinned.bytes())) {
    return std::optional<Whereabouts>();
  }
  const RecordPage page(pinned.bytes());
  RETURN_IF_ERROR(core.CheckReadable(page));
  Whereabouts record{rid, rid};
  if (HomeAgrees(page, record)) {
    return std::optional(record);
  }
  if (!page.StubTarget(SlotOf(rid), &record.at)) {
    return std::optional<Whereabouts>();
  }
  if (record.at.page == rid.page ||
      static_cast<uint32_t>(record.at.page) >= core.file.page_count()) {
    return core.Damaged(rid.page, "a forwarding slot leads nowhere");
  }
  return std::optional(record);
}

Result<std::optional<PinnedRecord>> PinRecord(const FileCore& core, Rid rid) {
  for (int i = 0; i < kAttempts; ++i) {
    ASSIGN_OR_RETURN(const std::optional<Whereabouts> record, Locate(core, rid));
    if (!record) {
      return std::optional<PinnedRecord>();
    }
    ASSIGN_OR_RETURN(pf::PinnedPage pin, core.file.Read(record->at.page));
    if (!core.IsRecordPage(pin.bytes())) {
      continue;  // it has moved meanwhile
    }
    const RecordPage page(pin.bytes());
    RETURN_IF_ERROR(core.CheckReadable(page));
    if (PlaceAgrees(page, *record)) {
      return std::optional(PinnedRecord{std::move(pin), SlotOf(record->at)});
    }
  }
  return core.Damaged(rid.page, "a forwarding slot leads nowhere");
}

// False when the record is elsewhere by now.
Result<bool> RecordMover::Latch(const Whereabouts& record, pf::MiniTransaction* change,
                                Latched* out) {
  out->record = record;
  if (extra_) {
    RETURN_IF_ERROR(core_.file.Read(*extra_).status());  // into memory
  }
  std::array<PageNum, 2> pages = {record.home.page, record.at.page};
  std::sort(pages.begin(), pages.end());
  for (const PageNum page : pages) {
    RETURN_IF_ERROR(change->Write(core_.file, page).status());
  }
  // The pages are held: asking again only gives their names.
  ASSIGN_OR_RETURN(out->home, change->Write(core_.file, record.home.page));
  ASSIGN_OR_RETURN(out->at, change->Write(core_.file, record.at.page));
  // It may have been freed, and somebody may be about to allocate it: nobody waits for a free
  // page, nor for others while it holds one.
  if (extra_) {
    ASSIGN_OR_RETURN(out->extra,
                     change->WriteIfUnchanged(core_.file, *extra_, core_.file.Peek(*extra_)));
  }
  for (const pf::PageRef ref : {out->home, out->at}) {
    if (!core_.IsRecordPage(change->bytes(ref))) {
      return false;
    }
    RETURN_IF_ERROR(core_.CheckWritable(RecordPage(change->bytes(ref)), 0));
  }
  return true;
}

// Finds and latches the record and reads it into old_; false to try again.
Result<bool> RecordMover::ReadRecord(Rid rid, pf::MiniTransaction* change, Latched* out,
                                     bool* exists) {
  ASSIGN_OR_RETURN(const std::optional<Whereabouts> record, Locate(core_, rid));
  *exists = record.has_value();
  if (!record) {
    return true;
  }
  ASSIGN_OR_RETURN(const bool latched, Latch(*record, change, out));
  if (!latched || !HomeAgrees(RecordPage(change->bytes(out->home)), *record)) {
    return false;
  }
  const RecordPage at(change->bytes(out->at));
  if (!PlaceAgrees(at, *record)) {
    return core_.Damaged(rid.page, "a forwarding slot leads nowhere");
  }
  if (!ReadCells(at, SlotOf(record->at), &arena_, &old_)) {
    return core_.Damaged(at.number(), "a record cannot be read");
  }
  return true;
}

size_t RecordMover::ChangedHeap(const std::vector<Cell>& row) const {
  size_t bytes = 0;
  for (const uint32_t column : columns_) {
    bytes += row[column].HeapBytes(core_.layout[column].variable);
  }
  return bytes;
}

size_t RecordMover::Heap(const std::vector<Cell>& row) const {
  size_t bytes = 0;
  for (const uint32_t column : core_.layout.variable()) {
    bytes += row[column].HeapBytes(true);
  }
  return bytes;
}

// How to set the columns under change back, under the record's home.
void RecordMover::NoteUndo(const Latched& latched) {
  if (transaction_ == nullptr) {
    return;
  }
  RowBlockBuilder builder;
  builder.BeginRun(columns_.size(), SlotOf(latched.record.home), 1);
  for (const uint32_t column : columns_) {
    builder.AddCell(column, core_.layout[column], old_[column]);
  }
  std::string undo;
  ByteWriter writer(&undo);
  writer.Put(latched.record.home.page);
  writer.PutBytes(AsChars(builder.bytes()));
  const bool erase = cells_.empty();
  core_.NoteUndo(*transaction_, erase ? kUndoErase : kUndoUpdate, latched.record.home.page,
                 AsBytes(undo));
}

void RecordMover::NoteRemoved() {
  for (const uint32_t column : columns_) {
    if (transaction_ != nullptr && old_[column].is_long) {
      removed_.push_back(LoadAs<LongValue>(AsBytes(old_[column].bytes).data()).reference);
    }
  }
}

void RecordMover::Insert(pf::PageRef page, uint16_t slot, Rid home, pf::MiniTransaction* change) {
  RowBlockBuilder builder;
  if (change->page_num(page) == home.page) {
    builder.BeginRun(merged_.size(), slot, 1);
  } else {
    builder.BeginMovedIn(merged_.size(), slot, home);
  }
  for (uint32_t i = 0; i < merged_.size(); ++i) {
    builder.AddCell(i, core_.layout[i], merged_[i]);
  }
  change->Apply(page, kInsertOp, builder.bytes());
}

void RecordMover::UpdateInPlace(const Latched& latched, pf::MiniTransaction* change) {
  NoteUndo(latched);
  NoteRemoved();
  RowBlockBuilder builder;
  builder.BeginRun(columns_.size(), SlotOf(latched.record.at), 1);
  for (size_t i = 0; i < columns_.size(); ++i) {
    builder.AddCell(columns_[i], core_.layout[columns_[i]], cells_[i]);
  }
  change->Apply(latched.at, kUpdateOp, builder.bytes());
  change->Commit();
}

void RecordMover::MoveHome(const Latched& latched, pf::MiniTransaction* change) {
  NoteUndo(latched);
  NoteRemoved();
  const uint16_t slot = SlotOf(latched.record.at);
  Insert(latched.home, SlotOf(latched.record.home), latched.record.home, change);
  change->Apply(latched.at, kEraseOp, ErasePayload({&slot, 1}));
  change->Commit();
  core_.room.Put(latched.record.at.page);
}

// Another page with room, to be latched with the others.  What is taken back goes to a fresh
// one: recovery does not know which slots others are still to get back.
bool RecordMover::FindExtra() {
  extra_.reset();
  want_fresh_ = transaction_ == nullptr || taken_.size() >= kTries;
  const std::optional<PageNum> page = want_fresh_ ? std::nullopt : core_.room.Take();
  if (!page) {
    want_fresh_ = true;
    return false;
  }
  taken_.emplace_back(core_.room, *page);
  extra_ = *page;
  return true;
}

Result<bool> RecordMover::PutIntoExtra(const Latched& latched, pf::MiniTransaction* change,
                                       Rid* target) {
  const PageNum number = *extra_;
  if (!core_.IsRecordPage(change->bytes(*latched.extra)) || core_.room.IsPending(number)) {
    taken_.back().set_has_room(false);  // nor for others: it was freed, or will be put back
    return false;
  }
  const RecordPage page(change->bytes(*latched.extra));
  RETURN_IF_ERROR(core_.CheckReadable(page));
  const size_t table = (page.header().moved_in + size_t{1}) * sizeof(MovedIn);
  const auto heap = static_cast<uint32_t>(Heap(merged_) + table);
  std::vector<uint16_t> slots;
  ChooseSlots(page, {&heap, 1}, &slots);
  if (slots.empty()) {
    return false;
  }
  RETURN_IF_ERROR(core_.CheckWritable(page, heap));
  taken_.back().set_has_room(core_.HasRoom(page.free_slots() - 1, page.heap_room() - heap));
  NoteUndo(latched);
  Insert(*latched.extra, slots[0], latched.record.home, change);
  *target = {number, SlotNum{slots[0]}};
  return true;
}

Status RecordMover::PutIntoFresh(const Latched& latched, pf::MiniTransaction* change, Rid* target) {
  if (latched.extra) {
    change->Unlatch(*latched.extra);  // which may be free by now, and the one that is allocated
  }
  const auto heap = static_cast<uint32_t>(Heap(merged_) + sizeof(MovedIn));
  const uint16_t capacity = core_.CapacityFor({&heap, 1});
  ASSIGN_OR_RETURN(const pf::PageRef page, change->Allocate(core_.file, kRecordPageKind));
  NoteUndo(latched);
  change->Apply(page, kFormatOp, FormatPayload(core_.layout, capacity));
  Insert(page, 0, latched.record.home, change);
  *target = {change->page_num(page), SlotNum{0}};
  ++core_.record_pages;
  taken_.emplace_back(core_.room, target->page);
  extra_ = target->page;
  want_fresh_ = false;
  return {};
}

Result<RecordMover::Outcome> RecordMover::PutElsewhere(const Latched& latched,
                                                       pf::MiniTransaction* change, Rid* target) {
  if (Heap(merged_) > core_.layout.most_heap()) {
    return core_.Damaged(latched.record.home.page, "a record fits no page");
  }
  if (latched.extra) {
    ASSIGN_OR_RETURN(const bool put, PutIntoExtra(latched, change, target));
    if (put) {
      return Outcome::kDone;
    }
  }
  if (!want_fresh_ && FindExtra()) {
    return Outcome::kAgain;
  }
  RETURN_IF_ERROR(PutIntoFresh(latched, change, target));
  return Outcome::kDone;
}

Result<RecordMover::Outcome> RecordMover::Move(const Latched& latched,
                                               pf::MiniTransaction* change) {
  const RecordPage home(change->bytes(latched.home));
  if (latched.record.moved() && Heap(merged_) <= home.heap_room()) {
    RETURN_IF_ERROR(core_.CheckWritable(home, Heap(merged_)));
    MoveHome(latched, change);
    return Outcome::kDone;
  }
  Rid target;
  ASSIGN_OR_RETURN(const Outcome outcome, PutElsewhere(latched, change, &target));
  if (outcome != Outcome::kDone) {
    return outcome;
  }
  NoteRemoved();
  if (latched.record.moved()) {
    const uint16_t slot = SlotOf(latched.record.at);
    change->Apply(latched.at, kEraseOp, ErasePayload({&slot, 1}));
  }
  change->Apply(latched.home, kForwardOp, ForwardPayload(SlotOf(latched.record.home), target));
  change->Commit();
  return Outcome::kDone;
}

Result<RecordMover::Outcome> RecordMover::TryUpdate(Rid rid) {
  pf::MiniTransaction change(core_.file.pool());
  Latched latched;
  bool exists = false;
  ASSIGN_OR_RETURN(const bool read, ReadRecord(rid, &change, &latched, &exists));
  if (!read || !exists) {
    return read ? Outcome::kNoRecord : Outcome::kAgain;
  }
  merged_ = old_;
  for (size_t i = 0; i < columns_.size(); ++i) {
    merged_[columns_[i]] = cells_[i];
  }
  const RecordPage at(change.bytes(latched.at));
  const size_t heap = ChangedHeap(merged_);
  if (heap <= at.heap_room() + ChangedHeap(old_)) {
    RETURN_IF_ERROR(core_.CheckWritable(at, heap));
    UpdateInPlace(latched, &change);
    return Outcome::kDone;
  }
  return Heap(merged_) > core_.layout.most_heap() ? Outcome::kTooLarge : Move(latched, &change);
}

// Moves the longest values of merged_ to overflow pages until it fits a page.
Status RecordMover::Shrink() {
  while (Heap(merged_) > core_.layout.most_heap()) {
    uint32_t longest = core_.layout.variable().front();
    for (const uint32_t column : core_.layout.variable()) {
      if (merged_[column].HeapBytes(true) > merged_[longest].HeapBytes(true)) {
        longest = column;
      }
    }
    if (transaction_ == nullptr || merged_[longest].is_long) {
      return {Code::kInternal, core_.file.path() + ": a record no longer fits a page"};
    }
    ASSIGN_OR_RETURN(const LongValue value,
                     StoreLongValue(core_, *transaction_, merged_[longest].bytes));
    stored_.emplace_back(AsChars(std::as_bytes(std::span<const LongValue, 1>(&value, 1))));
    merged_[longest] = {false, true, stored_.back()};
    const auto at = std::lower_bound(columns_.begin(), columns_.end(), longest);
    const auto cell = cells_.begin() + (at - columns_.begin());
    if (at != columns_.end() && *at == longest) {
      *cell = merged_[longest];
    } else {
      cells_.insert(cell, merged_[longest]);
      columns_.insert(at, longest);
    }
  }
  return {};
}

Result<bool> RecordMover::Update(Rid rid, std::vector<uint32_t> columns, std::vector<Cell> cells) {
  columns_ = std::move(columns);
  cells_ = std::move(cells);
  for (int i = 0; i < kAttempts; ++i) {
    ASSIGN_OR_RETURN(const Outcome outcome, TryUpdate(rid));
    if (outcome == Outcome::kTooLarge) {
      RETURN_IF_ERROR(Shrink());
    } else if (outcome != Outcome::kAgain) {
      return outcome == Outcome::kDone;
    }
  }
  return core_.Damaged(rid.page, "a forwarding slot leads nowhere");
}

Result<RecordMover::Outcome> RecordMover::TryErase(Rid rid) {
  pf::MiniTransaction change(core_.file.pool());
  Latched latched;
  bool exists = false;
  ASSIGN_OR_RETURN(const bool read, ReadRecord(rid, &change, &latched, &exists));
  if (!read || !exists) {
    return read ? Outcome::kNoRecord : Outcome::kAgain;
  }
  NoteUndo(latched);
  NoteRemoved();
  const uint16_t slot = SlotOf(latched.record.home);
  change.Apply(latched.home, kEraseOp, ErasePayload({&slot, 1}));
  if (latched.record.moved()) {
    const uint16_t at = SlotOf(latched.record.at);
    change.Apply(latched.at, kEraseOp, ErasePayload({&at, 1}));
  }
  change.Commit();
  --core_.records;
  if (latched.record.moved()) {
    core_.room.Put(latched.record.at.page);
  }
  return Outcome::kDone;
}

Result<bool> RecordMover::Erase(Rid rid) {
  extra_.reset();
  cells_.clear();
  columns_.resize(core_.layout.size());
  for (uint32_t i = 0; i < columns_.size(); ++i) {
    columns_[i] = i;
  }
  for (int i = 0; i < kAttempts; ++i) {
    ASSIGN_OR_RETURN(const Outcome outcome, TryErase(rid));
    if (outcome != Outcome::kAgain) {
      return outcome == Outcome::kDone;
    }
  }
  return core_.Damaged(rid.page, "a forwarding slot leads nowhere");
}

Result<RecordMover::Outcome> RecordMover::TryRestore(Rid rid) {
  pf::MiniTransaction change(core_.file.pool());
  Latched latched;
  ASSIGN_OR_RETURN(const bool is_page, Latch({rid, rid}, &change, &latched));
  const RecordPage home(change.bytes(latched.home));
  if (!is_page || SlotOf(rid) >= home.header().capacity) {
    return core_.Damaged(rid.page, "has no slot for a record that was there");
  }
  if (home.IsTaken(SlotOf(rid))) {
    return Outcome::kNoRecord;
  }
  Rid target;
  if (Heap(merged_) <= home.heap_room()) {
    RETURN_IF_ERROR(core_.CheckWritable(home, Heap(merged_)));
    Insert(latched.home, SlotOf(rid), rid, &change);
  } else {
    ASSIGN_OR_RETURN(const Outcome outcome, PutElsewhere(latched, &change, &target));
    if (outcome != Outcome::kDone) {
      return outcome;
    }
    change.Apply(latched.home, kForwardOp, ForwardPayload(SlotOf(rid), target));
  }
  change.Commit();
  ++core_.records;
  return Outcome::kDone;
}

Status RecordMover::Restore(Rid rid, const std::vector<Cell>& cells) {
  columns_.clear();
  merged_ = cells;
  for (int i = 0; i < kAttempts; ++i) {
    ASSIGN_OR_RETURN(const Outcome outcome, TryRestore(rid));
    if (outcome != Outcome::kAgain) {
      return {};
    }
  }
  return core_.Damaged(rid.page, "a record cannot be put back");
}

}  // namespace redbase::rm
