#include "common/internal/chunked_bytes.h"

#include <algorithm>
#include <cstring>

namespace redbase::common {

void ChunkedBytes::Resize(size_t size) {
  const size_t rest = size % kChunk;
  if (size < size_ && rest != 0 && chunks_[size / kChunk] != nullptr) {
    const Chunk zeros{};
    WriteChunk(size / kChunk, rest, std::span(zeros).subspan(rest));
  }
  chunks_.resize((size + kChunk - 1) / kChunk);
  size_ = size;
}

void ChunkedBytes::Write(size_t offset, std::span<const std::byte> bytes) {
  if (offset + bytes.size() > size_) {
    Resize(offset + bytes.size());
  }
  while (!bytes.empty()) {
    const size_t start = offset % kChunk;
    const size_t n = std::min(bytes.size(), kChunk - start);
    WriteChunk(offset / kChunk, start, bytes.first(n));
    bytes = bytes.subspan(n);
    offset += n;
  }
}

void ChunkedBytes::WriteChunk(size_t chunk, size_t start, std::span<const std::byte> bytes) {
  auto fresh = std::make_shared<Chunk>();
  if (bytes.size() < kChunk && chunks_[chunk] != nullptr) {
    *fresh = *chunks_[chunk];
  }
  std::memcpy(fresh->data() + start, bytes.data(), bytes.size());
  chunks_[chunk] = std::move(fresh);
}

size_t ChunkedBytes::Read(size_t offset, std::span<std::byte> out) const {
  offset = std::min(offset, size_);
  const size_t total = std::min(out.size(), size_ - offset);
  for (size_t done = 0; done < total;) {
    const size_t start = (offset + done) % kChunk;
    const size_t n = std::min(total - done, kChunk - start);
    const Chunk* chunk = chunks_[(offset + done) / kChunk].get();
    if (chunk != nullptr) {
      std::memcpy(out.data() + done, chunk->data() + start, n);
    } else {
      std::memset(out.data() + done, 0, n);
    }
    done += n;
  }
  return total;
}

std::string ChunkedBytes::ToString() const {
  std::string bytes(size_, '\0');
  Read(0, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

}  // namespace redbase::common
