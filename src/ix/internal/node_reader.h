// NodeReader: finds a node of a tree by key, and holds it for reading.
//
// It descends optimistically: with nothing pinned or latched, checking after
// each step that the parent had not changed when the child was found.  A page
// that is not in memory is read first.  After a few failures, and where
// optimistic reads are off, it takes shared latches instead, a child's before
// its parent's is released; then a node that is not what its parent says is
// corruption.
//
// Not thread-safe.
#pragma once

#include <string_view>

#include "common/status.h"
#include "ix/tree_page.h"
#include "pf/page_file.h"

namespace redbase::ix {

// kCorruption, naming file and page.
Status DamagedNode(const pf::PageFile& file, PageNum page, std::string_view what);

enum class Seek : uint8_t {
  kAt,     // the node for entries from the key on: low <= key < high
  kBelow,  // that for entries just below it: low < key <= high; empty is the end
};

class NodeReader {
 public:
  explicit NodeReader(pf::PageFile& file) : file_(file) {}

  // Finds the node at `level`, or the root when that is lower.  What is then
  // read from node() counts only if Valid() is true afterwards: else Find again.
  Status Find(std::string_view key, Seek seek, uint16_t level = 0);

  NodeView node() const { return NodeView(pinned_ ? pinned_.bytes() : seen_.bytes()); }
  PageNum page_num() const { return page_num_; }
  bool Valid() const { return pinned_ ? true : seen_.Validate(); }

  bool optimistic() const { return !pinned_; }
  // Requires: optimistic().
  const pf::OptimisticPage& seen() const { return seen_; }
  void Release() { pinned_.Release(); }
  // What comes is a search of its own, first tried without latches.
  void Restart() {
    pinned_.Release();
    tries_ = 0;
  }

 private:
  // Finds of one search without latches.
  static constexpr int kOptimisticTries = 8;

  bool FindOptimistically(std::string_view key, Seek seek, uint16_t level, PageNum* missing);
  Status FindLatched(std::string_view key, Seek seek, uint16_t level);

  pf::PageFile& file_;
  PageNum page_num_ = kNoPage;
  pf::OptimisticPage seen_;
  pf::PinnedPage pinned_;
  int tries_ = 0;
};

}  // namespace redbase::ix
