// UnloggedPages: pages whose content has no log records, but is written and synced before
// anybody relies on it.
//
//     UnloggedPages unlogged(file);
//     ASSIGN_OR_RETURN(const bool unlogged, pages.Next());  // for each fresh page
//     change.Allocate(...); change.Apply(...);               // these are records always
//     unlogged ? change.ApplyUnlogged(...) : change.Apply(...);
//     pages.Add(page);   // after its first such change
//     pages.Finish();    // or the pages are of no use
//
// For bulk loads and index builds, which would write everything twice.  Recovery may find a
// page as Apply has made it, without its content; so before Finish nothing that is logged
// may build on the content, and whoever has not come so far takes the pages back with
// operations that are right for both.  A file of which the log does not have all is never
// made anew from it: a record (kUnloggedContent) says that it is there, first page and name
// being synced before.  Where it is not, it was removed.  Another one (kUnloggedWritten) says
// that pages are on the disk: if redo had to make one of them, it is damaged.
//
// Few pages are cheaper to log than to write and sync: the first ones are.  While somebody
// copies the files all are (WriteAheadLog::BeginCopy).
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "common/result.h"
#include "pf/page_file.h"

namespace redbase::pf {

class UnloggedPages {
 public:
  // The file outlives this.
  explicit UnloggedPages(PageFile& file) : file_(file) {}
  ~UnloggedPages();
  UnloggedPages(const UnloggedPages&) = delete;
  UnloggedPages& operator=(const UnloggedPages&) = delete;

  // Whether the next fresh page may do without records.  Requires: this thread holds no page
  // of the file; as for Finish.
  Result<bool> Next();
  void Add(PageNum page) { pages_.push_back(page); }
  // The pages survive a power cut.
  Status Finish();

 private:
  Status Begin();
  void Note(PageOpCode code, std::span<const std::byte> payload);
  void End();

  PageFile& file_;
  size_t count_ = 0;      // of pages, logged or not
  bool allowed_ = false;  // by the log
  std::vector<PageNum> pages_;
};

}  // namespace redbase::pf
