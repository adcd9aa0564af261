#include "pf/internal/frame_table.h"

#include <algorithm>
#include <bit>
#include <string>

namespace redbase::pf {

namespace {

// Address space for frames: enough for any later Resize, within reason.
size_t AddressSpaceFor(size_t budget) { return std::max(budget * 8, size_t{16} << 30); }

// Frames that TryTake looks at beyond the first dirty one, for a clean one.
constexpr uint64_t kStepsForCleanFrame = 64;
// Every eighth eviction tries another size class, so that memory follows demand.
constexpr uint32_t kTurnsPerSteal = 8;
constexpr uint64_t kStealSteps = 32;
// What scans read takes memory from what scans read before, as soon as that is
// more than a quarter of the budget; now and then from pages that nobody used,
// and rarely from others.
constexpr size_t kScannedShare = 4;
constexpr uint32_t kScanTurnsPerUnused = 8;
constexpr uint32_t kScanTurnsPerClock = 64;
constexpr uint64_t kStepsForUnused = 64;

}  // namespace

FrameTable::FrameTable(size_t budget_bytes) : budget_(budget_bytes) {
  for (size_t max = AddressSpaceFor(budget_bytes); max >= budget_bytes; max /= 2) {
    size_t frames = 1;
    for (size_t i = 0; i < kSizeClasses; ++i) {
      frames += max / (kMinPageSize << i);
    }
    auto reserved = common::VirtualMemory::Reserve(frames * sizeof(Frame));
    if (reserved.ok()) {
      reservation_ = {};
      frame_memory_ = std::move(reserved).value();
      max_bytes_ = max;
      break;
    }
    reservation_ = std::move(reserved).status();
    if (max == 0) {
      break;
    }
  }
  if (frame_memory_ == nullptr) {
    return;
  }
  frames_ = reinterpret_cast<Frame*>(frame_memory_->data());
  FrameIndex first = 1;
  for (size_t i = 0; i < kSizeClasses; ++i) {
    classes_[i].page_size = kMinPageSize << i;
    classes_[i].first = first;
    classes_[i].capacity = static_cast<uint32_t>(max_bytes_ / classes_[i].page_size);
    first += classes_[i].capacity;
  }
}

Status FrameTable::Prepare(size_t page_size) {
  const common::MutexLock lock(mutex_);
  RETURN_IF_ERROR(reservation_);
  SizeClass& size_class = classes_[ClassIndex(page_size)];
  if (size_class.memory == nullptr) {
    ASSIGN_OR_RETURN(size_class.memory,
                     common::VirtualMemory::Reserve(size_class.capacity * page_size));
  }
  return {};
}

size_t FrameTable::ClassIndex(size_t page_size) {
  assert(IsPageSize(page_size));
  return static_cast<size_t>(std::bit_width(page_size / kMinPageSize)) - 1;
}

uintptr_t FrameTable::MemoryOf(size_t page_size) {
  const common::MutexLock lock(mutex_);
  const SizeClass& size_class = classes_[ClassIndex(page_size)];
  return reinterpret_cast<uintptr_t>(size_class.memory->data()) - size_class.first * page_size;
}

Frame* FrameTable::PinExactly(const FileState& file, PageNum page) {
  const common::MutexLock shard(ShardOf(file.TagOf(page)));
  Frame* const frame = Find(file, page);
  if (frame == nullptr) {
    return nullptr;
  }
  // A frame gets an owner and loses its page under the lock of this shard.
  [[maybe_unused]] const bool pinned = frame->TryPin();
  assert(pinned && frame->tag() == file.TagOf(page));
  return frame;
}

FrameTable::Candidate FrameTable::TryTake(size_t page_size, Access access) {
  const common::MutexLock lock(mutex_);
  SizeClass& wanted = classes_[ClassIndex(page_size)];
  const Candidate candidate = TakeOrFind(wanted, access);
  if (candidate.found == Found::kOwned) {
    candidate.frame->scan_stamp_ = access == Access::kScan ? ++scan_stamp_ : 0;
    if (access == Access::kScan) {
      wanted.scanned.push_back({candidate.frame, scan_stamp_});
      // While nothing is evicted nobody else shortens the list.
      if (wanted.scanned.size() > wanted.constructed) {
        wanted.scanned.pop_front();
      }
    }
  }
  return candidate;
}

FrameTable::Candidate FrameTable::TakeOrFind(SizeClass& wanted, Access access) {
  while (true) {
    const size_t budget = budget_.load(std::memory_order_relaxed);
    if (!wanted.free.empty() && used_bytes_ <= budget) {
      Frame* const frame = wanted.free.back();
      wanted.free.pop_back();
      return {Found::kOwned, frame, 0};
    }
    if (used_bytes_ + wanted.page_size <= budget) {
      return {Found::kOwned, NewFrame(wanted), 0};
    }
    if (DiscardFreeFrame(&wanted)) {
      continue;
    }
    Candidate victim;
    if (access == Access::kScan) {
      victim = FindVictimOfScan(wanted);
    }
    if (victim.found == Found::kNone) {
      victim = FindVictim(wanted);
    }
    if (victim.found != Found::kOwned) {
      return victim;
    }
    if (&ClassOf(*victim.frame) == &wanted && used_bytes_ <= budget) {
      return victim;
    }
    Discard(victim.frame);
  }
}

FrameTable::Candidate FrameTable::FindVictimOfScan(SizeClass& wanted) {
  const uint32_t turn = ++scan_turn_;
  if (turn % kScanTurnsPerClock == 0) {
    return {};
  }
  const size_t most = budget_.load(std::memory_order_relaxed) / kScannedShare / wanted.page_size;
  if (turn % kScanTurnsPerUnused == 0) {
    const Candidate unused =
        Sweep(wanted, kStepsForUnused, {.age = false, .take_dirty = false, .spare_scanned = most});
    if (unused.found == Found::kOwned) {
      return unused;
    }
  }
  // What is older stays, as pages that nobody used: a table scanned again finds
  // it, instead of evicting always just what it wants next.
  while (wanted.scanned.size() > most) {
    wanted.scanned.pop_front();
  }
  while (wanted.scanned.size() > most / 2) {
    const Scanned oldest = wanted.scanned.front();
    wanted.scanned.pop_front();
    Frame* const frame = oldest.frame;
    if (frame->scan_stamp_ == oldest.stamp && frame->state() == 0 && !frame->dirty() &&
        frame->usage_.load(std::memory_order_relaxed) == 0 && Claim(frame)) {
      return {Found::kOwned, frame, 0};
    }
  }
  return {};
}

Frame* FrameTable::NewFrame(SizeClass& size_class) {
  used_bytes_ += size_class.page_size;
  size_class.bytes += size_class.page_size;
  if (!size_class.bare.empty()) {
    Frame* const frame = size_class.bare.back();
    size_class.bare.pop_back();
    return frame;
  }
  // The address space of a class holds more than any budget.
  assert(size_class.memory != nullptr && size_class.constructed < size_class.capacity);
  const uint32_t i = size_class.constructed++;
  const FrameIndex index = size_class.first + i;
  return std::construct_at(frames_ + index, size_class.memory->data() + i * size_class.page_size,
                           index, static_cast<uint8_t>(ClassIndex(size_class.page_size)));
}

bool FrameTable::DiscardFreeFrame(const SizeClass* except) {
  for (SizeClass& size_class : classes_) {
    if (!size_class.free.empty() &&
        (&size_class != except || used_bytes_ > budget_.load(std::memory_order_relaxed))) {
      Frame* const frame = size_class.free.back();
      size_class.free.pop_back();
      Discard(frame);
      return true;
    }
  }
  return false;
}

void FrameTable::Discard(Frame* frame) {
  SizeClass& size_class = ClassOf(*frame);
  const size_t offset = (frame->index() - size_class.first) * size_class.page_size;
  size_class.memory->Discard(offset, size_class.page_size);
  size_class.bare.push_back(frame);
  size_class.bytes -= size_class.page_size;
  used_bytes_ -= size_class.page_size;
}

// The class to take memory from for the good of another; null when each keeps
// what it has.
FrameTable::SizeClass* FrameTable::ClassToStealFrom(const SizeClass& wanted) {
  if (wanted.bytes < budget_.load(std::memory_order_relaxed) / kTurnsPerSteal) {
    return &LargestClass();
  }
  if (++turn_ % kTurnsPerSteal != 0) {
    return nullptr;
  }
  for (size_t i = 0; i < kSizeClasses; ++i) {
    steal_from_ = (steal_from_ + 1) % kSizeClasses;
    SizeClass& size_class = classes_[steal_from_];
    if (&size_class != &wanted && size_class.bytes > 0) {
      return &size_class;
    }
  }
  return nullptr;
}

FrameTable::SizeClass& FrameTable::LargestClass() {
  return *std::max_element(
      classes_.begin(), classes_.end(),
      [](const SizeClass& a, const SizeClass& b) { return a.bytes < b.bytes; });
}

FrameTable::Candidate FrameTable::FindVictim(SizeClass& wanted) {
  SizeClass* const other = ClassToStealFrom(wanted);
  if (other != nullptr && other != &wanted) {
    const Candidate stolen = Sweep(*other, kStealSteps, {.age = true, .take_dirty = true});
    if (stolen.found != Found::kNone) {
      return stolen;
    }
  }
  // As many rounds as bring every usage to zero, and one more.
  constexpr uint64_t kRounds = Frame::kMaxUsage + 2;
  Candidate victim = Sweep(wanted, wanted.constructed * kRounds, {.age = true, .take_dirty = true});
  for (SizeClass& size_class : classes_) {
    if (victim.found != Found::kNone) {
      break;
    }
    if (&size_class != &wanted) {
      victim =
          Sweep(size_class, size_class.constructed * kRounds, {.age = true, .take_dirty = true});
    }
  }
  return victim;
}

FrameTable::Candidate FrameTable::Sweep(SizeClass& size_class, uint64_t steps, SweepRule rule) {
  if (size_class.constructed == 0) {
    return {Found::kNone, nullptr, passing_gone_};
  }
  Frame* dirty = nullptr;
  for (uint64_t i = 0; i < steps; ++i) {
    Frame* const frame = frames_ + size_class.first + size_class.hand;
    size_class.hand = (size_class.hand + 1) % size_class.constructed;
    if (frame->state() != 0) {
      continue;
    }
    const uint8_t usage = frame->usage_.load(std::memory_order_relaxed);
    const bool just_scanned = frame->scan_stamp_ + rule.spare_scanned > scan_stamp_;
    if ((usage > 0 && !rule.age) || just_scanned) {
      continue;
    }
    if (usage > 0) {
      frame->usage_.store(static_cast<uint8_t>(usage - 1), std::memory_order_relaxed);
    } else if (frame->dirty()) {
      if (dirty == nullptr) {
        dirty = frame;
        steps = std::min(steps, i + kStepsForCleanFrame);
      }
    } else if (Claim(frame)) {
      return {Found::kOwned, frame, 0};
    }
  }
  if (rule.take_dirty && dirty != nullptr && PinDirty(dirty)) {
    ++passing_;
    return {Found::kDirty, dirty, 0};
  }
  return {Found::kNone, nullptr, passing_gone_};
}

bool FrameTable::Claim(Frame* frame) {
  const uint64_t tag = frame->tag();
  if (tag == Frame::kNoTag) {
    return frame->TryOwn(0);
  }
  const common::MutexLock shard(ShardOf(tag));
  if (frame->tag() != tag || !frame->TryOwn(0)) {
    return false;
  }
  if (frame->dirty()) {
    frame->Disown(0);
    return false;
  }
  Forget(frame);
  return true;
}

bool FrameTable::PinDirty(Frame* frame) {
  const uint64_t tag = frame->tag();
  if (tag == Frame::kNoTag) {
    return false;
  }
  const common::MutexLock shard(ShardOf(tag));
  return frame->tag() == tag && frame->TryPin();
}

// Requires: the lock of the page's shard; owned, so that nobody has the latch.
void FrameTable::Forget(Frame* frame) NO_THREAD_SAFETY_ANALYSIS {
  frame->latch_.LockExclusive();
  ClearDirty(frame);
  frame->file_->pages.Set(frame->page_num(), 0);
  frame->tag_.store(Frame::kNoTag, std::memory_order_release);
  frame->latch_.UnlockExclusive();
}

bool FrameTable::TakeCleaned(Frame* frame) {
  bool taken = false;
  {
    const common::MutexLock shard(ShardOf(frame->tag()));
    if (frame->TryOwn(1)) {
      taken = !frame->dirty();
      if (taken) {
        Forget(frame);
      } else {
        frame->Disown(0);
      }
    } else {
      frame->Unpin();
    }
  }
  RemovePassing();
  return taken;
}

bool FrameTable::WaitForPassing(const Candidate& seen) {
  const common::MutexLock lock(mutex_);
  while (passing_gone_ == seen.passing_gone) {
    if (passing_ == 0) {
      return false;
    }
    passing_changed_.Wait(mutex_);
  }
  return true;
}

FrameTable::Candidate FrameTable::Passing() {
  const common::MutexLock lock(mutex_);
  return {Found::kNone, nullptr, passing_gone_};
}

void FrameTable::AddPassing() {
  const common::MutexLock lock(mutex_);
  ++passing_;
}

void FrameTable::RemovePassing() {
  const common::MutexLock lock(mutex_);
  assert(passing_ > 0);
  --passing_;
  ++passing_gone_;
  passing_changed_.NotifyAll();
}

bool FrameTable::Publish(Frame* frame, FileState& file, PageNum page,
                         uint8_t usage) NO_THREAD_SAFETY_ANALYSIS {
  const uint64_t tag = file.TagOf(page);
  const common::MutexLock shard(ShardOf(tag));
  if (file.pages.Find(page) != 0) {
    return false;
  }
  frame->latch_.LockExclusive();
  frame->file_ = &file;
  frame->SetMade(0);
  frame->usage_.store(usage, std::memory_order_relaxed);
  frame->tag_.store(tag, std::memory_order_release);
  frame->Disown(1);
  file.pages.Set(page, frame->index());
  return true;
}

void FrameTable::Retract(Frame* frame) NO_THREAD_SAFETY_ANALYSIS {
  {
    const common::MutexLock shard(ShardOf(frame->tag()));
    ClearDirty(frame);
    frame->file_->pages.Set(frame->page_num(), 0);
    frame->tag_.store(Frame::kNoTag, std::memory_order_release);
  }
  frame->latch_.UnlockExclusive();
  if (frame->TryOwn(1)) {
    GiveBack(frame);
  } else {
    // Somebody is about to see that the page is gone; the clock finds the frame.
    frame->Unpin();
  }
}

void FrameTable::GiveBack(Frame* frame) {
  const common::MutexLock lock(mutex_);
  ClassOf(*frame).free.push_back(frame);
}

bool FrameTable::Evict(FileState& file, PageNum page, bool keep_dirty) {
  Frame* frame = Find(file, page);
  if (frame == nullptr) {
    return true;
  }
  {
    const common::MutexLock shard(ShardOf(file.TagOf(page)));
    frame = Find(file, page);
    if (frame == nullptr) {
      return true;
    }
    if (!frame->TryOwn(0)) {
      return false;
    }
    if (keep_dirty && frame->dirty()) {
      frame->Disown(0);
      return false;
    }
    Forget(frame);
  }
  GiveBack(frame);
  return true;
}

void FrameTable::MarkDirty(Frame* frame) {
  if (!frame->dirty() && !frame->dirty_.exchange(true, std::memory_order_relaxed)) {
    frame->file_->dirty_pages.fetch_add(1, std::memory_order_relaxed);
    dirty_bytes_.fetch_add(frame->bytes().size(), std::memory_order_relaxed);
  }
}

void FrameTable::MarkClean(Frame* frame) { ClearDirty(frame); }

void FrameTable::ClearDirty(Frame* frame) {
  if (frame->dirty_.exchange(false, std::memory_order_relaxed)) {
    frame->file_->dirty_pages.fetch_sub(1, std::memory_order_relaxed);
    dirty_bytes_.fetch_sub(frame->bytes().size(), std::memory_order_relaxed);
  }
}

Status FrameTable::SetBudget(size_t budget_bytes) {
  const common::MutexLock lock(mutex_);
  if (budget_bytes > max_bytes_) {
    return Status(Code::kInvalidArgument, "buffer pool: " + std::to_string(budget_bytes) +
                                              " bytes are more than the " +
                                              std::to_string(max_bytes_) + " it may grow to");
  }
  size_t pinned_bytes = 0;
  for (const SizeClass& size_class : classes_) {
    for (uint32_t i = 0; i < size_class.constructed; ++i) {
      const uint32_t state = frames_[size_class.first + i].state();
      pinned_bytes += (state != 0 && (state & Frame::kOwned) == 0) ? size_class.page_size : 0;
    }
  }
  if (budget_bytes < pinned_bytes) {
    return Status(Code::kInvalidArgument, "buffer pool: " + std::to_string(budget_bytes) +
                                              " bytes are less than the " +
                                              std::to_string(pinned_bytes) + " of pages in use");
  }
  budget_.store(budget_bytes, std::memory_order_relaxed);
  return {};
}

FrameTable::Candidate FrameTable::TryRelease() {
  const common::MutexLock lock(mutex_);
  if (used_bytes_ <= budget_.load(std::memory_order_relaxed)) {
    return {};
  }
  if (DiscardFreeFrame(nullptr)) {
    return {Found::kOwned, nullptr, 0};
  }
  const Candidate victim = FindVictim(LargestClass());
  if (victim.found == Found::kOwned) {
    Discard(victim.frame);
  }
  return victim;
}

bool FrameTable::WithinBudget() {
  const common::MutexLock lock(mutex_);
  return used_bytes_ <= budget_.load(std::memory_order_relaxed);
}

}  // namespace redbase::pf
