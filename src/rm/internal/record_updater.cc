#include "rm/internal/record_updater.h"

#include <algorithm>
#include <numeric>

#include "rm/internal/page_ops.h"

namespace redbase::rm {

namespace {

// Heap bytes that these slots hold in a column of variable length.
size_t HeapOfSlots(const ColumnSlice& slice, std::span<const uint16_t> slots) {
  size_t bytes = 0;
  for (const uint16_t slot : slots) {
    bytes += RecordPage::HeapBytes(slice.Entry(slot));
  }
  return bytes;
}

bool HoldsAll(const RecordPage& page, std::span<const uint16_t> slots) {
  return std::all_of(slots.begin(), slots.end(),
                     [&](uint16_t slot) { return page.IsLive(slot) && !page.IsMovedIn(slot); });
}

}  // namespace

std::span<const Rid> FirstGroup(std::span<const Rid> rids) {
  size_t count = 1;
  while (count < rids.size() && rids[count].page == rids[0].page &&
         rids[count].slot > rids[count - 1].slot) {
    ++count;
  }
  return rids.first(count);
}

void ListLongValues(const RecordPage& page, const ColumnSlice& slice,
                    std::span<const uint16_t> slots, std::vector<LongReference>* out) {
  if ((slice.descriptor.flags & ColumnDescriptor::kVariable) == 0) {
    return;
  }
  for (const uint16_t slot : slots) {
    const VarEntry entry = slice.Entry(slot);
    LongReference reference{};
    if (entry.length == VarEntry::kLong && page.Long(entry, &reference)) {
      out->push_back(reference);
    }
  }
}

// Builds the undo block.
Status RecordUpdater::ReadOld(const RecordPage& page, std::span<const uint16_t> slots) {
  builder_.BeginSlots(values_.columns().size(), slots);
  for (const uint32_t column : values_.columns()) {
    ColumnSlice slice;
    RETURN_IF_ERROR(core_.Column(page, column, &slice));
    builder_.AddSlots(column, page, slice, slots);
  }
  return {};
}

Status RecordUpdater::ChooseSlots(const RecordPage& page, std::span<const Rid> rids, size_t first,
                                  std::vector<uint16_t>* slots, size_t* need) const {
  std::vector<ColumnSlice> variable;
  for (const uint32_t column : values_.columns()) {
    if (core_.layout[column].variable) {
      RETURN_IF_ERROR(core_.Column(page, column, &variable.emplace_back()));
    }
  }
  const std::span<const uint32_t> heap = values_.heap().subspan(first, rids.size());
  size_t room = page.heap_room();
  size_t wanted = 0;
  size_t fitting = 0;
  for (size_t i = 0; i < rids.size(); ++i) {
    const auto slot = static_cast<uint16_t>(rids[i].slot);
    if (!page.IsLive(slot) || page.IsMovedIn(slot)) {
      break;
    }
    slots->push_back(slot);
    for (const ColumnSlice& slice : variable) {
      room += RecordPage::HeapBytes(slice.Entry(slot));
    }
    wanted += heap[i];
    if (wanted <= room) {
      fitting = i + 1;
      *need = wanted;
    }
  }
  slots->resize(fitting);
  return {};
}

Result<size_t> RecordUpdater::UpdateTogether(std::span<const Rid> rids, size_t first) {
  pf::MiniTransaction change(core_.file.pool());
  ASSIGN_OR_RETURN(const pf::PageRef ref, change.Write(core_.file, rids[0].page));
  if (!core_.IsRecordPage(change.bytes(ref))) {
    return core_.NoRecord(rids[0]);
  }
  const RecordPage page(change.bytes(ref));
  RETURN_IF_ERROR(core_.CheckWritable(page, 0));
  std::vector<uint16_t> slots;
  size_t need = 0;
  RETURN_IF_ERROR(ChooseSlots(page, rids, first, &slots, &need));
  if (slots.empty()) {
    return size_t{0};
  }
  RETURN_IF_ERROR(core_.CheckWritable(page, need));
  RETURN_IF_ERROR(ReadOld(page, slots));
  std::string undo;
  ByteWriter writer(&undo);
  writer.Put(rids[0].page);
  writer.PutBytes(AsChars(builder_.bytes()));
  core_.NoteUndo(transaction_, kUndoUpdate, rids[0].page, AsBytes(undo));
  for (const uint32_t column : values_.columns()) {
    ColumnSlice slice;
    if (page.Column(column, &slice)) {
      ListLongValues(page, slice, slots, &mover_.removed());
    }
  }
  builder_.BeginSlots(values_.columns().size(), slots);
  values_.AddTo(&builder_, first);
  change.Apply(ref, kUpdateOp, builder_.bytes());
  change.Commit();
  return slots.size();
}

Status RecordUpdater::UpdateOne(Rid rid, size_t row) {
  const std::span<const uint32_t> columns = values_.columns();
  ASSIGN_OR_RETURN(const bool found,
                   mover_.Update(rid, {columns.begin(), columns.end()}, values_.Row(row)));
  return found ? Status() : core_.NoRecord(rid);
}

Status RecordUpdater::Update(std::span<const Rid> rids) {
  for (size_t done = 0; done < rids.size();) {
    const std::span<const Rid> group = FirstGroup(rids.subspan(done));
    if (static_cast<uint32_t>(group[0].page) >= core_.file.page_count()) {
      return core_.NoRecord(group[0]);
    }
    ASSIGN_OR_RETURN(size_t count, UpdateTogether(group, done));
    if (count == 0) {  // it lies elsewhere, or goes there: then there is room for others
      RETURN_IF_ERROR(UpdateOne(group[0], done));
      count = 1;
    }
    done += count;
  }
  return {};
}

namespace {

// False when the records of the block cannot be changed together.
Result<bool> UndoTogether(FileCore& core, PageNum number, const RowBlock& block,
                          std::span<const std::byte> payload) {
  pf::MiniTransaction change(core.file.pool());
  ASSIGN_OR_RETURN(const pf::PageRef ref, change.Write(core.file, number));
  if (!core.IsRecordPage(change.bytes(ref))) {
    return false;
  }
  const RecordPage page(change.bytes(ref));
  RETURN_IF_ERROR(core.CheckWritable(page, 0));
  std::vector<uint16_t> slots;
  for (size_t i = 0; i < block.count(); ++i) {
    slots.push_back(block.Slot(i));
  }
  if (!HoldsAll(page, slots)) {
    return false;
  }
  size_t freed = 0;
  for (const BlockColumn& column : block.columns()) {
    ColumnSlice slice;
    RETURN_IF_ERROR(core.Column(page, column.column, &slice));
    freed += column.variable ? HeapOfSlots(slice, slots) : 0;
  }
  if (block.HeapBytes() > page.heap_room() + freed) {
    return false;
  }
  RETURN_IF_ERROR(core.CheckWritable(page, block.HeapBytes()));
  change.Apply(ref, kUpdateOp, payload);
  change.Commit();
  return true;
}

}  // namespace

Status UndoUpdate(FileCore& core, std::span<const std::byte> payload) {
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
  std::vector<uint32_t> columns;
  for (const BlockColumn& column : block.columns()) {
    columns.push_back(column.column);
  }
  RecordMover mover(core, nullptr);
  for (size_t i = 0; i < block.count(); ++i) {
    const Rid rid{number, SlotNum{block.Slot(i)}};
    RETURN_IF_ERROR(mover.Update(rid, columns, block.Row(i)).status());
  }
  return {};
}

}  // namespace redbase::rm
