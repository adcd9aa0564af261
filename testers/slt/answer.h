// Answer: what a query has given, in the text form of logic tests, and how that is
// compared with what a record expects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/value.h"
#include "testers/slt/record.h"

namespace redbase::slt {

using Row = std::vector<std::string>;

// A value in the form for the column type T, I or R.
std::string TextOf(const Value& value, TypeId type, char form);

class Answer {
 public:
  // Sorts the rows, or their values.
  Answer(std::vector<Row> rows, SortMode sort);

  // Whether these are the lines that a record expects.
  bool Matches(const std::vector<std::string>& expected) const;
  // The lines to expect: rows with tabs between the values; hashed when there are more
  // than `hash_threshold` values, unless that is 0.
  std::vector<std::string> Lines(uint64_t hash_threshold) const;
  // `N values hashing to MD5`.
  std::string Hash() const;

 private:
  // The rows that the lines are when each is a whole row; none when that cannot be.
  std::vector<Row> WholeRows(const std::vector<std::string>& lines) const;

  std::vector<Row> rows_;  // sorted by value: rows of one value
  SortMode sort_;
};

}  // namespace redbase::slt
