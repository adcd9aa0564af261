#include "ql/internal/join_keys.h"

#include <bit>
#include <type_traits>
#include <utility>

#include "common/physical_value.h"
#include "ql/internal/key_values.h"

namespace redbase::ql {

namespace {

constexpr uint64_t kHashOfNull = 0x2545F4914F6CDD1DULL;

template <typename T>
void AddHashes(const Batch& batch, uint32_t column, bool first, std::vector<uint64_t>* hashes) {
  const Vector& vector = batch.column(column);
  const T* values = vector.data<T>();
  for (size_t i = 0; i < hashes->size(); ++i) {
    const size_t row = batch.RowAt(i);
    const uint64_t hash = vector.IsValid(row) ? HashOfKey(values[row]) : kHashOfNull;
    uint64_t& out = (*hashes)[i];
    out = first ? hash : MixBits(out ^ std::rotl(hash, 31));
  }
}

template <bool kNullsPass, typename T>
void KeepEqualTyped(const Vector& left, const RowStore& right, uint32_t right_column,
                    RowPairs* pairs) {
  const T* values = left.data<T>();
  size_t kept = 0;
  for (size_t i = 0; i < pairs->size(); ++i) {
    const RowNumber row = pairs->right[i];
    const Vector& column = right.chunks()[row / kBatchCapacity].column(right_column);
    const size_t place = row % kBatchCapacity;
    const size_t left_row = pairs->left[i];
    pairs->left[kept] = pairs->left[i];
    pairs->right[kept] = row;
    bool passes = kNullsPass;
    if (left.IsValid(left_row) && column.IsValid(place)) {
      passes = AreEqualKeys(values[left_row], column.data<T>()[place]);
    }
    kept += passes ? 1 : 0;
  }
  pairs->left.resize(kept);
  pairs->right.resize(kept);
}

template <bool kNullsPass>
void KeepEqualKeys(const Vector& left, const RowStore& right, uint32_t right_column,
                   RowPairs* pairs) {
  WithPhysicalType(left.physical(), [&](auto tag) {
    KeepEqualTyped<kNullsPass, typename decltype(tag)::type>(left, right, right_column, pairs);
  });
}

}  // namespace

void DropNullKeys(std::span<const uint32_t> keys, Batch* batch) {
  for (const uint32_t key : keys) {
    const Vector& column = batch->column(key);
    if (!column.may_have_nulls()) {
      continue;
    }
    std::vector<uint16_t> rows;
    rows.reserve(batch->selected());
    for (size_t i = 0; i < batch->selected(); ++i) {
      if (column.IsValid(batch->RowAt(i))) {
        rows.push_back(static_cast<uint16_t>(batch->RowAt(i)));
      }
    }
    batch->SetSelection(std::move(rows));
  }
}

void HashKeys(std::span<const uint32_t> keys, const Batch& batch, std::vector<uint64_t>* hashes) {
  hashes->resize(batch.selected());
  for (size_t k = 0; k < keys.size(); ++k) {
    WithPhysicalType(batch.column(keys[k]).physical(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      AddHashes<T>(batch, keys[k], k == 0, hashes);
    });
  }
}

void KeepEqual(const Batch& left, uint32_t left_column, const RowStore& right,
               uint32_t right_column, RowPairs* pairs) {
  KeepEqualKeys<false>(left.column(left_column), right, right_column, pairs);
}

void KeepEqualOrNull(const Batch& left, uint32_t left_column, const RowStore& right,
                     uint32_t right_column, RowPairs* pairs) {
  KeepEqualKeys<true>(left.column(left_column), right, right_column, pairs);
}

}  // namespace redbase::ql
