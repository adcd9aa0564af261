#include "ex/internal/row_splitter.h"

#include <algorithm>
#include <utility>

namespace redbase::ex {

Batch RowSplitter::Copy(const Batch& batch, std::span<const uint16_t> rows) const {
  Batch copy(schema_, rows.size());
  for (size_t c = 0; c < schema_.size(); ++c) {
    copy.column(c).Gather(batch.column(c), rows, 0);
  }
  copy.set_rows(rows.size());
  copy.set_sequence(batch.sequence());
  return copy;
}

std::vector<Piece> RowSplitter::Split(Batch* batch) {
  vector_.PartitionRows(*batch, &partitions_);
  rows_.resize(vector_.partition_count() + 1);
  found_.clear();
  for (size_t i = 0; i < partitions_.size(); ++i) {
    std::vector<uint16_t>& rows = rows_[partitions_[i]];
    if (rows.empty()) {
      found_.push_back(partitions_[i]);
    }
    rows.push_back(static_cast<uint16_t>(batch->RowAt(i)));
  }
  std::sort(found_.begin(), found_.end());
  std::vector<Piece> pieces;
  if (found_.size() == 1 && batch->column_count() == schema_.size()) {
    pieces.push_back({found_[0], std::move(*batch)});
  } else {
    for (const uint32_t partition : found_) {
      pieces.push_back({partition, Copy(*batch, rows_[partition])});
    }
  }
  for (const uint32_t partition : found_) {
    rows_[partition].clear();
  }
  return pieces;
}

}  // namespace redbase::ex
