// Hash and equality of single values of a physical type, as keys of joins and groups.
//
// Values that are equal hash alike: -0 as 0, every NaN alike, intervals by their length.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

// The hash of short strings is faster when it is inlined.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/int128.h"
#include "common/interval.h"
#include "common/vector.h"

namespace redbase::ql {

// The finalizer of MurmurHash3: every bit of the key moves every bit of the hash.
inline uint64_t MixBits(uint64_t x) {
  x ^= x >> 33;
  x *= 0xFF51AFD7ED558CCDULL;
  x ^= x >> 33;
  x *= 0xC4CEB9FE1A85EC53ULL;
  return x ^ (x >> 33);
}

template <typename T>
uint64_t KeyBits(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (value != value) {
      value = std::numeric_limits<T>::quiet_NaN();
    }
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    return std::bit_cast<Bits>(value + T{0});  // -0 + 0 is 0
  } else {
    return static_cast<uint64_t>(static_cast<int64_t>(value));
  }
}

template <typename T>
uint64_t HashOfKey(const T& value) {
  return MixBits(KeyBits(value) + 0x9E3779B97F4A7C15ULL);
}
inline uint64_t HashOfKey(const Int128& value) {
  return MixBits(HashOfKey(static_cast<uint64_t>(value)) ^ static_cast<uint64_t>(value >> 64));
}
inline uint64_t HashOfKey(const Interval& value) { return HashOfKey(value.Length()); }
inline uint64_t HashOfKey(const StringView& value) {
  return XXH3_64bits(value.data(), value.size());
}

template <typename T>
bool AreEqualKeys(const T& a, const T& b) {
  return a == b || (a != a && b != b);
}
inline bool AreEqualKeys(const StringView& a, const StringView& b) { return a == b; }

}  // namespace redbase::ql
