// TextFile: a load file, read in ranges of whole lines.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/env.h"
#include "common/memory_account.h"
#include "common/result.h"

namespace redbase::ql {

// Whole lines of a file, in memory.
class TextLines {
 public:
  explicit TextLines(common::MemoryAccount* memory) : reservation_(memory) {}

  std::string_view text() const { return text_; }
  // Where text() begins in the file.
  uint64_t offset() const { return offset_; }

 private:
  friend class TextFile;

  common::MemoryReservation reservation_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t size_ = 0;
  std::string_view text_;
  uint64_t offset_ = 0;
};

class TextFile {
 public:
  // `path` is what messages call the file, `location` where it is.
  static Result<std::unique_ptr<TextFile>> Open(common::Env& env, std::string path,
                                                const std::string& location);

  uint64_t range_count() const;
  // The lines that begin in range `number` of the file; perhaps none.
  Status Read(uint64_t number, TextLines* lines);

  // "SM warning: invalid data file: PATH: line N, column C: PROBLEM", for the line
  // that holds the byte at `offset`.  Without a column when it is 0.
  Status Invalid(uint64_t offset, uint32_t column, const std::string& problem);
  // "line N, column C".
  Result<std::string> Place(uint64_t offset, uint32_t column);

 private:
  TextFile(std::string path, std::unique_ptr<common::File> file, uint64_t size)
      : path_(std::move(path)), file_(std::move(file)), size_(size) {}

  Status Grow(size_t capacity, TextLines* lines) const;
  Status ReadMore(size_t count, TextLines* lines);
  // Reads on until a line ends or the file does.
  Status CompleteLine(TextLines* lines);
  Result<uint64_t> LineNumber(uint64_t offset);
  Status Annotated(Status status) const;

  const std::string path_;
  const std::unique_ptr<common::File> file_;
  const uint64_t size_;
};

}  // namespace redbase::ql
