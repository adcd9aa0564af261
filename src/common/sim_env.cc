#include "common/sim_env.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>

#include "common/bytes.h"
#include "common/internal/io_errors.h"
#include "common/internal/sim_disk.h"

namespace redbase::common {

namespace {
// 2024-01-01 in UTC.
constexpr int64_t kStartOfWallClock = 1'704'067'200'000'000;
// The only process of this world.
constexpr const char* kProcess = "1";
}  // namespace

class SimEnv::SimFile : public File {
 public:
  SimFile(SimEnv* env, SimDisk::NodePtr node, std::string path, bool writable, uint64_t crashes)
      : env_(env),
        node_(std::move(node)),
        path_(std::move(path)),
        writable_(writable),
        crashes_(crashes) {}

  Status Read(uint64_t offset, std::span<std::byte> out) override {
    ASSIGN_OR_RETURN(const size_t n, ReadSome(offset, out));
    return n == out.size() ? Status() : ShortRead(path_, n, out.size());
  }

  Result<size_t> ReadSome(uint64_t offset, std::span<std::byte> out) override {
    const MutexLock lock(env_->mutex_);
    bool cut = false;
    RETURN_IF_ERROR(Begin(FaultPlan::kRead, &cut));
    const size_t n = node_->bytes.Read(offset, out);
    return cut ? n / 2 : n;
  }

  Status ReadScattered(uint64_t offset, std::span<const std::span<std::byte>> out) override {
    const MutexLock lock(env_->mutex_);
    bool cut = false;
    RETURN_IF_ERROR(Begin(FaultPlan::kRead, &cut));
    size_t done = 0;
    size_t total = 0;
    for (const auto& buffer : out) {
      done += node_->bytes.Read(offset + total, buffer);
      total += buffer.size();
    }
    done = cut ? done / 2 : done;
    return done == total ? Status() : ShortRead(path_, done, total);
  }

  Status Write(uint64_t offset, std::span<const std::byte> bytes) override {
    env_->Observe(FaultPlan::kWrite);
    const MutexLock lock(env_->mutex_);
    if (bytes.empty()) {
      return {};
    }
    if (!writable_) {
      return SystemError(path_, EBADF);
    }
    if (Status status = Begin(FaultPlan::kWrite); !status.ok()) {
      if (env_->crashes_ == crashes_) {
        env_->disk_->Write(node_.get(), offset, bytes.first(bytes.size() / 2));
      }
      return status;
    }
    const size_t room = Room(offset + bytes.size());
    if (room < offset + bytes.size()) {
      env_->disk_->Write(node_.get(), offset, bytes.first(room - std::min(room, offset)));
      return SystemError(path_, ENOSPC);
    }
    env_->disk_->Write(node_.get(), offset, bytes);
    return {};
  }

  Status Sync() override {
    env_->Observe(FaultPlan::kSync);
    const MutexLock lock(env_->mutex_);
    if (Status status = Begin(FaultPlan::kSync); !status.ok()) {
      SimDisk::ForgetUnsynced(node_.get());
      return status;
    }
    env_->disk_->Sync(node_);
    return {};
  }

  Result<uint64_t> Size() override {
    const MutexLock lock(env_->mutex_);
    RETURN_IF_ERROR(Begin(FaultPlan::kDirectory));
    return uint64_t{node_->bytes.size()};
  }

  Status Truncate(uint64_t size) override {
    env_->Observe(FaultPlan::kWrite);
    const MutexLock lock(env_->mutex_);
    if (!writable_) {
      return SystemError(path_, EINVAL);
    }
    RETURN_IF_ERROR(Begin(FaultPlan::kWrite));
    if (Room(size) < size) {
      return SystemError(path_, ENOSPC);
    }
    env_->disk_->Truncate(node_.get(), size);
    return {};
  }

  void WillNeed(uint64_t /*offset*/, uint64_t /*length*/) override {}
  const std::string& path() const override { return path_; }

