// Column: one column of generated values, the same for the same seed.
//
// A specification is a comma-separated list, one entry per column:
//
//   seq[:START[:STEP]]     1, 2, 3, ... by default
//   perm                   0 to rows - 1, each once, in a scattered order
//   int:LOW:HIGH           uniform
//   skew:LOW:HIGH          LOW is frequent, HIGH is rare
//   float:LOW:HIGH         uniform, four decimals
//   string:LENGTH          lower-case letters
//   string:SHORTEST:LONGEST
//   words:COUNT            one of COUNT pronounceable words
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace redbase::generate {

class Column {
 public:
  virtual ~Column() = default;

  // Appends the text of the next row's value.
  virtual void Append(std::string* out) = 0;

  // The classic type, as create table takes it: i, f or cN.
  virtual std::string Type() const = 0;
};

struct Table {
  std::vector<std::unique_ptr<Column>> columns;

  // `create table NAME (c0 = i, ...);`
  std::string CreateStatement(const std::string& name) const;

  // Appends a line of the load file.
  void AppendRow(std::string* out);
};

// kInvalidArgument, naming the entry, for a specification that is not as above.
Result<Table> ParseColumns(std::string_view specification, uint64_t rows, uint64_t seed);

}  // namespace redbase::generate
