#include "ix/internal/tree_ops.h"

#include <array>
#include <cassert>

#include "common/bytes.h"

namespace redbase::ix {

namespace {

using Payload = std::span<const std::byte>;

Status Misfit(const char* op) {
  return {Code::kCorruption, std::string("a log record of ") + op + " does not fit its page"};
}

// Changes the bytes of one node.  Requires: CheckHeader() finds nothing.
class NodeEditor {
 public:
  explicit NodeEditor(pf::MutablePage page)
      : page_(page), header_(LoadAs<NodeHeader>(page.data() + kNodeHeaderOffset)) {}
  ~NodeEditor() { StoreAs(page_.data() + kNodeHeaderOffset, header_); }
  NodeEditor(const NodeEditor&) = delete;
  NodeEditor& operator=(const NodeEditor&) = delete;

  // Empties the node.
  void Reset(uint16_t level, std::string_view low, std::string_view high) {
    header_ = {};
    header_.level = level;
    header_.heap_begin = static_cast<uint32_t>(page_.size());
    header_.low_length = static_cast<uint16_t>(low.size());
    header_.high_length = static_cast<uint16_t>(high.size());
    header_.low_offset = low.empty() ? uint16_t{0} : Push(low);
    header_.high_offset = high.empty() ? uint16_t{0} : Push(high);
    header_.prefix_length =
        high.empty() ? uint16_t{0} : static_cast<uint16_t>(CommonPrefix(low, high));
  }

  size_t gap() const { return header_.heap_begin - SlotOffset(header_.count); }

  // Requires: gap() has room for slot and heap bytes.
  void InsertAt(size_t index, std::string_view suffix, PageNum child) {
    std::byte* at = page_.data() + SlotOffset(index);
    std::memmove(at + sizeof(NodeSlot), at, (header_.count - index) * sizeof(NodeSlot));
    NodeSlot slot = MakeSlot(suffix, inner(), child);
    if (suffix.size() > SlotBytes(inner())) {
      slot.offset = Push(suffix.substr(SlotBytes(inner())));
    }
    StoreAs(at, slot);
    ++header_.count;
  }

  // Requires: as above.
  void Append(NodeSlot slot, std::string_view rest) {
    if (!rest.empty()) {
      slot.offset = Push(rest);
    }
    StoreAs(page_.data() + SlotOffset(header_.count++), slot);
  }

  void EraseAt(size_t index) {
    std::byte* at = page_.data() + SlotOffset(index);
    const auto slot = LoadAs<NodeSlot>(at);
    const auto bytes = static_cast<uint32_t>(HeapBytes(slot.length, inner()));
    if (bytes > 0 && slot.offset == header_.heap_begin) {
      header_.heap_begin += bytes;
    } else {
      header_.heap_holes += bytes;
    }
    --header_.count;
    std::memmove(at, at + sizeof(NodeSlot), (header_.count - index) * sizeof(NodeSlot));
  }

  // Moves the heap together.  `old` is a copy of the page.
  void Compact(const NodeView& old) {
    const size_t count = header_.count;
    Reset(header_.level, old.low(), old.high());
    header_.count = static_cast<uint16_t>(count);
    for (size_t i = 0; i < count; ++i) {
      NodeSlot slot = old.slot(i);
      if (const size_t bytes = HeapBytes(slot.length, inner()); bytes > 0) {
        slot.offset = Push(AsChars(old.page().subspan(slot.offset, bytes)));
      }
      StoreAs(page_.data() + SlotOffset(i), slot);
    }
  }

  // Makes the hints right after a change of the slots from `from` on that made
  // them `before` slots no longer.
  void UpdateHints(size_t from, size_t before) {
    const size_t count = header_.count;
    if (count <= 2 * kHints) {
      return;
    }
    const size_t distance = count / (kHints + 1);
    const bool all = before <= 2 * kHints || before / (kHints + 1) != distance;
    for (size_t i = all ? 0 : (from == 0 ? 0 : (from - 1) / distance); i < kHints; ++i) {
      const auto slot = LoadAs<NodeSlot>(page_.data() + SlotOffset((i + 1) * distance));
      StoreAs(page_.data() + kHintsOffset + i * sizeof(uint32_t), slot.head);
    }
  }

  size_t count() const { return header_.count; }
  size_t prefix_length() const { return header_.prefix_length; }

 private:
  bool inner() const { return header_.level > 0; }
  static size_t SlotOffset(size_t index) { return kSlotsOffset + index * sizeof(NodeSlot); }

  uint16_t Push(std::string_view bytes) {
    header_.heap_begin -= static_cast<uint32_t>(bytes.size());
    std::memcpy(page_.data() + header_.heap_begin, bytes.data(), bytes.size());
    return static_cast<uint16_t>(header_.heap_begin);
  }

