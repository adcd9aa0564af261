#include "rm/record_scan.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "rm/internal/file_core.h"
#include "rm/internal/old_rows.h"
#include "rm/internal/page_gather.h"
#include "rm/internal/page_predicate.h"
#include "rm/internal/record_mover.h"
#include "rm/record_page.h"

namespace redbase::rm {

namespace {

// Bytes of a file that one worker takes at a time: enough to be worth taking,
// few enough that workers end together.
constexpr size_t kMorselBytes = size_t{1} << 20;

// Slots whose predicates are evaluated together.
constexpr size_t kSlotsAtOnce = 2048;
using SlotBits = std::array<uint64_t, kSlotsAtOnce / 64>;

// A batch that has fewer rows at the end of a page takes the next page, too.
constexpr size_t kFewRows = kBatchCapacity / 2;

// Slot numbers are below.
constexpr size_t kMostSlots = 65536;

// Adds base + the number of every bit that is set.
void AddSlots(uint64_t bits, uint16_t base, std::vector<uint16_t>* slots) {
  const size_t count = static_cast<size_t>(std::popcount(bits));
  slots->resize(slots->size() + count);
  uint16_t* to = slots->data() + slots->size() - count;
  if (count == 64) {
    std::iota(to, to + count, base);
    return;
  }
  for (; bits != 0; bits &= bits - 1) {
    *to++ = static_cast<uint16_t>(base + std::countr_zero(bits));
  }
}

}  // namespace

MorselSource::MorselSource(const RecordFile& file)
    : pages_(file.file().page_count()),
      pages_per_morsel_(
          static_cast<uint32_t>(std::max<size_t>(1, kMorselBytes / file.file().page_size()))) {}

std::optional<Morsel> MorselSource::Take() {
  const uint64_t number = next_.fetch_add(1, std::memory_order_relaxed);
  const uint64_t first = number * pages_per_morsel_;
  if (first >= pages_) {
    return std::nullopt;
  }
  const uint64_t last = std::min<uint64_t>(first + pages_per_morsel_, pages_);
  return Morsel{static_cast<uint32_t>(first), static_cast<uint32_t>(last), number};
}

uint64_t MorselSource::morsel_count() const {
  return (uint64_t{pages_} + pages_per_morsel_ - 1) / pages_per_morsel_;
}

class RecordScan::Impl {
 public:
  Impl(const FileCore& core, std::vector<uint32_t> projection,
       const std::vector<ColumnPredicate>& predicates, bool with_rids, const tx::View* view)
      : core_(core),
        projection_(std::move(projection)),
        with_rids_(with_rids),
        view_(view),
        old_rows_(core) {
    for (const ColumnPredicate& predicate : predicates) {
      Result<PagePredicate> made = PagePredicate::Make(predicate, core.types[predicate.column]);
      if (made.ok()) {
        predicates_.push_back(std::move(*made));
      } else {
        mistake_.Update(made.status());
      }
    }
  }

  void Start(const Morsel& morsel) {
    // Page 0 is the file's header.
    page_ = std::max(morsel.first, uint32_t{1});
    last_page_ = morsel.last;
    number_ = morsel.number;
    slot_ = 0;
    stubs_.clear();
    old_rows_.Clear();
  }

  Result<bool> Next(Batch* batch) {
    RETURN_IF_ERROR(mistake_);
    PrepareBatch(core_, projection_, batch);
    rows_ = 0;
    while (rows_ < batch->capacity() && (rows_ < kFewRows || slot_ != 0)) {
      if (!old_rows_.empty()) {
        RETURN_IF_ERROR(TakeOld(batch));
      } else if (!stubs_.empty()) {
        RETURN_IF_ERROR(TakeMoved(batch));
      } else if (page_ < last_page_) {
        RETURN_IF_ERROR(ScanPage(batch));
      } else {
        break;
      }
    }
    batch->set_rows(rows_);
    batch->set_sequence(number_);
    return rows_ > 0;
  }

 private:
  Status ScanPage(Batch* batch);
  Status ScanRecords(const RecordPage& page, const OldSlots& old, Batch* batch);
  Status ScanSlots(const RecordPage& page, const OldSlots& old, Batch* batch);
  Status KeepOld(const RecordPage* page, const OldSlots& old, size_t from, size_t to);
  bool MayPass(const RecordPage& page);
  Result<bool> Passes(const RecordPage& page, size_t slot) const;
  Status Filter(const RecordPage& page, SlotRange range, uint64_t* bits) const;
  void FindStubs(const RecordPage& page, const OldSlots& old, size_t from, size_t to);
  Status TakeOld(Batch* batch);
  Status TakeIfPasses(const RecordPage& page, uint16_t slot, Rid rid, Batch* batch);
  Status TakeMoved(Batch* batch);

