#include "rm/internal/record_inserter.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <numeric>

#include "rm/internal/page_ops.h"
#include "rm/internal/record_mover.h"

namespace redbase::rm {

namespace {

// Pages with room that are tried before a fresh one is taken.
constexpr size_t kTries = 4;

}  // namespace

size_t ChooseSlots(const RecordPage& page, std::span<const uint32_t> heap,
                   std::vector<uint16_t>* slots) {
  slots->clear();
  size_t room = page.heap_room();
  size_t used = 0;
  const size_t capacity = page.header().capacity;
  for (size_t word = 0; word < page.words() && slots->size() < heap.size(); ++word) {
    for (uint64_t free = ~page.TakenWord(word); free != 0; free &= free - 1) {
      const size_t slot = word * 64 + static_cast<size_t>(std::countr_zero(free));
      if (slot >= capacity || slots->size() == heap.size() || heap[slots->size()] > room) {
        return used;
      }
      room -= heap[slots->size()];
      used += heap[slots->size()];
      slots->push_back(static_cast<uint16_t>(slot));
    }
  }
  return used;
}

size_t RowsThatFit(const FileCore& core, std::span<const uint32_t> heap, uint16_t capacity) {
  size_t room = core.file.page_size() - core.layout.FixedBytes(capacity);
  size_t count = 0;
  while (count < heap.size() && count < capacity && heap[count] <= room) {
    room -= heap[count++];
  }
  return count;
}

void RecordInserter::Write(const PreparedRows& rows, size_t first, pf::MiniTransaction* change,
                           pf::PageRef page) {
  const PageNum number = change->page_num(page);
  std::string undo;
  ByteWriter writer(&undo);
  writer.Put(number);
  writer.PutBytes(AsChars(std::as_bytes(std::span<const uint16_t>(slots_))));
  core_.NoteUndo(transaction_, kUndoInsert, number, AsBytes(undo));
  builder_.BeginSlots(rows.columns().size(), slots_);
  rows.AddTo(&builder_, first);
  change->Apply(page, kInsertOp, builder_.bytes());
  change->Commit();
  core_.records += slots_.size();
  for (const uint16_t slot : slots_) {
    if (rids_ != nullptr) {
      rids_->push_back({number, SlotNum{slot}});
    }
  }
}

Result<size_t> RecordInserter::FillPage(const PreparedRows& rows, size_t first, TakenPage* taken) {
  pf::MiniTransaction change(core_.file.pool());
  ASSIGN_OR_RETURN(const pf::PageRef ref, change.Write(core_.file, taken->page()));
  taken->set_has_room(false);
  if (!core_.IsRecordPage(change.bytes(ref)) || core_.room.IsPending(taken->page())) {
    return size_t{0};
  }
  const RecordPage page(change.bytes(ref));
  RETURN_IF_ERROR(core_.CheckReadable(page));
  const size_t heap = ChooseSlots(page, rows.heap().subspan(first), &slots_);
  taken->set_has_room(core_.HasRoom(page.free_slots() - slots_.size(), page.heap_room() - heap));
  if (slots_.empty()) {
    return size_t{0};
  }
  RETURN_IF_ERROR(core_.CheckWritable(page, heap));
  Write(rows, first, &change, ref);
  core_.Sample(slots_.size(), heap);
  return slots_.size();
}

Result<size_t> RecordInserter::FillFresh(const PreparedRows& rows, size_t first,
                                         std::deque<TakenPage>* taken) {
  const std::span<const uint32_t> heap = rows.heap().subspan(first);
  const uint16_t capacity = core_.CapacityFor(heap);
  pf::MiniTransaction change(core_.file.pool());
  ASSIGN_OR_RETURN(const pf::PageRef page, change.Allocate(core_.file, kRecordPageKind));
  change.Apply(page, kFormatOp, FormatPayload(core_.layout, capacity));
  slots_.resize(RowsThatFit(core_, heap, capacity));
  std::iota(slots_.begin(), slots_.end(), uint16_t{0});
  const size_t used = std::accumulate(
      heap.begin(), heap.begin() + static_cast<ptrdiff_t>(slots_.size()), size_t{0});
  const PageNum number = change.page_num(page);
  Write(rows, first, &change, page);
  ++core_.record_pages;
  core_.Sample(slots_.size(), used);
  taken->emplace_back(core_.room, number)
      .set_has_room(
          core_.HasRoom(capacity - slots_.size(),
                        core_.file.page_size() - core_.layout.FixedBytes(capacity) - used));
  return slots_.size();
}

Status RecordInserter::Insert(const PreparedRows& rows) {
  size_t done = 0;
  // Pages stay out of the map until the end, so that none is tried twice.
  std::deque<TakenPage> taken;
  size_t failures = 0;
  while (done < rows.count()) {
    const std::optional<PageNum> page =
        failures < kTries ? core_.room.Take() : std::optional<PageNum>();
    if (page) {
      taken.emplace_back(core_.room, *page);
      ASSIGN_OR_RETURN(const size_t count, FillPage(rows, done, &taken.back()));
      done += count;
      failures += count == 0 ? 1 : 0;
    } else {
      ASSIGN_OR_RETURN(const size_t count, FillFresh(rows, done, &taken));
      done += count;
    }
  }
  // The last page put back is tried first the next time: a fresh one, if any.
  while (!taken.empty()) {
    taken.pop_front();
  }
  return {};
}

namespace {

// Erases those of the slots that lie in this page; those behind stubs are added
// to `moved`.
Status UndoInPage(FileCore& core, PageNum number, std::span<const uint16_t> noted,
                  std::vector<Rid>* moved) {
  pf::MiniTransaction change(core.file.pool());
  ASSIGN_OR_RETURN(const pf::PageRef ref, change.Write(core.file, number));
  if (!core.IsRecordPage(change.bytes(ref))) {
    return {};
  }
  const RecordPage page(change.bytes(ref));
  RETURN_IF_ERROR(core.CheckWritable(page, 0));
  std::vector<uint16_t> slots;
  for (const uint16_t slot : noted) {
    if (page.IsLive(slot) && !page.IsMovedIn(slot)) {
      slots.push_back(slot);
    } else {
      moved->push_back({number, SlotNum{slot}});
    }
  }
  if (!slots.empty()) {
    change.Apply(ref, kEraseOp, ErasePayload(slots));
    change.Commit();
    core.records -= slots.size();
  }
  return {};
}

}  // namespace

Status UndoInsert(FileCore& core, std::span<const std::byte> payload) {
  ByteReader reader(payload);
  const auto number = reader.Get<PageNum>();
  std::vector<uint16_t> slots;
  while (!reader.rest().empty()) {
    slots.push_back(reader.Get<uint16_t>());
  }
  core.room.AddPending(number);
  std::vector<Rid> moved;
  RETURN_IF_ERROR(UndoInPage(core, number, slots, &moved));
  RecordMover mover(core, nullptr);
  for (const Rid rid : moved) {
    RETURN_IF_ERROR(mover.Erase(rid).status());
  }
  return {};
}

}  // namespace redbase::rm
