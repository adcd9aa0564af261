// Validate and Draw.
#include <algorithm>

#include "common/text.h"
#include "ix/internal/tree.h"

namespace redbase::ix {

namespace {

// Nodes of one level that are drawn, half of them from its end.
constexpr size_t kDrawnNodes = 16;

// Strings are ended, numbers filled with zeros.
std::optional<std::vector<Value>> Complete(std::span<const KeyColumn> key,
                                           std::string_view encoded) {
  for (size_t columns = 1; columns <= key.size(); ++columns) {
    for (const char fill : {'\0', '\xFF'}) {
      for (size_t n = 0; n <= 10; ++n) {
        std::string padded(encoded);
        padded.append(n, fill);
        Result<std::vector<Value>> values = DecodeKey(key.first(columns), padded);
        if (values.ok()) {
          return std::move(values).value();
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::string KeyText(std::span<const KeyColumn> key, std::string_view encoded) {
  std::optional<std::vector<Value>> values;
  // A separator may go on into the RID.
  for (size_t cut = 0; !values && cut <= kRidBytes && cut <= encoded.size(); ++cut) {
    values = Complete(key, encoded.substr(0, encoded.size() - cut));
  }
  if (!values) {
    return common::Quoted(encoded);
  }
  std::string text;
  for (const Value& value : *values) {
    text += text.empty() ? "(" : ", ";
    text += value.is_string() ? common::Quoted(value.string_value()) : value.ToString();
  }
  return text + ")";
}

Status BPlusTree::Impl::CheckSubtree(PageNum page, uint16_t level, std::string_view low,
                                     std::string_view high, Totals* totals) const {
  ASSIGN_OR_RETURN(const pf::PinnedPage pinned, file_->Read(page));
  const NodeView node(pinned.bytes());
  const char* problem = node.Check();
  if (problem == nullptr && node.level() != level) {
    problem = "is on a wrong level of its tree";
  }
  if (problem == nullptr && (node.low() != low || node.high() != high)) {
    problem = "does not hold the keys that its parent says";
  }
  if (problem != nullptr) {
    return DamagedNode(*file_, page, problem);
  }
  ++totals->nodes;
  if (totals->pages != nullptr) {
    totals->pages->insert(page);
  }
  if (!node.is_inner()) {
    totals->entries += node.count();
    return {};
  }
  std::string from(low);
  std::string to;
  for (size_t i = 0; i < node.count(); ++i) {
    to = high;
    if (i + 1 < node.count()) {
      node.GetEntry(i + 1, &to);
    }
    RETURN_IF_ERROR(
        CheckSubtree(node.ChildAt(i), static_cast<uint16_t>(level - 1), from, to, totals));
    from = to;
  }
  return {};
}

Status BPlusTree::Impl::Recount() {
  Totals totals;
  const uint32_t levels = height();
  if (levels == 0) {
    return file_->Read(kRootPageNum).status();
  }
  RETURN_IF_ERROR(CheckSubtree(kRootPageNum, static_cast<uint16_t>(levels - 1), "", "", &totals));
  entries_ = totals.entries;
  nodes_ = totals.nodes;
  return {};
}

Status BPlusTree::Impl::CheckNoOthers(const std::set<PageNum>& nodes) const {
  for (uint32_t i = static_cast<uint32_t>(kRootPageNum); i < file_->page_count(); ++i) {
    if (nodes.count(PageNum{i}) == 0) {
      ASSIGN_OR_RETURN(const pf::PinnedPage page, file_->Read(PageNum{i}, pf::Access::kScan));
      if (pf::ReadPageHeader(page.bytes()).kind != pf::PageKind::kFree) {
        return DamagedNode(*file_, PageNum{i}, "is neither part of the tree nor free");
      }
    }
  }
  return {};
}

Status BPlusTree::Impl::Validate() const {
  std::set<PageNum> pages;
  Totals totals;
  totals.pages = &pages;
  const uint32_t levels = height();
  if (levels == 0) {
    return file_->Read(kRootPageNum).status();
  }
  RETURN_IF_ERROR(CheckSubtree(kRootPageNum, static_cast<uint16_t>(levels - 1), "", "", &totals));
  if (totals.entries != entries() || totals.nodes != nodes()) {
    return DamagedNode(*file_, kMetaPageNum,
                       std::to_string(entries()) + " entries in " + std::to_string(nodes()) +
                           " nodes expected, " + std::to_string(totals.entries) + " in " +
                           std::to_string(totals.nodes) + " found");
  }
  return CheckNoOthers(pages);
}

namespace {

std::string NodeLine(std::span<const KeyColumn> key, PageNum page, const NodeView& node) {
  const size_t full = (node.capacity() - node.FreeBytes()) * 100 / node.capacity();
  std::string line = "  page " + std::to_string(static_cast<uint32_t>(page)) + ": " +
                     std::to_string(node.count()) +
                     (node.is_inner() ? " children, " : " entries, ") + std::to_string(full) +
                     "% full";
  // The first child of an inner node has no separator of its own.
  const size_t first = node.is_inner() ? 1 : 0;
  if (node.count() <= first) {
    return line + "\n";
  }
  std::string entry;
  node.GetEntry(first, &entry);
  line += ", " + KeyText(key, entry);
  if (node.count() > first + 1) {
    node.GetEntry(node.count() - 1, &entry);
    line += " to " + KeyText(key, entry);
  }
  return line + "\n";
}

}  // namespace

Status BPlusTree::Impl::DrawLevel(uint16_t level, const std::vector<PageNum>& pages,
                                  std::string* out, std::vector<PageNum>* children) const {
  *out += level == 0 ? "leaves\n" : "level " + std::to_string(level) + "\n";
  for (size_t i = 0; i < pages.size(); ++i) {
    const bool cut =
        pages.size() > kDrawnNodes && i >= kDrawnNodes / 2 && i < pages.size() - kDrawnNodes / 2;
    if (cut && i == kDrawnNodes / 2) {
      *out += "  ... " + std::to_string(pages.size() - kDrawnNodes) + " more\n";
    }
    if (cut && level == 0) {
      continue;
    }
    ASSIGN_OR_RETURN(const pf::PinnedPage pinned, file_->Read(pages[i]));
    const NodeView node(pinned.bytes());
    if (!node.IsNode()) {
      continue;  // the tree changed meanwhile
    }
    if (const char* problem = node.Check()) {
      return DamagedNode(*file_, pages[i], problem);
    }
    if (node.level() != level) {
      continue;
    }
    if (!cut) {
      *out += NodeLine(options_.key, pages[i], node);
    }
    for (size_t child = 0; node.is_inner() && child < node.count(); ++child) {
      children->push_back(node.ChildAt(child));
    }
  }
  return {};
}

Result<std::string> BPlusTree::Impl::Draw() const {
  const uint32_t levels = height();
  std::string out = std::to_string(entries()) + " entries, " + std::to_string(levels) +
                    (levels == 1 ? " level, " : " levels, ") + std::to_string(nodes()) +
                    (nodes() == 1 ? " node of " : " nodes of ") +
                    std::to_string(file_->page_size()) + " bytes" +
                    (options_.unique ? ", unique\n" : "\n");
  std::vector<PageNum> pages = {kRootPageNum};
  for (uint32_t level = levels; level > 0; --level) {
    std::vector<PageNum> children;
    RETURN_IF_ERROR(DrawLevel(static_cast<uint16_t>(level - 1), pages, &out, &children));
    pages = std::move(children);
  }
  return out;
}

}  // namespace redbase::ix
