// PageTable: for each page of one file, the frame that holds it.
//
// Entries lie in chunks, each as long as all before it together, allocated when
// first needed and never moved: an entry is found by one load of a chunk's
// address.
//
// Thread-safe.  Who changes an entry holds the lock of the page's shard.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>

#include "common/rid.h"
#include "common/sync.h"

namespace redbase::pf {

// 0 names no frame.
using FrameIndex = uint32_t;

class PageTable {
 public:
  // 0 when the page is not in memory.
  FrameIndex Find(PageNum page) const {
    const Place place = PlaceOf(page);
    const Entry* chunk = chunks_[place.chunk].load(std::memory_order_acquire);
    return chunk == nullptr ? 0 : chunk[place.offset].load(std::memory_order_acquire);
  }

  void Set(PageNum page, FrameIndex frame) EXCLUDES(mutex_) {
    const Place place = PlaceOf(page);
    Entry* chunk = chunks_[place.chunk].load(std::memory_order_acquire);
    if (chunk == nullptr) [[unlikely]] {
      chunk = AddChunk(place.chunk);
    }
    chunk[place.offset].store(frame, std::memory_order_release);
  }

 private:
  using Entry = std::atomic<FrameIndex>;
  static constexpr unsigned kFirstBits = 8;  // entries of the first chunk
  static constexpr unsigned kChunks = 32 - kFirstBits + 1;
  struct Place {
    unsigned chunk;
    uint32_t offset;
  };

  static constexpr uint32_t ChunkSize(unsigned chunk) {
    return uint32_t{1} << (chunk == 0 ? kFirstBits : kFirstBits + chunk - 1);
  }
  static Place PlaceOf(PageNum page) {
    const auto number = static_cast<uint32_t>(page);
    const auto chunk = static_cast<unsigned>(std::bit_width(number >> kFirstBits));
    return {chunk, chunk == 0 ? number : number - ChunkSize(chunk)};
  }
  Entry* AddChunk(unsigned chunk) EXCLUDES(mutex_) {
    const common::MutexLock lock(mutex_);
    if (owned_[chunk] == nullptr) {
      owned_[chunk] = std::make_unique<Entry[]>(ChunkSize(chunk));
      chunks_[chunk].store(owned_[chunk].get(), std::memory_order_release);
    }
    return owned_[chunk].get();
  }

  std::array<std::atomic<Entry*>, kChunks> chunks_{};
  common::Mutex mutex_;
  std::array<std::unique_ptr<Entry[]>, kChunks> owned_ GUARDED_BY(mutex_);
};

}  // namespace redbase::pf
