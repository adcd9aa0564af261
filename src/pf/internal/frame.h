// Frame: memory for one page, and who uses it.
//
// One atomic holds either the number of pins or the mark of an owner, who is
// alone with the frame while it changes which page it holds.  Pinning is one
// addition and a look at what was there: it needs no lock and cannot be refused
// later.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>

#include "common/sync.h"
#include "pf/internal/file_state.h"
#include "pf/internal/page_table.h"
#include "pf/page.h"

namespace redbase::pf {

class alignas(64) Frame {
 public:
  static constexpr uint64_t kNoTag = ~uint64_t{0};
  static constexpr uint8_t kMaxUsage = 3;

  Frame(std::byte* bytes, FrameIndex index, uint8_t size_class)
      : bytes_(bytes), index_(index), size_class_(size_class) {}

  common::Latch& latch() const { return latch_; }
  FileState& file() const { return *file_; }
  MutablePage bytes() const { return {bytes_, kMinPageSize << size_class_}; }
  FrameIndex index() const { return index_; }
  uint8_t size_class() const { return size_class_; }
  PageNum page_num() const {
    return PageNum{static_cast<uint32_t>(tag_.load(std::memory_order_relaxed))};
  }
  uint64_t tag() const { return tag_.load(std::memory_order_acquire); }
  bool dirty() const { return dirty_.load(std::memory_order_relaxed); }
  // The sequence at which the file became longer by the page: redo from there on makes it
  // anew, whatever is on the disk.  0 when it was read from there.  Under the latch.
  uint64_t made() const { return made_.load(std::memory_order_relaxed); }
  void SetMade(uint64_t sequence) { made_.store(sequence, std::memory_order_relaxed); }
  uint32_t state() const { return state_.load(std::memory_order_relaxed); }

  // False when the frame has an owner and may not be pinned.
  bool TryPin() {
    if ((state_.fetch_add(1, std::memory_order_acquire) & kOwned) != 0) [[unlikely]] {
      Unpin();
      return false;
    }
    return true;
  }
  void Unpin() { state_.fetch_sub(1, std::memory_order_release); }

  // One more chance before eviction.
  void Touch() {
    const uint8_t usage = usage_.load(std::memory_order_relaxed);
    if (usage < kMaxUsage) [[unlikely]] {
      usage_.store(static_cast<uint8_t>(usage + 1), std::memory_order_relaxed);
    }
  }

  static constexpr uint32_t kOwned = uint32_t{1} << 31;

 private:
  friend class FrameTable;

  // Becomes the owner of a frame with exactly `pins` pins, all the caller's.
  bool TryOwn(uint32_t pins) {
    return state_.compare_exchange_strong(pins, kOwned, std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }
  // From owned to `pins` pins; others may be trying to pin.
  void Disown(uint32_t pins) { state_.fetch_add(pins - kOwned, std::memory_order_release); }

  std::atomic<uint32_t> state_{kOwned};  // kOwned, or the number of pins
  std::atomic<uint8_t> usage_{0};
  std::atomic<bool> dirty_{false};
  std::atomic<uint64_t> tag_{kNoTag};  // FileState::TagOf(page)
  mutable common::Latch latch_;
  std::byte* const bytes_;
  FileState* file_ = nullptr;  // of the page that the tag names
  const FrameIndex index_;
  const uint8_t size_class_;
  uint64_t scan_stamp_ = 0;  // under FrameTable::mutex_
  std::atomic<uint64_t> made_{0};
};
static_assert(sizeof(Frame) == 64, "a hit touches one cache line of it");

}  // namespace redbase::pf
