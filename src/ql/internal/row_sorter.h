// RowSorter: rows of one worker, kept in memory and sorted, with their place in the source's
// order.
//
// With a limit it keeps about twice as many rows as are wanted: the others are dropped, and
// then rows that come behind the last one kept are not taken in any more.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "common/memory_account.h"
#include "ql/internal/row_store.h"
#include "ql/internal/sort_order.h"

namespace redbase::ql {

// A row with the prefix of its keys.
struct SortEntry {
  SortPrefix prefix;
  RowNumber row = 0;
  uint32_t run = 0;  // names the sequence it came with
};

class RowSorter {
 public:
  // `order` outlives it.
  RowSorter(const Schema& schema, const SortOrder& order, std::optional<uint64_t> limit,
            common::MemoryAccount* memory);

  // Batches come with ascending sequences.
  Status Add(Batch* batch);
  // By key, then in the order they came.
  Status Sort();

  const std::vector<SortEntry>& entries() const { return entries_; }
  uint64_t SequenceOf(const SortEntry& entry) const { return sequences_[entry.run]; }
  RowStore& rows() { return *rows_; }

 private:
  // Shrinks the selection of `batch`, and prefixes_, to rows that may be among the first.
  void DropLateRows(Batch* batch);
  // Keeps the first rows only.
  Status Cut();
  bool Precedes(const SortEntry& a, const SortEntry& b) const;
  Status Charge(size_t scratch);

  const Schema schema_;
  const SortOrder& order_;
  const std::optional<uint64_t> limit_;
  common::MemoryAccount* const memory_;
  std::unique_ptr<RowStore> rows_;
  std::vector<SortEntry> entries_;
  std::vector<uint64_t> sequences_;  // by run
  std::unique_ptr<common::MemoryReservation> reservation_;
  std::vector<SortPrefix> prefixes_;  // of the batch in hand
  std::optional<SortPrefix> last_;    // of the last row that is wanted
};

}  // namespace redbase::ql
