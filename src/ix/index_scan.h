// IndexScan: the entries of a B+ tree between two keys, forward or backward.
//
// The tree may change while a scan is open: entries that stay are seen exactly
// once; those that come or go meanwhile are seen or not.  A scan for a snapshot gives out
// entries that were removed and may be needed as well: all that the snapshot needs, and
// others.  No pin or latch outlives a call.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "ix/bplus_tree.h"

namespace redbase::ix {

// Keys from lower (included) to upper (not included), by their bytes; absent
// bounds are open.  Closed and open bounds of values are made of these with
// PrefixSuccessor.
struct KeyRange {
  std::optional<std::string> lower;
  std::optional<std::string> upper;
};

enum class Direction : uint8_t { kForward, kBackward };

class IndexScan {
 public:
  enum class Entries : uint8_t { kPresent, kAlsoRemoved };

  // The tree outlives the scan.
  IndexScan(const BPlusTree& tree, KeyRange range, Direction direction = Direction::kForward,
            Entries entries = Entries::kPresent);
  ~IndexScan();

  // Appends the next entries' RIDs, at most `limit`, to `rids`, and their keys
  // to `keys` unless null; false when there were none.
  Result<bool> Next(size_t limit, std::vector<Rid>* rids, std::vector<std::string>* keys = nullptr);
  // The next Next begins where the last one did.
  void Repeat();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace redbase::ix
