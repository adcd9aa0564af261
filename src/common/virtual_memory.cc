#include "common/virtual_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <string>
#include <system_error>

namespace redbase::common {

Result<std::unique_ptr<VirtualMemory>> VirtualMemory::Reserve(size_t size) {
  void* p = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                 -1, 0);
  if (p == MAP_FAILED) {
    return Status(Code::kNoMemory,
                  "reserving " + std::to_string(size) +
                      " bytes of address space: " + std::generic_category().message(errno));
  }
  return std::make_unique<VirtualMemory>(Key(), static_cast<std::byte*>(p), size);
}

VirtualMemory::~VirtualMemory() { munmap(data_, size_); }

void VirtualMemory::Discard(size_t offset, size_t length) {
  assert(offset <= size_ && length <= size_ - offset);
  static const auto kSystemPage = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t first = (offset + kSystemPage - 1) / kSystemPage * kSystemPage;
  const size_t end = (offset + length) / kSystemPage * kSystemPage;
  if (first < end) {
    madvise(data_ + first, end - first, MADV_DONTNEED);
  }
}

}  // namespace redbase::common
