// BulkBuilder: builds a tree from sorted entries, from the leaves up, each page
// once and in page order.
//
// On every level there is one open node, in memory.  When it is about nine
// tenths full it is written, and its separator goes to the level above; at the
// end the topmost open node becomes the root.
//
// Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ix/tree_page.h"
#include "pf/page_file.h"
#include "pf/unlogged_pages.h"

namespace redbase::ix {

class BulkBuilder {
 public:
  // Requires: the file holds a tree with no entries.
  explicit BulkBuilder(pf::PageFile& file) : file_(file), unlogged_(file), levels_(1) {}

  // Requires: ascending, none longer than the page size allows.
  Status Add(std::string_view entry) { return AddTo(0, entry, kNoPage); }
  Status Finish();

  // Written so far, but for the root.
  uint32_t nodes() const { return nodes_; }

 private:
  struct Item {
    size_t begin;  // in `bytes`
    size_t length;
    PageNum child;
  };
  struct OpenNode {
    std::string low;
    std::string bytes;
    std::vector<Item> items;
    size_t prefix = 0;
    size_t heap_bytes = 0;  // without the fences

    std::string_view entry(size_t i) const {
      return std::string_view{bytes}.substr(items[i].begin, items[i].length);
    }
    void Append(std::string_view entry_bytes, PageNum child, bool inner);
    void RemoveFirst(size_t count, bool inner);
    // Counts again, with the prefix that low fence and last entry have.
    void Recount(bool inner);
    // Bytes in a page whose high fence has the same prefix.
    size_t PageBytes() const { return low.size() + items.size() * sizeof(NodeSlot) + heap_bytes; }
  };

  Status AddTo(size_t level, std::string_view entry, PageNum child);
  // Writes the first `count` entries of the open node, or fewer, as many as fit;
  // `next` comes after the last of all.
  Status CloseNode(size_t level, size_t count, std::string_view next);
  // The open node fits a page without a high fence.
  bool FitsAsLast(size_t level) const;
  Status WriteNode(size_t level, size_t count, std::string_view high);
  Status WriteRoot(size_t level);
  std::string Separator(size_t level, std::string_view left, std::string_view right) const;

  pf::PageFile& file_;
  pf::UnloggedPages unlogged_;
  std::vector<OpenNode> levels_;
  uint32_t nodes_ = 0;
};

}  // namespace redbase::ix
