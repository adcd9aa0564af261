// GroupTable: rows with different keys, each once, numbered in the order they were added.
//
//   slots_[hash & mask, +1, ...] = upper half of the hash | group + 1
//
// Linear probing, half of the slots empty.  A whole batch is looked up at a time: its rows
// find a group with the same half of the hash, then their keys are compared with those of
// the groups column by column; those that differ look further.  Nulls are equal.
//
// Not thread-safe.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/batch.h"
#include "common/memory_account.h"
#include "ql/internal/row_store.h"

namespace redbase::ql {

// A number of a group in its table.
using GroupNumber = uint32_t;

// Where a row comes in the order of the source: its sequence and, within that, its number.
struct SourcePlace {
  uint64_t sequence = 0;
  uint64_t row = 0;

  auto operator<=>(const SourcePlace&) const = default;
};

// The places of the rows of a batch: known for each row, or that of the first one.
struct SourcePlaces {
  SourcePlace first;
  std::span<const SourcePlace> each;

  SourcePlace of(size_t row) const {
    return each.empty() ? SourcePlace{first.sequence, first.row + row} : each[row];
  }
};

class GroupTable {
 public:
  // The first `keys` columns of the schema are the keys; the others are kept as they are in
  // the row that a group was added for.
  GroupTable(Schema schema, size_t keys, common::MemoryAccount* memory);

  // The group of each selected row; `columns` are the batch's columns for those of the schema.
  Status FindOrAdd(const Batch& batch, std::span<const uint32_t> columns,
                   const SourcePlaces& places, std::vector<GroupNumber>* groups);

  size_t size() const { return hashes_.size(); }
  // A row for each group; its number is the group's.
  const RowStore& rows() const { return *rows_; }
  uint64_t HashOf(GroupNumber group) const { return hashes_[group]; }
  // Of the row that the group was added for.
  const SourcePlace& PlaceOf(GroupNumber group) const { return places_[group]; }

 private:
  // Room for so many groups more.
  Status Grow(size_t groups);
  Status Charge();
  // Finds a group with the row's hash, or adds one; whether keys must be compared.
  bool Probe(size_t i, const Batch& batch, const SourcePlaces& places, GroupNumber* group);
  // Moves those of candidates_ whose key is another one to pending_.
  void DropUnequal(const Vector& column, size_t key, const Batch& batch,
                   std::span<const GroupNumber> groups);

  const Schema schema_;
  const size_t keys_;
  std::unique_ptr<RowStore> rows_;
  std::unique_ptr<common::MemoryReservation> reservation_;
  std::vector<uint64_t> slots_;
  std::vector<uint64_t> hashes_;     // by group
  std::vector<SourcePlace> places_;  // by group

  // Of the batch in hand, by selected row.
  std::vector<uint64_t> row_hashes_;
  std::vector<uint64_t> row_slots_;
  std::vector<uint16_t> pending_;     // that have no group yet
  std::vector<uint16_t> candidates_;  // whose group may be the right one
  std::vector<uint16_t> new_rows_;
};

}  // namespace redbase::ql
