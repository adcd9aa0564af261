// ChunkedBytes: the bytes of a file in chunks that copies share.
//
// Chunks never change once they are made: a write replaces those it touches, so
// that a copy costs a pointer for every chunk, and copies may be used by
// different threads.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace redbase::common {

class ChunkedBytes {
 public:
  size_t size() const { return size_; }
  // Cuts, or adds zeros.
  void Resize(size_t size);
  // Writes all bytes; what lies between the end and `offset` becomes zero.
  void Write(size_t offset, std::span<const std::byte> bytes);
  // Copies what there is from `offset` on, at most out.size() bytes; how many.
  size_t Read(size_t offset, std::span<std::byte> out) const;
  std::string ToString() const;

 private:
  static constexpr size_t kChunk = 4096;
  using Chunk = std::array<std::byte, kChunk>;

  // Replaces bytes within one chunk.
  void WriteChunk(size_t chunk, size_t start, std::span<const std::byte> bytes);

  size_t size_ = 0;
  // Null stands for zeros; what lies past the size is zero.
  std::vector<std::shared_ptr<const Chunk>> chunks_;
};

}  // namespace redbase::common
