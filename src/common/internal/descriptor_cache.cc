#include "common/internal/descriptor_cache.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "common/internal/io_errors.h"
#include "common/sync.h"

namespace redbase::common {

// All of the process.
class DescriptorCache {
 public:
  static DescriptorCache& Get() {
    // Never destroyed: files may be closed until the process ends.
    static DescriptorCache& cache = *std::make_unique<DescriptorCache>().release();
    return cache;
  }

  void Add(CachedDescriptor* descriptor) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    all_.push_back(descriptor);
    ++open_;
    KeepWithinLimit();
  }

  void Remove(CachedDescriptor* descriptor) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    std::erase(all_, descriptor);
    if ((descriptor->state_.load() & CachedDescriptor::kOpen) != 0) {
      close(descriptor->fd_);
      --open_;
    }
  }

  // Makes it open and acquires it, unless somebody was quicker, who has opened another one.
  void Install(CachedDescriptor* descriptor, Descriptor fd) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (descriptor->TryAcquire()) {
      return;
    }
    descriptor->fd_ = fd.Take();
    descriptor->state_.store(CachedDescriptor::kOpen | 1U, std::memory_order_release);
    ++open_;
    KeepWithinLimit();
  }

  // Unless there are no more than `keep`.
  bool CloseOne(size_t keep) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return open_ > keep && CloseAny();
  }

  // Until nobody is closing one.
  void Await() EXCLUDES(mutex_) { const MutexLock lock(mutex_); }

 private:
  static size_t Limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
      return kKeptForOthers;
    }
    return std::max<size_t>(kKeptForOthers, limit.rlim_cur / 2);
  }

  void KeepWithinLimit() REQUIRES(mutex_) {
    for (const size_t limit = Limit(); open_ > limit && CloseAny();) {
    }
  }

  // Those not used lately first, then any, at last those with writes that are not synced.
  bool CloseAny() REQUIRES(mutex_) {
    return CloseIf([](CachedDescriptor& each) {
             return !each.used_.exchange(false) && !each.unsynced_.load();
           }) ||
           CloseIf([](CachedDescriptor& each) { return !each.unsynced_.load(); }) ||
           CloseIf([](CachedDescriptor& /*each*/) { return true; });
  }

  template <typename Choose>
  bool CloseIf(Choose choose) REQUIRES(mutex_) {
    for (size_t step = 0; step < all_.size(); ++step) {
      hand_ = (hand_ + 1) % all_.size();
      CachedDescriptor& each = *all_[hand_];
      uint32_t idle = CachedDescriptor::kOpen;
      if (each.state_.load() != idle || !choose(each) ||
          !each.state_.compare_exchange_strong(idle, 0)) {
        continue;
      }
      if (!each.SyncBeforeClose()) {
        each.state_.store(CachedDescriptor::kOpen, std::memory_order_release);
        continue;
      }
      close(each.fd_);
      --open_;
      return true;
    }
    return false;
  }

  Mutex mutex_;
  std::vector<CachedDescriptor*> all_ GUARDED_BY(mutex_);
  size_t open_ GUARDED_BY(mutex_) = 0;
  size_t hand_ GUARDED_BY(mutex_) = 0;
};

Descriptor::~Descriptor() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

bool MadeRoomFor(int error, size_t keep) {
  return (error == EMFILE || error == ENFILE) && DescriptorCache::Get().CloseOne(keep);
}

Result<Descriptor> OpenDescriptor(const std::string& path, int flags, size_t keep) {
  constexpr mode_t kFileMode = 0666;  // less the umask
  while (true) {
    const int fd = open(path.c_str(), flags | O_CLOEXEC, kFileMode);
    if (fd >= 0) {
      return Descriptor(fd);
    }
    if (const int error = errno; error != EINTR && !MadeRoomFor(error, keep)) {
      return SystemError(path, error);
    }
  }
}

namespace {

// The path itself where the working directory is gone.
std::string Absolute(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.string();
}

}  // namespace

CachedDescriptor::CachedDescriptor(Descriptor fd, const std::string& path, int flags)
    : path_(Absolute(path)), flags_(flags), fd_(fd.Take()) {
  struct stat info {};
  if (fstat(fd_, &info) == 0) {
    device_ = info.st_dev;
    inode_ = info.st_ino;
  }
  DescriptorCache::Get().Add(this);
}

CachedDescriptor::~CachedDescriptor() { DescriptorCache::Get().Remove(this); }

bool CachedDescriptor::TryAcquire() {
  uint32_t state = state_.load(std::memory_order_relaxed);
  while ((state & kOpen) != 0) {
    if (state_.compare_exchange_weak(state, state + 1, std::memory_order_acquire)) {
      return true;
    }
  }
  return false;
}

Result<int> CachedDescriptor::Acquire() {
  if (!TryAcquire()) {
    Result<Descriptor> again = OpenDescriptor(path_, flags_, /*keep=*/0);
    if (!again.ok()) {
      return Status(Code::kIoError, again.status().message());
    }
    struct stat info {};
    if (fstat(again->get(), &info) != 0) {
      return SystemError(path_, errno);
    }
    if (info.st_dev != device_ || info.st_ino != inode_) {
      return Status(Code::kIoError, path_ + ": another file has taken its place");
    }
    DescriptorCache::Get().Install(this, *std::move(again));
  }
  if (!used_.load(std::memory_order_relaxed)) {
    used_.store(true, std::memory_order_relaxed);
  }
  return fd_;
}

bool CachedDescriptor::SyncBeforeClose() {
  if (sync_error_.load() != 0) {
    return false;
  }
  if (unsynced_.exchange(false) && fdatasync(fd_) != 0) {
    sync_error_.store(errno);
    return false;
  }
  return true;
}

Status CachedDescriptor::Sync() {
  const bool open = TryAcquire();
  if (!open) {
    DescriptorCache::Get().Await();  // it may be about to be synced and closed
  }
  Status status = SyncAcquired(open);
  if (open) {
    Release();
  }
  return status;
}

Status CachedDescriptor::SyncAcquired(bool open) {
  if (const int error = sync_error_.exchange(0); error != 0) {
    return SystemError(path_, error);
  }
  if (!open) {
    return {};
  }
  unsynced_.store(false);
  // An error is final: the kernel may have dropped the pages it could not write.
  if (fdatasync(fd_) != 0) {
    const int error = errno;
    unsynced_.store(true);
    return SystemError(path_, error);
  }
  return {};
}

}  // namespace redbase::common