 private:
  Status Begin(FaultPlan::Operation operation, bool* cut = nullptr) REQUIRES(env_->mutex_) {
    if (env_->crashes_ != crashes_) {
      return {Code::kIoError, path_ + ": opened before the power was cut"};
    }
    return env_->Count(operation, path_, cut);
  }

  // The size, at most `size`, that the disk lets this file have.
  size_t Room(size_t size) const REQUIRES(env_->mutex_) {
    const size_t now = node_->bytes.size();
    if (size <= now || env_->disk_size_ == std::numeric_limits<uint64_t>::max()) {
      return size;
    }
    const uint64_t used = env_->disk_->Used();
    const uint64_t free = env_->disk_size_ - std::min(used, env_->disk_size_);
    return now + std::min<size_t>(size - now, free);
  }

  SimEnv* const env_;
  const SimDisk::NodePtr node_;
  const std::string path_;
  const bool writable_;
  const uint64_t crashes_;  // that had been when it was opened
};

class SimEnv::SimLock : public FileLock {
 public:
  SimLock(SimEnv* env, SimDisk::NodePtr node, uint64_t crashes)
      : env_(env), node_(std::move(node)), crashes_(crashes) {}
  ~SimLock() override {
    const MutexLock lock(env_->mutex_);
    if (env_->crashes_ == crashes_) {
      env_->locked_.erase(node_.get());
    }
  }

 private:
  SimEnv* const env_;
  const SimDisk::NodePtr node_;
  const uint64_t crashes_;
};

SimEnv::SimEnv(uint64_t seed, SeededScheduler* scheduler)
    : scheduler_(scheduler),
      disk_(std::make_unique<SimDisk>()),
      random_(seed),
      disk_size_(std::numeric_limits<uint64_t>::max()) {}

SimEnv::~SimEnv() = default;

void SimEnv::SetFaults(FaultPlan plan) {
  const MutexLock lock(mutex_);
  plan_ = std::move(plan);
  matched_ = 0;
  faults_ = 0;
}

uint64_t SimEnv::matched() const {
  const MutexLock lock(mutex_);
  return matched_;
}

uint64_t SimEnv::faults() const {
  const MutexLock lock(mutex_);
  return faults_;
}

uint64_t SimEnv::CountOf(uint32_t operations) const {
  const MutexLock lock(mutex_);
  uint64_t sum = 0;
  for (const auto& [operation, count] : counts_) {
    sum += (operations & operation) != 0 ? count : 0;
  }
  return sum;
}

void SimEnv::SetDiskSize(uint64_t bytes) {
  const MutexLock lock(mutex_);
  disk_size_ = bytes;
}

void SimEnv::SetReadOnly(const std::string& path) {
  const MutexLock lock(mutex_);
  if (const auto node = disk_->Find(path); node.ok()) {
    read_only_.push_back(node->get());
  }
}

Status SimEnv::CorruptByte(const std::string& path, uint64_t offset, uint8_t mask) {
  const MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const SimDisk::NodePtr node, disk_->Find(path));
  if (offset >= node->bytes.size()) {
    return ShortRead(path, 0, 1);
  }
  const auto turn = [offset, mask](ChunkedBytes* bytes) {
    std::array<std::byte, 1> byte{};
    if (bytes->Read(offset, byte) == 1) {
      byte[0] ^= std::byte{mask};
      bytes->Write(offset, byte);
    }
  };
  turn(&node->bytes);
  turn(&node->durable_bytes);
  return {};
}

void SimEnv::Crash(uint64_t seed) {
  const MutexLock lock(mutex_);
  disk_->Crash(seed);
  ++crashes_;
  locked_.clear();
}

std::unique_ptr<SimEnv> SimEnv::Fork() const {
  auto fork = std::make_unique<SimEnv>(1, scheduler_);
  fork->micros_ = micros_.load();
  const MutexLock lock(mutex_);
  const MutexLock of_fork(fork->mutex_);
  fork->disk_ = disk_->Clone();
  fork->random_ = random_;
  return fork;
}

void SimEnv::SetObserver(Observer observer) {
  const MutexLock lock(mutex_);
  observed_ = observer != nullptr;
  observer_ = std::make_shared<const Observer>(std::move(observer));
}

