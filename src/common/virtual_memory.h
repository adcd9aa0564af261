// VirtualMemory: a range of address space that takes real memory page by page,
// when it is first touched.
//
// Reads as zeros until written.  Discard() gives real memory back; what was
// there reads as zeros again.  Touching and discarding from several threads is
// safe, for one byte as safe as any other memory.
#pragma once

#include <cstddef>
#include <memory>

#include "common/result.h"

namespace redbase::common {

class VirtualMemory {
  struct Key {
    explicit Key() = default;
  };

 public:
  // kNoMemory when the system refuses the address space.
  static Result<std::unique_ptr<VirtualMemory>> Reserve(size_t size);
  // Use Reserve().
  VirtualMemory(Key, std::byte* data, size_t size) : data_(data), size_(size) {}
  ~VirtualMemory();
  VirtualMemory(const VirtualMemory&) = delete;
  VirtualMemory& operator=(const VirtualMemory&) = delete;

  // Aligned to the system's page.
  std::byte* data() const { return data_; }
  size_t size() const { return size_; }

  // Gives back the whole system pages within [offset, offset + length).
  // Requires: within size().
  void Discard(size_t offset, size_t length);

 private:
  std::byte* const data_;
  const size_t size_;
};

}  // namespace redbase::common
