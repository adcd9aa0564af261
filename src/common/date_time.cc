#include "common/date_time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>

namespace redbase::common {

namespace {

constexpr int32_t kMonthsPerYear = 12;
constexpr int32_t kDaysPerMonth = 30;  // of an interval
// The calendar repeats itself after 400 years.
constexpr int32_t kEraYears = 400;
constexpr int32_t kEraDays = 146097;

constexpr CivilDate kFirstDay{-4713, 11, 24};
constexpr int32_t kLastYear = 5874897;
constexpr int32_t kLastTimestampYear = 294276;

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
int64_t FloorMod(int64_t a, int64_t b) { return a - FloorDiv(a, b) * b; }

// The standard's calendar knows 16 bits of years: days are counted in the era
// that begins in 2000.
int64_t DaysOf(CivilDate civil) {
  const int64_t era = FloorDiv(int64_t{civil.year} - 2000, kEraYears);
  const std::chrono::sys_days days =
      std::chrono::year(static_cast<int>(civil.year - era * kEraYears)) /
      std::chrono::month(static_cast<unsigned>(civil.month)) /
      std::chrono::day(static_cast<unsigned>(civil.day));
  return era * kEraDays + days.time_since_epoch().count();
}

CivilDate CivilOfDays(int64_t days) {
  constexpr int64_t kFirstOfEra = 10957;  // 2000-01-01
  const int64_t era = FloorDiv(days - kFirstOfEra, kEraDays);
  const std::chrono::year_month_day civil(
      std::chrono::sys_days(std::chrono::days(days - era * kEraDays)));
  return {static_cast<int32_t>(int{civil.year()} + era * kEraYears),
          static_cast<int32_t>(unsigned{civil.month()}),
          static_cast<int32_t>(unsigned{civil.day()})};
}

int64_t FirstDay() {
  static const int64_t kDays = DaysOf(kFirstDay);
  return kDays;
}

bool IsDay(CivilDate civil) {
  return civil.month >= 1 && civil.month <= kMonthsPerYear && civil.day >= 1 &&
         civil.day <= DaysInMonth(civil.year, civil.month);
}

int64_t DaysOf(Timestamp timestamp) { return FloorDiv(timestamp.micros, kMicrosPerDay); }

// Monday is 1, Sunday 7.
int64_t IsoWeekday(int64_t days) { return FloorMod(days + 3, 7) + 1; }

// The year that the week of a day belongs to is that of its Thursday.
std::pair<int32_t, int64_t> IsoYearAndWeek(int64_t days) {
  const int64_t thursday = days - IsoWeekday(days) + 4;
  const int32_t year = CivilOfDays(thursday).year;
  return {year, (thursday - DaysOf({year, 1, 1})) / 7 + 1};
}

int32_t Century(int32_t year) { return year > 0 ? (year + 99) / 100 : -((100 - year) / 100); }
int32_t Millennium(int32_t year) {
  return year > 0 ? (year + 999) / 1000 : -((1000 - year) / 1000);
}
// 1 BC is the year -1 to a reader.
int32_t Shown(int32_t year) { return year > 0 ? year : year - 1; }

Decimal Whole(int64_t value) { return {value, 0}; }

std::optional<Decimal> ExtractFromTime(DateField field, int64_t micros) {
  const int64_t in_minute = micros % kMicrosPerMinute;
  switch (field) {
    case DateField::kMicroseconds:
      return Whole(in_minute);
    case DateField::kMilliseconds:
      return Decimal{in_minute, 3};
    case DateField::kSecond:
      return Decimal{in_minute, 6};
    case DateField::kMinute:
      return Whole(micros / kMicrosPerMinute % 60);
    case DateField::kHour:
      return Whole(micros / kMicrosPerHour);
    default:
      return std::nullopt;
  }
}

std::optional<Decimal> ExtractFromYears(DateField field, int32_t year, int32_t month) {
  switch (field) {
    case DateField::kMonth:
      return Whole(month);
    case DateField::kYear:
      return Whole(year);
    case DateField::kDecade:
      return Whole(year / 10);
    case DateField::kCentury:
      return Whole(year / 100);
    case DateField::kMillennium:
      return Whole(year / 1000);
    default:
      return std::nullopt;
  }
}

std::optional<Decimal> ExtractFromDay(DateField field, int64_t days) {
  constexpr int64_t kJulianOfEpoch = 2440588;
  const CivilDate civil = CivilOfDays(days);
  switch (field) {
    case DateField::kDay:
      return Whole(civil.day);
    case DateField::kWeek:
      return Whole(IsoYearAndWeek(days).second);
    case DateField::kMonth:
      return Whole(civil.month);
    case DateField::kQuarter:
      return Whole((civil.month - 1) / 3 + 1);
    case DateField::kYear:
      return Whole(Shown(civil.year));
    case DateField::kDecade:
      return Whole(FloorDiv(civil.year, 10));
    case DateField::kCentury:
      return Whole(Century(civil.year));
    case DateField::kMillennium:
      return Whole(Millennium(civil.year));
    case DateField::kDow:
      return Whole(IsoWeekday(days) % 7);
    case DateField::kIsodow:
      return Whole(IsoWeekday(days));
    case DateField::kDoy:
      return Whole(days - DaysOf({civil.year, 1, 1}) + 1);
    case DateField::kIsoyear:
      return Whole(Shown(IsoYearAndWeek(days).first));
    case DateField::kJulian:
      return Whole(days + kJulianOfEpoch);
    default:
      return std::nullopt;
  }
}

// The microseconds of the fields of a day; 0 for others.
int64_t UnitOfTime(DateField field) {
  switch (field) {
    case DateField::kMicroseconds:
      return 1;
    case DateField::kMilliseconds:
      return 1000;
    case DateField::kSecond:
      return kMicrosPerSecond;
    case DateField::kMinute:
      return kMicrosPerMinute;
    case DateField::kHour:
      return kMicrosPerHour;
    case DateField::kDay:
      return kMicrosPerDay;
    default:
      return 0;
  }
}

// The first day of the field; nullopt for fields that have none.
std::optional<int64_t> FirstDayOf(DateField field, int64_t days) {
  const CivilDate civil = CivilOfDays(days);
  switch (field) {
    case DateField::kWeek:
      return days - IsoWeekday(days) + 1;
    case DateField::kMonth:
      return DaysOf({civil.year, civil.month, 1});
    case DateField::kQuarter:
      return DaysOf({civil.year, (civil.month - 1) / 3 * 3 + 1, 1});
    case DateField::kYear:
      return DaysOf({civil.year, 1, 1});
    case DateField::kDecade:
      return DaysOf({static_cast<int32_t>(FloorDiv(civil.year, 10)) * 10, 1, 1});
    case DateField::kCentury:
      return DaysOf({static_cast<int32_t>(FloorDiv(civil.year - 1, 100)) * 100 + 1, 1, 1});
    case DateField::kMillennium:
      return DaysOf({static_cast<int32_t>(FloorDiv(civil.year - 1, 1000)) * 1000 + 1, 1, 1});
    default:
      return std::nullopt;
  }
}

template <typename T>
bool FitsIn(Int128 v) {
  return v >= Int128{std::numeric_limits<T>::min()} && v <= Int128{std::numeric_limits<T>::max()};
}

std::optional<Interval> CheckedInterval(Int128 months, Int128 days, Int128 micros) {
  if (!FitsIn<int32_t>(months) || !FitsIn<int32_t>(days) || !FitsIn<int64_t>(micros)) {
    return std::nullopt;
  }
  return Interval{static_cast<int32_t>(months), static_cast<int32_t>(days),
                  static_cast<int64_t>(micros)};
}

// Months later, the day clamped to the end of the month.
std::optional<int64_t> AddMonths(int64_t days, int32_t months) {
  CivilDate civil = CivilOfDays(days);
  const int64_t month = int64_t{civil.year} * kMonthsPerYear + civil.month - 1 + months;
  const int64_t year = FloorDiv(month, kMonthsPerYear);
  if (std::abs(year) > kLastYear) {
    return std::nullopt;
  }
  civil.year = static_cast<int32_t>(year);
  civil.month = static_cast<int32_t>(FloorMod(month, kMonthsPerYear)) + 1;
  civil.day = std::min(civil.day, DaysInMonth(civil.year, civil.month));
  return DaysOf(civil);
}

}  // namespace

int32_t DaysInMonth(int32_t year, int32_t month) {
  constexpr std::array<int32_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[static_cast<size_t>(month) - 1] + (month == 2 && leap ? 1 : 0);
}

std::optional<Date> DateOf(CivilDate civil) {
  if (!IsDay(civil) || civil.year > kLastYear || civil.year < kFirstDay.year) {
    return std::nullopt;
  }
  const int64_t days = DaysOf(civil);
  return days < FirstDay() ? std::nullopt : std::optional(Date{static_cast<int32_t>(days)});
}

CivilDate CivilOf(Date date) { return CivilOfDays(date.days); }

Timestamp InSessionZone(Timestamptz moment) { return {moment.micros}; }
Timestamptz FromSessionZone(Timestamp local) { return {local.micros}; }

std::optional<Timestamp> CheckedTimestamp(Int128 micros) {
  static const Int128 kEnd = Int128{DaysOf({kLastTimestampYear + 1, 1, 1})} * kMicrosPerDay;
  static const Int128 kStart = Int128{FirstDay()} * kMicrosPerDay;
  if (micros < kStart || micros >= kEnd) {
    return std::nullopt;
  }
  return Timestamp{static_cast<int64_t>(micros)};
}

std::optional<Timestamp> TimestampOf(Date date, int64_t micros_of_day) {
  if (!date.is_finite()) {
    return Timestamp{date.days == Date::kInfinity ? Timestamp::kInfinity
                                                  : Timestamp::kMinusInfinity};
  }
  return CheckedTimestamp(Int128{date.days} * kMicrosPerDay + micros_of_day);
}

Date DateOf(Timestamp timestamp) {
  if (!timestamp.is_finite()) {
    return {timestamp.micros == Timestamp::kInfinity ? Date::kInfinity : Date::kMinusInfinity};
  }
  return {static_cast<int32_t>(DaysOf(timestamp))};
}

TimeOfDay TimeOf(Timestamp timestamp) { return {FloorMod(timestamp.micros, kMicrosPerDay)}; }

std::optional<Date> AddDays(Date date, int64_t days) {
  if (!date.is_finite()) {
    return date;
  }
  static const int64_t kLast = DaysOf({kLastYear, 12, 31});
  if (days > kLast - date.days || days < FirstDay() - date.days) {
    return std::nullopt;
  }
  return Date{static_cast<int32_t>(date.days + days)};
}

std::optional<Timestamp> AddInterval(Timestamp timestamp, const Interval& interval) {
  if (!timestamp.is_finite()) {
    return timestamp;
  }
  const std::optional<int64_t> days = AddMonths(DaysOf(timestamp), interval.months);
  if (!days) {
    return std::nullopt;
  }
  return CheckedTimestamp((Int128{*days} + interval.days) * kMicrosPerDay +
                          TimeOf(timestamp).micros + interval.micros);
}

TimeOfDay AddInterval(TimeOfDay time, const Interval& interval) {
  return {FloorMod(time.micros + interval.micros % kMicrosPerDay, kMicrosPerDay)};
}

std::optional<Interval> Negate(const Interval& interval) {
  return CheckedInterval(-Int128{interval.months}, -Int128{interval.days},
                         -Int128{interval.micros});
}

std::optional<Interval> AddIntervals(const Interval& a, const Interval& b) {
  return CheckedInterval(Int128{a.months} + b.months, Int128{a.days} + b.days,
                         Int128{a.micros} + b.micros);
}

std::optional<Interval> MultiplyInterval(const Interval& interval, double factor) {
  const double months = interval.months * factor;
  const double days = interval.days * factor;
  const double micros = static_cast<double>(interval.micros) * factor;
  const auto fits = [](double v, double end) { return std::fabs(v) < end; };
  if (!fits(months, 0x1p31) || !fits(days, 0x1p31) || !fits(micros, 0x1p63)) {
    return std::nullopt;  // NaN, too
  }
  // A fraction that is a rounding error off a microsecond is none.
  const auto settled = [](double v) {
    constexpr double kMicroOfDay = 1.0 / static_cast<double>(kMicrosPerDay);
    const double whole = std::nearbyint(v);
    return std::fabs(v - whole) < kMicroOfDay ? whole : v;
  };
  const double whole_months = std::trunc(months);
  const double month_days = settled((months - whole_months) * kDaysPerMonth);
  const double whole_days = std::trunc(days);
  const double carried = std::trunc(month_days);
  const double rest = settled(days - whole_days + month_days - carried);
  const double total_micros = std::nearbyint(micros + rest * static_cast<double>(kMicrosPerDay));
  if (!fits(total_micros, 0x1p63)) {
    return std::nullopt;
  }
  return CheckedInterval(static_cast<Int128>(whole_months),
                         static_cast<Int128>(whole_days) + static_cast<Int128>(carried),
                         static_cast<Int128>(total_micros));
}

std::optional<Interval> Difference(Timestamp a, Timestamp b) {
  if (!a.is_finite() || !b.is_finite()) {
    return std::nullopt;
  }
  const Int128 micros = Int128{a.micros} - b.micros;
  return CheckedInterval(0, micros / kMicrosPerDay, micros % kMicrosPerDay);
}

std::optional<Interval> Age(Timestamp a, Timestamp b) {
  if (!a.is_finite() || !b.is_finite()) {
    return std::nullopt;
  }
  if (a < b) {
    const std::optional<Interval> back = Age(b, a);
    return back ? Negate(*back) : std::nullopt;
  }
  const CivilDate from = CivilOfDays(DaysOf(b));
  const CivilDate to = CivilOfDays(DaysOf(a));
  int64_t micros = TimeOf(a).micros - TimeOf(b).micros;
  int32_t days = to.day - from.day;
  int32_t months = (to.year - from.year) * kMonthsPerYear + to.month - from.month;
  if (micros < 0) {
    micros += kMicrosPerDay;
    --days;
  }
  if (days < 0) {
    // The days of the earlier moment's month.
    days += DaysInMonth(from.year, from.month);
    --months;
  }
  return Interval{months, days, micros};
}

std::optional<DateField> DateFieldOf(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, DateField>, 19> kNames = {
      {{"microseconds", DateField::kMicroseconds},
       {"milliseconds", DateField::kMilliseconds},
       {"second", DateField::kSecond},
       {"minute", DateField::kMinute},
       {"hour", DateField::kHour},
       {"day", DateField::kDay},
       {"week", DateField::kWeek},
       {"month", DateField::kMonth},
       {"quarter", DateField::kQuarter},
       {"year", DateField::kYear},
       {"decade", DateField::kDecade},
       {"century", DateField::kCentury},
       {"millennium", DateField::kMillennium},
       {"epoch", DateField::kEpoch},
       {"dow", DateField::kDow},
       {"isodow", DateField::kIsodow},
       {"doy", DateField::kDoy},
       {"isoyear", DateField::kIsoyear},
       {"julian", DateField::kJulian}}};
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const auto& [known, field] : kNames) {
    if (known == lower || std::string(known) + "s" == lower) {
      return field;
    }
  }
  return std::nullopt;
}

