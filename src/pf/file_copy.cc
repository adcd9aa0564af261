#include "pf/file_copy.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "pf/internal/file_header.h"
#include "pf/internal/page_check.h"

namespace redbase::pf {

namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;
// A page that is being written looks damaged, for as long as that takes.
constexpr int kAttempts = 200;
constexpr int64_t kAttemptMicros = 1000;

class FileCopy {
 public:
  FileCopy(common::Env& env, common::File& from, FileId file)
      : env_(env), from_(from), file_(file) {}

  // Nullopt when nothing of the file counts yet.
  Result<std::optional<size_t>> PageSize() {
    Result<size_t> page_size = ReadPageSize(from_);
    for (int i = 0; i < kAttempts && !page_size.ok(); ++i) {
      ASSIGN_OR_RETURN(const bool begun, IsBegun());
      if (!begun) {
        return std::optional<size_t>();
      }
      env_.SleepMicros(kAttemptMicros);
      page_size = ReadPageSize(from_);
    }
    return page_size.ok() ? Result<std::optional<size_t>>(*page_size)
                          : std::move(page_size).status();
  }

  // Reads the page again until it is whole.
  Status MakeWhole(PageNum page, MutablePage bytes) {
    Status whole = Check(page, bytes);
    for (int i = 0; i < kAttempts && !whole.ok(); ++i) {
      env_.SleepMicros(kAttemptMicros);
      RETURN_IF_ERROR(from_.Read(static_cast<uint64_t>(page) * bytes.size(), bytes));
      whole = Check(page, bytes);
    }
    return whole;
  }

 private:
  Status Check(PageNum page, PageView bytes) const {
    Status whole = CheckPage(from_.path(), file_, page, bytes);
    return !whole.ok() && IsAllZero(bytes) ? Status() : whole;
  }
  // Whether the file's first page was written.
  Result<bool> IsBegun() {
    std::vector<std::byte> start(kMinPageSize);
    ASSIGN_OR_RETURN(const size_t got, from_.ReadSome(0, start));
    return !IsAllZero(std::span(start).first(got));
  }

  common::Env& env_;
  common::File& from_;
  const FileId file_;
};

}  // namespace

Status CopyPageFile(common::Env& env, const std::string& from, const std::string& to, FileId file,
                    const common::CancelToken* cancel) {
  ASSIGN_OR_RETURN(const auto source, env.Open(from, common::OpenMode::kRead));
  ASSIGN_OR_RETURN(const auto target, env.Open(to, common::OpenMode::kCreate));
  FileCopy copy(env, *source, file);
  ASSIGN_OR_RETURN(const std::optional<size_t> page_size, copy.PageSize());
  if (!page_size) {
    return target->Sync();  // redo makes the file
  }
  ASSIGN_OR_RETURN(const uint64_t bytes, source->Size());
  const uint64_t pages = bytes / *page_size;
  const uint64_t pages_at_a_time = std::max<uint64_t>(kPieceBytes / *page_size, 1);
  std::vector<std::byte> buffer(std::min(pages_at_a_time, pages) * *page_size);
  for (uint64_t first = 0; first < pages; first += pages_at_a_time) {
    if (cancel != nullptr) {
      RETURN_IF_ERROR(cancel->Check());
    }
    const uint64_t count = std::min(pages_at_a_time, pages - first);
    const auto piece = std::span(buffer).first(count * *page_size);
    RETURN_IF_ERROR(source->Read(first * *page_size, piece));
    for (uint64_t i = 0; i < count; ++i) {
      RETURN_IF_ERROR(copy.MakeWhole(PageNum{static_cast<uint32_t>(first + i)},
                                     piece.subspan(i * *page_size, *page_size)));
    }
    RETURN_IF_ERROR(target->Write(first * *page_size, piece));
  }
  return target->Sync();
}

}  // namespace redbase::pf
