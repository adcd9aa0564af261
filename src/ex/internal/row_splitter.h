// RowSplitter: gathers the rows of batches by the partitions they belong to.
//
// Rows are copied to one batch a partition, which is given out when it is full.
// Of many partitions each has a smaller batch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/batch.h"
#include "sm/partition_vector.h"

namespace redbase::ex {

// Rows that belong together.
struct Piece {
  uint32_t partition = 0;
  Batch rows;
};

// One thread at a time.
class RowSplitter {
 public:
  // `schema` is that of the pieces: the batches' columns, or the first of them.
  RowSplitter(Schema schema, sm::PartitionVector vector);

  // Adds the selected rows; appends the pieces that are full.  Takes the contents
  // of the batch where it can.
  void Add(Batch* batch, std::vector<Piece>* full);
  // Appends the pieces that are left, by partition.
  void Flush(std::vector<Piece>* left);
  // No rows wait for Flush.
  bool empty() const { return partial_.empty(); }
  // Memory to use again.
  void Recycle(Batch batch) { spare_.push_back(std::move(batch)); }

 private:
  void Distribute(const Batch& batch);
  // Rows listed in rows_ of one partition.
  void Append(const Batch& batch, uint32_t partition, std::vector<Piece>* full);
  Batch NewPiece(size_t capacity);

  Schema schema_;
  sm::PartitionVector vector_;
  size_t capacity_;
  // Rows of the batch at hand, by partition; the partitions that have any.
  std::vector<uint32_t> partitions_;
  std::vector<std::vector<uint16_t>> rows_;
  std::vector<uint32_t> found_;
  // Pieces that are not full; capacity 0: none.  Partitions that have one.
  std::vector<Batch> pieces_;
  std::vector<uint32_t> partial_;
  std::vector<Batch> spare_;
};

}  // namespace redbase::ex
