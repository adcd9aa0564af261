#include "ix/internal/bulk_builder.h"

#include "ix/internal/tree_ops.h"
#include "pf/mini_transaction.h"

namespace redbase::ix {

void BulkBuilder::OpenNode::Append(std::string_view entry_bytes, PageNum child, bool inner) {
  items.push_back({bytes.size(), entry_bytes.size(), child});
  bytes.append(entry_bytes);
  if (CommonPrefix(low, entry_bytes) != prefix) {
    Recount(inner);
  } else {
    heap_bytes += HeapBytes(entry_bytes.size() - prefix, inner);
  }
}

void BulkBuilder::OpenNode::RemoveFirst(size_t count, bool inner) {
  const size_t cut = count < items.size() ? items[count].begin : bytes.size();
  bytes.erase(0, cut);
  items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(count));
  for (Item& item : items) {
    item.begin -= cut;
  }
  Recount(inner);
}

void BulkBuilder::OpenNode::Recount(bool inner) {
  prefix = items.empty() ? 0 : CommonPrefix(low, entry(items.size() - 1));
  heap_bytes = 0;
  for (const Item& item : items) {
    heap_bytes += HeapBytes(item.length - std::min(item.length, prefix), inner);
  }
}

std::string BulkBuilder::Separator(size_t level, std::string_view left,
                                   std::string_view right) const {
  return std::string(level > 0 ? right : right.substr(0, CommonPrefix(left, right) + 1));
}

Status BulkBuilder::AddTo(size_t level, std::string_view entry, PageNum child) {
  const size_t limit = (file_.page_size() - kSlotsOffset) / 10 * 9;
  if (levels_[level].items.size() > 1 &&
      levels_[level].PageBytes() + sizeof(NodeSlot) + entry.size() > limit) {
    RETURN_IF_ERROR(CloseNode(level, levels_[level].items.size(), entry));
  }
  levels_[level].Append(entry, child, level > 0);
  return {};
}

// The estimate took the prefix of the entries so far; the fence before `next`
// may have less in common with the low one.  Then fewer entries go.
Status BulkBuilder::CloseNode(size_t level, size_t count, std::string_view next) {
  OpenNode& open = levels_[level];
  std::string separator;
  for (;; count = std::max<size_t>(1, count / 2)) {
    const bool all = count == open.items.size();
    separator = Separator(level, open.entry(count - 1), all ? next : open.entry(count));
    NodeRewrite node(static_cast<uint16_t>(level), open.low, separator);
    for (size_t i = 0; i < count; ++i) {
      node.Add(open.entry(i), open.items[i].child);
    }
    if (node.bytes() <= file_.page_size() - kSlotsOffset || count == 1) {
      break;
    }
  }
  return WriteNode(level, count, separator);
}

bool BulkBuilder::FitsAsLast(size_t level) const {
  const OpenNode& open = levels_[level];
  NodeRewrite node(static_cast<uint16_t>(level), open.low, "");
  for (size_t i = 0; i < open.items.size(); ++i) {
    node.Add(open.entry(i), open.items[i].child);
  }
  return open.items.size() == 1 || node.bytes() <= file_.page_size() - kSlotsOffset;
}

Status BulkBuilder::WriteNode(size_t level, size_t count, std::string_view high) {
  OpenNode& open = levels_[level];
  NodeRewrite node(static_cast<uint16_t>(level), open.low, high);
  for (size_t i = 0; i < count; ++i) {
    node.Add(open.entry(i), open.items[i].child);
  }
  ASSIGN_OR_RETURN(const bool unlogged, unlogged_.Next());
  pf::MiniTransaction change(file_.pool());
  ASSIGN_OR_RETURN(const pf::PageRef page, change.Allocate(file_, kTreeNodePage));
  const PageNum page_num = change.page_num(page);
  if (unlogged) {
    unlogged_.Add(page_num);
    change.ApplyUnlogged(page, kRewriteOp, AsBytes(node.Payload()));
  } else {
    change.Apply(page, kRewriteOp, node.Payload());
  }
  change.Commit();
  ++nodes_;
  const std::string low = std::move(open.low);
  open.low = high;
  open.RemoveFirst(count, level > 0);
  if (level + 1 == levels_.size()) {
    levels_.emplace_back();  // `open` is no longer valid
  }
  return AddTo(level + 1, low, page_num);
}

Status BulkBuilder::WriteRoot(size_t level) {
  NodeRewrite node(static_cast<uint16_t>(level), "", "");
  const OpenNode& open = levels_[level];
  for (size_t i = 0; i < open.items.size(); ++i) {
    node.Add(open.entry(i), open.items[i].child);
  }
  pf::MiniTransaction change(file_.pool());
  ASSIGN_OR_RETURN(const pf::PageRef root, change.Write(file_, kRootPageNum));
  change.Apply(root, kRewriteOp, node.Payload());
  change.Commit();
  return {};
}

Status BulkBuilder::Finish() {
  for (size_t level = 0; level + 1 < levels_.size(); ++level) {
    // Without a high fence there is no prefix that all entries share.
    while (!FitsAsLast(level)) {
      RETURN_IF_ERROR(CloseNode(level, levels_[level].items.size() / 2, ""));
    }
    // Closing a level may add another above the last.
    RETURN_IF_ERROR(WriteNode(level, levels_[level].items.size(), ""));
  }
  RETURN_IF_ERROR(WriteRoot(levels_.size() - 1));
  return unlogged_.Finish();
}

}  // namespace redbase::ix
