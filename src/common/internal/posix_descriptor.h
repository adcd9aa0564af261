// Descriptor: a file descriptor of the operating system.
#pragma once

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

// Opens `path` with open(2)'s flags, again when a signal interrupts.
Result<Descriptor> OpenDescriptor(const std::string& path, int flags);

// After a call that failed with `error`: true when it was for want of a descriptor and one
// that is not in use has been closed.
bool MadeRoomFor(int error);

}  // namespace redbase::common
