// Dates and times of the proleptic Gregorian calendar, and their arithmetic.
//
// Dates go from 4714-11-24 BC to 5874897-12-31, timestamps to 294276-12-31; what
// lies beyond is nullopt, never another moment.  Infinite ones stay infinite.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "common/decimal.h"
#include "common/interval.h"

namespace redbase {

// Each is a number since 1970-01-01 00:00; the extremes stand for the infinities,
// but for times of day, which have none.
struct Date {
  static constexpr int32_t kInfinity = std::numeric_limits<int32_t>::max();
  static constexpr int32_t kMinusInfinity = std::numeric_limits<int32_t>::min();
  int32_t days = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy mistakes the 0 it expands to
  auto operator<=>(const Date&) const = default;
  bool is_finite() const { return days != kInfinity && days != kMinusInfinity; }
};
// From midnight, at most 24:00.
struct TimeOfDay {
  int64_t micros = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy mistakes the 0 it expands to
  auto operator<=>(const TimeOfDay&) const = default;
};
// Without a time zone.
struct Timestamp {
  static constexpr int64_t kInfinity = std::numeric_limits<int64_t>::max();
  static constexpr int64_t kMinusInfinity = std::numeric_limits<int64_t>::min();
  int64_t micros = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy mistakes the 0 it expands to
  auto operator<=>(const Timestamp&) const = default;
  bool is_finite() const { return micros != kInfinity && micros != kMinusInfinity; }
};
// A moment, counted in UTC.
struct Timestamptz {
  int64_t micros = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy mistakes the 0 it expands to
  auto operator<=>(const Timestamptz&) const = default;
  bool is_finite() const { return Timestamp{micros}.is_finite(); }
};

namespace common {

struct CivilDate {
  int32_t year = 1970;  // 0 is 1 BC
  int32_t month = 1;
  int32_t day = 1;

  bool operator==(const CivilDate&) const = default;
};

int32_t DaysInMonth(int32_t year, int32_t month);
// nullopt when there is no such day, or beyond the range.
std::optional<Date> DateOf(CivilDate civil);
// Requires: finite.
CivilDate CivilOf(Date date);

// The zone that text without one is read in, and moments are shown in.  Sessions
// have no zone of their own yet: it is UTC.
Timestamp InSessionZone(Timestamptz moment);
Timestamptz FromSessionZone(Timestamp local);

// Conversions; nullopt beyond the range.
std::optional<Timestamp> TimestampOf(Date date, int64_t micros_of_day = 0);
std::optional<Timestamp> CheckedTimestamp(Int128 micros);
Date DateOf(Timestamp timestamp);
// Requires: finite.
TimeOfDay TimeOf(Timestamp timestamp);

std::optional<Date> AddDays(Date date, int64_t days);
// Months first, whose last day a day beyond it becomes; then days and microseconds.
std::optional<Timestamp> AddInterval(Timestamp timestamp, const Interval& interval);
// Around midnight.
TimeOfDay AddInterval(TimeOfDay time, const Interval& interval);
std::optional<Interval> Negate(const Interval& interval);
std::optional<Interval> AddIntervals(const Interval& a, const Interval& b);
// Fractions of months go to days, those of days to microseconds.
std::optional<Interval> MultiplyInterval(const Interval& interval, double factor);
// Days and microseconds.  nullopt for infinities.
std::optional<Interval> Difference(Timestamp a, Timestamp b);
// Years, months and days as well.
std::optional<Interval> Age(Timestamp a, Timestamp b);

enum class DateField : uint8_t {
  kMicroseconds,
  kMilliseconds,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
  kEpoch,
  kDow,
  kIsodow,
  kDoy,
  kIsoyear,
  kJulian,
};
// "year", in any case.
std::optional<DateField> DateFieldOf(std::string_view name);

// nullopt for a field that the value does not have.  Requires: finite.
std::optional<Decimal> Extract(DateField field, Timestamp timestamp);
std::optional<Decimal> Extract(DateField field, TimeOfDay time);
std::optional<Decimal> Extract(DateField field, const Interval& interval);

// The beginning of the year, month, ... that holds the moment; nullopt for a field
// that has none, and beyond the range.
std::optional<Timestamp> Truncate(DateField field, Timestamp timestamp);
std::optional<Interval> Truncate(DateField field, const Interval& interval);

}  // namespace common

}  // namespace redbase
