// PageFile::Check and CheckPagesOnDisk.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pf/internal/file_header.h"
#include "pf/internal/file_state.h"
#include "pf/internal/page_check.h"
#include "pf/internal/page_ops.h"
#include "pf/page_file.h"

namespace redbase::pf {

namespace {

// Of a file that is damaged all over, more would tell nobody more.
constexpr uint32_t kMostPagesNamed = 20;

// The damaged pages of one file, on their way into a report.
class DamagedPages {
 public:
  DamagedPages(std::string path, common::CheckReport* report)
      : path_(std::move(path)), report_(report) {}

  void Note(Status outcome) {
    ++report_->pages;
    if (!outcome.ok() && ++damaged_ <= kMostPagesNamed) {
      report_->Note(std::move(outcome));
    }
  }
  void End() {
    if (damaged_ > kMostPagesNamed) {
      report_->Note(
          {Code::kCorruption,
           path_ + ": and " + std::to_string(damaged_ - kMostPagesNamed) + " more damaged pages"});
    }
  }
  bool any() const { return damaged_ > 0; }

 private:
  const std::string path_;
  common::CheckReport* const report_;
  uint64_t damaged_ = 0;
};

// Follows the free chain through `free`, all pages of that kind.
Status CheckFreeChain(PageFile& file, const FileState& state, const FileHeader& header,
                      std::set<PageNum> free) {
  PageNum next = header.free_head;
  for (uint32_t i = 0; i < header.free_count; ++i) {
    ASSIGN_OR_RETURN(const PinnedPage page, file.Read(next));
    if (ReadPageHeader(page.bytes()).kind != PageKind::kFree) {
      return PageError(state, next, Code::kCorruption, "in the free chain, but in use");
    }
    if (free.erase(next) == 0) {
      return PageError(state, next, Code::kCorruption, "twice in the free chain");
    }
    next = NextFree(page.bytes());
  }
  if (next != kNoPage) {
    return PageError(state, next, Code::kCorruption,
                     "in the free chain after its " + std::to_string(header.free_count) + " pages");
  }
  return free.empty() ? Status()
                      : PageError(state, *free.begin(), Code::kCorruption,
                                  "free, but not in the free chain");
}

}  // namespace

void PageFile::Check(common::CheckReport* report) {
  DamagedPages damaged(path(), report);
  std::set<PageNum> free;
  const uint32_t count = page_count();
  for (uint32_t number = 1; number < count; ++number) {
    const Result<PinnedPage> page = Read(PageNum{number}, Access::kScan);
    damaged.Note(page.status());
    if (page.ok() && ReadPageHeader(page->bytes()).kind == PageKind::kFree) {
      free.insert(PageNum{number});
    }
  }
  const Result<PinnedPage> first = Read(kHeaderPage);
  damaged.Note(first.status());
  damaged.End();
  if (!first.ok()) {
    return;
  }
  const FileHeader header = ReadFileHeader(first->bytes());
  const Status identity = CheckIdentity(*state_, header);
  report->Note(identity);
  if (identity.ok() && !damaged.any()) {
    report->Note(CheckFreeChain(*this, *state_, header, std::move(free)));
  }
}

void CheckPagesOnDisk(common::Env& env, const std::string& path, FileId file,
                      common::CheckReport* report) {
  const Result<std::unique_ptr<common::File>> opened = env.Open(path, common::OpenMode::kRead);
  const Result<size_t> page_size =
      opened.ok() ? ReadPageSize(**opened) : Result<size_t>(opened.status());
  if (!page_size.ok()) {
    report->Note(page_size.status());
    return;
  }
  DamagedPages damaged(path, report);
  std::vector<std::byte> page(*page_size);
  uint32_t count = 1;
  for (uint32_t number = 0; number < count; ++number) {
    const uint64_t offset = uint64_t{number} * page.size();
    Status outcome = (*opened)->Read(offset, page);
    if (outcome.ok()) {
      outcome = CheckPage(path, file, PageNum{number}, page);
    } else {
      outcome = PageError(path, PageNum{number}, outcome.code(), outcome.message());
    }
    // Without a whole header nobody knows how many pages there should be.
    if (number == 0 && outcome.ok()) {
      count = ReadFileHeader(page).pages;
    } else if (number == 0) {
      const Result<uint64_t> bytes = (*opened)->Size();
      count = bytes.ok() ? static_cast<uint32_t>(*bytes / page.size()) : 1;
    }
    damaged.Note(std::move(outcome));
  }
  damaged.End();
}

}  // namespace redbase::pf
