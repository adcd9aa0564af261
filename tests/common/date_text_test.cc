#include "common/date_text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace redbase::common {
namespace {

// The text of what `text` says, or why it says nothing.
template <typename T>
std::string Again(std::string_view text, ParseOutcome parse(std::string_view, T*),
                  void append(std::string*, T)) {
  T value;
  std::string out;
  switch (parse(text, &value)) {
    case ParseOutcome::kOk:
      append(&out, value);
      return out;
    case ParseOutcome::kOutOfRange:
      return "out of range";
    default:
      return "malformed";
  }
}
std::string OfDate(std::string_view text) { return Again(text, ParseDate, AppendDate); }
std::string OfTime(std::string_view text) { return Again(text, ParseTime, AppendTime); }
std::string OfTimestamp(std::string_view text) {
  return Again(text, ParseTimestamp, AppendTimestamp);
}
std::string OfTimestamptz(std::string_view text) {
  return Again(text, ParseTimestamptz, AppendTimestamptz);
}
void AppendIntervalValue(std::string* out, Interval interval) { AppendInterval(out, interval); }
std::string OfInterval(std::string_view text) {
  return Again(text, ParseInterval, AppendIntervalValue);
}

TEST(DateText, AllFormsOfOneDay) {
  for (const char* text :
       {"1999-01-08", "1999-1-8", " 1999-01-08 ", "January 8, 1999", "Jan 8 1999", "8 january 1999",
        "1999 Jan 8", "1/8/1999", "1-8-99", "19990108", "1999-Jan-08", "08-Jan-1999", "8-Jan-99",
        "1999/01/08", "Friday January 8, 1999", "1999-01-08 AD", "1999-01-08 04:05:06",
        "1999-01-08T04:05:06Z"}) {
    EXPECT_EQ(OfDate(text), "1999-01-08") << text;
  }
  EXPECT_EQ(OfDate("0044-03-15 BC"), "0044-03-15 BC");
  EXPECT_EQ(OfDate("12345-01-01"), "12345-01-01");
  EXPECT_EQ(OfDate("infinity"), "infinity");
  EXPECT_EQ(OfDate("-Infinity"), "-infinity");
}

TEST(DateText, WhatIsNoDate) {
  for (const char* text :
       {"", " ", "abc", "1999-01", "1999", "1999-01-", "1999-01-08-", "1999-01/08", "04:05",
        "Jan 1999", "1999-01-08 x", "Foo 8, 1999", "1999-01-08 1999-01-08", "Jan Feb 1 1999",
        "infinity 1", "- infinity", "bc", "+02"}) {
    EXPECT_EQ(OfDate(text), "malformed") << text;
  }
  for (const char* text :
       {"1999-02-29", "1999-13-01", "1999-00-01", "1999-01-00", "13/1/1999", "0000-01-01",
        "9999999-01-01", "4714-11-23 BC", "99999999999999-01-01"}) {
    EXPECT_EQ(OfDate(text), "out of range") << text;
  }
}

TEST(DateText, Times) {
  EXPECT_EQ(OfTime("04:05:06.789"), "04:05:06.789");
  EXPECT_EQ(OfTime("4:05"), "04:05:00");
  EXPECT_EQ(OfTime("04:05 PM"), "16:05:00");
  EXPECT_EQ(OfTime("12:00 am"), "00:00:00");
  EXPECT_EQ(OfTime("12:30 PM"), "12:30:00");
  EXPECT_EQ(OfTime("24:00"), "24:00:00");
  EXPECT_EQ(OfTime("23:59:60"), "24:00:00");
  EXPECT_EQ(OfTime("00:00:00.0000005"), "00:00:00.000001");
  EXPECT_EQ(OfTime("1999-01-08 04:05"), "04:05:00");
  EXPECT_EQ(OfTime("04:05+02"), "04:05:00");
  EXPECT_EQ(OfTime("24:00:01"), "out of range");
  EXPECT_EQ(OfTime("13:00 PM"), "out of range");
  EXPECT_EQ(OfTime("04:60"), "out of range");
  EXPECT_EQ(OfTime("04"), "malformed");
  EXPECT_EQ(OfTime("04:"), "malformed");
  EXPECT_EQ(OfTime("1999-01-08"), "malformed");
}

TEST(DateText, TimestampsAndZones) {
  EXPECT_EQ(OfTimestamp("1999-01-08 04:05:06.5"), "1999-01-08 04:05:06.5");
  EXPECT_EQ(OfTimestamp("1999-01-08T04:05:06"), "1999-01-08 04:05:06");
  EXPECT_EQ(OfTimestamp("1999-01-08"), "1999-01-08 00:00:00");
  EXPECT_EQ(OfTimestamp("1999-01-08 24:00"), "1999-01-09 00:00:00");
  EXPECT_EQ(OfTimestamp("1999-01-08 04:05+05"), "1999-01-08 04:05:00");
  EXPECT_EQ(OfTimestamp("January 8 04:05 1999"), "1999-01-08 04:05:00");
  EXPECT_EQ(OfTimestamp("0044-03-15 12:00 BC"), "0044-03-15 12:00:00 BC");
  EXPECT_EQ(OfTimestamp("294277-01-01"), "out of range");
  EXPECT_EQ(OfTimestamp("04:05"), "malformed");
  EXPECT_EQ(OfTimestamptz("1999-01-08 04:05:06"), "1999-01-08 04:05:06+00");
  EXPECT_EQ(OfTimestamptz("1999-01-08 04:05:06-08"), "1999-01-08 12:05:06+00");
  EXPECT_EQ(OfTimestamptz("1999-01-08 04:05:06+05:30"), "1999-01-07 22:35:06+00");
  EXPECT_EQ(OfTimestamptz("1999-01-08 04:05:06 +0530"), "1999-01-07 22:35:06+00");
  EXPECT_EQ(OfTimestamptz("1999-01-08T04:05:06Z"), "1999-01-08 04:05:06+00");
  EXPECT_EQ(OfTimestamptz("1999-01-08 04:05 UTC"), "1999-01-08 04:05:00+00");
  EXPECT_EQ(OfTimestamptz("0044-03-15 12:00+01 BC"), "0044-03-15 11:00:00+00 BC");
  EXPECT_EQ(OfTimestamptz("294276-12-31 23:00-02"), "out of range");
  EXPECT_EQ(OfTimestamptz("1999-01-08 04:05+99"), "out of range");
  EXPECT_EQ(OfTimestamptz("1999-01-08 04:05+"), "malformed");
}

TEST(DateText, IntervalsAsPostgresPrintsThem) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"1 year 2 months", "1 year 2 mons"},
      {"3 days 04:05:06", "3 days 04:05:06"},
      {"1-2", "1 year 2 mons"},
      {"-1-2", "-1 years -2 mons"},
      {"P1Y2M3DT4H5M6S", "1 year 2 mons 3 days 04:05:06"},
      {"P2W", "14 days"},
      {"PT0.5S", "00:00:00.5"},
      {"P-1Y", "-1 years"},
      {"1 day ago", "-1 days"},
      {"@ 1 minute", "00:01:00"},
      {"-1 month 1 day -00:00:01", "-1 mons +1 day -00:00:01"},
      {"1.5 years", "1 year 6 mons"},
      {"1.5 months", "1 mon 15 days"},
      {"1.5 days", "1 day 12:00:00"},
      {"0.5 weeks", "3 days 12:00:00"},
      {"3 4:05:06", "3 days 04:05:06"},
      {"3 -4:05", "3 days -04:05:00"},
      {"5", "00:00:05"},
      {"100 hours", "100:00:00"},
      {"0 days", "00:00:00"},
      {"1 decade 1 century", "110 years"},
      {"1.5 hours 2 ms", "01:30:00.002"},
      {"1 year 2 mons -3 days 04:05:06.25", "1 year 2 mons -3 days +04:05:06.25"},
  };
  for (const auto& [text, want] : cases) {
    EXPECT_EQ(OfInterval(text), want) << text;
  }
  for (const char* text :
       {"", "P", "1 foo", "year", "1 year ago 2", "1:", "1 2", "P1H", "PT1Y", "--1"}) {
    EXPECT_EQ(OfInterval(text), "malformed") << text;
  }
  for (const char* text : {"178956971 years", "2147483648 days", "1:60", "1-12",
                           "99999999999999999999 s", "9223372036855 s"}) {
    EXPECT_EQ(OfInterval(text), "out of range") << text;
  }
}