void SimEnv::Observe(FaultPlan::Operation operation) {
  if (!observed_.load(std::memory_order_relaxed)) {
    return;
  }
  std::shared_ptr<const Observer> observer;
  {
    const MutexLock lock(mutex_);
    observer = observer_;
  }
  if (*observer != nullptr) {
    (*observer)(operation);
  }
}

Status SimEnv::Count(FaultPlan::Operation operation, const std::string& path, bool* short_read) {
  ++counts_[operation];
  const bool matches = (plan_.operations & operation) != 0 && path.ends_with(plan_.path_suffix) &&
                       (plan_.fault != Fault::kShortRead || short_read != nullptr);
  if (!matches) {
    return {};
  }
  const uint64_t number = matched_++;
  if (!plan_.fail_at || number < *plan_.fail_at || (number > *plan_.fail_at && !plan_.for_ever)) {
    return {};
  }
  ++faults_;
  if (plan_.fault == Fault::kShortRead) {
    *short_read = true;
    return {};
  }
  return SystemError(path, EIO);
}

Status SimEnv::CheckPermission(const std::string& path) const {
  for (const auto& node : disk_->Trail(path)) {
    if (std::find(read_only_.begin(), read_only_.end(), node.get()) != read_only_.end()) {
      return SystemError(path, EACCES);
    }
  }
  return {};
}

Result<std::unique_ptr<File>> SimEnv::Open(const std::string& path, OpenMode mode) {
  const bool make = mode == OpenMode::kCreate || mode == OpenMode::kAppend;
  if (make) {
    Observe(FaultPlan::kOpen);
  }
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(Count(FaultPlan::kOpen, path));
  auto node = disk_->Find(path);
  if (mode == OpenMode::kCreate && node.ok()) {
    return SystemError(path, EEXIST);
  }
  if (mode != OpenMode::kRead && (make || node.ok())) {
    RETURN_IF_ERROR(CheckPermission(path));
  }
  if (make && node.status().code() == Code::kNotFound) {
    node = disk_->Create(path, false);
  }
  if (!node.ok()) {
    return std::move(node).status();
  }
  if ((*node)->is_directory) {
    return SystemError(path, EISDIR);
  }
  return std::unique_ptr<File>(
      std::make_unique<SimFile>(this, *node, path, mode != OpenMode::kRead, crashes_));
}

Result<std::unique_ptr<File>> SimEnv::OpenTemporary(const std::string& directory) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(Count(FaultPlan::kOpen, directory));
  RETURN_IF_ERROR(CheckPermission(directory));
  RETURN_IF_ERROR(disk_->Find(directory).status());
  return std::unique_ptr<File>(std::make_unique<SimFile>(this, std::make_shared<SimDisk::Node>(),
                                                         TemporaryName(directory), true, crashes_));
}

Result<FileInfo> SimEnv::Stat(const std::string& path) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(Count(FaultPlan::kDirectory, path));
  ASSIGN_OR_RETURN(const SimDisk::NodePtr node, disk_->Find(path));
  return FileInfo{node->bytes.size(), node->is_directory, !node->is_directory};
}

bool SimEnv::Exists(const std::string& path) {
  const MutexLock lock(mutex_);
  return disk_->Find(path).ok();
}

Status SimEnv::CheckWritable(const std::string& directory) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(Count(FaultPlan::kDirectory, directory));
  ASSIGN_OR_RETURN(const SimDisk::NodePtr node, disk_->Find(directory));
  if (!node->is_directory) {
    return SystemError(directory, ENOTDIR);
  }
  return CheckPermission(directory);
}

Status SimEnv::CreateDirectory(const std::string& path) {
  Observe(FaultPlan::kDirectory);
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(Count(FaultPlan::kDirectory, path));
  if (disk_->Find(path).ok()) {
    return SystemError(path, EEXIST);
  }
  RETURN_IF_ERROR(CheckPermission(path));
  const auto node = disk_->Create(path, true);
  return node.status();
}

