// PreparedRows: values of a batch on their way to pages: how much heap each row
// takes, with long values already in overflow pages.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/batch.h"
#include "rm/internal/file_core.h"
#include "rm/internal/row_block.h"
#include "tx/transaction.h"

namespace redbase::rm {

class PreparedRows {
 public:
  // The i-th vector of `rows` holds values of file column columns[i].
  // Requires: columns ascend.  Borrows both.
  PreparedRows(FileCore& core, const Batch& rows, std::span<const uint32_t> columns)
      : core_(core), rows_(rows), columns_(columns) {}

  // Measures the rows and writes overflow pages, noted with the transaction.
  Status Prepare(tx::Transaction& transaction);

  size_t count() const { return rows_.selected(); }
  // Heap bytes of each selected row.
  std::span<const uint32_t> heap() const { return heap_; }
  std::span<const uint32_t> columns() const { return columns_; }
  // Adds all columns of as many rows as the block has, from `first` on.
  void AddTo(RowBlockBuilder* builder, size_t first) const;
  // The i-th selected row, a cell for each column.
  std::vector<Cell> Row(size_t i) const;

 private:
  void Measure();
  Status StoreLong(uint32_t column, uint32_t row, tx::Transaction& transaction);
  Status Shrink(uint32_t row, tx::Transaction& transaction);
  std::span<const StoredLong> Longs(uint32_t column, size_t first, size_t count) const;

  FileCore& core_;
  const Batch& rows_;
  std::span<const uint32_t> columns_;
  std::vector<uint32_t> heap_;
  std::vector<StoredLong> longs_;
};

// Writes a value to overflow pages, each noted with the transaction.
Result<LongValue> StoreLongValue(FileCore& core, tx::Transaction& transaction,
                                 std::string_view value);

}  // namespace redbase::rm
