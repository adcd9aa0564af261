// Interval: a length of time in months, days and microseconds, which are kept
// apart: a month has no fixed number of days, and a day none of hours.
//
// To be compared, a month counts 30 days and a day 24 hours; 1 month equals
// 30 days then, though their parts differ.
#pragma once

#include <cstdint>

#include "common/int128.h"

namespace redbase {

inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

struct Interval {
  int32_t months = 0;
  int32_t days = 0;
  int64_t micros = 0;

  // The length that intervals are compared by.
  Int128 Length() const {
    constexpr int kDaysPerMonth = 30;
    return (Int128{months} * kDaysPerMonth + days) * kMicrosPerDay + micros;
  }
  // Equal length, not equal parts.
  bool operator==(const Interval& o) const { return Length() == o.Length(); }
  bool operator<(const Interval& o) const { return Length() < o.Length(); }
  bool operator<=(const Interval& o) const { return Length() <= o.Length(); }
  bool operator>(const Interval& o) const { return o < *this; }
  bool operator>=(const Interval& o) const { return o <= *this; }

  bool SameParts(const Interval& o) const {
    return months == o.months && days == o.days && micros == o.micros;
  }
};
static_assert(sizeof(Interval) == 16);

}  // namespace redbase
