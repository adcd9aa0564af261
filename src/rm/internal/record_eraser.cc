#include "rm/internal/record_eraser.h"

#include <algorithm>

#include "rm/internal/page_ops.h"
#include "rm/internal/record_updater.h"

namespace redbase::rm {

Status RecordEraser::EraseSlots(std::span<const uint16_t> slots, pf::PageRef ref,
                                pf::MiniTransaction* change) {
  const RecordPage page(change->bytes(ref));
  builder_.BeginSlots(core_.layout.size(), slots);
  for (uint32_t i = 0; i < core_.layout.size(); ++i) {
    ColumnSlice slice;
    RETURN_IF_ERROR(core_.Column(page, i, &slice));
    builder_.AddSlots(i, page, slice, slots);
    ListLongValues(page, slice, slots, &mover_.removed());
  }
  std::string undo;
  ByteWriter writer(&undo);
  writer.Put(page.number());
  writer.PutBytes(AsChars(builder_.bytes()));
  core_.NoteUndo(transaction_, kUndoErase, page.number(), AsBytes(undo));
  change->Apply(ref, kEraseOp, ErasePayload(slots));
  change->Commit();
  core_.records -= slots.size();
  return {};
}

Status RecordEraser::EraseGroup(std::span<const Rid> rids) {
  std::vector<uint16_t> slots;
  std::vector<Rid> moved;
  // Before the latch is taken: whoever has it next sees that slots are kept.
  core_.room.AddPending(rids[0].page);
  pages_.push_back(rids[0].page);
  {
    pf::MiniTransaction change(core_.file.pool());
    ASSIGN_OR_RETURN(const pf::PageRef ref, change.Write(core_.file, rids[0].page));
    if (!core_.IsRecordPage(change.bytes(ref))) {
      return core_.NoRecord(rids[0]);
    }
    const RecordPage page(change.bytes(ref));
    RETURN_IF_ERROR(core_.CheckWritable(page, 0));
    for (const Rid rid : rids) {
      const auto slot = static_cast<uint16_t>(rid.slot);
      if (page.IsLive(slot) && !page.IsMovedIn(slot)) {
        slots.push_back(slot);
      } else {
        moved.push_back(rid);
      }
    }
    if (!slots.empty()) {
      RETURN_IF_ERROR(EraseSlots(slots, ref, &change));
    }
  }
  for (const Rid rid : moved) {
    ASSIGN_OR_RETURN(const bool found, mover_.Erase(rid));
    if (!found) {
      return core_.NoRecord(rid);
    }
  }
  return {};
}

Status RecordEraser::Erase(std::span<const Rid> rids) {
  for (size_t done = 0; done < rids.size();) {
    const std::span<const Rid> group = FirstGroup(rids.subspan(done));
    if (static_cast<uint32_t>(group[0].page) >= core_.file.page_count()) {
      return core_.NoRecord(group[0]);
    }
    RETURN_IF_ERROR(EraseGroup(group));
    done += group.size();
  }
  return {};
}

namespace {

// False when not all of the records can be put back together.
Result<bool> UndoTogether(FileCore& core, PageNum number, const RowBlock& block,
                          std::span<const std::byte> payload) {
  pf::MiniTransaction change(core.file.pool());
  ASSIGN_OR_RETURN(const pf::PageRef ref, change.Write(core.file, number));
  if (!core.IsRecordPage(change.bytes(ref))) {
    return core.Damaged(number, "is no record page, but records were erased from it");
  }
  const RecordPage page(change.bytes(ref));
  const size_t heap = block.HeapBytes();
  RETURN_IF_ERROR(core.CheckReadable(page));
  bool fits = heap <= page.heap_room();
  for (size_t i = 0; i < block.count(); ++i) {
    fits = fits && block.Slot(i) < page.header().capacity && !page.IsTaken(block.Slot(i));
  }
  if (!fits) {
    return false;
  }
  RETURN_IF_ERROR(core.CheckWritable(page, heap));
  change.Apply(ref, kInsertOp, payload);
  change.Commit();
  core.records += block.count();
  return true;
}

}  // namespace

Status UndoErase(FileCore& core, std::span<const std::byte> payload) {
  ByteReader reader(payload);
  const auto number = reader.Get<PageNum>();
  RowBlock block;
  if (!reader.ok() || !block.Parse(reader.rest())) {
    return {Code::kInternal, core.file.path() + ": an undo record is damaged"};
  }
  ASSIGN_OR_RETURN(const bool together, UndoTogether(core, number, block, reader.rest()));
  if (together) {
    return {};
  }
  RecordMover mover(core, nullptr);
  for (size_t i = 0; i < block.count(); ++i) {
    RETURN_IF_ERROR(mover.Restore({number, SlotNum{block.Slot(i)}}, block.Row(i)));
  }
  return {};
}

}  // namespace redbase::rm
