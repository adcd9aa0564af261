// RowStore: rows kept in memory column by column, charged to a memory account.
//
// Rows lie densely in chunks of kBatchCapacity, so a row's number names its chunk
// and place.  Runs remember the order of the source: rows that came one after
// another from one morsel.
//
// Not thread-safe: each worker fills its own, then Combine makes them one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/batch.h"
#include "common/memory_account.h"
#include "common/result.h"

namespace redbase::ql {

// chunk * kBatchCapacity + place.
using RowNumber = uint32_t;

struct RowRun {
  uint64_t sequence = 0;
  RowNumber first = 0;
  uint32_t count = 0;
};

class RowStore {
 public:
  RowStore(Schema schema, common::MemoryAccount* memory);

  // The selected rows, with their RIDs if they have any.
  Status Append(const Batch& batch);

  // Of the rows listed, the columns listed, one for each of schema().
  Status AppendColumns(const Batch& batch, std::span<const uint32_t> columns,
                       std::span<const uint16_t> rows);

  // The rows of all parts; runs are in the order of the source.
  // Requires: a sequence occurs in one part only; parts is not empty.
  static RowStore Combine(std::vector<RowStore> parts);
  // Moves rows so that chunk after chunk they are in the order of the source.
  Status PutInOrder();

  const Schema& schema() const { return schema_; }
  size_t row_count() const { return row_count_; }
  const std::vector<Batch>& chunks() const { return chunks_; }
  std::vector<Batch>& chunks() { return chunks_; }
  const std::vector<RowRun>& runs() const { return runs_; }

  // The values of a column at `rows`, to consecutive places of `out`, from `at` on.
  void Gather(size_t column, std::span<const RowNumber> rows, Vector* out, size_t at = 0) const;
  // The same, to the place of `out` that `places` gives for each.
  void Scatter(size_t column, std::span<const RowNumber> rows, std::span<const uint16_t> places,
               Vector* out) const;

 private:
  Status AppendRun(const Batch& batch, uint64_t sequence);
  // Makes a last chunk that has room.
  Status MakeRoom();
  template <typename PlaceOf>
  void Copy(size_t column, std::span<const RowNumber> rows, PlaceOf place_of, Vector* out) const;
  Status Charge(size_t before, size_t after);
  void NoteRun(uint64_t sequence, RowNumber first, uint32_t count);

  Schema schema_;
  common::MemoryAccount* memory_;
  // The last one grows; the others came with parts.
  std::vector<std::unique_ptr<common::MemoryReservation>> reservations_;
  std::vector<Batch> chunks_;
  std::vector<bool> has_nulls_;  // by column
  std::vector<RowRun> runs_;
  size_t row_count_ = 0;
};

}  // namespace redbase::ql
