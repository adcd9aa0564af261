// PosixFile: a File of the operating system.
#pragma once

#include <memory>
#include <string>

#include "common/env.h"

namespace redbase::common {

// A file descriptor, closed when destroyed.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// Opens `path` with open(2)'s flags, again when a signal interrupts.
Result<Descriptor> OpenDescriptor(const std::string& path, int flags);

class PosixFile : public File {
 public:
  static Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode);
  static Result<std::unique_ptr<File>> OpenTemporary(const std::string& directory);
  PosixFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Status Read(uint64_t offset, std::span<std::byte> out) override;
  Result<size_t> ReadSome(uint64_t offset, std::span<std::byte> out) override;
  Status ReadScattered(uint64_t offset, std::span<const std::span<std::byte>> out) override;
  Status Write(uint64_t offset, std::span<const std::byte> bytes) override;
  Status Sync() override;
  Result<uint64_t> Size() override;
  Status Truncate(uint64_t size) override;
  void WillNeed(uint64_t offset, uint64_t length) override;
  const std::string& path() const override { return path_; }

 private:
  const Descriptor fd_;
  const std::string path_;
};

}  // namespace redbase::common