std::optional<Decimal> Extract(DateField field, Timestamp timestamp) {
  if (field == DateField::kEpoch) {
    return Decimal{timestamp.micros, 6};
  }
  const std::optional<Decimal> time = ExtractFromTime(field, TimeOf(timestamp).micros);
  return time ? time : ExtractFromDay(field, DaysOf(timestamp));
}

std::optional<Decimal> Extract(DateField field, TimeOfDay time) {
  return field == DateField::kEpoch ? Decimal{time.micros, 6} : ExtractFromTime(field, time.micros);
}

std::optional<Decimal> Extract(DateField field, const Interval& interval) {
  const int32_t years = interval.months / kMonthsPerYear;
  const int32_t months = interval.months % kMonthsPerYear;
  switch (field) {
    case DateField::kEpoch: {
      // A year has 365.25 days here.
      const Int128 seconds_of_years = Int128{years} * 31557600;
      const Int128 days = Int128{months} * kDaysPerMonth + interval.days;
      return Decimal{seconds_of_years * kMicrosPerSecond + days * kMicrosPerDay + interval.micros,
                     6};
    }
    case DateField::kDay:
      return Whole(interval.days);
    case DateField::kQuarter:
      return Whole(months / 3 + 1);
    default:
      break;
  }
  const std::optional<Decimal> time = ExtractFromTime(field, interval.micros);
  return time ? time : ExtractFromYears(field, years, months);
}

