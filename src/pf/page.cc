#include "pf/page.h"

#include <cassert>

#include "common/bytes.h"

namespace redbase::pf {

PageHeader ReadPageHeader(PageView page) {
  assert(page.size() >= kPageHeaderSize);
  return LoadAs<PageHeader>(page.data());
}

void WritePageHeader(MutablePage page, const PageHeader& header) {
  assert(page.size() >= kPageHeaderSize);
  StoreAs(page.data(), header);
}

}  // namespace redbase::pf
