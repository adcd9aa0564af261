// SimEnv: an Env whose disk lies in memory, fails on request and can crash, and
// whose clock moves only when told.
//
// A test of every error path counts the operations of a workload once, then
// runs it that often, failing another one each time:
//
//   for (uint64_t n = 0;; ++n) {
//     SimEnv env;
//     env.SetFaults({.fail_at = n});
//     ... the workload: each outcome is success or a clean error ...
//     if (env.faults() == 0) break;  // it has fewer than n operations
//   }
//
// A test of every crash forks the disk before each operation that changes what
// would be left, and crashes the copy:
//
//   env.SetObserver([&](FaultPlan::Operation) {
//     copies.push_back(env.Fork());
//     copies.back()->Crash(seed++);
//   });
//
// A disk has no symbolic links; relative paths start at "/", which exists.
// Thread-safe; every operation on a file is a sync point of SeededScheduler.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/env.h"
#include "common/random.h"
#include "common/seeded_scheduler.h"
#include "common/sync.h"

namespace redbase::common {

class SimDisk;

enum class Fault : uint8_t {
  kIoError,    // "Input/output error"; a write stops half way
  kShortRead,  // a Read or ReadSome gets half of its bytes; others do not fail
};

// Which operations fail, and how.
struct FaultPlan {
  enum Operation : uint32_t {
    kOpen = 1,        // Open, Lock, ReadAll
    kRead = 2,        // Read, ReadSome, ReadScattered, ReadAll
    kWrite = 4,       // Write, Truncate
    kSync = 8,        // Sync, SyncDirectory
    kDirectory = 16,  // CreateDirectory, Remove..., Rename, List, Stat, Size, CheckWritable
  };

  // The number, from 0, of the operation that fails, among those that the next
  // two members let through; nullopt: none.
  std::optional<uint64_t> fail_at = std::nullopt;
  uint32_t operations = kOpen | kRead | kWrite | kSync | kDirectory;
  std::string path_suffix = {};
  // All later ones fail too.
  bool for_ever = false;
  Fault fault = Fault::kIoError;
};

class SimEnv : public Env {
 public:
  // `scheduler`, when given, runs the threads that its threads start.
  explicit SimEnv(uint64_t seed = 1, SeededScheduler* scheduler = nullptr);
  ~SimEnv() override;

  // Counts operations from 0 again, for fail_at, matched() and faults().
  void SetFaults(FaultPlan plan) EXCLUDES(mutex_);
  // Operations that the plan's filter let through, and that failed by it.
  uint64_t matched() const EXCLUDES(mutex_);
  uint64_t faults() const EXCLUDES(mutex_);
  // Operations of these kinds since the start.
  uint64_t CountOf(uint32_t operations) const EXCLUDES(mutex_);

  // Writes that would make the files together longer than this write what fits
  // and fail: "No space left on device".
  void SetDiskSize(uint64_t bytes) EXCLUDES(mutex_);
  // Nothing in or below the directory can be created, removed, renamed, locked
  // or opened for writing: "Permission denied".
  void SetReadOnly(const std::string& path) EXCLUDES(mutex_);
  // Turns around the bits of `mask` in one byte on disk, uncounted and durable.
  Status CorruptByte(const std::string& path, uint64_t offset, uint8_t mask) EXCLUDES(mutex_);
  // The power goes: of what was not synced, the seed says which 512-byte sectors
  // and which names are there afterwards.  Open files and locks become useless.
  void Crash(uint64_t seed) EXCLUDES(mutex_);
  // Another one with a copy of this disk, what is synced and what is not, and the
  // same time.  Open files, locks, faults, limits and the observer stay behind.
  // Costs no more than a pointer for every 4 KiB.
  std::unique_ptr<SimEnv> Fork() const EXCLUDES(mutex_);
  // Is called before every operation that changes what a crash would leave: a
  // write, truncation, sync, creation, renaming or removal, whether it succeeds
  // or not.  It may use this env and is called on any thread, by several at a
  // time; null: nobody.
  using Observer = std::function<void(FaultPlan::Operation)>;
  void SetObserver(Observer observer) EXCLUDES(mutex_);
  // Moves the clock on.
  void Step(int64_t micros) { micros_.fetch_add(micros); }

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  Result<std::unique_ptr<File>> OpenTemporary(const std::string& directory) override;
  Result<FileInfo> Stat(const std::string& path) override;
  bool Exists(const std::string& path) override;
  Status CheckWritable(const std::string& directory) override;
  Status CreateDirectory(const std::string& path) override;
  Status RemoveFile(const std::string& path) override;
  Status RemoveDirectory(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Result<std::vector<DirEntry>> List(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override;
  Result<std::string> ReadAll(const std::string& path) override;

  int64_t MonotonicMicros() override;
  int64_t WallMicros() override;
  // A step of the clock; for a scheduled thread, a wait in its time.
  void SleepMicros(int64_t micros) override;
  uint64_t RandomSeed() override;
  std::unique_ptr<Thread> StartThread(const std::string& name, std::function<void()> body) override;
  unsigned ProcessorCount() override { return 2; }

 private:
  class SimFile;
  class SimLock;

  void Observe(FaultPlan::Operation operation) EXCLUDES(mutex_);
  // Counts an operation; its error when the plan says that it fails, or with
  // `short_read` given, true there when it is to be cut short.
  Status Count(FaultPlan::Operation operation, const std::string& path, bool* short_read = nullptr)
      REQUIRES(mutex_);
  Status CheckPermission(const std::string& path) const REQUIRES(mutex_);

  SeededScheduler* const scheduler_;
  std::atomic<int64_t> micros_{0};
  mutable Mutex mutex_;
  std::unique_ptr<SimDisk> disk_ GUARDED_BY(mutex_) PT_GUARDED_BY(mutex_);
  Random random_ GUARDED_BY(mutex_);
  FaultPlan plan_ GUARDED_BY(mutex_);
  uint64_t matched_ GUARDED_BY(mutex_) = 0;
  uint64_t faults_ GUARDED_BY(mutex_) = 0;
  std::map<uint32_t, uint64_t> counts_ GUARDED_BY(mutex_);
  uint64_t disk_size_ GUARDED_BY(mutex_);
  std::vector<const void*> read_only_ GUARDED_BY(mutex_);  // nodes of the disk
  std::set<const void*> locked_ GUARDED_BY(mutex_);        // likewise
  uint64_t crashes_ GUARDED_BY(mutex_) = 0;
  std::atomic<bool> observed_{false};
  std::shared_ptr<const Observer> observer_ GUARDED_BY(mutex_);
};

}  // namespace redbase::common
