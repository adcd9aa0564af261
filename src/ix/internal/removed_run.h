// RemovedRun: entries that left a tree, sorted, in a part of a temporary file.
//
// Block, little-endian, of at most about kBlockBytes; blocks follow each other:
//
//   0        4        8
//   +--------+--------+--------------------------------------------------+-----
//   | crc32c | length | entry: u32 remover, u16 length, the entry's bytes | ...
//   | u32    | u32    |                                                  |
//   +--------+--------+--------------------------------------------------+-----
//
// crc32c covers the `length` bytes of entries.  Where each block begins and with which
// entry is in memory, and so are the transactions that removed them.
//
// Immutable, so thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/env.h"
#include "common/result.h"
#include "tx/oracle.h"

namespace redbase::ix {

// Entries from `from` on and below `to`; without `to`: to the end.  Of these the first
// `limit` by the order wanted.
struct RemovedRange {
  std::string_view from{};
  std::optional<std::string_view> to{};
  bool backward = false;
  size_t limit = SIZE_MAX;
};

class RemovedRun {
 public:
  using Transaction = std::shared_ptr<const tx::TransactionState>;
  struct Removal {
    std::string_view entry;
    Transaction last;  // of those who removed it
  };
  static constexpr size_t kBlockBytes = size_t{16} << 10;

  explicit RemovedRun(std::shared_ptr<common::File> file) : file_(std::move(file)) {}  // use Write
  // Writes to the file from `offset` on; `removals`, of which there are some, ascend.
  static Result<std::shared_ptr<const RemovedRun>> Write(std::shared_ptr<common::File> file,
                                                         uint64_t offset,
                                                         std::span<const Removal> removals);

  // Behind its last byte in the file.
  uint64_t end() const { return blocks_.back().end; }
  // Adds the range's entries, in its order.
  Status List(const RemovedRange& range, std::vector<std::string>* out) const;
  // A transaction under way, other than `own`, that was the last to remove an entry of the
  // key; null without one.
  Result<Transaction> RemoverOf(std::string_view key, const tx::TransactionState& own) const;

 private:
  struct Block {
    std::string first;  // entry
    uint64_t begin = 0;
    uint64_t end = 0;
  };
  using Visit = std::function<bool(std::string_view entry, uint32_t remover)>;

  Status WriteBlock(std::string first, uint64_t begin, std::string* bytes);
  // The block that would hold the entry.
  size_t Find(std::string_view entry) const;
  // Until `visit` answers false.
  Status ForEach(size_t block, bool backward, const Visit& visit) const;

  const std::shared_ptr<common::File> file_;
  std::vector<Transaction> removers_;
  std::vector<Block> blocks_;
  std::string last_;  // entry
};

}  // namespace redbase::ix
