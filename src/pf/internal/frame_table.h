// FrameTable: the memory of the buffer pool, cut into frames, and which page is
// in which.
//
// A frame is always in one of these states:
//
//            TryTake                 Publish
//   free -------------> owned ----------------> holds a page, 0..n pins
//     ^  <-------------   ^                        |
//          GiveBack       +------------------------+
//                           evicted (0 pins, clean), or Retract
//
// Locks: mutex_ (free lists, clock), then the lock of the shard of a page; who
// changes the tag of a frame holds the lock of its page's shard.  Latches are
// taken before either, or tried.
//
// Invariants:
//   (1) An owned frame has no tag; nobody but its owner reads or writes it.
//   (2) table entry of page p = frame f exactly while the tag of f names p.
//   (3) A pin that was followed by a look at the tag, with the right answer,
//       keeps page and frame together.
//
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "common/result.h"
#include "common/sync.h"
#include "common/virtual_memory.h"
#include "pf/internal/file_state.h"
#include "pf/internal/frame.h"
#include "pf/internal/page_table.h"
#include "pf/page.h"

namespace redbase::pf {

class FrameTable {
 public:
  static constexpr size_t kSizeClasses = 5;  // 4, 8, 16, 32, 64 KiB

  explicit FrameTable(size_t budget_bytes);

  // Makes frames of this size available.  kNoMemory when there is no address
  // space.
  Status Prepare(size_t page_size) EXCLUDES(mutex_);
  uint32_t NextFileSerial() { return next_serial_.fetch_add(1, std::memory_order_relaxed); }

  // The frame of the page, pinned; null when the page is not in memory, or is
  // just leaving.  The caller looks at the tag again once it has the latch.
  Frame* Pin(const FileState& file, PageNum page) {
    const FrameIndex index = file.pages.Find(page);
    if (index == 0) {
      return nullptr;
    }
    Frame* const frame = frames_ + index;
    if (!frame->TryPin()) [[unlikely]] {
      return nullptr;
    }
    if (frame->tag() != file.TagOf(page)) [[unlikely]] {
      frame->Unpin();
      return nullptr;
    }
    return frame;
  }
  // As Pin; null only when the page is not in memory.
  Frame* PinExactly(const FileState& file, PageNum page);
  // Address of the bytes of frame i, less i * page_size.  Requires:
  // Prepare(page_size) succeeded.
  uintptr_t MemoryOf(size_t page_size) EXCLUDES(mutex_);
  Frame* At(FrameIndex index) const { return frames_ + index; }
  // Not pinned; null when the page is not in memory.
  Frame* Find(const FileState& file, PageNum page) const {
    const FrameIndex index = file.pages.Find(page);
    return index == 0 ? nullptr : frames_ + index;
  }

  enum class Found : uint8_t {
    kOwned,  // a frame for the caller to publish or give back
    kDirty,  // pinned and counted as in passing: write it, then TakeCleaned
    kNone,   // every page is pinned
  };
  struct Candidate {
    Found found = Found::kNone;
    Frame* frame = nullptr;
    uint64_t passing_gone = 0;  // for WaitForPassing
  };
  // Finds memory for a page, evicting if need be.
  Candidate TryTake(size_t page_size, Access access) EXCLUDES(mutex_);
  // Gives the pin of a kDirty candidate back; true when the frame is now owned
  // by the caller, false when somebody uses or changed it meanwhile.
  bool TakeCleaned(Frame* frame) EXCLUDES(mutex_);
  // Waits until a pin in passing has gone since `seen` was returned; false when
  // there is none to wait for.
  bool WaitForPassing(const Candidate& seen) EXCLUDES(mutex_);
  // For WaitForPassing: what is so now.
  Candidate Passing() EXCLUDES(mutex_);
  // Pins of the pool itself, which go by themselves.  Who holds them waits for
  // nothing but input and output.
  void AddPassing() EXCLUDES(mutex_);
  void RemovePassing() EXCLUDES(mutex_);

  // Makes an owned frame that of the page, with one pin and its latch in
  // exclusive mode; false, and still owned, when the page is in memory already.
  bool Publish(Frame* frame, FileState& file, PageNum page, uint8_t usage);
  // Takes the page out of memory unwritten, though others may be about to look
  // at it.  Requires: one pin and the exclusive latch are the caller's.
  void Retract(Frame* frame) EXCLUDES(mutex_);
  void GiveBack(Frame* frame) EXCLUDES(mutex_);

  // Takes the page out of memory unless it is pinned, or is dirty and `keep_dirty`.
  bool Evict(FileState& file, PageNum page, bool keep_dirty) EXCLUDES(mutex_);

  // Requires: the page is latched exclusively.
  void MarkDirty(Frame* frame);
  // Requires: the page is latched and its bytes were written.
  void MarkClean(Frame* frame);
  size_t dirty_bytes() const { return dirty_bytes_.load(std::memory_order_relaxed); }

