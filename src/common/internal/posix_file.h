// PosixFile: a File of the operating system.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/env.h"
#include "common/internal/descriptor_cache.h"

namespace redbase::common {

class PosixFile : public File {
 public:
  static Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode);
  static Result<std::unique_ptr<File>> OpenOneOfMany(const std::string& path, OpenMode mode);
  static Result<std::unique_ptr<File>> OpenTemporary(const std::string& directory);
  PosixFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  // Of many: opened with these flags.
  PosixFile(Descriptor fd, std::string path, int flags)
      : cached_(std::in_place, std::move(fd), path, flags), path_(std::move(path)) {}

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
  class Use;
  // The descriptor, for one call.
  Result<Use> Begin();

  // One of these.
  const Descriptor fd_;
  std::optional<CachedDescriptor> cached_;
  const std::string path_;
};

}  // namespace redbase::common