Status SimEnv::RemoveFile(const std::string& path) {
  Observe(FaultPlan::kDirectory);
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(Count(FaultPlan::kDirectory, path));
  RETURN_IF_ERROR(CheckPermission(path));
  return disk_->Remove(path, false);
}

Status SimEnv::RemoveDirectory(const std::string& path) {
  Observe(FaultPlan::kDirectory);
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(Count(FaultPlan::kDirectory, path));
  RETURN_IF_ERROR(CheckPermission(path));
  return disk_->Remove(path, true);
}

Status SimEnv::Rename(const std::string& from, const std::string& to) {
  Observe(FaultPlan::kDirectory);
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(Count(FaultPlan::kDirectory, from));
  RETURN_IF_ERROR(CheckPermission(from));
  RETURN_IF_ERROR(CheckPermission(to));
  return disk_->Rename(from, to);
}

Result<std::vector<DirEntry>> SimEnv::List(const std::string& path) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(Count(FaultPlan::kDirectory, path));
  ASSIGN_OR_RETURN(const SimDisk::NodePtr node, disk_->Find(path));
  if (!node->is_directory) {
    return SystemError(path, ENOTDIR);
  }
  std::vector<DirEntry> entries;
  for (const auto& [name, child] : node->names) {
    entries.push_back({name, child->is_directory, !child->is_directory});
  }
  return entries;
}

Status SimEnv::SyncDirectory(const std::string& path) {
  Observe(FaultPlan::kSync);
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(Count(FaultPlan::kSync, path));
  ASSIGN_OR_RETURN(const SimDisk::NodePtr node, disk_->Find(path));
  if (!node->is_directory) {
    return SystemError(path, ENOTDIR);
  }
  disk_->Sync(node);
  return {};
}

Result<std::unique_ptr<FileLock>> SimEnv::Lock(const std::string& path) {
  Observe(FaultPlan::kOpen);
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(Count(FaultPlan::kOpen, path));
  RETURN_IF_ERROR(CheckPermission(path));
  auto node = disk_->Find(path);
  if (node.status().code() == Code::kNotFound) {
    node = disk_->Create(path, false);
  }
  if (!node.ok()) {
    return std::move(node).status();
  }
  if ((*node)->is_directory) {
    return SystemError(path, EISDIR);
  }
  if (!locked_.insert(node->get()).second) {
    return LockedBy(path, kProcess);
  }
  disk_->Truncate(node->get(), 0);
  disk_->Write(node->get(), 0, AsBytes(std::string(kProcess) + "\n"));
  return std::unique_ptr<FileLock>(std::make_unique<SimLock>(this, *node, crashes_));
}

Result<std::string> SimEnv::ReadAll(const std::string& path) {
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(Count(FaultPlan::kOpen, path));
  ASSIGN_OR_RETURN(const SimDisk::NodePtr node, disk_->Find(path));
  if (node->is_directory) {
    return SystemError(path, EISDIR);
  }
  RETURN_IF_ERROR(Count(FaultPlan::kRead, path));
  return node->bytes.ToString();
}

int64_t SimEnv::MonotonicMicros() {
  return micros_.load() + (scheduler_ != nullptr ? scheduler_->NowMicros() : 0);
}

int64_t SimEnv::WallMicros() { return kStartOfWallClock + MonotonicMicros(); }

void SimEnv::SleepMicros(int64_t micros) {
  if (t_scheduler != nullptr) {
    // Nobody wakes a local variable: only the deadline does.
    const char nobody = 0;
    t_scheduler->BlockFor(&nobody, "the end of a sleep", micros);
  } else {
    Step(micros);
  }
}

uint64_t SimEnv::RandomSeed() {
  const MutexLock lock(mutex_);
  return random_.Next();
}

std::unique_ptr<Thread> SimEnv::StartThread(const std::string& name, std::function<void()> body) {
  if (scheduler_ != nullptr && t_scheduler == scheduler_) {
    return scheduler_->StartThread(name, std::move(body));
  }
  return RealEnv().StartThread(name, std::move(body));
}

}  // namespace redbase::common