std::optional<Timestamp> Truncate(DateField field, Timestamp timestamp) {
  if (!timestamp.is_finite()) {
    return timestamp;
  }
  if (const int64_t unit = UnitOfTime(field); unit != 0) {
    return Timestamp{FloorDiv(timestamp.micros, unit) * unit};
  }
  const std::optional<int64_t> day = FirstDayOf(field, DaysOf(timestamp));
  return day ? CheckedTimestamp(Int128{*day} * kMicrosPerDay) : std::nullopt;
}

std::optional<Interval> Truncate(DateField field, const Interval& interval) {
  if (field == DateField::kDay) {
    return Interval{interval.months, interval.days, 0};
  }
  if (const int64_t unit = UnitOfTime(field); unit != 0) {
    return Interval{interval.months, interval.days, interval.micros / unit * unit};
  }
  static constexpr std::array<std::pair<DateField, int32_t>, 6> kMonths = {
      {{DateField::kMonth, 1},
       {DateField::kQuarter, 3},
       {DateField::kYear, kMonthsPerYear},
       {DateField::kDecade, 10 * kMonthsPerYear},
       {DateField::kCentury, 100 * kMonthsPerYear},
       {DateField::kMillennium, 1000 * kMonthsPerYear}}};
  for (const auto& [known, months] : kMonths) {
    if (known == field) {
      return Interval{interval.months / months * months, 0, 0};
    }
  }
  return std::nullopt;
}

}  // namespace redbase::common
