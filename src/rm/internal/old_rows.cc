#include "rm/internal/old_rows.h"

#include <algorithm>
#include <utility>

#include "common/bytes.h"
#include "pf/page_op.h"
#include "rm/internal/page_ops.h"
#include "rm/internal/record_mover.h"

namespace redbase::rm {

namespace {

// The part of an undo record behind its page number.
std::span<const std::byte> Body(const Version& version) {
  return AsBytes(*version.undo).subspan(sizeof(PageNum));
}

// Calls `visit` with each slot that the version is about.
template <typename Visit>
void ForEachSlot(const Version& version, Visit visit) {
  if (version.kind == kUndoInsert) {
    const std::span<const std::byte> slots = Body(version);
    for (size_t i = 0; i + sizeof(uint16_t) <= slots.size(); i += sizeof(uint16_t)) {
      visit(LoadAs<uint16_t>(slots.data() + i));
    }
    return;
  }
  RowBlock block;
  if (block.Parse(Body(version))) {
    for (size_t i = 0; i < block.count(); ++i) {
      visit(block.Slot(i));
    }
  }
}

}  // namespace

void OldSlots::Settle(uint16_t slot) {
  if (settled_.size() <= slot) {
    settled_.resize(slot + size_t{1});
  }
  settled_[slot] = true;
}

void OldSlots::Settle(const Version& version) {
  ForEachSlot(version, [this](uint16_t slot) { Settle(slot); });
}

void OldSlots::AddInserted(const Version& version, std::optional<uint16_t> only) {
  ForEachSlot(version, [&](uint16_t slot) {
    if (!IsSettled(slot) && (!only || *only == slot)) {
      slots_[slot] = {};
    }
  });
}

void OldSlots::Add(const Version& version, size_t columns, std::optional<uint16_t> only) {
  if (version.kind == kUndoInsert) {
    AddInserted(version, only);
    return;
  }
  RowBlock block;
  if (!block.Parse(Body(version))) {
    return;
  }
  undo_.push_back(version.undo);
  for (size_t i = 0; i < block.count(); ++i) {
    const uint16_t slot = block.Slot(i);
    if (IsSettled(slot) || (only && *only != slot)) {
      continue;
    }
    OldSlot& old = slots_[slot];
    if (!old.exists || version.kind == kUndoErase) {
      old.cells.assign(columns, std::nullopt);
    }
    old.exists = true;
    old.whole = old.whole || version.kind == kUndoErase;
    const std::vector<Cell> row = block.Row(i);
    for (size_t c = 0; c < row.size() && block.columns()[c].column < columns; ++c) {
      old.cells[block.columns()[c].column] = row[c];
    }
  }
}

OldSlots OldSlots::Of(const FileCore& core, PageNum page, const tx::View& view,
                      std::optional<uint16_t> only) {
  OldSlots old;
  bool all_seen = true;
  core.versions->ForEach(page, [&](const Version& version) {
    all_seen = view.Sees(version.stamp);
    return all_seen && !version.IsLastFor(view);
  });
  if (all_seen) {
    return old;
  }
  core.versions->ForEach(page, [&](const Version& version) {
    const bool seen = view.Sees(version.stamp);
    if (version.kind == kUndoBulkPage) {
      // Made whole from nothing: what is older is of another page that was here.
      if (!seen) {
        old.slots_.clear();
        old.all_ = true;
      }
      return !seen;
    }
    if (seen) {
      old.Settle(version);
    } else {
      old.Add(version, core.layout.size(), only);
    }
    return !version.IsLastFor(view);
  });
  return old;
}

void OldRows::Clear() {
  pages_.clear();
  rows_.clear();
  next_ = 0;
}

bool OldRows::Fits(size_t heap) const {
  if (pages_.empty()) {
    return false;
  }
  const RecordPage page(pages_.back());
  return page.free_slots() > 0 && page.header().used < page.header().capacity &&
         page.heap_room() >= heap;
}

Status OldRows::StartPage(size_t heap) {
  const auto bytes = static_cast<uint32_t>(heap);
  pages_.emplace_back(core_.file.page_size());
  pf::PageHeader header{};
  header.kind = kRecordPageKind;
  pf::WritePageHeader(pages_.back(), header);
  const std::string format = FormatPayload(core_.layout, core_.CapacityFor({&bytes, 1}));
  return pf::FindPageOp(kFormatOp)->apply(pages_.back(), AsBytes(format));
}

Status OldRows::Add(Rid rid, const OldSlot& old, const std::vector<Cell>* now) {
  size_t heap = 0;
  RowBlockBuilder builder;
  std::vector<Cell> cells(core_.layout.size());
  for (uint32_t i = 0; i < cells.size(); ++i) {
    if (i < old.cells.size() && old.cells[i]) {
      cells[i] = *old.cells[i];
    } else if (now != nullptr) {
      cells[i] = (*now)[i];
    } else {
      return {};
    }
    heap += cells[i].HeapBytes(core_.layout[i].variable);
  }
  if (!Fits(heap)) {
    RETURN_IF_ERROR(StartPage(heap));
  }
  const auto slot = static_cast<uint16_t>(RecordPage(pages_.back()).header().used);
  builder.BeginRun(cells.size(), slot, 1);
  for (uint32_t i = 0; i < cells.size(); ++i) {
    builder.AddCell(i, core_.layout[i], cells[i]);
  }
  RETURN_IF_ERROR(pf::FindPageOp(kInsertOp)->apply(pages_.back(), builder.bytes()));
  rows_.push_back({rid, pages_.size() - 1, slot});
  return {};
}

void OldRows::Pop() {
  if (++next_ == rows_.size()) {
    Clear();
  }
}

namespace {

// The record at `rid` as the view sees it.  The record is read first, then its versions: a
// change made before the first is among the second, and one made between puts back what was
// read.
Status AddAsSeen(const FileCore& core, Rid rid, const tx::View& view, OldRows* rows) {
  std::string arena;
  std::vector<Cell> cells;
  bool exists = false;
  {
    ASSIGN_OR_RETURN(const std::optional<PinnedRecord> record, PinRecord(core, rid));
    exists = record.has_value();
    if (exists && !ReadCells(record->page(), record->slot, &arena, &cells)) {
      return core.Damaged(record->page().number(), "a record cannot be read");
    }
  }
  const auto slot = static_cast<uint16_t>(rid.slot);
  const OldSlots old = OldSlots::Of(core, rid.page, view, slot);
  if (!old.Has(slot)) {
    return exists ? rows->Add(rid, {}, &cells) : Status();
  }
  const OldSlot* const seen = old.Find(slot);
  if (seen == nullptr || (!exists && !seen->whole)) {
    return {};
  }
  return rows->Add(rid, *seen, exists ? &cells : nullptr);
}

}  // namespace

Result<std::optional<PinnedRecord>> PinAsSeen(const FileCore& core, Rid rid, const tx::View* view,
                                              OldRows* rows) {
  if (view == nullptr || core.versions->empty()) {
    ASSIGN_OR_RETURN(std::optional<PinnedRecord> record, PinRecord(core, rid));
    // Whoever changed it before it was pinned had added the version before.
    if (view == nullptr || core.versions->empty()) {
      return record;
    }
  }
  RETURN_IF_ERROR(AddAsSeen(core, rid, *view, rows));
  return std::optional<PinnedRecord>();
}

std::shared_ptr<const tx::TransactionState> ChangerOf(const FileCore& core, Rid rid) {
  std::shared_ptr<const tx::TransactionState> changer;
  core.versions->ForEach(rid.page, [&](const Version& version) {
    bool is_it = false;
    if (version.stamp.by->active()) {
      is_it = version.kind == kUndoBulkPage;
      ForEachSlot(version, [&](uint16_t slot) { is_it = is_it || rid.slot == SlotNum{slot}; });
    }
    if (is_it) {
      changer = version.stamp.by;
    }
    return !is_it;
  });
  return changer;
}

std::vector<RecordChange> ChangedSince(const FileCore& core, const tx::View& view) {
  std::vector<RecordChange> changes;
  core.versions->ForAll([&](PageNum page, const Version& version) {
    const tx::Timestamp ended = version.stamp.by->end();
    if (ended == tx::kNever || !view.IsOvertakenBy(version.stamp)) {
      return true;
    }
    if (version.kind == kUndoBulkPage) {
      changes.push_back({page, std::nullopt, ended});
    }
    ForEachSlot(version, [&](uint16_t slot) { changes.push_back({page, SlotNum{slot}, ended}); });
    return true;
  });
  return changes;
}

Status OvertakenError() {
  return {Code::kConflict,
          "could not serialize access due to concurrent update; the transaction must be rolled "
          "back and may be tried again"};
}

namespace {

// Whether the version is of an update of none of the columns.
bool SparesColumns(const Version& version, const std::vector<uint32_t>& columns) {
  RowBlock block;
  return version.kind == kUndoUpdate && block.Parse(Body(version)) &&
         std::none_of(block.columns().begin(), block.columns().end(), [&](const auto& changed) {
           return std::find(columns.begin(), columns.end(), changed.column) != columns.end();
         });
}

}  // namespace

Status CheckNotOvertaken(const FileCore& core, std::span<const Rid> rids, const tx::View& view,
                         const std::vector<uint32_t>* columns) {
  bool overtaken = false;
  core.versions->ForEach(rids[0].page, [&](const Version& version) {
    if (!view.IsOvertakenBy(version.stamp) ||
        (columns != nullptr && SparesColumns(version, *columns))) {
      return !version.IsLastFor(view);
    }
    if (version.kind == kUndoBulkPage) {
      overtaken = true;
      return false;
    }
    ForEachSlot(version, [&](uint16_t slot) {
      overtaken = overtaken || std::any_of(rids.begin(), rids.end(),
                                           [slot](Rid rid) { return rid.slot == SlotNum{slot}; });
    });
    return !overtaken && !version.IsLastFor(view);
  });
  return overtaken ? OvertakenError() : Status();
}

}  // namespace redbase::rm