  size_t budget() const { return budget_.load(std::memory_order_relaxed); }
  // kInvalidArgument when the pinned pages need more.  TryRelease does the rest.
  Status SetBudget(size_t budget_bytes) EXCLUDES(mutex_);
  // One step towards the budget: kOwned when a frame was released (there is
  // nothing to give back), kDirty as TryTake, kNone when within the budget or
  // nothing can be released.
  Candidate TryRelease() EXCLUDES(mutex_);
  bool WithinBudget() EXCLUDES(mutex_);

  // Every frame that holds a page, in order, with the shard of the page locked.
  template <typename Visit>
  void ForEachPage(Visit visit) EXCLUDES(mutex_);

 private:
  static constexpr size_t kShards = 64;

  struct Scanned {
    Frame* frame;
    uint64_t stamp;
  };
  struct SizeClass {
    size_t page_size = 0;
    std::unique_ptr<common::VirtualMemory> memory;
    FrameIndex first = 0;
    uint32_t capacity = 0;
    uint32_t constructed = 0;
    uint32_t hand = 0;
    std::vector<Frame*> free;  // owned, with memory
    std::vector<Frame*> bare;  // owned, their memory given back
    size_t bytes = 0;          // of frames that are not bare
    // Frames taken for scans, oldest first; void when the stamp has changed.
    std::deque<Scanned> scanned;
  };
  struct SweepRule {
    bool age;                    // takes a chance from every page passed
    bool take_dirty;             // when nothing is clean
    uint64_t spare_scanned = 0;  // passes by this many frames last taken for scans
  };

  SizeClass& ClassOf(const Frame& frame) REQUIRES(mutex_) { return classes_[frame.size_class()]; }
  static size_t ClassIndex(size_t page_size);
  common::Mutex& ShardOf(uint64_t tag) {
    return shards_[(tag * 0x9E3779B97F4A7C15ULL) >> 58].mutex;
  }

  Frame* NewFrame(SizeClass& size_class) REQUIRES(mutex_);
  bool DiscardFreeFrame(const SizeClass* except) REQUIRES(mutex_);
  void Discard(Frame* frame) REQUIRES(mutex_);
  Candidate TakeOrFind(SizeClass& wanted, Access access) REQUIRES(mutex_);
  Candidate FindVictimOfScan(SizeClass& wanted) REQUIRES(mutex_);
  Candidate FindVictim(SizeClass& wanted) REQUIRES(mutex_);
  SizeClass* ClassToStealFrom(const SizeClass& wanted) REQUIRES(mutex_);
  SizeClass& LargestClass() REQUIRES(mutex_);
  Candidate Sweep(SizeClass& size_class, uint64_t steps, SweepRule rule) REQUIRES(mutex_);
  bool Claim(Frame* frame);
  bool PinDirty(Frame* frame);
  void Forget(Frame* frame);
  void ClearDirty(Frame* frame);

  struct alignas(64) Shard {
    common::Mutex mutex;
  };
  std::array<Shard, kShards> shards_;

  std::unique_ptr<common::VirtualMemory> frame_memory_;
  Frame* frames_ = nullptr;  // frames_[0] is never used
  Status reservation_;
  std::atomic<uint32_t> next_serial_{1};
  std::atomic<size_t> budget_;
  std::atomic<size_t> dirty_bytes_{0};

  common::Mutex mutex_;
  common::CondVar passing_changed_;
  std::array<SizeClass, kSizeClasses> classes_ GUARDED_BY(mutex_);
  size_t used_bytes_ GUARDED_BY(mutex_) = 0;
  size_t max_bytes_ GUARDED_BY(mutex_) = 0;
  uint32_t passing_ GUARDED_BY(mutex_) = 0;
  uint64_t passing_gone_ GUARDED_BY(mutex_) = 0;
  uint32_t turn_ GUARDED_BY(mutex_) = 0;
  size_t steal_from_ GUARDED_BY(mutex_) = 0;
  uint32_t scan_turn_ GUARDED_BY(mutex_) = 0;
  uint64_t scan_stamp_ GUARDED_BY(mutex_) = 0;
};

template <typename Visit>
void FrameTable::ForEachPage(Visit visit) {
  const common::MutexLock lock(mutex_);
  for (const SizeClass& size_class : classes_) {
    for (uint32_t i = 0; i < size_class.constructed; ++i) {
      const Frame& frame = frames_[size_class.first + i];
      const uint64_t tag = frame.tag();
      const common::MutexLock shard(ShardOf(tag));
      if (tag != Frame::kNoTag && frame.tag() == tag) {
        visit(frame);
      }
    }
  }
}

}  // namespace redbase::pf
