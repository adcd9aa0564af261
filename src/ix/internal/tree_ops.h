// The changes of tree pages, as mini-transactions apply and log them.
//
// Payloads, little-endian:
//
//   ix.format   the meta page from byte 24 on: MetaHeader, columns
//   ix.counts   entries (u64), nodes (u32), whether these do not hold (u32)
//   ix.insert   index (u16), in inner nodes child (u32), bytes after the prefix
//   ix.erase    index (u16)
//   ix.rewrite  level, kept, added, low length, high length (u16 each), low
//               fence, high fence, then for each added entry: length (u16), in
//               inner nodes child (u32), bytes after the new prefix
//
// A rewrite keeps the first entries of the node, appends those of the payload,
// and gives it new fences; splits, merges and bulk builds are made of it.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "ix/tree_page.h"
#include "pf/page_op.h"

namespace redbase::ix {

inline constexpr pf::PageOpCode kFormatOp{0x0200};
inline constexpr pf::PageOpCode kCountsOp{0x0201};
inline constexpr pf::PageOpCode kInsertOp{0x0202};
inline constexpr pf::PageOpCode kEraseOp{0x0203};
inline constexpr pf::PageOpCode kRewriteOp{0x0204};

// Before the first change or redo of a tree.
void RegisterTreeOps();

// Of a whole entry, whose last kRidBytes it is.
inline Rid RidOf(std::string_view entry) {
  uint64_t packed = 0;
  std::memcpy(&packed, entry.data() + entry.size() - kRidBytes, kRidBytes);
  return UnpackRid(__builtin_bswap64(packed) >> 16);
}

// A few bytes on the stack: an entry, or the payload that inserts one.
class EntryBuffer {
 public:
  EntryBuffer() {}  // NOLINT(modernize-use-equals-default): leaves the bytes alone
  EntryBuffer(std::string_view key, Rid rid) {
    Append(key);
    const uint64_t packed = __builtin_bswap64(PackRid(rid) << 16);
    std::memcpy(bytes_ + size_, &packed, kRidBytes);
    size_ += kRidBytes;
  }
  // Requires: no more than an entry of the largest page and 16 bytes in all.
  void Append(std::string_view bytes) {
    std::memcpy(bytes_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  template <typename T>
  void Put(const T& v) {
    std::memcpy(bytes_ + size_, &v, sizeof(v));
    size_ += sizeof(v);
  }
  std::string_view view() const { return {bytes_, size_}; }

 private:
  size_t size_ = 0;
  char bytes_[MaxEntryBytes(pf::kMaxPageSize) + 16];
};

// Builds the payload of a rewrite.
class NodeRewrite {
 public:
  // Keeps `kept` entries of `old`, which may be null for none.
  NodeRewrite(uint16_t level, std::string_view low, std::string_view high,
              const NodeView* old = nullptr, size_t kept = 0);

  // Adds an entry, in ascending order; `child` counts in inner nodes.
  // Requires: the entry lies between the fences.
  void Add(std::string_view entry, PageNum child = kNoPage);
  // Adds entries [begin, end) of `source`; its first separator, should that be
  // among them, as `source.low()` unless this node begins there too.
  void AddRange(const NodeView& source, size_t begin, size_t end);

  // Bytes of slots, rests, children and fences: what the node will fill.
  size_t bytes() const { return bytes_ + low_.size() + high_.size(); }
  std::string Payload() const;

 private:
  void AddSuffixes(const NodeView& source, size_t begin, size_t end);

  uint16_t level_;
  std::string low_;
  std::string high_;
  size_t prefix_;
  size_t kept_;
  size_t added_ = 0;
  size_t bytes_ = 0;
  std::string entries_;
};

}  // namespace redbase::ix
