#include "ql/internal/group_table.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "common/physical_value.h"
#include "ql/internal/join_keys.h"
#include "ql/internal/key_values.h"

namespace redbase::ql {

namespace {

constexpr int kTagShift = 32;
constexpr uint64_t kGroupMask = (uint64_t{1} << kTagShift) - 1;
constexpr size_t kFewestSlots = 1024;

uint64_t SlotFor(uint64_t hash, size_t group) {
  return (hash & ~kGroupMask) | static_cast<uint64_t>(group + 1);
}

}  // namespace

GroupTable::GroupTable(Schema schema, size_t keys, common::MemoryAccount* memory)
    : schema_(std::move(schema)),
      keys_(keys),
      rows_(std::make_unique<RowStore>(schema_, memory)),
      reservation_(std::make_unique<common::MemoryReservation>(memory)) {}

Status GroupTable::Charge() {
  return reservation_->Resize((slots_.capacity() + hashes_.capacity()) * sizeof(uint64_t) +
                              places_.capacity() * sizeof(SourcePlace));
}

Status GroupTable::Grow(size_t groups) {
  const size_t wanted = std::bit_ceil(std::max(kFewestSlots, 2 * (size() + groups)));
  if (wanted <= slots_.size()) {
    return {};
  }
  RETURN_IF_ERROR(reservation_->Resize(reservation_->bytes() + wanted * sizeof(uint64_t)));
  std::vector<uint64_t>(wanted, 0).swap(slots_);
  const uint64_t mask = wanted - 1;
  for (size_t group = 0; group < hashes_.size(); ++group) {
    uint64_t slot = hashes_[group] & mask;
    while (slots_[slot] != 0) {
      slot = (slot + 1) & mask;
    }
    slots_[slot] = SlotFor(hashes_[group], group);
  }
  return Charge();
}

Status GroupTable::FindOrAdd(const Batch& batch, std::span<const uint32_t> columns,
                             const SourcePlaces& places, std::vector<GroupNumber>* groups) {
  const size_t count = batch.selected();
  groups->resize(count);
  RETURN_IF_ERROR(Grow(count));
  HashKeys(columns.first(keys_), batch, &row_hashes_);
  row_slots_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    row_slots_[i] = row_hashes_[i] & (slots_.size() - 1);
  }
  pending_.resize(count);
  std::iota(pending_.begin(), pending_.end(), uint16_t{0});
  while (!pending_.empty()) {
    candidates_.clear();
    new_rows_.clear();
    for (const uint16_t i : pending_) {
      if (Probe(i, batch, places, &(*groups)[i])) {
        candidates_.push_back(i);
      }
    }
    RETURN_IF_ERROR(rows_->AppendColumns(batch, columns, new_rows_));
    pending_.clear();
    for (size_t k = 0; k < keys_; ++k) {
      DropUnequal(batch.column(columns[k]), k, batch, *groups);
    }
    // In the order of the rows, so that groups are added in it.
    std::sort(pending_.begin(), pending_.end());
    for (const uint16_t i : pending_) {
      row_slots_[i] = (row_slots_[i] + 1) & (slots_.size() - 1);
    }
  }
  return Charge();
}

bool GroupTable::Probe(size_t i, const Batch& batch, const SourcePlaces& places,
                       GroupNumber* group) {
  const uint64_t mask = slots_.size() - 1;
  const uint64_t hash = row_hashes_[i];
  for (uint64_t slot = row_slots_[i];; slot = (slot + 1) & mask) {
    const uint64_t entry = slots_[slot];
    if (entry == 0) {
      *group = static_cast<GroupNumber>(hashes_.size());
      slots_[slot] = SlotFor(hash, hashes_.size());
      hashes_.push_back(hash);
      const size_t row = batch.RowAt(i);
      places_.push_back(places.of(row));
      new_rows_.push_back(static_cast<uint16_t>(row));
      return false;
    }
    if ((entry >> kTagShift) == (hash >> kTagShift)) {
      *group = static_cast<GroupNumber>((entry & kGroupMask) - 1);
      row_slots_[i] = slot;
      return true;
    }
  }
}

void GroupTable::DropUnequal(const Vector& column, size_t key, const Batch& batch,
                             std::span<const GroupNumber> groups) {
  const std::vector<Batch>& chunks = rows_->chunks();
  WithPhysicalType(column.physical(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* const values = column.data<T>();
    size_t kept = 0;
    for (const uint16_t i : candidates_) {
      const size_t row = batch.RowAt(i);
      const Vector& group_keys = chunks[groups[i] / kBatchCapacity].column(key);
      const size_t place = groups[i] % kBatchCapacity;
      const bool valid = column.IsValid(row);
      const bool equal =
          valid == group_keys.IsValid(place) &&
          (!valid || AreEqualKeys(values[row], group_keys.template data<T>()[place]));
      if (equal) {
        candidates_[kept++] = i;
      } else {
        pending_.push_back(i);
      }
    }
    candidates_.resize(kept);
  });
}

}  // namespace redbase::ql