TEST(DateText, EveryValueIsReadAgain) {
  const auto seed = std::random_device()();
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20000; ++i) {
    const Date date{static_cast<int32_t>(random() % 2000000) - 1000000};
    const Timestamp timestamp{static_cast<int64_t>(random() % 8000000000000000000U) -
                              100000000000000000};
    const Interval interval{static_cast<int32_t>(random()), static_cast<int32_t>(random()),
                            static_cast<int64_t>(random())};
    std::string text;
    AppendDate(&text, date);
    Date read_date;
    ASSERT_EQ(ParseDate(text, &read_date), ParseOutcome::kOk) << text << " seed " << seed;
    ASSERT_EQ(read_date, date) << text;
    text.clear();
    AppendTimestamp(&text, timestamp);
    Timestamp read_timestamp;
    ASSERT_EQ(ParseTimestamp(text, &read_timestamp), ParseOutcome::kOk) << text << " seed " << seed;
    ASSERT_EQ(read_timestamp, timestamp) << text;
    text.clear();
    AppendInterval(&text, interval);
    Interval read_interval;
    ASSERT_EQ(ParseInterval(text, &read_interval), ParseOutcome::kOk) << text << " seed " << seed;
    ASSERT_TRUE(read_interval.SameParts(interval)) << text;
  }
}

}  // namespace
}  // namespace redbase::common
