// Record: one entry of a logic test, a file in the format of sqllogictest.
//
// Records are separated by empty lines; lines that begin with # are comments.
//
//   statement ok                          the lines below it are one statement
//   statement error [PATTERN]             it is refused; see below
//   statement count N                     it changes N rows
//   query TYPES [SORT] [LABEL]            it gives rows:
//   ----                                  those behind this line
//   halt                                  ends the file
//   hash-threshold N                      --update hashes results of more values
//   loop NAME FIRST END  ...  endloop     again with ${NAME} = FIRST ... END - 1
//   skipif NAME, onlyif NAME              before a record: whether it counts
//
// TYPES has a letter for each column: T (text), I (integer), R (real, three decimals).
// SORT is nosort, rowsort or valuesort.  Queries of one LABEL give the same values.
// Expected rows are written value for value, one a line, or row for row, values
// separated by a tab or, without a tab in the line, by blanks; or as
// `N values hashing to MD5`.  Values are NULL, (empty), or text with @ for each
// character that cannot be printed.
//
// PATTERN is an extended regular expression in any case of letters.  Without one, any
// error but a syntax error will do, so that no statement is refused for being unknown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace redbase::slt {

enum class RecordKind : uint8_t {
  kStatement,
  kQuery,
  kHalt,
  kHashThreshold,
  kLoop,
  kEndLoop,
};

enum class Expectation : uint8_t { kOk, kError, kCount };

enum class SortMode : uint8_t { kNone, kRows, kValues };

struct Record {
  RecordKind kind = RecordKind::kStatement;
  size_t line = 0;  // of its first word, from 1
  std::vector<std::string> skip_if;
  std::vector<std::string> only_if;
  std::string sql;

  Expectation expectation = Expectation::kOk;
  std::string pattern;
  // What `statement count` or `hash-threshold` says.
  uint64_t count = 0;

  std::string types;
  SortMode sort = SortMode::kNone;
  std::string label;
  std::vector<std::string> expected;
  // The lines of the file, from 0, that `expected` was and is to be.
  size_t expected_begin = 0;
  size_t expected_end = 0;

  std::string variable;
  int64_t first = 0;
  int64_t end = 0;
};

std::vector<std::string> SplitLines(std::string_view text);

// kSyntax, `line N: what`, for what is not as above.
Result<std::vector<Record>> ParseRecords(const std::vector<std::string>& lines);

}  // namespace redbase::slt
