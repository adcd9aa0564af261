// Splits and merges of nodes.
#include "ix/internal/tree.h"
#include "ix/internal/tree_ops.h"

namespace redbase::ix {

namespace {

// The shortest string that is above `left` and not above `right`.
std::string ShortestSeparator(std::string_view left, std::string_view right) {
  return std::string(right.substr(0, CommonPrefix(left, right) + 1));
}

bool IsSparse(const NodeView& node) {
  return node.EntryBytes() < node.capacity() / 4 || (node.is_inner() && node.count() == 1);
}

std::string InsertChildPayload(const NodeView& parent, std::string_view separator, PageNum child) {
  std::string payload;
  ByteWriter writer(&payload);
  writer.Put(static_cast<uint16_t>(parent.LowerBound(separator).index));
  writer.Put(child);
  writer.PutBytes(separator.substr(parent.header().prefix_length));
  return payload;
}

std::string ErasePayload(size_t index) {
  std::string payload;
  ByteWriter(&payload).Put(static_cast<uint16_t>(index));
  return payload;
}

}  // namespace

struct BPlusTree::Impl::Cut {
  size_t index;  // the first entry of the right half
  std::string separator;
};

BPlusTree::Impl::Cut BPlusTree::Impl::CutAfter(const NodeView& node, size_t target) {
  const size_t count = node.count();
  size_t index = 0;
  for (size_t bytes = 0; bytes < target && index + 1 < count; ++index) {
    bytes += sizeof(NodeSlot) + HeapBytes(node.slot(index).length, node.is_inner());
  }
  index = std::max<size_t>(index, 1);
  std::string right;
  node.GetEntry(index, &right);
  if (node.is_inner()) {
    return {index, right};
  }
  std::string left;
  node.GetEntry(index - 1, &left);
  return {index, ShortestSeparator(left, right)};
}

// Half of the bytes to each side; where keys are added in ascending order, most
// to the left, since nothing will come there any more.
BPlusTree::Impl::Cut BPlusTree::Impl::ChooseCut(const NodeView& node, std::string_view entry) {
  const size_t bytes = node.EntryBytes();
  if (node.high().empty() && node.LowerBound(entry).index == node.count()) {
    Cut cut = CutAfter(node, bytes / 10 * 9);
    const NodeRewrite left(node.level(), node.low(), cut.separator, &node, cut.index);
    if (left.bytes() <= node.capacity()) {
      return cut;
    }
  }
  return CutAfter(node, bytes / 2);
}

Result<pf::PageRef> BPlusTree::Impl::LatchChild(pf::MiniTransaction* change, pf::PageRef parent,
                                                size_t index) const {
  const NodeView above = Node(*change, parent);
  const uint16_t level = above.level();
  const PageNum page = above.ChildAt(index);
  ASSIGN_OR_RETURN(const pf::PageRef ref, change->Write(*file_, page));
  const NodeView node = Node(*change, ref);
  const char* problem = node.Check();
  if (problem == nullptr && node.level() + 1 != level) {
    problem = "is on a wrong level of its tree";
  }
  std::string low(above.low());
  if (index > 0) {
    above.GetEntry(index, &low);
  }
  if (problem == nullptr && node.low() != low) {
    problem = "does not hold the keys that its parent says";
  }
  if (problem != nullptr) {
    return DamagedNode(*file_, page, problem);
  }
  return ref;
}

Status BPlusTree::Impl::Split(uint16_t level, std::string_view entry, size_t length) {
  while (true) {
    ASSIGN_OR_RETURN(const bool done, TrySplit(level, entry, &length));
    if (done) {
      return {};
    }
    ++level;
  }
}

Result<bool> BPlusTree::Impl::TrySplit(uint16_t level, std::string_view entry, size_t* length) {
  pf::MiniTransaction change(file_->pool());
  NodeReader reader(*file_);
  std::optional<pf::PageRef> parent;
  while (!parent) {
    ASSIGN_OR_RETURN(parent, Latch(&change, &reader, entry, static_cast<uint16_t>(level + 1)));
  }
  const NodeView above = Node(change, *parent);
  // Only where entries are moved is each looked at.
  const bool moves = above.level() <= level || above.NeedsCompaction(max_key_bytes());
  if (const char* problem = moves ? above.Check() : above.CheckHeader()) {
    return DamagedNode(*file_, change.page_num(*parent), problem);
  }
  if (above.level() <= level) {
    const bool has_room = above.HasRoom(*length - above.header().prefix_length);
    if (above.level() == level && !has_room) {
      RETURN_IF_ERROR(GrowRoot(&change, *parent, entry));
    }
    return true;
  }
  ASSIGN_OR_RETURN(const pf::PageRef child, LatchChild(&change, *parent, above.ChildFor(entry)));
  const NodeView node = Node(change, child);
  if (node.HasRoom(*length - std::min<size_t>(*length, node.header().prefix_length))) {
    return true;  // somebody else split it
  }
  const Cut cut = ChooseCut(node, entry);
  if (!above.HasRoom(cut.separator.size() - above.header().prefix_length)) {
    *length = cut.separator.size();
    return false;
  }
  NodeRewrite right(level, cut.separator, node.high());
  right.AddRange(node, cut.index, node.count());
  const NodeRewrite left(level, node.low(), cut.separator, &node, cut.index);
  ASSIGN_OR_RETURN(const pf::PageRef fresh, change.Allocate(*file_, kTreeNodePage));
  const std::string link = InsertChildPayload(above, cut.separator, change.page_num(fresh));
  change.Apply(fresh, kRewriteOp, right.Payload());
  change.Apply(child, kRewriteOp, left.Payload());
  change.Apply(*parent, kInsertOp, link);
  change.Commit();
  nodes_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

Status BPlusTree::Impl::GrowRoot(pf::MiniTransaction* change, pf::PageRef root,
                                 std::string_view entry) {
  const NodeView node = Node(*change, root);
  const uint16_t level = node.level();
  const Cut cut = ChooseCut(node, entry);
  NodeRewrite left(level, "", cut.separator);
  left.AddRange(node, 0, cut.index);
  NodeRewrite right(level, cut.separator, "");
  right.AddRange(node, cut.index, node.count());
  ASSIGN_OR_RETURN(const pf::PageRef left_page, change->Allocate(*file_, kTreeNodePage));
  ASSIGN_OR_RETURN(const pf::PageRef right_page, change->Allocate(*file_, kTreeNodePage));
  NodeRewrite top(static_cast<uint16_t>(level + 1), "", "");
  top.Add("", change->page_num(left_page));
  top.Add(cut.separator, change->page_num(right_page));
  change->Apply(left_page, kRewriteOp, left.Payload());
  change->Apply(right_page, kRewriteOp, right.Payload());
  change->Apply(root, kRewriteOp, top.Payload());
  change->Commit();
  nodes_.fetch_add(2, std::memory_order_relaxed);
  return {};
}

// Merging on one level can give an only child on the level below a neighbour.
Status BPlusTree::Impl::Rebalance(std::string_view entry) {
  for (bool again = true; again;) {
    again = false;
    bool upward = true;
    for (uint16_t level = 0; upward; ++level) {
      upward = false;
      Merge merge = Merge::kMerged;
      while (merge == Merge::kMerged) {
        ASSIGN_OR_RETURN(merge, TryMerge(level, entry));
        upward |= merge != Merge::kNothing;
        again |= merge == Merge::kMerged && level > 0;
      }
    }
  }
  return {};
}

// The neighbour on the right first, then that on the left.
Result<BPlusTree::Impl::Merge> BPlusTree::Impl::TryMerge(uint16_t level, std::string_view entry) {
  NodeReader reader(*file_);
  for (const size_t back : {size_t{0}, size_t{1}}) {
    pf::MiniTransaction change(file_->pool());
    std::optional<pf::PageRef> parent;
    while (!parent) {
      ASSIGN_OR_RETURN(parent, Latch(&change, &reader, entry, static_cast<uint16_t>(level + 1)));
    }
    const NodeView above = Node(change, *parent);
    if (above.level() <= level) {
      return Merge::kNothing;
    }
    if (const char* problem = above.Check()) {
      return DamagedNode(*file_, change.page_num(*parent), problem);
    }
    if (above.count() == 1) {
      if (change.page_num(*parent) != kRootPageNum) {
        return Merge::kOnlyChild;
      }
      RETURN_IF_ERROR(ShrinkRoot(&change, *parent));
      return Merge::kMerged;
    }
    const size_t index = above.ChildFor(entry);
    if (index < back || index - back + 1 >= above.count()) {
      continue;
    }
    ASSIGN_OR_RETURN(const bool merged, MergePair(&change, *parent, index - back));
    if (merged) {
      return Merge::kMerged;
    }
  }
  return Merge::kNothing;
}

Result<bool> BPlusTree::Impl::MergePair(pf::MiniTransaction* change, pf::PageRef parent,
                                        size_t left) {
  ASSIGN_OR_RETURN(const pf::PageRef left_page, LatchChild(change, parent, left));
  ASSIGN_OR_RETURN(const pf::PageRef right_page, LatchChild(change, parent, left + 1));
  const NodeView a = Node(*change, left_page);
  const NodeView b = Node(*change, right_page);
  if (!IsSparse(a) && !IsSparse(b)) {
    return false;
  }
  NodeRewrite both(a.level(), a.low(), b.high(), &a, a.count());
  both.AddRange(b, 0, b.count());
  // Room is left, so that the next insert does not split again.
  const bool one_is_empty = a.count() == 0 || b.count() == 0;
  if (both.bytes() > (one_is_empty ? a.capacity() : a.capacity() / 4 * 3)) {
    return false;
  }
  RETURN_IF_ERROR(change->Free(right_page));
  change->Apply(left_page, kRewriteOp, both.Payload());
  change->Apply(parent, kEraseOp, ErasePayload(left + 1));
  change->Commit();
  nodes_.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

Status BPlusTree::Impl::ShrinkRoot(pf::MiniTransaction* change, pf::PageRef root) {
  ASSIGN_OR_RETURN(const pf::PageRef child, LatchChild(change, root, 0));
  const NodeView node = Node(*change, child);
  NodeRewrite top(node.level(), "", "");
  top.AddRange(node, 0, node.count());
  RETURN_IF_ERROR(change->Free(child));
  change->Apply(root, kRewriteOp, top.Payload());
  change->Commit();
  nodes_.fetch_sub(1, std::memory_order_relaxed);
  return {};
}

}  // namespace redbase::ix
