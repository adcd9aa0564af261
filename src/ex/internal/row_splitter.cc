#include "ex/internal/row_splitter.h"

#include <algorithm>
#include <utility>

namespace redbase::ex {

namespace {

// Rows that the pieces of one splitter have room for, all together.
constexpr size_t kRoom = 8 * kBatchCapacity;
constexpr size_t kLeastCapacity = 64;

}  // namespace

RowSplitter::RowSplitter(Schema schema, sm::PartitionVector vector)
    : schema_(std::move(schema)),
      vector_(std::move(vector)),
      capacity_(std::clamp(kRoom / vector_.partition_count(), kLeastCapacity, kBatchCapacity)),
      rows_(vector_.partition_count() + 1),
      pieces_(vector_.partition_count() + 1) {}

void RowSplitter::Distribute(const Batch& batch) {
  vector_.PartitionRows(batch, &partitions_);
  found_.clear();
  for (size_t i = 0; i < partitions_.size(); ++i) {
    std::vector<uint16_t>& rows = rows_[partitions_[i]];
    if (rows.empty()) {
      found_.push_back(partitions_[i]);
    }
    rows.push_back(static_cast<uint16_t>(batch.RowAt(i)));
  }
  std::sort(found_.begin(), found_.end());
}

void RowSplitter::Add(Batch* batch, std::vector<Piece>* full) {
  Distribute(*batch);
  // The whole batch may go as it is.
  const bool whole = found_.size() == 1 && pieces_[found_[0]].capacity() == 0 &&
                     batch->column_count() == schema_.size();
  for (const uint32_t partition : found_) {
    if (!whole) {
      Append(*batch, partition, full);
    }
    rows_[partition].clear();
  }
  if (whole) {
    full->push_back({found_[0], std::move(*batch)});
  }
}

void RowSplitter::Append(const Batch& batch, uint32_t partition, std::vector<Piece>* full) {
  std::span<const uint16_t> rows = rows_[partition];
  Batch& piece = pieces_[partition];
  while (!rows.empty()) {
    if (piece.capacity() == 0) {
      // A batch that is not full is likely the only one.
      piece =
          NewPiece(batch.rows() < kBatchCapacity ? std::min(rows.size(), capacity_) : capacity_);
      partial_.push_back(partition);
    }
    const size_t count = std::min(rows.size(), piece.capacity() - piece.rows());
    for (size_t c = 0; c < schema_.size(); ++c) {
      piece.column(c).Gather(batch.column(c), rows.first(count), piece.rows());
    }
    piece.set_rows(piece.rows() + count);
    rows = rows.subspan(count);
    if (piece.rows() == piece.capacity()) {
      full->push_back({partition, std::exchange(piece, Batch())});
      std::erase(partial_, partition);
    }
  }
}

Batch RowSplitter::NewPiece(size_t capacity) {
  Batch piece;
  if (!spare_.empty()) {
    piece = std::move(spare_.back());
    spare_.pop_back();
  }
  piece.Reset(schema_, capacity);
  return piece;
}

void RowSplitter::Flush(std::vector<Piece>* left) {
  std::sort(partial_.begin(), partial_.end());
  for (const uint32_t partition : partial_) {
    left->push_back({partition, std::exchange(pieces_[partition], Batch())});
  }
  partial_.clear();
}

}  // namespace redbase::ex
