#include "common/text.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>

#include "common/env.h"
#include "common/random.h"

namespace redbase::common {
namespace {

std::string Printf(double value) {
  std::array<char, 400> buffer;
  const int n = std::snprintf(buffer.data(), buffer.size(), "%f", value);
  return {buffer.data(), static_cast<size_t>(n)};
}

template <typename T>
std::string Fixed(T value) {
  std::string out;
  AppendFixed(&out, value);
  return out;
}

template <typename T>
T Parsed(std::string_view text) {
  T value{};
  EXPECT_EQ(ParseNumber(text, &value), ParseOutcome::kOk) << text;
  return value;
}

template <typename T>
ParseOutcome Outcome(std::string_view text) {
  T value{};
  return ParseNumber(text, &value);
}

TEST(Text, FixedIsWhatPrintfPrints) {
  for (const float f : {0.0F, -0.0F, 0.1F, 1e-7F, -1e-7F, 0.5e-6F, 1.0F / 3, 123456.789F, 9e9F,
                        -9.1e9F, 3.4e38F, 1e-45F, std::numeric_limits<float>::infinity()}) {
    EXPECT_EQ(Fixed(f), Printf(static_cast<double>(f)));
    EXPECT_EQ(Fixed(static_cast<double>(f)), Printf(static_cast<double>(f)));
  }
  EXPECT_EQ(Fixed(std::nanf("")), "nan");
}

// 2^-7 = 0.0078125 has seven decimals: the sixth is a tie, and its multiples too.
TEST(Text, FixedRoundsTiesToEven) {
  for (int i = -1000; i < 1000; ++i) {
    const float f = static_cast<float>(i) / 128;
    EXPECT_EQ(Fixed(f), Printf(static_cast<double>(f)));
  }
}

TEST(Text, FixedIsWhatPrintfPrintsForRandomFloats) {
  const uint64_t seed = RealEnv().RandomSeed();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  Random random(seed);
  for (int i = 0; i < 100000; ++i) {
    const auto f = std::bit_cast<float>(static_cast<uint32_t>(random.Next()));
    if (!std::isnan(f)) {
      ASSERT_EQ(Fixed(f), Printf(static_cast<double>(f)));
    }
  }
}

TEST(Text, IntegersPrintAsWritten) {
  std::string out;
  AppendInteger(&out, std::numeric_limits<int64_t>::min());
  EXPECT_EQ(out, "-9223372036854775808");
}

TEST(Text, ParsesIntegersWithSigns) {
  EXPECT_EQ(Parsed<int32_t>("-2147483648"), std::numeric_limits<int32_t>::min());
  EXPECT_EQ(Parsed<int32_t>("+7"), 7);
  EXPECT_EQ(Parsed<int64_t>("9223372036854775807"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Parsed<int16_t>("-32768"), std::numeric_limits<int16_t>::min());
}

TEST(Text, ParsesReals) {
  EXPECT_EQ(Parsed<float>("0.1"), 0.1F);
  EXPECT_EQ(Parsed<double>("-1.5e10"), -1.5e10);
  EXPECT_EQ(Parsed<float>("+3"), 3.0F);
  EXPECT_EQ(Parsed<double>("1e-400"), 0.0);
  EXPECT_TRUE(std::isinf(Parsed<double>("inf")));
  EXPECT_TRUE(std::isnan(Parsed<float>("nan")));
}

TEST(Text, WhatIsNoNumberIsSaidToBeNone) {
  for (const std::string_view text : {"", "-", "+", "+-1", "1x", " 1", "1 ", "x", "1.5.2", "--1"}) {
    EXPECT_EQ(Outcome<int32_t>(text), ParseOutcome::kNotANumber) << text;
    EXPECT_EQ(Outcome<double>(text), ParseOutcome::kNotANumber) << text;
  }
  EXPECT_EQ(Outcome<int32_t>("1.0"), ParseOutcome::kNotANumber);
  EXPECT_EQ(Outcome<int32_t>("99999999999x"), ParseOutcome::kNotANumber);
}

TEST(Text, NumbersOutOfRangeAreToldFromOthers) {
  EXPECT_EQ(Outcome<int32_t>("2147483648"), ParseOutcome::kOutOfRange);
  EXPECT_EQ(Outcome<int64_t>("-9223372036854775809"), ParseOutcome::kOutOfRange);
  EXPECT_EQ(Outcome<float>("1e39"), ParseOutcome::kOutOfRange);
  EXPECT_EQ(Outcome<double>("-1e309"), ParseOutcome::kOutOfRange);
}

TEST(Text, CountsCharactersOfValidUtf8) {
  EXPECT_EQ(CountUtf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 4);
  EXPECT_EQ(CountUtf8(""), 0);
}

TEST(Text, RefusesWhatIsNoUtf8) {
  for (const std::string_view text :
       {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
    EXPECT_LT(CountUtf8(text), 0);
  }
}

TEST(Text, QuotesForMessages) {
  EXPECT_EQ(Quoted("abc"), "'abc'");
  EXPECT_EQ(Quoted("a\n\xFF"), "'a\\x0a\\xff'");
  EXPECT_EQ(Quoted(std::string(50, 'x')), "'" + std::string(40, 'x') + "...'");
}

}  // namespace
}  // namespace redbase::common