  const FileCore& core_;
  const std::vector<uint32_t> projection_;
  std::vector<PagePredicate> predicates_;
  const bool with_rids_;
  const tx::View* const view_;  // may be null
  Status mistake_;              // in a predicate

  uint32_t page_ = 0;
  uint32_t last_page_ = 0;
  uint64_t number_ = 0;
  size_t slot_ = 0;                  // of page_, where to go on
  std::vector<ColumnSlice> slices_;  // columns of the predicates in the page
  std::vector<Rid> stubs_;           // homes passed whose records lie elsewhere
  OldRows old_rows_;                 // of slots passed, as the view sees them
  std::vector<uint16_t> chosen_;
  size_t rows_ = 0;  // in the batch
};

Status RecordScan::Impl::ScanPage(Batch* batch) {
  ASSIGN_OR_RETURN(const pf::PinnedPage pinned, core_.file.Read(PageNum{page_}, pf::Access::kScan));
  OldSlots old;
  if (view_ != nullptr && !core_.versions->empty()) {
    ASSIGN_OR_RETURN(old, OldSlots::Of(core_, PageNum{page_}, *view_));
  }
  bool ended = true;
  if (core_.IsRecordPage(pinned.bytes())) {
    const RecordPage page(pinned.bytes());
    RETURN_IF_ERROR(core_.CheckReadable(page));
    const size_t from = slot_;
    RETURN_IF_ERROR(ScanRecords(page, old, batch));
    ended = slot_ >= page.header().used;
    RETURN_IF_ERROR(KeepOld(&page, old, from, ended ? kMostSlots : slot_));
  } else {
    RETURN_IF_ERROR(KeepOld(nullptr, old, slot_, kMostSlots));
  }
  if (ended) {
    ++page_;
    slot_ = 0;
  }
  return {};
}

// From slot_ on; slot_ is where it stopped.
Status RecordScan::Impl::ScanRecords(const RecordPage& page, const OldSlots& old, Batch* batch) {
  slices_.resize(predicates_.size());
  for (size_t i = 0; i < predicates_.size(); ++i) {
    RETURN_IF_ERROR(core_.Column(page, predicates_[i].column(), &slices_[i]));
  }
  if (old.all() || !MayPass(page)) {
    FindStubs(page, old, slot_, page.header().used);
    slot_ = page.header().used;
    return {};
  }
  return ScanSlots(page, old, batch);
}

// The view's records in these slots of the page, which is null when it holds none now.
Status RecordScan::Impl::KeepOld(const RecordPage* page, const OldSlots& old, size_t from,
                                 size_t to) {
  for (const auto& [slot, seen] : old.slots()) {
    if (slot < from || slot >= to || !seen.exists) {
      continue;
    }
    const Rid rid{PageNum{page_}, SlotNum{slot}};
    std::string arena;
    std::vector<Cell> now;
    Rid target;
    if (!seen.whole && page != nullptr && page->StubTarget(slot, &target)) {
      stubs_.push_back(rid);  // the cells that did not change are elsewhere
      continue;
    }
    const bool reads = !seen.whole && page != nullptr && page->IsLive(slot);
    if (reads && !ReadCells(*page, slot, &arena, &now)) {
      return core_.Damaged(page->number(), "a record cannot be read");
    }
    RETURN_IF_ERROR(old_rows_.Add(rid, seen, reads ? &now : nullptr));
  }
  return {};
}

bool RecordScan::Impl::MayPass(const RecordPage& page) {
  if (page.header().live == 0) {
    return false;
  }
  for (size_t i = 0; i < predicates_.size(); ++i) {
    if (!predicates_[i].MayPass(slices_[i].descriptor)) {
      return false;
    }
  }
  return true;
}

// The homes of moved records among these slots, but for those that the view sees otherwise.
void RecordScan::Impl::FindStubs(const RecordPage& page, const OldSlots& old, size_t from,
                                 size_t to) {
  if (page.header().taken == page.header().live) {
    return;
  }
  Rid target;
  for (size_t slot = from; slot < to; ++slot) {
    if (page.StubTarget(slot, &target) && !old.Has(static_cast<uint16_t>(slot))) {
      stubs_.push_back({page.number(), SlotNum{static_cast<uint16_t>(slot)}});
    }
  }
}

// Clears the bits of records that do not pass, or that came from elsewhere:
// those are found from their homes, so that none is seen twice.
Status RecordScan::Impl::Filter(const RecordPage& page, SlotRange range, uint64_t* bits) const {
  for (size_t i = 0; i < page.header().moved_in; ++i) {
    const size_t slot = page.MovedInEntry(i).slot;
    if (slot >= range.first && slot < range.first + range.count) {
      bits[(slot - range.first) / 64] &= ~(uint64_t{1} << (slot % 64));
    }
  }
  for (size_t i = 0; i < predicates_.size(); ++i) {
    RETURN_IF_ERROR(predicates_[i].Filter(core_, page, slices_[i], range, bits));
  }
  return {};
}

// From slot_ on, until the batch is full or the page ends; slot_ is where it
// stopped.
Status RecordScan::Impl::ScanSlots(const RecordPage& page, const OldSlots& old, Batch* batch) {
  const size_t used = page.header().used;
  while (slot_ < used && rows_ < batch->capacity()) {
    const size_t first = slot_ / 64 * 64;
    const SlotRange range{first, std::min(used - first, kSlotsAtOnce)};
    SlotBits bits{};
    for (size_t i = 0; i < range.words(); ++i) {
      bits[i] = page.LiveWord(first / 64 + i);
    }
    bits[0] &= ~uint64_t{0} << (slot_ - first);
    if (range.count % 64 != 0) {
      bits[range.words() - 1] &= (uint64_t{1} << (range.count % 64)) - 1;
    }
    for (auto at = old.slots().lower_bound(static_cast<uint16_t>(first));
         at != old.slots().end() && at->first < first + range.count; ++at) {
      bits[(at->first - first) / 64] &= ~(uint64_t{1} << (at->first % 64));
    }
    RETURN_IF_ERROR(Filter(page, range, bits.data()));
    chosen_.clear();
    const size_t room = batch->capacity() - rows_;
    for (size_t i = 0; i < range.words() && chosen_.size() <= room; ++i) {
      AddSlots(bits[i], static_cast<uint16_t>(first + i * 64), &chosen_);
    }
    size_t end = first + range.count;
    if (chosen_.size() > room) {
      end = chosen_[room];
      chosen_.resize(room);
    }
    RETURN_IF_ERROR(GatherSlots(core_, page, projection_, chosen_, rows_, batch));
    for (size_t i = 0; with_rids_ && i < chosen_.size(); ++i) {
      batch->rids().push_back({page.number(), SlotNum{chosen_[i]}});
    }
    rows_ += chosen_.size();
    FindStubs(page, old, slot_, end);
    slot_ = end;
  }
  return {};
}

Result<bool> RecordScan::Impl::Passes(const RecordPage& page, size_t slot) const {
  const SlotRange range{slot / 64 * 64, 64};
  const SlotRange within{range.first, std::min(range.count, page.header().capacity - range.first)};
  uint64_t bits = uint64_t{1} << (slot % 64);
  for (const PagePredicate& predicate : predicates_) {
    ColumnSlice slice;
    RETURN_IF_ERROR(core_.Column(page, predicate.column(), &slice));
    RETURN_IF_ERROR(predicate.Filter(core_, page, slice, within, &bits));
  }
  return bits != 0;
}

Status RecordScan::Impl::TakeIfPasses(const RecordPage& page, uint16_t slot, Rid rid,
                                      Batch* batch) {
  ASSIGN_OR_RETURN(const bool passes, Passes(page, slot));
  if (passes) {
    RETURN_IF_ERROR(GatherSlots(core_, page, projection_, {&slot, 1}, rows_, batch));
    if (with_rids_) {
      batch->rids().push_back(rid);
    }
    ++rows_;
  }
  return {};
}

Status RecordScan::Impl::TakeOld(Batch* batch) {
  while (!old_rows_.empty() && rows_ < batch->capacity()) {
    const OldRows::Row row = old_rows_.Front();
    RETURN_IF_ERROR(TakeIfPasses(row.page, row.slot, row.rid, batch));
    old_rows_.Pop();
  }
  return {};
}

Status RecordScan::Impl::TakeMoved(Batch* batch) {
  while (!stubs_.empty() && old_rows_.empty() && rows_ < batch->capacity()) {
    const Rid home = stubs_.back();
    ASSIGN_OR_RETURN(const std::optional<PinnedRecord> record,
                     PinAsSeen(core_, home, view_, &old_rows_));
    if (record) {
      RETURN_IF_ERROR(TakeIfPasses(record->page(), record->slot, home, batch));
    }
    stubs_.pop_back();
  }
  return {};
}

RecordScan::RecordScan(const RecordFile& file, std::vector<uint32_t> projection,
                       const std::vector<ColumnPredicate>& predicates, bool with_rids,
                       const tx::View* view)
    : impl_(std::make_unique<Impl>(*file.core_, std::move(projection), predicates, with_rids,
                                   view)) {}

RecordScan::~RecordScan() = default;

void RecordScan::Start(const Morsel& morsel) { impl_->Start(morsel); }

Result<bool> RecordScan::Next(Batch* batch) { return impl_->Next(batch); }

}  // namespace redbase::rm
