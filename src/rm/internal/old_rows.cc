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
std::span<const std::byte> Body(const std::string& undo) {
  return AsBytes(undo).subspan(sizeof(PageNum));
}

// Calls `visit` with each slot that an undo record is about.
template <typename Visit>
void ForEachSlot(tx::UndoKind kind, const std::string& undo, Visit visit) {
  if (kind == kUndoInsert) {
    const std::span<const std::byte> slots = Body(undo);
    for (size_t i = 0; i + sizeof(uint16_t) <= slots.size(); i += sizeof(uint16_t)) {
      visit(LoadAs<uint16_t>(slots.data() + i));
    }
    return;
  }
  RowBlock block;
  if (block.Parse(Body(undo))) {
    for (size_t i = 0; i < block.count(); ++i) {
      visit(block.Slot(i));
    }
  }
}

// Whether it is about the slot.
bool Names(tx::UndoKind kind, const std::string& undo, SlotNum slot) {
  bool names = false;
  ForEachSlot(kind, undo, [&](uint16_t each) { names = names || SlotNum{each} == slot; });
  return names;
}

}  // namespace

void OldSlots::Settle(uint16_t slot) {
  if (settled_.size() <= slot) {
    settled_.resize(slot + size_t{1});
  }
  settled_[slot] = true;
}

void OldSlots::Add(tx::UndoKind kind, const Undo& undo, size_t columns,
                   std::optional<uint16_t> only) {
  if (kind == kUndoInsert) {
    ForEachSlot(kind, *undo, [&](uint16_t slot) {
      if (!IsSettled(slot) && (!only || *only == slot)) {
        slots_[slot] = {};
      }
    });
    return;
  }
  RowBlock block;
  if (!block.Parse(Body(*undo))) {
    return;
  }
  undo_.push_back(undo);
  for (size_t i = 0; i < block.count(); ++i) {
    const uint16_t slot = block.Slot(i);
    if (IsSettled(slot) || (only && *only != slot)) {
      continue;
    }
    OldSlot& old = slots_[slot];
    if (!old.exists || kind == kUndoErase) {
      old.cells.assign(columns, std::nullopt);
    }
    old.exists = true;
    old.whole = old.whole || kind == kUndoErase;
    const std::vector<Cell> row = block.Row(i);
    for (size_t c = 0; c < row.size() && block.columns()[c].column < columns; ++c) {
      old.cells[block.columns()[c].column] = row[c];
    }
  }
}

Result<OldSlots> OldSlots::Of(const FileCore& core, PageNum page, const tx::View& view,
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
  const std::vector<Version> versions =
      core.versions->Choose(page, [&](const Version& version, bool* last) {
        *last = version.kind == kUndoBulkPage ? view.Sees(version.stamp) : version.IsLastFor(view);
        return true;
      });
  for (const Version& version : versions) {
    const bool seen = view.Sees(version.stamp);
    if (version.kind == kUndoBulkPage) {
      // Made whole from nothing: what is older is of another page that was here.
      if (!seen) {
        old.slots_.clear();
        old.all_ = true;
      }
      continue;
    }
    ASSIGN_OR_RETURN(const Undo undo, core.versions->UndoOf(version));
    if (seen) {
      ForEachSlot(version.kind, *undo, [&old](uint16_t slot) { old.Settle(slot); });
    } else {
      old.Add(version.kind, undo, core.layout.size(), only);
    }
  }
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
  ASSIGN_OR_RETURN(const OldSlots old, OldSlots::Of(core, rid.page, view, slot));
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

Result<std::shared_ptr<const tx::TransactionState>> ChangerOf(const FileCore& core, Rid rid) {
  const std::vector<Version> versions = core.versions->Choose(
      rid.page, [](const Version& version, bool* /*last*/) { return version.stamp.by->active(); });
  for (const Version& version : versions) {
    bool names = version.kind == kUndoBulkPage;
    if (!names) {
      ASSIGN_OR_RETURN(const auto undo, core.versions->UndoOf(version));
      names = Names(version.kind, *undo, rid.slot);
    }
    if (names) {
      return version.stamp.by;
    }
  }
  return std::shared_ptr<const tx::TransactionState>();
}

Result<std::vector<RecordChange>> ChangedSince(const FileCore& core, const tx::View& view) {
  std::vector<RecordChange> changes;
  for (const PageNum page : core.versions->Pages()) {
    const std::vector<Version> versions =
        core.versions->Choose(page, [&](const Version& version, bool* /*last*/) {
          return !version.stamp.by->active() && view.IsOvertakenBy(version.stamp);
        });
    for (const Version& version : versions) {
      const tx::Timestamp ended = version.stamp.by->end();
      if (version.kind == kUndoBulkPage) {
        changes.push_back({page, std::nullopt, ended});
        continue;
      }
      ASSIGN_OR_RETURN(const auto undo, core.versions->UndoOf(version));
      ForEachSlot(version.kind, *undo, [&](uint16_t slot) {
        changes.push_back({page, SlotNum{slot}, ended});
      });
    }
  }
  return changes;
}

Status OvertakenError() {
  return {Code::kConflict,
          "could not serialize access due to concurrent update; the transaction must be rolled "
          "back and may be tried again"};
}

namespace {

// Whether the undo record is of an update of none of the columns.
bool SparesColumns(tx::UndoKind kind, const std::string& undo,
                   const std::vector<uint32_t>& columns) {
  RowBlock block;
  return kind == kUndoUpdate && block.Parse(Body(undo)) &&
         std::none_of(block.columns().begin(), block.columns().end(), [&](const auto& changed) {
           return std::find(columns.begin(), columns.end(), changed.column) != columns.end();
         });
}

}  // namespace

Status CheckNotOvertaken(const FileCore& core, std::span<const Rid> rids, const tx::View& view,
                         const std::vector<uint32_t>* columns) {
  const std::vector<Version> versions =
      core.versions->Choose(rids[0].page, [&](const Version& version, bool* last) {
        *last = version.IsLastFor(view);
        return view.IsOvertakenBy(version.stamp);
      });
  for (const Version& version : versions) {
    if (version.kind == kUndoBulkPage) {
      return OvertakenError();
    }
    ASSIGN_OR_RETURN(const auto undo, core.versions->UndoOf(version));
    if (columns != nullptr && SparesColumns(version.kind, *undo, *columns)) {
      continue;
    }
    const auto is_named = [&](Rid rid) { return Names(version.kind, *undo, rid.slot); };
    if (std::any_of(rids.begin(), rids.end(), is_named)) {
      return OvertakenError();
    }
  }
  return {};
}

}  // namespace redbase::rm
