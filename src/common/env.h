// Env: every effect on the outside world - files, clocks, randomness, threads.
//
// RealEnv() is the operating system.  SimEnv (common/sim_env.h) is a disk in
// memory that fails on request, with a clock that tests step.  Nothing above
// common names a system call, a thread or a clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"

namespace redbase::common {

// An open file.  Positional reads and writes may run concurrently.
class File {
 public:
  virtual ~File() = default;

  // Reads exactly out.size() bytes; kIoError naming the file, "short read, N of
  // M bytes" when the file ends before.
  virtual Status Read(uint64_t offset, std::span<std::byte> out) = 0;
  // Reads up to out.size() bytes; returns how many there were.
  virtual Result<size_t> ReadSome(uint64_t offset, std::span<std::byte> out) = 0;
  // Reads consecutive bytes into several buffers, as Read does.
  virtual Status ReadScattered(uint64_t offset, std::span<const std::span<std::byte>> out) = 0;
  // Writes all bytes, growing the file when needed.
  virtual Status Write(uint64_t offset, std::span<const std::byte> bytes) = 0;
  // What was written survives a power cut once this returns success.
  virtual Status Sync() = 0;
  virtual Result<uint64_t> Size() = 0;
  virtual Status Truncate(uint64_t size) = 0;
  // A hint: these bytes will be read soon.
  virtual void WillNeed(uint64_t offset, uint64_t length) = 0;
  virtual const std::string& path() const = 0;
};

// An advisory lock on a file, released when destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

enum class OpenMode {
  kRead,       // must exist
  kReadWrite,  // must exist
  kCreate,     // must not exist: kAlreadyExists
  kAppend,     // created when missing
};

struct FileInfo {
  uint64_t size = 0;
  bool is_directory = false;
  bool is_regular = false;
};

struct DirEntry {
  std::string name;
  bool is_directory = false;  // a symbolic link is neither
  bool is_regular = false;
};

// A started thread; joined by Join() or the destructor.
class Thread {
 public:
  virtual ~Thread() = default;
  virtual void Join() = 0;
};

class Env {
 public:
  virtual ~Env() = default;

  // Files.  Errors are kNotFound, kAlreadyExists, kIoError (message: the path
  // and the system's reason), kUnavailable for a held lock.
  virtual Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;
  // The same for a file of which there may be more than the system lets a process have open:
  // it may be closed between two calls.  Requires: it keeps its name as long as it is used.
  virtual Result<std::unique_ptr<File>> OpenOneOfMany(const std::string& path, OpenMode mode) {
    return Open(path, mode);
  }
  // An empty file on the file system of the directory, without a name: it is gone when it
  // is closed, also by a crash.
  virtual Result<std::unique_ptr<File>> OpenTemporary(const std::string& directory) = 0;
  virtual Result<FileInfo> Stat(const std::string& path) = 0;
  virtual bool Exists(const std::string& path) = 0;
  // Whether names may be made in the directory and removed from it.
  virtual Status CheckWritable(const std::string& directory) = 0;
  virtual Status CreateDirectory(const std::string& path) = 0;
  virtual Status RemoveFile(const std::string& path) = 0;
  // Only an empty one.
  virtual Status RemoveDirectory(const std::string& path) = 0;
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  // Sorted by name, without "." and "..".
  virtual Result<std::vector<DirEntry>> List(const std::string& path) = 0;
  // Names created or removed in the directory survive a power cut.
  virtual Status SyncDirectory(const std::string& path) = 0;
  // Locks the file, creating it when missing, and writes this process's id
  // to it.  kUnavailable, naming the holder's process id, when it is held.
  virtual Result<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;
  // The whole file, e.g. a script.
  virtual Result<std::string> ReadAll(const std::string& path) = 0;

  // Microseconds that never go back / since 1970 in UTC.
  virtual int64_t MonotonicMicros() = 0;
  virtual int64_t WallMicros() = 0;
  virtual void SleepMicros(int64_t micros) = 0;
  // A number nobody can foresee.
  virtual uint64_t RandomSeed() = 0;

  virtual std::unique_ptr<Thread> StartThread(const std::string& name,
                                              std::function<void()> body) = 0;
  virtual unsigned ProcessorCount() = 0;
};

// What stands before the last slash of a path.
inline std::string DirectoryOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

// The operating system's; lives for ever.
Env& RealEnv();

}  // namespace redbase::common
