#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <thread>

#include "common/bytes.h"
#include "common/env.h"
#include "common/internal/io_errors.h"
#include "common/internal/posix_file.h"
#include "common/text.h"

namespace redbase::common {

namespace {

Status FromCall(const std::string& path, int result) {
  return result == 0 ? Status() : SystemError(path, errno);
}

class PosixLock : public FileLock {
 public:
  explicit PosixLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  const Descriptor fd_;  // closing it releases the lock
};

class StdThread : public Thread {
 public:
  StdThread(const std::string& name, std::function<void()> body) : thread_(std::move(body)) {
    // The kernel keeps 15 characters.
    pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
  }
  ~StdThread() override { StdThread::Join(); }
  void Join() override {
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  std::thread thread_;
};

struct CloseDir {
  void operator()(DIR* dir) const { closedir(dir); }
};

// The type from readdir, or where the file system does not tell, from lstat.
void SetType(const std::string& directory, const dirent& entry, DirEntry* out) {
  if (entry.d_type != DT_UNKNOWN) {
    out->is_directory = entry.d_type == DT_DIR;
    out->is_regular = entry.d_type == DT_REG;
    return;
  }
  struct stat info {};
  if (lstat((directory + "/" + out->name).c_str(), &info) == 0) {
    out->is_directory = S_ISDIR(info.st_mode);
    out->is_regular = S_ISREG(info.st_mode);
  }
}

// The digits at the start of the lock file; "unknown" while its holder writes.
std::string ReadHolder(int fd) {
  std::array<char, 24> buffer{};
  const ssize_t n = pread(fd, buffer.data(), buffer.size(), 0);
  std::string digits;
  for (ssize_t i = 0; i < n; ++i) {
    const char c = buffer[static_cast<size_t>(i)];
    if (c < '0' || c > '9') {
      break;
    }
    digits += c;
  }
  return digits.empty() ? "unknown" : digits;
}

int64_t Micros(auto duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

class PosixEnv : public Env {
 public:
  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    return PosixFile::Open(path, mode);
  }

  Result<std::unique_ptr<File>> OpenOneOfMany(const std::string& path, OpenMode mode) override {
    return PosixFile::OpenOneOfMany(path, mode);
  }

  Result<std::unique_ptr<File>> OpenTemporary(const std::string& directory) override {
    return PosixFile::OpenTemporary(directory);
  }

  Result<FileInfo> Stat(const std::string& path) override {
    struct stat info {};
    RETURN_IF_ERROR(FromCall(path, stat(path.c_str(), &info)));
    FileInfo out;
    out.size = static_cast<uint64_t>(info.st_size);
    out.is_directory = S_ISDIR(info.st_mode);
    out.is_regular = S_ISREG(info.st_mode);
    return out;
  }

  bool Exists(const std::string& path) override {
    struct stat info {};
    return lstat(path.c_str(), &info) == 0;
  }
  Status CheckWritable(const std::string& directory) override {
    // The point makes a file that is no directory an error.
    const std::string inside = directory + "/.";
    return FromCall(directory, faccessat(AT_FDCWD, inside.c_str(), W_OK | X_OK, AT_EACCESS));
  }

  Status CreateDirectory(const std::string& path) override {
    return FromCall(path, mkdir(path.c_str(), 0777));
  }
  Status RemoveFile(const std::string& path) override {
    return FromCall(path, unlink(path.c_str()));
  }
  Status RemoveDirectory(const std::string& path) override {
    return FromCall(path, rmdir(path.c_str()));
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return FromCall(from + " to " + to, rename(from.c_str(), to.c_str()));
  }

  Result<std::vector<DirEntry>> List(const std::string& path) override {
    std::unique_ptr<DIR, CloseDir> dir;
    do {
      dir.reset(opendir(path.c_str()));
    } while (dir == nullptr && MadeRoomFor(errno));
    if (dir == nullptr) {
      return SystemError(path, errno);
    }
    std::vector<DirEntry> entries;
    errno = 0;
    while (const dirent* entry = readdir(dir.get())) {
      DirEntry out;
      out.name = entry->d_name;
      if (out.name != "." && out.name != "..") {
        SetType(path, *entry, &out);
        entries.push_back(std::move(out));
      }
      errno = 0;
    }
    if (errno != 0) {
      return SystemError(path, errno);
    }
    std::sort(entries.begin(), entries.end(),
              [](const DirEntry& a, const DirEntry& b) { return a.name < b.name; });
    return entries;
  }

  Status SyncDirectory(const std::string& path) override {
    ASSIGN_OR_RETURN(const Descriptor fd, OpenDescriptor(path, O_RDONLY | O_DIRECTORY));
    return FromCall(path, fsync(fd.get()));
  }

  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    ASSIGN_OR_RETURN(Descriptor fd, OpenDescriptor(path, O_RDWR | O_CREAT | O_NOFOLLOW));
    // The lock belongs to this open file: it also keeps out a second one of the
    // same process, and the kernel drops it when the process dies.
    while (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) {
        return LockedBy(path, ReadHolder(fd.get()));
      }
      if (errno != EINTR) {
        return SystemError(path, errno);
      }
    }
    const std::string id = std::to_string(getpid()) + "\n";
    if (ftruncate(fd.get(), 0) != 0 ||
        pwrite(fd.get(), id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
      return SystemError(path, errno);
    }
    return std::unique_ptr<FileLock>(std::make_unique<PosixLock>(std::move(fd)));
  }

  Result<std::string> ReadAll(const std::string& path) override {
    ASSIGN_OR_RETURN(const Descriptor fd, OpenDescriptor(path, O_RDONLY));
    std::string out;
    std::array<char, 1 << 16> buffer;
    while (true) {
      // read, not pread: a script may come through a pipe.
      const ssize_t n = read(fd.get(), buffer.data(), buffer.size());
      if (n == 0) {
        return out;
      }
      if (n > 0) {
        out.append(buffer.data(), static_cast<size_t>(n));
      } else if (errno != EINTR) {
        return SystemError(path, errno);
      }
    }
  }

  int64_t MonotonicMicros() override {
    return Micros(std::chrono::steady_clock::now().time_since_epoch());
  }
  int64_t WallMicros() override {
    return Micros(std::chrono::system_clock::now().time_since_epoch());
  }
  void SleepMicros(int64_t micros) override {
    std::this_thread::sleep_for(std::chrono::microseconds(micros));
  }

  uint64_t RandomSeed() override {
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed)) {
      // An ancient kernel: the clocks and this stack's random address.
      seed = static_cast<uint64_t>(MonotonicMicros()) * 0x9E3779B97F4A7C15ULL ^
             static_cast<uint64_t>(WallMicros()) ^ reinterpret_cast<uintptr_t>(&seed);
    }
    return seed;
  }

  std::unique_ptr<Thread> StartThread(const std::string& name,
                                      std::function<void()> body) override {
    return std::make_unique<StdThread>(name, std::move(body));
  }
  unsigned ProcessorCount() override { return std::max(1U, std::thread::hardware_concurrency()); }
};

}  // namespace

Env& RealEnv() {
  // Never destroyed: threads may use it until the process ends.
  static Env& env = *std::make_unique<PosixEnv>().release();
  return env;
}

}  // namespace redbase::common
