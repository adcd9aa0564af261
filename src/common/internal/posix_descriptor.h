// Descriptor: a file descriptor of the operating system.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "common/result.h"

namespace redbase::common {

// Closed when destroyed.
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

}  // namespace redbase::common
