#include "rm/internal/overflow.h"

#include <algorithm>

#include "pf/mini_transaction.h"
#include "rm/internal/page_ops.h"

namespace redbase::rm {

namespace {

Status Damaged(const pf::PageFile& file, PageNum page) {
  return {Code::kCorruption, file.path() + ": page " + std::to_string(static_cast<uint32_t>(page)) +
                                 ": is no part of the long value that names it"};
}

// Calls `visit(page, its bytes of the value, next)` for each page of a chain.
template <typename Visit>
Status ForEachPage(pf::PageFile& file, LongReference reference, Visit visit) {
  size_t left = reference.length;
  PageNum next = reference.first;
  while (left > 0) {
    ASSIGN_OR_RETURN(const pf::PinnedPage page, file.Read(next));
    const pf::PageView bytes = page.bytes();
    const auto header = LoadAs<OverflowHeader>(bytes.data() + pf::kPageHeaderSize);
    if (pf::ReadPageHeader(bytes).kind != kOverflowPageKind || header.magic != kOverflowMagic ||
        header.length == 0 || header.length > std::min(left, bytes.size() - kOverflowDataAt)) {
      return Damaged(file, next);
    }
    visit(next, AsChars(bytes.subspan(kOverflowDataAt, header.length)));
    left -= header.length;
    next = header.next;
  }
  return {};
}

}  // namespace

Result<LongValue> WriteOverflow(pf::PageFile& file, std::string_view value,
                                const std::function<void(PageNum)>& note) {
  const size_t per_page = file.page_size() - kOverflowDataAt;
  PageNum next = kNoPage;
  // The last piece is the short one.
  size_t end = value.size();
  while (end > 0) {
    const size_t begin = (end - 1) / per_page * per_page;
    pf::MiniTransaction change(file.pool());
    ASSIGN_OR_RETURN(const pf::PageRef page, change.Allocate(file, kOverflowPageKind));
    note(change.page_num(page));
    change.Apply(page, kOverflowOp, OverflowPayload(next, value.substr(begin, end - begin)));
    next = change.page_num(page);
    change.Commit();
    end = begin;
  }
  LongValue result{0, {static_cast<uint32_t>(value.size()), next}};
  std::memcpy(&result.prefix, value.data(), sizeof(result.prefix));
  return result;
}

Status ReadOverflow(pf::PageFile& file, LongReference reference, std::string* out) {
  return ForEachPage(file, reference,
                     [out](PageNum /*page*/, std::string_view piece) { *out += piece; });
}

Status ListOverflow(pf::PageFile& file, LongReference reference, std::vector<PageNum>* pages) {
  return ForEachPage(file, reference,
                     [pages](PageNum page, std::string_view /*piece*/) { pages->push_back(page); });
}

Status FreeOverflowPage(pf::PageFile& file, PageNum page) {
  pf::MiniTransaction change(file.pool());
  ASSIGN_OR_RETURN(const pf::PageRef ref, change.Write(file, page));
  if (pf::ReadPageHeader(change.bytes(ref)).kind != kOverflowPageKind) {
    change.Unlatch(ref);
    return {};
  }
  RETURN_IF_ERROR(change.Free(ref));
  change.Commit();
  return {};
}

}  // namespace redbase::rm
