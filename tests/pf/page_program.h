// PageProgram: random mini-transactions on a file, and what its pages must hold.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/random.h"
#include "pf/mini_transaction.h"
#include "pf/page_file.h"
#include "tests/pf/page_fixture.h"

namespace redbase::pf {

class PageProgram {
 public:
  explicit PageProgram(uint64_t seed) : random_(seed) {}

  // One change of up to six pages, made as a whole or, with an error, not at all.
  Status Change(PageFile& file) {
    MiniTransaction change(file.pool());
    std::map<PageNum, std::string> after = texts_;
    std::vector<std::pair<PageRef, std::string>> puts;
    std::set<PageNum> used;
    for (uint64_t i = random_.Below(3); i > 0 && !texts_.empty(); --i) {
      const PageNum number = AnyPage();
      if (!used.insert(number).second) {
        continue;
      }
      ASSIGN_OR_RETURN(const PageRef page, change.Write(file, number));
      puts.emplace_back(page, after[number] = NewText());
      if (random_.OneIn(4)) {
        RETURN_IF_ERROR(change.Free(page));
        after.erase(number);
      }
    }
    for (uint64_t i = random_.Below(4); i > 0; --i) {
      ASSIGN_OR_RETURN(const PageRef page, change.Allocate(file, kTestKind));
      puts.emplace_back(page, after[change.page_num(page)] = NewText());
    }
    if (random_.OneIn(10)) {
      return {};  // dropped: nothing may have happened
    }
    for (const auto& put : puts) {
      change.Apply(put.first, kPut, PutPayload(put.second));
    }
    change.Commit();
    texts_ = std::move(after);
    return {};
  }

  // A random page reads as it should; an error of the disk is passed on.
  Status ReadOne(PageFile& file) {
    if (texts_.empty()) {
      return {};
    }
    return Check(file, AnyPage(), random_.OneIn(2) ? Access::kScan : Access::kRandom);
  }
  Status ReadAll(PageFile& file) {
    for (const auto& page : texts_) {
      RETURN_IF_ERROR(Check(file, page.first, Access::kScan));
    }
    return {};
  }
  Random& random() { return random_; }

 private:
  PageNum AnyPage() {
    auto page =
        texts_.lower_bound(PageNum{static_cast<uint32_t>(random_.Below(uint64_t{1} + Greatest()))});
    return page == texts_.end() ? texts_.begin()->first : page->first;
  }
  uint32_t Greatest() const { return static_cast<uint32_t>(texts_.rbegin()->first); }
  std::string NewText() { return std::string(random_.Below(300), 'x') + std::to_string(++count_); }
  Status Check(PageFile& file, PageNum number, Access access) {
    ASSIGN_OR_RETURN(const PinnedPage page, file.Read(number, access));
    if (TextOf(page.bytes()) != texts_[number]) {
      return Status(Code::kInternal, "page " + std::to_string(static_cast<uint32_t>(number)) +
                                         " holds " + TextOf(page.bytes()) + " instead of " +
                                         texts_[number]);
    }
    return {};
  }

  Random random_;
  uint64_t count_ = 0;
  std::map<PageNum, std::string> texts_;
};

}  // namespace redbase::pf
