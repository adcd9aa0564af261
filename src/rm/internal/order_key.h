// Order keys: any column value as an int64 that sorts as the value does.
//
// Pages keep the least and the greatest key of each column, to be skipped by.
// Keys of numbers up to 64 bits are exact (equal keys, equal values) except for
// doubles that only differ in sign of zero.  The key of a string is its first eight
// bytes, those of 128 bits and of an interval leave the last bits out, so equal keys
// decide nothing there.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

#include "common/interval.h"

namespace redbase::rm {

inline constexpr int64_t kLeastKey = std::numeric_limits<int64_t>::min();
inline constexpr int64_t kGreatestKey = std::numeric_limits<int64_t>::max();

inline int64_t OrderKey(uint8_t v) { return v; }
inline int64_t OrderKey(int16_t v) { return v; }
inline int64_t OrderKey(int32_t v) { return v; }
inline int64_t OrderKey(int64_t v) { return v; }

// NaN is the greatest value; -0 is 0.
inline int64_t OrderKey(double v) {
  if (std::isnan(v)) {
    return kGreatestKey;
  }
  v += 0.0;
  int64_t bits;
  std::memcpy(&bits, &v, sizeof(bits));
  return bits >= 0 ? bits : kLeastKey - bits;
}
inline int64_t OrderKey(float v) { return OrderKey(static_cast<double>(v)); }

inline int64_t OrderKey(Int128 v) { return static_cast<int64_t>(v >> 64); }

inline int64_t OrderKey(const Interval& v) {
  constexpr int kLeftOut = 16;  // the longest interval has 74 bits
  return static_cast<int64_t>(v.Length() >> kLeftOut);
}

inline int64_t OrderKey(std::string_view s) {
  uint64_t big_endian = 0;
  if (!s.empty()) {
    std::memcpy(&big_endian, s.data(), std::min(s.size(), sizeof(big_endian)));
  }
  big_endian = __builtin_bswap64(big_endian);
  return static_cast<int64_t>(big_endian ^ (uint64_t{1} << 63));
}

}  // namespace redbase::rm
