// RowSplitter: the rows of a batch by the partitions they belong to.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/batch.h"
#include "sm/partition_vector.h"

namespace redbase::ex {

// Rows of one batch that belong together.
struct Piece {
  uint32_t partition = 0;
  Batch rows;
};

// One thread at a time.
class RowSplitter {
 public:
  // `schema` is that of the pieces: the batches' columns, or the first of them.
  RowSplitter(Schema schema, sm::PartitionVector vector)
      : schema_(std::move(schema)), vector_(std::move(vector)) {}

  // The selected rows, in pieces with ascending partitions; order is kept.
  // Takes the contents of the batch where it can.
  std::vector<Piece> Split(Batch* batch);

 private:
  // Copies of the rows `rows` of a batch.
  Batch Copy(const Batch& batch, std::span<const uint16_t> rows) const;

  Schema schema_;
  sm::PartitionVector vector_;
  // Kept from call to call: of each row its partition; of each partition its
  // rows; partitions that have any.
  std::vector<uint32_t> partitions_;
  std::vector<std::vector<uint16_t>> rows_;
  std::vector<uint32_t> found_;
};

}  // namespace redbase::ex
