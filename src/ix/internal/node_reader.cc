#include "ix/internal/node_reader.h"

#include <string>

namespace redbase::ix {

namespace {

PageNum ChildOf(const NodeView& node, std::string_view key, Seek seek) {
  return node.ChildAt(seek == Seek::kAt ? node.ChildFor(key) : node.ChildBelow(key));
}

}  // namespace

Status DamagedNode(const pf::PageFile& file, PageNum page, std::string_view what) {
  return {Code::kCorruption, file.path() + ": page " + std::to_string(static_cast<uint32_t>(page)) +
                                 ": " + std::string(what)};
}

Status NodeReader::Find(std::string_view key, Seek seek, uint16_t level) {
  pinned_.Release();
  while (common::Latch::kOptimisticReads && tries_ < kOptimisticTries) {
    ++tries_;
    PageNum missing = kNoPage;
    if (FindOptimistically(key, seek, level, &missing)) {
      return {};
    }
    if (missing != kNoPage) {
      ASSIGN_OR_RETURN(const pf::PinnedPage read, file_.Read(missing));
    }
  }
  return FindLatched(key, seek, level);
}

// False when something changed meanwhile, or `missing` is to be read first.
bool NodeReader::FindOptimistically(std::string_view key, Seek seek, uint16_t level,
                                    PageNum* missing) {
  page_num_ = kRootPageNum;
  seen_ = file_.Peek(kRootPageNum);
  if (!seen_) {
    *missing = kRootPageNum;
    return false;
  }
  for (NodeView at(seen_.bytes()); at.level() > level;) {
    const PageNum child = ChildOf(at, key, seek);
    const pf::OptimisticPage next = file_.Peek(child);
    if (!seen_.Validate()) {
      return false;
    }
    if (!next) {
      *missing = child;
      return false;
    }
    const NodeView below(next.bytes());
    if (below.level() + 1 != at.level() || !below.IsNode()) {
      return false;
    }
    at = below;
    page_num_ = child;
    seen_ = next;
  }
  return true;
}

Status NodeReader::FindLatched(std::string_view key, Seek seek, uint16_t level) {
  page_num_ = kRootPageNum;
  ASSIGN_OR_RETURN(pinned_, file_.Read(kRootPageNum));
  uint16_t expected = node().level();
  while (true) {
    const NodeView at = node();
    const char* problem = at.CheckHeader();
    if (problem == nullptr && at.level() != expected) {
      problem = "is on a wrong level of its tree";
    }
    if (problem == nullptr && !(seek == Seek::kAt ? at.Covers(key) : at.CoversBelow(key))) {
      problem = "does not hold the keys that its parent says";
    }
    if (problem != nullptr) {
      return DamagedNode(file_, page_num_, problem);
    }
    if (at.level() <= level) {
      return {};
    }
    page_num_ = ChildOf(at, key, seek);
    ASSIGN_OR_RETURN(pf::PinnedPage below, file_.Read(page_num_));
    pinned_ = std::move(below);
    --expected;
  }
}

}  // namespace redbase::ix