  pf::MutablePage page_;
  NodeHeader header_;
};

// Room for a copy of any page.
struct PageCopy {
  explicit PageCopy(pf::PageView page) : size(page.size()) {
    std::memcpy(bytes, page.data(), size);
  }
  NodeView node() const { return NodeView({bytes, size}); }

  size_t size;
  alignas(8) std::byte bytes[pf::kMaxPageSize];
};

Status ApplyFormat(pf::MutablePage page, Payload payload) {
  if (payload.size() > page.size() - pf::kPageHeaderSize) {
    return Misfit("ix.format");
  }
  std::memcpy(page.data() + pf::kPageHeaderSize, payload.data(), payload.size());
  return {};
}

Status ApplyCounts(pf::MutablePage page, Payload payload) {
  ByteReader reader(payload);
  auto meta = LoadAs<MetaHeader>(page.data() + pf::kPageHeaderSize);
  meta.entries = reader.Get<uint64_t>();
  meta.nodes = reader.Get<uint32_t>();
  meta.unclean = reader.Get<uint32_t>();
  if (!reader.ok()) {
    return Misfit("ix.counts");
  }
  StoreAs(page.data() + pf::kPageHeaderSize, meta);
  return {};
}

void CompactNode(pf::MutablePage page) {
  const PageCopy old(page);
  NodeEditor(page).Compact(old.node());
}

Status ApplyInsert(pf::MutablePage page, Payload payload) {
  const NodeView node(page);
  ByteReader reader(payload);
  const size_t index = reader.Get<uint16_t>();
  const PageNum child = node.is_inner() ? reader.Get<PageNum>() : kNoPage;
  const std::string_view suffix = AsChars(reader.rest());
  if (!reader.ok() || node.CheckHeader() != nullptr || index > node.count() ||
      !node.HasRoom(suffix.size())) {
    return Misfit("ix.insert");
  }
  if (node.NeedsCompaction(suffix.size())) {
    if (node.Check() != nullptr) {
      return Misfit("ix.insert");
    }
    CompactNode(page);
  }
  NodeEditor editor(page);
  editor.InsertAt(index, suffix, child);
  editor.UpdateHints(index, editor.count() - 1);
  return {};
}

Status ApplyErase(pf::MutablePage page, Payload payload) {
  const NodeView node(page);
  ByteReader reader(payload);
  const size_t index = reader.Get<uint16_t>();
  if (!reader.ok() || node.CheckHeader() != nullptr || index >= node.count()) {
    return Misfit("ix.erase");
  }
  NodeEditor editor(page);
  editor.EraseAt(index);
  editor.UpdateHints(index, editor.count() + 1);
  return {};
}

// Gives the emptied node the entries [0, kept) of `old`.
Status KeepEntries(const NodeView& old, size_t kept, NodeEditor* editor) {
  const bool same_prefix = editor->prefix_length() == old.header().prefix_length;
  std::string entry;
  for (size_t i = 0; i < kept; ++i) {
    std::string_view suffix;
    if (!same_prefix && (i > 0 || !old.is_inner())) {  // the first separator stays empty
      old.GetEntry(i, &entry);
      suffix = std::string_view{entry}.substr(std::min(editor->prefix_length(), entry.size()));
    }
    const NodeSlot slot =
        same_prefix ? old.slot(i)
                    : MakeSlot(suffix, old.is_inner(), old.is_inner() ? old.ChildAt(i) : kNoPage);
    const size_t in_slot = SlotBytes(old.is_inner());
    const std::string_view rest =
        same_prefix ? old.RestOf(slot) : suffix.substr(std::min(suffix.size(), in_slot));
    if (sizeof(slot) + rest.size() > editor->gap()) {
      return Misfit("ix.rewrite");
    }
    editor->Append(slot, rest);
  }
  return {};
}

Status ApplyRewrite(pf::MutablePage page, Payload payload) {
  ByteReader reader(payload);
  const auto level = reader.Get<uint16_t>();
  const size_t kept = reader.Get<uint16_t>();
  const size_t added = reader.Get<uint16_t>();
  const auto low_length = reader.Get<uint16_t>();
  const auto high_length = reader.Get<uint16_t>();
  const std::string_view low = reader.GetBytes(low_length);
  const std::string_view high = reader.GetBytes(high_length);
  if (!reader.ok() || low.size() + high.size() > page.size() - kSlotsOffset) {
    return Misfit("ix.rewrite");
  }
  const PageCopy old(kept > 0 ? page : page.first(kSlotsOffset));
  if (kept > 0 && (old.node().CheckHeader() != nullptr || kept > old.node().count() ||
                   old.node().level() != level)) {
    return Misfit("ix.rewrite");
  }
  NodeEditor editor(page);
  editor.Reset(level, low, high);
  RETURN_IF_ERROR(KeepEntries(old.node(), kept, &editor));
  for (size_t i = 0; i < added; ++i) {
    const auto length = reader.Get<uint16_t>();
    const PageNum child = level > 0 ? reader.Get<PageNum>() : kNoPage;
    const std::string_view suffix = reader.GetBytes(length);
    if (!reader.ok() || sizeof(NodeSlot) + HeapBytes(length, level > 0) > editor.gap()) {
      return Misfit("ix.rewrite");
    }
    editor.InsertAt(editor.count(), suffix, child);
  }
  editor.UpdateHints(0, 0);
  return {};
}

}  // namespace

void RegisterTreeOps() {
  pf::RegisterPageOp({kFormatOp, "ix.format", ApplyFormat});
  pf::RegisterPageOp({kCountsOp, "ix.counts", ApplyCounts});
  pf::RegisterPageOp({kInsertOp, "ix.insert", ApplyInsert});
  pf::RegisterPageOp({kEraseOp, "ix.erase", ApplyErase});
  pf::RegisterPageOp({kRewriteOp, "ix.rewrite", ApplyRewrite});
}

NodeRewrite::NodeRewrite(uint16_t level, std::string_view low, std::string_view high,
                         const NodeView* old, size_t kept)
    : level_(level),
      low_(low),
      high_(high),
      prefix_(high.empty() ? 0 : CommonPrefix(low, high)),
      kept_(kept) {
  std::string entry;
  for (size_t i = 0; i < kept; ++i) {
    const size_t whole = old->slot(i).length + size_t{old->header().prefix_length};
    const size_t length = level > 0 && i == 0 ? 0 : whole - std::min(prefix_, whole);
    bytes_ += sizeof(NodeSlot) + HeapBytes(length, level > 0);
  }
}

void NodeRewrite::Add(std::string_view entry, PageNum child) {
  const bool first_child = level_ > 0 && kept_ + added_ == 0;
  const std::string_view suffix = first_child ? "" : entry.substr(prefix_);
  ByteWriter writer(&entries_);
  writer.Put(static_cast<uint16_t>(suffix.size()));
  if (level_ > 0) {
    writer.Put(child);
  }
  writer.PutBytes(suffix);
  bytes_ += sizeof(NodeSlot) + HeapBytes(suffix.size(), level_ > 0);
  ++added_;
}

void NodeRewrite::AddRange(const NodeView& source, size_t begin, size_t end) {
  if (source.header().prefix_length == prefix_) {
    AddSuffixes(source, begin, end);
    return;
  }
  std::string entry;
  for (size_t i = begin; i < end; ++i) {
    if (level_ > 0 && i == 0) {
      entry = source.low();
    } else {
      source.GetEntry(i, &entry);
    }
    Add(entry, level_ > 0 ? source.ChildAt(i) : kNoPage);
  }
}

// Where both prefixes are the same, entries are copied as they are stored.
void NodeRewrite::AddSuffixes(const NodeView& source, size_t begin, size_t end) {
  entries_.reserve(entries_.size() + (end - begin) * sizeof(NodeSlot));
  ByteWriter writer(&entries_);
  for (size_t i = begin; i < end; ++i) {
    // In the middle of a merged node, the first separator is the low fence.
    const bool first_child = level_ > 0 && kept_ + added_ == 0;
    const bool fence = level_ > 0 && i == 0;
    const size_t length =
        first_child ? 0 : (fence ? source.low().size() - prefix_ : source.slot(i).length);
    writer.Put(static_cast<uint16_t>(length));
    if (level_ > 0) {
      writer.Put(source.ChildAt(i));
    }
    if (fence && !first_child) {
      writer.PutBytes(source.low().substr(prefix_));
    } else if (!first_child) {
      source.AppendSuffix(i, &entries_);
    }
    bytes_ += sizeof(NodeSlot) + HeapBytes(length, level_ > 0);
    ++added_;
  }
}

std::string NodeRewrite::Payload() const {
  std::string payload;
  payload.reserve(10 + low_.size() + high_.size() + entries_.size());
  ByteWriter writer(&payload);
  writer.Put(level_);
  writer.Put(static_cast<uint16_t>(kept_));
  writer.Put(static_cast<uint16_t>(added_));
  writer.Put(static_cast<uint16_t>(low_.size()));
  writer.Put(static_cast<uint16_t>(high_.size()));
  writer.PutBytes(low_);
  writer.PutBytes(high_);
  writer.PutBytes(entries_);
  return payload;
}

}  // namespace redbase::ix
