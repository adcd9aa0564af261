#include "ql/internal/text_file.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace redbase::ql {

namespace {

constexpr uint64_t kRangeBytes = uint64_t{1} << 20;
constexpr size_t kStep = size_t{64} << 10;
// A line longer than this is no line of a load file.
constexpr size_t kLongestLine = size_t{64} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr const char* kInvalid = "SM warning: invalid data file: ";

}  // namespace

Result<std::unique_ptr<TextFile>> TextFile::Open(common::Env& env, std::string path,
                                                 const std::string& location) {
  const Result<common::FileInfo> info = env.Stat(location);
  if (!info.ok()) {
    return Status(info.status().code(), kInvalid + info.status().message());
  }
  if (!info->is_regular) {
    return Status(
        Code::kInvalidArgument,
        kInvalid + path + (info->is_directory ? ": is a directory" : ": is not a regular file"));
  }
  Result<std::unique_ptr<common::File>> file = env.Open(location, common::OpenMode::kRead);
  if (!file.ok()) {
    return Status(file.status().code(), kInvalid + file.status().message());
  }
  struct Makeable : TextFile {
    Makeable(std::string p, std::unique_ptr<common::File> f, uint64_t s)
        : TextFile(std::move(p), std::move(f), s) {}
  };
  ASSIGN_OR_RETURN(const uint64_t size, (*file)->Size());
  return std::unique_ptr<TextFile>(
      std::make_unique<Makeable>(std::move(path), std::move(*file), size));
}

uint64_t TextFile::range_count() const { return (size_ + kRangeBytes - 1) / kRangeBytes; }

Status TextFile::Read(uint64_t number, TextLines* lines) {
  const uint64_t begin = number * kRangeBytes;
  const uint64_t end = std::min(begin + kRangeBytes, size_);
  // The byte before tells whether a line begins with the range.
  lines->offset_ = begin == 0 ? 0 : begin - 1;
  lines->size_ = 0;
  lines->text_ = {};
  RETURN_IF_ERROR(ReadMore(end - lines->offset_, lines));
  size_t first = 0;
  if (begin > 0) {
    const void* newline = std::memchr(lines->buffer_.get(), '\n', lines->size_);
    if (newline == nullptr) {
      return {};
    }
    first = static_cast<size_t>(static_cast<const char*>(newline) - lines->buffer_.get()) + 1;
  }
  if (first == lines->size_) {
    return {};
  }
  RETURN_IF_ERROR(CompleteLine(lines));
  if (begin == 0 &&
      std::string_view(lines->buffer_.get(), lines->size_).starts_with(kByteOrderMark)) {
    first = kByteOrderMark.size();
  }
  lines->text_ = {lines->buffer_.get() + first, lines->size_ - first};
  lines->offset_ += first;
  const void* nul = std::memchr(lines->text_.data(), 0, lines->text_.size());
  if (nul != nullptr) {
    const auto place = static_cast<size_t>(static_cast<const char*>(nul) - lines->text_.data());
    return Invalid(lines->offset_ + place, 0, "holds a zero byte: not a text file");
  }
  return {};
}

Status TextFile::Grow(size_t capacity, TextLines* lines) const {
  if (capacity <= lines->capacity_) {
    return {};
  }
  capacity = std::max(capacity, lines->capacity_ + lines->capacity_ / 2);
  RETURN_IF_ERROR(lines->reservation_.Resize(capacity));
  auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
  if (lines->size_ > 0) {
    std::memcpy(buffer.get(), lines->buffer_.get(), lines->size_);
  }
  lines->buffer_ = std::move(buffer);
  lines->capacity_ = capacity;
  return {};
}

Status TextFile::ReadMore(size_t count, TextLines* lines) {
  RETURN_IF_ERROR(Grow(lines->size_ + count, lines));
  const std::span<char> to(lines->buffer_.get() + lines->size_, count);
  RETURN_IF_ERROR(
      Annotated(file_->Read(lines->offset_ + lines->size_, std::as_writable_bytes(to))));
  lines->size_ += count;
  return {};
}

Status TextFile::CompleteLine(TextLines* lines) {
  size_t searched = lines->size_ - 1;
  while (true) {
    const char* from = lines->buffer_.get() + searched;
    const void* newline = std::memchr(from, '\n', lines->size_ - searched);
    if (newline != nullptr) {
      lines->size_ =
          static_cast<size_t>(static_cast<const char*>(newline) - lines->buffer_.get()) + 1;
      return {};
    }
    searched = lines->size_;
    const uint64_t left = size_ - lines->offset_ - lines->size_;
    if (left == 0) {
      return {};
    }
    if (lines->size_ > kLongestLine) {
      return Invalid(lines->offset_ + lines->size_ - 1, 0, "is longer than 64 MB");
    }
    RETURN_IF_ERROR(ReadMore(static_cast<size_t>(std::min<uint64_t>(left, kStep)), lines));
  }
}

Status TextFile::Invalid(uint64_t offset, uint32_t column, const std::string& problem) {
  ASSIGN_OR_RETURN(const std::string place, Place(offset, column));
  return {Code::kInvalidArgument, kInvalid + path_ + ": " + place + ": " + problem};
}

Result<std::string> TextFile::Place(uint64_t offset, uint32_t column) {
  ASSIGN_OR_RETURN(const uint64_t line, LineNumber(offset));
  std::string place = "line " + std::to_string(line);
  if (column != 0) {
    place += ", column " + std::to_string(column);
  }
  return place;
}

// Lines are counted only when somebody wants to know.
Result<uint64_t> TextFile::LineNumber(uint64_t offset) {
  const auto buffer = std::make_unique_for_overwrite<char[]>(kRangeBytes);
  uint64_t line = 1;
  for (uint64_t done = 0; done < offset;) {
    const auto count = static_cast<size_t>(std::min(kRangeBytes, offset - done));
    const std::span<char> piece(buffer.get(), count);
    RETURN_IF_ERROR(Annotated(file_->Read(done, std::as_writable_bytes(piece))));
    line += static_cast<uint64_t>(std::count(piece.begin(), piece.end(), '\n'));
    done += count;
  }
  return line;
}

Status TextFile::Annotated(Status status) const {
  return std::move(status).Annotate("data file " + path_);
}

}  // namespace redbase::ql
