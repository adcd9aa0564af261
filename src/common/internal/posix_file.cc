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

constexpr mode_t kFileMode = 0666;  // less the umask
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

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

Result<Descriptor> OpenDescriptor(const std::string& path, int flags) {
  while (true) {
    const int fd = open(path.c_str(), flags | O_CLOEXEC, kFileMode);
    if (fd >= 0) {
      return Descriptor(fd);
    }
    if (errno != EINTR) {
      return SystemError(path, errno);
    }
  }
}

// Some file systems make no file without a name: there it has one for a moment.
Result<std::unique_ptr<File>> PosixFile::OpenTemporary(const std::string& directory) {
  int fd = -1;
  do {
    fd = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  } while (fd < 0 && errno == EINTR);
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
  // A file that is to be made is never made at the far end of a link.
  const int flags = mode == OpenMode::kRead        ? O_RDONLY
                    : mode == OpenMode::kReadWrite ? O_RDWR
                    : mode == OpenMode::kCreate    ? O_RDWR | O_CREAT | O_EXCL
                                                   : O_RDWR | O_CREAT | O_NOFOLLOW;
  // O_NONBLOCK: opening a named pipe does not wait for its other end.
  ASSIGN_OR_RETURN(Descriptor fd, OpenDescriptor(path, flags | O_NONBLOCK));
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) {
    return SystemError(path, errno);
  }
  if (S_ISDIR(info.st_mode)) {
    return SystemError(path, EISDIR);
  }
  return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(fd), path));
}

Status PosixFile::Read(uint64_t offset, std::span<std::byte> out) {
  ASSIGN_OR_RETURN(const size_t n, ReadSome(offset, out));
  return n == out.size() ? Status() : ShortRead(path_, n, out.size());
}

Result<size_t> PosixFile::ReadSome(uint64_t offset, std::span<std::byte> out) {
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t n =
        pread(fd_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
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
      const ssize_t n = preadv(fd_.get(), rest.data(), static_cast<int>(rest.size()),
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
  while (!bytes.empty()) {
    const ssize_t n = pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
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
  // An error is final: the kernel may have dropped the pages it could not write.
  return fdatasync(fd_.get()) == 0 ? Status() : SystemError(path_, errno);
}

Result<uint64_t> PosixFile::Size() {
  struct stat info {};
  if (fstat(fd_.get(), &info) != 0) {
    return SystemError(path_, errno);
  }
  return static_cast<uint64_t>(info.st_size);
}

Status PosixFile::Truncate(uint64_t size) {
  while (ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) {
    if (errno != EINTR) {
      return SystemError(path_, errno);
    }
  }
  return {};
}

void PosixFile::WillNeed(uint64_t offset, uint64_t length) {
  posix_fadvise(fd_.get(), static_cast<off_t>(offset), static_cast<off_t>(length),
                POSIX_FADV_WILLNEED);
}

}  // namespace redbase::common
