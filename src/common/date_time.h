// Dates and times of the proleptic Gregorian calendar.
#pragma once

#include <cstdint>
#include <limits>

#include "common/interval.h"

namespace redbase {

// Each is a number since 1970-01-01 00:00; the extremes stand for the infinities,
// but for times of day, which have none.
struct Date {
  int32_t days = 0;

  auto operator<=>(const Date&) const = default;
  bool is_finite() const {
    return days != std::numeric_limits<int32_t>::min() &&
           days != std::numeric_limits<int32_t>::max();
  }
};
// From midnight, at most 24:00.
struct TimeOfDay {
  int64_t micros = 0;

  auto operator<=>(const TimeOfDay&) const = default;
};
// Without a time zone.
struct Timestamp {
  int64_t micros = 0;

  auto operator<=>(const Timestamp&) const = default;
  bool is_finite() const {
    return micros != std::numeric_limits<int64_t>::min() &&
           micros != std::numeric_limits<int64_t>::max();
  }
};
// A moment, counted in UTC.
struct Timestamptz {
  int64_t micros = 0;

  auto operator<=>(const Timestamptz&) const = default;
};

}  // namespace redbase
