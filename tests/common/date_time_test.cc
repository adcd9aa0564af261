#include "common/date_time.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <random>
#include <string>

#include "common/date_text.h"

namespace redbase::common {
namespace {

std::string Text(std::optional<Timestamp> timestamp) {
  std::string text = timestamp ? "" : "none";
  if (timestamp) {
    AppendTimestamp(&text, *timestamp);
  }
  return text;
}
std::string Text(std::optional<Interval> interval) {
  std::string text = interval ? "" : "none";
  if (interval) {
    AppendInterval(&text, *interval);
  }
  return text;
}
std::string Text(std::optional<Decimal> decimal) {
  std::string text = decimal ? "" : "none";
  if (decimal) {
    AppendDecimal(&text, *decimal);
  }
  return text;
}
Timestamp T(std::string_view text) {
  Timestamp timestamp;
  EXPECT_EQ(ParseTimestamp(text, &timestamp), ParseOutcome::kOk) << text;
  return timestamp;
}
Interval I(std::string_view text) {
  Interval interval;
  EXPECT_EQ(ParseInterval(text, &interval), ParseOutcome::kOk) << text;
  return interval;
}
std::string Plus(std::string_view timestamp, std::string_view interval) {
  return Text(AddInterval(T(timestamp), I(interval)));
}

TEST(Date, IsTheDayOfTheStandardsCalendar) {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    const auto days = static_cast<int32_t>(random() % 4000000) - 1700000;
    const std::chrono::year_month_day want{std::chrono::sys_days{std::chrono::days{days}}};
    const CivilDate civil = CivilOf({days});
    ASSERT_EQ(civil, (CivilDate{int{want.year()}, static_cast<int32_t>(unsigned{want.month()}),
                                static_cast<int32_t>(unsigned{want.day()})}));
    ASSERT_EQ(DateOf(civil), Date{days});
  }
}

// Day after day over the leap years' rules, counted without any calendar.
TEST(Date, DaysFollowOneAnother) {
  CivilDate civil{-4713, 11, 24};
  const int32_t first = DateOf(civil)->days;
  for (int32_t days = first; days < first + 2000000; ++days) {
    ASSERT_EQ(CivilOf({days}), civil) << days;
    const bool leap = civil.year % 400 == 0 || (civil.year % 4 == 0 && civil.year % 100 != 0);
    const int length =
        civil.month == 2 ? (leap ? 29 : 28)
        : civil.month == 4 || civil.month == 6 || civil.month == 9 || civil.month == 11 ? 30
                                                                                        : 31;
    civil.day = civil.day == length ? 1 : civil.day + 1;
    civil.month = civil.day == 1 ? civil.month % 12 + 1 : civil.month;
    civil.year += civil.day == 1 && civil.month == 1 ? 1 : 0;
  }
}

TEST(Date, EndsOfTheRange) {
  EXPECT_EQ(DateOf(CivilDate{-4713, 11, 23}), std::nullopt);
  EXPECT_EQ(DateOf(CivilDate{5874898, 1, 1}), std::nullopt);
  const Date last = *DateOf(CivilDate{5874897, 12, 31});
  EXPECT_EQ(CivilOf(last), (CivilDate{5874897, 12, 31}));
  EXPECT_EQ(AddDays(last, 1), std::nullopt);
  EXPECT_EQ(AddDays({0}, INT64_MAX), std::nullopt);
  EXPECT_EQ(AddDays({Date::kInfinity}, -5), Date{Date::kInfinity});
  EXPECT_EQ(DateOf(CivilDate{1999, 2, 29}), std::nullopt);
  EXPECT_EQ(TimestampOf(last), std::nullopt);
}

TEST(Timestamp, MonthsClampToTheEndOfTheMonth) {
  EXPECT_EQ(Plus("2001-01-31", "1 month"), "2001-02-28 00:00:00");
  EXPECT_EQ(Plus("2000-01-31", "1 month"), "2000-02-29 00:00:00");
  EXPECT_EQ(Plus("2000-03-31 01:02:03", "-1 month"), "2000-02-29 01:02:03");
  EXPECT_EQ(Plus("2000-02-29", "1 year"), "2001-02-28 00:00:00");
  EXPECT_EQ(Plus("2001-01-31", "1 month 1 day"), "2001-03-01 00:00:00");
  EXPECT_EQ(Plus("0001-01-01", "-1 month"), "0001-12-01 00:00:00 BC");
  EXPECT_EQ(Plus("2000-12-31 23:59:59.999999", "1 us"), "2001-01-01 00:00:00");
}

TEST(Timestamp, NothingWrapsAround) {
  EXPECT_EQ(Plus("294276-12-31 23:59:59.999999", "1 us"), "none");
  EXPECT_EQ(Plus("4714-11-24 BC", "-1 us"), "none");
  EXPECT_EQ(Plus("2000-01-01", "178000000 years"), "none");
  EXPECT_EQ(Plus("infinity", "-1 day"), "infinity");
}

TEST(Timestamp, DifferenceIsInDaysAndAgeInMonthsToo) {
  EXPECT_EQ(Text(Difference(T("2001-04-10 12:00"), T("1957-06-13"))), "16007 days 12:00:00");
  EXPECT_EQ(Text(Age(T("2001-04-10"), T("1957-06-13"))), "43 years 9 mons 27 days");
  EXPECT_EQ(Text(Age(T("1957-06-13"), T("2001-04-10"))), "-43 years -9 mons -27 days");
  EXPECT_EQ(Text(Age(T("2000-03-01"), T("2000-01-31 12:00"))), "1 mon 12:00:00");
  EXPECT_EQ(Text(Difference(T("infinity"), T("2000-01-01"))), "none");
}

TEST(Timestamp, FieldsAreThoseOfTheCalendar) {
  const auto field = [](const char* name, const char* of) {
    return Text(Extract(*DateFieldOf(name), T(of)));
  };
  EXPECT_EQ(field("year", "2001-02-16 20:38:40.12"), "2001");
  EXPECT_EQ(field("second", "2001-02-16 20:38:40.12"), "40.120000");
  EXPECT_EQ(field("milliseconds", "2001-02-16 20:38:40.12"), "40120.000");
  EXPECT_EQ(field("epoch", "1969-12-31 23:59:58.5"), "-1.500000");
  EXPECT_EQ(field("week", "2005-01-01"), "53");
  EXPECT_EQ(field("isoyear", "2005-01-01"), "2004");
  EXPECT_EQ(field("dow", "2001-02-18"), "0");
  EXPECT_EQ(field("isodow", "2001-02-18"), "7");
  EXPECT_EQ(field("doy", "2000-12-31"), "366");
  EXPECT_EQ(field("century", "2000-12-31"), "20");
  EXPECT_EQ(field("century", "0001-01-01 BC"), "-1");
  EXPECT_EQ(field("century", "0101-01-01 BC"), "-2");
  EXPECT_EQ(field("millennium", "2001-01-01"), "3");
  EXPECT_EQ(field("decade", "0001-01-01 BC"), "0");
  EXPECT_EQ(field("year", "0001-01-01 BC"), "-1");
  EXPECT_EQ(field("quarter", "2001-05-05"), "2");
  EXPECT_EQ(field("julian", "2006-01-01"), "2453737");
  EXPECT_EQ(DateFieldOf("fortnight"), std::nullopt);
  EXPECT_EQ(Text(Extract(DateField::kYear, TimeOfDay{1})), "none");
}

TEST(Timestamp, TruncatesToTheBeginning) {
  const auto cut = [](const char* name, const char* of) {
    return Text(Truncate(*DateFieldOf(name), T(of)));
  };
  EXPECT_EQ(cut("hour", "2001-02-16 20:38:40"), "2001-02-16 20:00:00");
  EXPECT_EQ(cut("hour", "1960-02-16 20:38:40"), "1960-02-16 20:00:00");
  EXPECT_EQ(cut("week", "2001-02-18"), "2001-02-12 00:00:00");
  EXPECT_EQ(cut("quarter", "2001-06-30"), "2001-04-01 00:00:00");
  EXPECT_EQ(cut("century", "2000-06-30"), "1901-01-01 00:00:00");
  EXPECT_EQ(cut("millennium", "2001-06-30"), "2001-01-01 00:00:00");
  EXPECT_EQ(cut("decade", "1999-06-30"), "1990-01-01 00:00:00");
  EXPECT_EQ(cut("dow", "1999-06-30"), "none");
}

TEST(Interval, PartsStayApartAndLengthsCompare) {
  EXPECT_EQ(I("1 month"), I("30 days"));
  EXPECT_EQ(I("1 day"), I("24:00"));
  EXPECT_FALSE(I("1 day").SameParts(I("24:00")));
  EXPECT_LT(I("29 days 23:59:59"), I("1 month"));
  EXPECT_GT(I("178000000 years"), I("1 us"));
}

TEST(Interval, ArithmeticCarriesFractionsDown) {
  EXPECT_EQ(Text(MultiplyInterval(I("1 month"), 0.5)), "15 days");
  EXPECT_EQ(Text(MultiplyInterval(I("1 day"), 1.5)), "1 day 12:00:00");
  EXPECT_EQ(Text(MultiplyInterval(I("1 year 2 mons"), -1)), "-1 years -2 mons");
  EXPECT_EQ(Text(MultiplyInterval(I("1 hour"), 1.0 / 3)), "00:20:00");
  EXPECT_EQ(Text(MultiplyInterval(I("1 day"), 1e300)), "none");
  EXPECT_EQ(Text(MultiplyInterval(I("1 day"), std::nan(""))), "none");
  EXPECT_EQ(Text(Negate({INT32_MIN, 0, 0})), "none");
  EXPECT_EQ(Text(AddIntervals({0, INT32_MAX, 0}, {0, 1, 0})), "none");
  EXPECT_EQ(Text(AddIntervals(I("1 day"), I("-2 hours"))), "1 day -02:00:00");
  EXPECT_EQ(Text(Extract(DateField::kEpoch, I("1 year 1 mon 1 day 00:00:01"))), "34236001.000000");
  EXPECT_EQ(Text(Truncate(DateField::kYear, I("3 years 5 mons 2 days"))), "3 years");
}

TEST(Time, GoesRoundMidnight) {
  EXPECT_EQ(AddInterval(TimeOfDay{23 * kMicrosPerHour}, I("2 hours")).micros, kMicrosPerHour);
  EXPECT_EQ(AddInterval(TimeOfDay{0}, I("-1 us")).micros, kMicrosPerDay - 1);
}

}  // namespace
}  // namespace redbase::common
