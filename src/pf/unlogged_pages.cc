#include "pf/unlogged_pages.h"

#include <string>

#include "common/bytes.h"
#include "common/env.h"
#include "pf/buffer_pool.h"
#include "pf/internal/file_header.h"
#include "pf/internal/file_state.h"
#include "pf/internal/frame_table.h"

namespace redbase::pf {

UnloggedPages::~UnloggedPages() { End(); }

Result<bool> UnloggedPages::Next() {
  if (!allowed_ && count_++ >= file_.log().logged_first()) {
    allowed_ = file_.log().BeginUnlogged();
    if (allowed_) {
      RETURN_IF_ERROR(Begin());
    }
  }
  return allowed_;
}

Status UnloggedPages::Begin() {
  RETURN_IF_ERROR(file_.Flush());
  RETURN_IF_ERROR(file_.pool().env().SyncDirectory(common::DirectoryOf(file_.path())));
  file_.ForgetMade(kHeaderPage);
  Note(kUnloggedContent, {});
  return {};
}

void UnloggedPages::Note(PageOpCode code, std::span<const std::byte> payload) {
  std::string group;
  AppendLogRecord({file_.id(), kNoPage, code, 0, static_cast<uint32_t>(payload.size())}, payload,
                  &group);
  file_.log().Append(AsBytes(group));
}

void UnloggedPages::End() {
  if (allowed_) {
    file_.log().EndUnlogged();
    allowed_ = false;
  }
}

Status UnloggedPages::Finish() {
  if (allowed_) {
    RETURN_IF_ERROR(file_.Flush());
    for (const PageNum page : pages_) {
      file_.ForgetMade(page);
    }
    Note(kUnloggedWritten, std::as_bytes(std::span(pages_)));
  }
  pages_.clear();
  End();
  return {};
}

}  // namespace redbase::pf
