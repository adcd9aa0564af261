#include "ql/internal/sort_order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#include "common/physical_value.h"
#include "ql/internal/physical_order.h"

namespace redbase::ql {

namespace {

using PrefixBytes = std::array<uint8_t, sizeof(SortPrefix)>;

// The unsigned integer that is ordered as the values are.
template <typename T>
auto OrderedBits(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    constexpr Bits kSign = Bits{1} << (8 * sizeof(T) - 1);
    const auto bits = std::bit_cast<Bits>(value != value ? std::numeric_limits<T>::quiet_NaN()
                                                         : value + T{0});  // -0 + 0 is 0
    return static_cast<Bits>((bits & kSign) != 0 ? ~bits : bits | kSign);
  } else if constexpr (std::is_same_v<T, Int128>) {
    return static_cast<UInt128>(value) ^ (UInt128{1} << 127);
  } else if constexpr (std::is_same_v<T, uint8_t>) {
    return value;
  } else {
    using Bits = std::make_unsigned_t<T>;
    return static_cast<Bits>(static_cast<Bits>(value) ^ (Bits{1} << (8 * sizeof(T) - 1)));
  }
}
UInt128 OrderedBits(const Interval& value) { return OrderedBits(value.Length()); }

// Writes the bytes of a value from `offset` on, those that have room.
template <typename T>
void PutKey(const T& value, size_t offset, PrefixBytes* prefix) {
  if constexpr (std::is_same_v<T, StringView>) {
    const size_t count = std::min<size_t>(value.size(), prefix->size() - offset);
    std::memcpy(prefix->data() + offset, value.data(), count);
  } else {
    const auto bits = OrderedBits(value);
    const size_t count = std::min(sizeof(bits), prefix->size() - offset);
    for (size_t i = 0; i < count; ++i) {
      (*prefix)[offset + i] = static_cast<uint8_t>(bits >> (8 * (sizeof(bits) - 1 - i)));
    }
  }
}

template <typename T>
void PutKeys(const Batch& batch, const SortKey& key, size_t offset,
             std::vector<PrefixBytes>* prefixes) {
  const Vector& column = batch.column(key.column);
  const T* const values = column.data<T>();
  const size_t end = std::is_same_v<T, StringView>
                         ? sizeof(SortPrefix)
                         : std::min(sizeof(SortPrefix), offset + 1 + sizeof(T));
  for (size_t i = 0; i < prefixes->size(); ++i) {
    const size_t row = batch.RowAt(i);
    PrefixBytes& prefix = (*prefixes)[i];
    const bool is_null = !column.IsValid(row);
    prefix[offset] = is_null == key.nulls_first ? 0 : 1;
    if (is_null) {
      continue;
    }
    PutKey(values[row], offset + 1, &prefix);
    for (size_t at = offset + 1; key.descending && at < end; ++at) {
      prefix[at] = static_cast<uint8_t>(~prefix[at]);
    }
  }
}

template <typename T>
int CompareAt(const Vector& a, size_t row_a, const Vector& b, size_t row_b) {
  return OrderOf(a.data<T>()[row_a], b.data<T>()[row_b]);
}

uint64_t LoadWord(const uint8_t* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return __builtin_bswap64(word);
}

}  // namespace

SortOrder::SortOrder(const Schema& schema, std::span<const SortKey> keys) {
  size_t offset = 0;
  for (const SortKey& key : keys) {
    const PhysicalType type = PhysicalTypeOf(schema[key.column].type);
    Key& added = keys_.emplace_back(Key{key, std::min(offset, sizeof(SortPrefix)), nullptr});
    WithPhysicalType(
        type, [&added](auto tag) { added.compare = &CompareAt<typename decltype(tag)::type>; });
    // A string may end anywhere, so nothing has a place behind it.
    offset += type == PhysicalType::kString ? 2 * sizeof(SortPrefix) : 1 + WidthOf(type);
  }
  exact_ = offset <= sizeof(SortPrefix);
}

void SortOrder::MakePrefixes(const Batch& batch, std::vector<SortPrefix>* prefixes) const {
  std::vector<PrefixBytes> bytes(batch.selected(), PrefixBytes{});
  for (const Key& key : keys_) {
    // A byte for null and one of the value at least.
    if (key.offset + 1 >= sizeof(SortPrefix)) {
      break;
    }
    WithPhysicalType(batch.column(key.key.column).physical(), [&](auto tag) {
      PutKeys<typename decltype(tag)::type>(batch, key.key, key.offset, &bytes);
    });
  }
  prefixes->resize(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    (*prefixes)[i] = {LoadWord(bytes[i].data()), LoadWord(bytes[i].data() + sizeof(uint64_t))};
  }
}

int SortOrder::Compare(const Batch& a, size_t row_a, const Batch& b, size_t row_b) const {
  for (const Key& key : keys_) {
    const Vector& left = a.column(key.key.column);
    const Vector& right = b.column(key.key.column);
    const bool left_null = !left.IsValid(row_a);
    const bool right_null = !right.IsValid(row_b);
    if (left_null || right_null) {
      if (left_null != right_null) {
        return left_null == key.key.nulls_first ? -1 : 1;
      }
      continue;
    }
    const int order = key.compare(left, row_a, right, row_b);
    if (order != 0) {
      return key.key.descending ? -order : order;
    }
  }
  return 0;
}

}  // namespace redbase::ql
