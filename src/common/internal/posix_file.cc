#include "common/internal/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "common/internal/io_errors.h"

namespace redbase::common {

namespace {

constexpr size_t kBuffersPerCall = 64;

// Drops the first `n` bytes of the buffers.
void Advance(std::span<iovec>* buffers, size_t n) {
  while (!buffers->empty() && n >= buffers->front().iov_len) {
    n -= buffers->front().iov_len;
    *buffers = buffers->subspan(1);
  }
  if (n > 0) {
    iovec& front = buffers->front();
    front.iov_base = static_cast<std::byte*>(front.iov_base) + n;
    front.iov_len -= n;
  }
}

// A file that is to be made is never made at the far end of a link.  O_NONBLOCK: opening a
// named pipe does not wait for its other end.
int FlagsFor(OpenMode mode) {
  const int flags = mode == OpenMode::kRead        ? O_RDONLY
                    : mode == OpenMode::kReadWrite ? O_RDWR
                    : mode == OpenMode::kCreate    ? O_RDWR | O_CREAT | O_EXCL
                                                   : O_RDWR | O_CREAT | O_NOFOLLOW;
  return flags | O_NONBLOCK;
}

Result<Descriptor> OpenFile(const std::string& path, OpenMode mode, size_t keep) {
  ASSIGN_OR_RETURN(Descriptor fd, OpenDescriptor(path, FlagsFor(mode), keep));
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) {
    return SystemError(path, errno);
  }
  if (S_ISDIR(info.st_mode)) {
    return SystemError(path, EISDIR);
  }
  return fd;
}

}  // namespace

class PosixFile::Use {
 public:
  Use(int fd, CachedDescriptor* cached) : fd_(fd), cached_(cached) {}
  Use(Use&& other) noexcept
      : fd_(other.fd_), cached_(std::exchange(other.cached_, nullptr)), writes_(other.writes_) {}
  Use& operator=(Use&&) = delete;
  ~Use() {
    if (cached_ == nullptr) {
      return;
    }
    if (writes_) {
      cached_->NoteWrite();
    }
    cached_->Release();
  }
  // The call may have written when it ends.
  void NoteWrite() { writes_ = true; }
  int fd() const { return fd_; }

 private:
  const int fd_;
  CachedDescriptor* cached_;
  bool writes_ = false;
};

Result<PosixFile::Use> PosixFile::Begin() {
  if (!cached_) {
    return Use(fd_.get(), nullptr);
  }
  ASSIGN_OR_RETURN(const int fd, cached_->Acquire());
  return Use(fd, &*cached_);
}

// Some file systems make no file without a name: there it has one for a moment.
Result<std::unique_ptr<File>> PosixFile::OpenTemporary(const std::string& directory) {
  int fd = -1;
  do {
    fd = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  } while (fd < 0 && (errno == EINTR || MadeRoomFor(errno)));
  if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
    std::string name = directory + "/.temporary-XXXXXX";
    fd = mkostemp(name.data(), O_CLOEXEC);
    if (fd >= 0) {
      unlink(name.c_str());
    }
  }
  if (fd < 0) {
    return SystemError(directory, errno);
  }
  return std::unique_ptr<File>(
      std::make_unique<PosixFile>(Descriptor(fd), TemporaryName(directory)));
}

Result<std::unique_ptr<File>> PosixFile::Open(const std::string& path, OpenMode mode) {
  ASSIGN_OR_RETURN(Descriptor fd, OpenFile(path, mode, kKeptForOthers));
  return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(fd), path));
}

Result<std::unique_ptr<File>> PosixFile::OpenOneOfMany(const std::string& path, OpenMode mode) {
  ASSIGN_OR_RETURN(Descriptor fd, OpenFile(path, mode, /*keep=*/0));
  const int again = FlagsFor(mode == OpenMode::kRead ? mode : OpenMode::kReadWrite);
  return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(fd), path, again));
}

Status PosixFile::Read(uint64_t offset, std::span<std::byte> out) {
  ASSIGN_OR_RETURN(const size_t n, ReadSome(offset, out));
  return n == out.size() ? Status() : ShortRead(path_, n, out.size());
}

Result<size_t> PosixFile::ReadSome(uint64_t offset, std::span<std::byte> out) {
  ASSIGN_OR_RETURN(const Use use, Begin());
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t n =
        pread(use.fd(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (n == 0) {
      break;
    }
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (errno != EINTR) {
      return SystemError(path_, errno);
    }
  }
  return done;
}

Status PosixFile::ReadScattered(uint64_t offset, std::span<const std::span<std::byte>> out) {
  ASSIGN_OR_RETURN(const Use use, Begin());
  size_t total = 0;
  for (const auto& buffer : out) {
    total += buffer.size();
  }
  size_t done = 0;
  while (!out.empty()) {
    std::array<iovec, kBuffersPerCall> storage;
    const size_t count = std::min(out.size(), kBuffersPerCall);
    for (size_t i = 0; i < count; ++i) {
      storage[i] = {out[i].data(), out[i].size()};
    }
    out = out.subspan(count);
    std::span<iovec> rest(storage.data(), count);
    Advance(&rest, 0);
    while (!rest.empty()) {
      const ssize_t n = preadv(use.fd(), rest.data(), static_cast<int>(rest.size()),
                               static_cast<off_t>(offset + done));
      if (n == 0) {
        return ShortRead(path_, done, total);
      }
      if (n > 0) {
        done += static_cast<size_t>(n);
        Advance(&rest, static_cast<size_t>(n));
      } else if (errno != EINTR) {
        return SystemError(path_, errno);
      }
    }
  }
  return {};
}

Status PosixFile::Write(uint64_t offset, std::span<const std::byte> bytes) {
  ASSIGN_OR_RETURN(Use use, Begin());
  use.NoteWrite();
  while (!bytes.empty()) {
    const ssize_t n = pwrite(use.fd(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n >= 0) {
      bytes = bytes.subspan(static_cast<size_t>(n));
      offset += static_cast<uint64_t>(n);
    } else if (errno != EINTR) {
      return SystemError(path_, errno);
    }
  }
  return {};
}

Status PosixFile::Sync() {
  if (cached_) {
    return cached_->Sync();
  }
  // An error is final: the kernel may have dropped the pages it could not write.
  return fdatasync(fd_.get()) == 0 ? Status() : SystemError(path_, errno);
}

Result<uint64_t> PosixFile::Size() {
  ASSIGN_OR_RETURN(const Use use, Begin());
  struct stat info {};
  if (fstat(use.fd(), &info) != 0) {
    return SystemError(path_, errno);
  }
  return static_cast<uint64_t>(info.st_size);
}

Status PosixFile::Truncate(uint64_t size) {
  ASSIGN_OR_RETURN(Use use, Begin());
  use.NoteWrite();
  while (ftruncate(use.fd(), static_cast<off_t>(size)) != 0) {
    if (errno != EINTR) {
      return SystemError(path_, errno);
    }
  }
  return {};
}

void PosixFile::WillNeed(uint64_t offset, uint64_t length) {
  if (const Result<Use> use = Begin(); use.ok()) {
    posix_fadvise(use->fd(), static_cast<off_t>(offset), static_cast<off_t>(length),
                  POSIX_FADV_WILLNEED);
  }
}

}  // namespace redbase::common
