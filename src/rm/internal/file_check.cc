#include "rm/internal/file_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "rm/internal/overflow.h"
#include "rm/internal/record_updater.h"

namespace redbase::rm {

namespace {

class FileCheck {
 public:
  explicit FileCheck(const FileCore& core) : core_(core) {
    const std::vector<PageNum> directory = core.directory_pages();
    directory_.insert(directory.begin(), directory.end());
  }

  Status Run() {
    RETURN_IF_ERROR(CheckPages());
    RETURN_IF_ERROR(CheckMoves());
    const std::vector<LongReference> ownerless = core_.values_to_free();
    long_values_.insert(long_values_.end(), ownerless.begin(), ownerless.end());
    RETURN_IF_ERROR(CheckLongValues());
    for (const PageNum page : core_.pages_to_free()) {
      overflow_pages_.erase(page);
    }
    if (!overflow_pages_.empty()) {
      return core_.Damaged(*overflow_pages_.begin(), "is part of no long value");
    }
    if (records_ != core_.records.load() || record_pages_ != core_.record_pages.load()) {
      return core_.Damaged(
          kDirectoryPage, "counts " + std::to_string(core_.records.load()) + " records in " +
                              std::to_string(core_.record_pages.load()) + " pages, but there are " +
                              std::to_string(records_) + " in " + std::to_string(record_pages_));
    }
    return {};
  }

  Result<std::vector<PageNum>> Ownerless() {
    RETURN_IF_ERROR(CheckPages());
    RETURN_IF_ERROR(CheckLongValues());
    return std::vector<PageNum>(overflow_pages_.begin(), overflow_pages_.end());
  }

 private:
  Status CheckPages() {
    for (uint32_t i = 1; i < core_.file.page_count(); ++i) {
      RETURN_IF_ERROR(CheckPage(PageNum{i}));
    }
    return {};
  }

  Status CheckLongValues() {
    for (const LongReference reference : long_values_) {
      RETURN_IF_ERROR(CheckLongValue(reference));
    }
    return {};
  }

  Status CheckPage(PageNum number) {
    ASSIGN_OR_RETURN(const pf::PinnedPage pinned, core_.file.Read(number, pf::Access::kScan));
    const pf::PageKind kind = pf::ReadPageHeader(pinned.bytes()).kind;
    if (kind == kOverflowPageKind) {
      overflow_pages_.insert(number);
      return {};
    }
    if (kind == kDirectoryPageKind) {
      return directory_.erase(number) > 0 ? Status()
                                          : core_.Damaged(number, "is not in the directory");
    }
    if (kind != kRecordPageKind) {
      return kind == pf::PageKind::kFree
                 ? Status()
                 : core_.Damaged(number, "is of a kind that record files do not have");
    }
    const RecordPage page(pinned.bytes());
    if (Status status = page.Validate(core_.layout.size()); !status.ok()) {
      return core_.Damaged(number, status.message());
    }
    ++record_pages_;
    return CheckSlots(page);
  }

  Status CheckSlots(const RecordPage& page) {
    std::vector<uint16_t> live;
    for (uint16_t slot = 0; slot < page.header().used; ++slot) {
      Rid target;
      if (page.IsLive(slot)) {
        live.push_back(slot);
      } else if (page.StubTarget(slot, &target)) {
        stubs_[{page.number(), SlotNum{slot}}] = target;
      } else if (page.IsTaken(slot)) {
        return core_.Damaged(page.number(), "a slot is neither free nor a record nor a stub");
      }
    }
    records_ += live.size();
    for (size_t i = 0; i < page.header().moved_in; ++i) {
      const MovedIn entry = page.MovedInEntry(i);
      moved_[{page.number(), SlotNum{entry.slot}}] = {entry.home_page, entry.home_slot};
    }
    for (uint32_t i = 0; i < core_.layout.size(); ++i) {
      ColumnSlice slice;
      RETURN_IF_ERROR(core_.Column(page, i, &slice));
      ListLongValues(page, slice, live, &long_values_);
    }
    return {};
  }

  Status CheckMoves() const {
    for (const auto& [home, target] : stubs_) {
      const auto at = moved_.find(target);
      if (at == moved_.end() || at->second != home) {
        return core_.Damaged(home.page, "a forwarding slot leads nowhere");
      }
    }
    if (stubs_.size() != moved_.size()) {
      return core_.Damaged(moved_.begin()->first.page, "a moved record has no home");
    }
    return {};
  }

  Status CheckLongValue(LongReference reference) {
    std::vector<PageNum> pages;
    RETURN_IF_ERROR(ListOverflow(core_.file, reference, &pages));
    for (const PageNum page : pages) {
      if (overflow_pages_.erase(page) == 0) {
        return core_.Damaged(page, "is part of two long values");
      }
    }
    return {};
  }

  const FileCore& core_;
  uint64_t records_ = 0;
  uint32_t record_pages_ = 0;
  std::map<Rid, Rid> stubs_;  // home -> where it lies
  std::map<Rid, Rid> moved_;  // where it lies -> home
  std::vector<LongReference> long_values_;
  std::set<PageNum> overflow_pages_;  // not yet found in a value
  std::set<PageNum> directory_;       // not yet come by
};

}  // namespace

Status CheckFile(const FileCore& core) { return FileCheck(core).Run(); }

Result<std::vector<PageNum>> FindOwnerlessPages(const FileCore& core) {
  return FileCheck(core).Ownerless();
}

}  // namespace redbase::rm
