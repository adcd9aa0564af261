// TableSource: a table whose rows follow from their numbers, and the files of several.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/random.h"
#include "common/result.h"
#include "testers/generate/row_writer.h"

namespace redbase::generate {

struct TableSource {
  std::string name;
  // How many times `append` is to be called, with 0, 1, 2 ...
  uint64_t units = 0;
  // Writes the rows of one unit; depends on nothing but its number, and may be called
  // from several threads.
  std::function<void(uint64_t unit, RowWriter* out)> append;
};

// The random numbers of one row: others than those of any other row or table.
Random RandomOf(uint64_t seed, uint64_t table, uint64_t row);

// `base` rows at scale 1; at least one.
uint64_t Scaled(double scale, uint64_t base);

struct FileOptions {
  std::string folder;  // made when there is none
  char separator = '|';
  std::vector<std::string> only;  // names of tables; empty: all
  unsigned threads = 0;           // 0: one for each processor; the files are the same
};

// Writes FOLDER/TABLE.tbl for each table.  kNotFound when `only` names another one.
Status WriteTables(const std::vector<TableSource>& tables, const FileOptions& options);

}  // namespace redbase::generate
