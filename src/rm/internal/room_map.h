// RoomMap: which pages of a file have room for further records, one bit a page.
//
// A page is taken out while somebody fills it, so that concurrent inserts fill
// different ones.  A page with records erased by a transaction that has not
// ended yet is pending: it is handed to nobody, since taking back needs the slots.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/rid.h"
#include "common/sync.h"

namespace redbase::rm {

class RoomMap {
 public:
  // A page with room, now taken out of the map: the last one put back if it is
  // still there.
  std::optional<PageNum> Take() EXCLUDES(mutex_);
  // No effect while the page is pending.
  void Put(PageNum page) EXCLUDES(mutex_);
  void Remove(PageNum page) EXCLUDES(mutex_);

  void AddPending(PageNum page) EXCLUDES(mutex_);
  // True when this was the last one, and the page has been put in.
  bool EndPending(PageNum page) EXCLUDES(mutex_);
  bool IsPending(PageNum page) const EXCLUDES(mutex_);

  // The bits as bytes, without trailing zeros, and back.
  std::string Bits() const EXCLUDES(mutex_);
  void SetBits(std::string_view bits) EXCLUDES(mutex_);

 private:
  bool Clear(uint32_t page) REQUIRES(mutex_);
  std::optional<PageNum> FindNext() REQUIRES(mutex_);

  mutable common::Mutex mutex_;
  std::vector<uint64_t> words_ GUARDED_BY(mutex_);
  size_t count_ GUARDED_BY(mutex_) = 0;
  size_t cursor_ GUARDED_BY(mutex_) = 0;  // word to look at next
  uint32_t last_ GUARDED_BY(mutex_) = 0;
  std::unordered_map<uint32_t, uint32_t> pending_ GUARDED_BY(mutex_);
  std::atomic<size_t> pending_pages_{0};
};

}  // namespace redbase::rm
