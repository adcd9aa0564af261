// TextParser: lines of delimited fields to the rows of a batch.
//
// One tuple a line, one field a column, no quoting.  A line may end in CR LF;
// lines without any byte are skipped.  A field may be empty in a string column,
// where it is the empty string.  Blanks around a number do not count.  In a classic
// string the first N bytes are kept; all other values must fit.  Other types have
// the text of type_text.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/batch.h"
#include "common/text.h"

namespace redbase::ql {

// What is wrong with a line.
struct TextProblem {
  const char* where = nullptr;  // in the text
  uint32_t column = 0;          // from 1; 0: the line as a whole
  std::string what;
};

class TextParser {
 public:
  TextParser(const Schema& schema, char delimiter);

  // Parses lines from the front of *text into the empty batch until it is full,
  // and removes them.  False, with *problem set, at the first bad line.
  bool Parse(std::string_view* text, Batch* batch, TextProblem* problem);

  // Values cut since the last call, and where the first of them stood.
  struct Cuts {
    uint64_t count = 0;
    const char* first = nullptr;
    uint32_t column = 0;
  };
  Cuts TakeCuts();

 private:
  struct Field {
    LogicalType type;
    PhysicalType physical;
    Vector* vector;
  };

  bool ParseLine(std::string_view line, size_t row, TextProblem* problem);
  // Parses the field at *p, which ends at `end` at the latest, and leaves *p
  // behind it.
  bool ParseField(size_t column, const char** p, const char* end, size_t row, TextProblem* problem);
  bool ParseInt(const Field& field, const char** p, const char* end, size_t row) const;
  bool ParseReal(const Field& field, const char** p, const char* end, size_t row) const;
  static common::ParseOutcome ParseAsValue(const Field& field, std::string_view text, size_t row);
  bool ParseSlowly(size_t column, std::string_view text, size_t row, TextProblem* problem);
  bool ParseString(size_t column, std::string_view text, size_t row, TextProblem* problem);

  const char delimiter_;
  std::vector<Field> fields_;
  Cuts cuts_;
};

}  // namespace redbase::ql
