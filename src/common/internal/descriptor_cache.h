// CachedDescriptor: the descriptor of a file that is one of many: it may be closed between
// two uses, and is opened again for the next.
//
// The system lets a process have only so many open files (RLIMIT_NOFILE).  Descriptors of
// this kind are half of them at most, and fewer when an open fails for want of one; the one used
// longest ago, about (the clock algorithm), is closed for another.  What was written is synced
// before that, since only the descriptor that wrote hears for sure of an error.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "common/result.h"

namespace redbase::common {

// A file descriptor of the operating system, closed when destroyed.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Take()) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  // The caller closes it.
  int Take() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// Descriptors of CachedDescriptors that stay open when others want one.
inline constexpr size_t kKeptForOthers = 8;

// Opens `path` with open(2)'s flags, again when a signal interrupts.  For want of a
// descriptor, cached ones are closed that are not in use, but for `keep` of them.
Result<Descriptor> OpenDescriptor(const std::string& path, int flags, size_t keep = kKeptForOthers);

// After a call that failed with `error`: true when it was for want of a descriptor and one
// has been closed in this way.
bool MadeRoomFor(int error, size_t keep = kKeptForOthers);

class CachedDescriptor {
 public:
  // Takes over a descriptor that was just opened; `flags` open the same file again.
  CachedDescriptor(Descriptor fd, const std::string& path, int flags);
  ~CachedDescriptor();
  CachedDescriptor(const CachedDescriptor&) = delete;
  CachedDescriptor& operator=(const CachedDescriptor&) = delete;

  // An open descriptor, until Release.  Always kIoError when it cannot be opened again, also
  // when it is no longer there or another file has its name.
  Result<int> Acquire();
  void Release() { state_.fetch_sub(1, std::memory_order_release); }
  // While acquired, after a write, whether it has failed or not.
  void NoteWrite() { unsynced_.store(true); }
  // In place of fdatasync(2), not acquired.  Opens nothing: what is closed is synced.
  Status Sync();

 private:
  friend class DescriptorCache;

  static constexpr uint32_t kOpen = uint32_t{1} << 31;

  // Whether it is open, and is acquired once more.
  bool TryAcquire();
  // Requires: open, and acquired by nobody from now on.
  bool SyncBeforeClose();
  Status SyncAcquired(bool open);

  const std::string path_;  // absolute
  const int flags_;
  uint64_t device_ = 0;
  uint64_t inode_ = 0;
  std::atomic<uint32_t> state_{kOpen};  // and how many have acquired it
  std::atomic<bool> used_{true};        // since the clock's hand passed
  std::atomic<bool> unsynced_{false};
  // Of a sync before closing: the next Sync tells.  It stays open.
  std::atomic<int> sync_error_{0};
  int fd_;
};

}  // namespace redbase::common
