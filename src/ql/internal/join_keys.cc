#include "ql/internal/join_keys.h"

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

// The hash of short strings is faster when it is inlined.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/physical_value.h"

namespace redbase::ql {

namespace {

// The finalizer of MurmurHash3: every bit of the key moves every bit of the hash.
uint64_t Mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xFF51AFD7ED558CCDULL;
  x ^= x >> 33;
  x *= 0xC4CEB9FE1A85EC53ULL;
  return x ^ (x >> 33);
}

template <typename T>
uint64_t BitsOf(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) {
      value = std::numeric_limits<T>::quiet_NaN();
    }
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    return std::bit_cast<Bits>(value + T{0});  // -0 + 0 is 0
  } else {
    return static_cast<uint64_t>(static_cast<int64_t>(value));
  }
}

template <typename T>
uint64_t HashOf(const T& value) {
  return Mix(BitsOf(value) + 0x9E3779B97F4A7C15ULL);
}
uint64_t HashOf(const Int128& value) {
  return Mix(HashOf(static_cast<uint64_t>(value)) ^ static_cast<uint64_t>(value >> 64));
}
uint64_t HashOf(const Interval& value) { return HashOf(value.Length()); }
uint64_t HashOf(const StringView& value) { return XXH3_64bits(value.data(), value.size()); }

template <typename T>
bool AreEqual(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a == b || (std::isnan(a) && std::isnan(b));
  } else {
    return a == b;
  }
}
bool AreEqual(const StringView& a, const StringView& b) { return a == b; }

template <typename T>
void AddHashes(const Batch& batch, uint32_t column, bool first, std::vector<uint64_t>* hashes) {
  const T* values = batch.column(column).data<T>();
  for (size_t i = 0; i < hashes->size(); ++i) {
    const uint64_t hash = HashOf(values[batch.RowAt(i)]);
    uint64_t& out = (*hashes)[i];
    out = first ? hash : Mix(out ^ std::rotl(hash, 31));
  }
}

template <typename T>
void KeepEqualTyped(const Vector& left, const RowStore& right, uint32_t right_column,
                    RowPairs* pairs) {
  const T* values = left.data<T>();
  size_t kept = 0;
  for (size_t i = 0; i < pairs->size(); ++i) {
    const RowNumber row = pairs->right[i];
    const Vector& column = right.chunks()[row / kBatchCapacity].column(right_column);
    pairs->left[kept] = pairs->left[i];
    pairs->right[kept] = row;
    kept += AreEqual(values[pairs->left[i]], column.data<T>()[row % kBatchCapacity]) ? 1 : 0;
  }
  pairs->left.resize(kept);
  pairs->right.resize(kept);
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
  WithPhysicalType(left.column(left_column).physical(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    KeepEqualTyped<T>(left.column(left_column), right, right_column, pairs);
  });
}

}  // namespace redbase::ql
