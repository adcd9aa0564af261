// ClassicPrinter: rows as the classic table.
//
//     studentid   name                    gpa
//     ------------------------------------------------
//     1001        Ada Berg                3.900000
//
//     1 tuple(s).
//
// A column of numbers or dates is max(12, length of its name, longest value and a
// blank) characters wide, a string column min(its length, 53).  An int is shorter
// than 12, a real is shown with six decimals however long, and an interval has room
// for years of two digits.  Other values are in the form of type_text.h.  A name that is not
// shorter than that is followed by one blank, and both make the width.  Values are padded to the
// width; a longer one is whole and followed by one blank, but for strings of columns beyond 53
// bytes, which print 50 bytes at most and "..".
//
// Immutable, so thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/batch.h"
#include "common/schema.h"

namespace redbase::main {

class ClassicPrinter {
 public:
  explicit ClassicPrinter(const Schema& schema);

  // The names and the line of dashes.
  void AppendHeader(std::string* out) const;
  // The selected rows, a line each.  Requires: the batch has the schema's columns,
  // perhaps followed by others.
  void AppendRows(const Batch& batch, std::string* out) const;
  // An empty line, then "K tuple(s).".
  static void AppendFooter(uint64_t rows, std::string* out);

 private:
  struct Cell {
    std::string name;
    size_t width = 0;
    bool cut = false;  // long values are shortened
  };

  static void AppendValue(const Cell& cell, const Vector& vector, size_t row, std::string* out);

  std::vector<Cell> cells_;
};

// Characters that `text` shows: bytes that do not continue a UTF-8 sequence.
size_t ShownLength(std::string_view text);

}  // namespace redbase::main
