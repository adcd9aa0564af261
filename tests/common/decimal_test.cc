#include "common/decimal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace redbase::common {
namespace {

Decimal D(std::string_view text) {
  Decimal d;
  EXPECT_EQ(ParseDecimal(text, &d), ParseOutcome::kOk) << text;
  return d;
}

std::string Text(const std::optional<Decimal>& d) {
  std::string text = d ? "" : "overflow";
  if (d) {
    AppendDecimal(&text, *d);
  }
  return text;
}

// A number of any size in base ten, least digit first: the model, slow and plain.
class Big {
 public:
  explicit Big(Int128 v) : negative_(v < 0) {
    for (UInt128 m = v < 0 ? -static_cast<UInt128>(v) : static_cast<UInt128>(v); m != 0; m /= 10) {
      digits_.push_back(static_cast<int>(m % 10));
    }
  }
  Big Times(const Big& o) const {
    Big product(0);
    product.negative_ = negative_ != o.negative_;
    product.digits_.assign(digits_.size() + o.digits_.size() + 1, 0);
    for (size_t i = 0; i < digits_.size(); ++i) {
      for (size_t j = 0; j < o.digits_.size(); ++j) {
        product.digits_[i + j] += digits_[i] * o.digits_[j];
      }
    }
    product.Carry();
    return product;
  }
  Big Shifted(size_t zeros) const {
    Big out = *this;
    out.digits_.insert(out.digits_.begin(), digits_.empty() ? 0 : zeros, 0);
    return out;
  }
  Big Plus(const Big& o) const {
    Big sum(0);
    if (negative_ == o.negative_) {
      sum.negative_ = negative_;
      sum.digits_.assign(std::max(digits_.size(), o.digits_.size()) + 1, 0);
      AddTo(&sum, 1);
      o.AddTo(&sum, 1);
    } else {
      const bool mine = !Smaller(o);
      sum.negative_ = mine ? negative_ : o.negative_;
      sum.digits_.assign(std::max(digits_.size(), o.digits_.size()), 0);
      AddTo(&sum, mine ? 1 : -1);
      o.AddTo(&sum, mine ? -1 : 1);
    }
    sum.Carry();
    return sum;
  }
  // Without the last `count` digits, rounded half away from zero.
  Big Dropped(size_t count) const {
    Big out = *this;
    const bool up = count > 0 && count <= digits_.size() && digits_[count - 1] >= 5;
    out.digits_.erase(
        out.digits_.begin(),
        out.digits_.begin() + static_cast<std::ptrdiff_t>(std::min(count, digits_.size())));
    if (up) {
      out.digits_.push_back(0);
      out.digits_[0] += 1;
    }
    out.Carry();
    return out;
  }
  // Decimal digits of the quotient of magnitudes, by long division on digits.
  Big Over(const Big& o) const {
    Big q(0);
    q.digits_.assign(digits_.size(), 0);
    Big rest(0);
    Big divisor = o;
    divisor.negative_ = true;
    for (size_t i = digits_.size(); i-- > 0;) {
      rest = rest.Shifted(1).Plus(Big(digits_[i]));
      while (!rest.Smaller(o)) {
        rest = rest.Plus(divisor);
        ++q.digits_[i];
      }
    }
    q.negative_ = negative_ != o.negative_;
    q.Carry();
    return q;
  }
  std::string Text(uint8_t scale) const {
    if (digits_.size() > 38) {
      return "overflow";
    }
    std::string text;
    for (size_t i = std::max(digits_.size(), size_t{scale} + 1); i-- > 0;) {
      text += static_cast<char>('0' + (i < digits_.size() ? digits_[i] : 0));
      text += i == scale && scale > 0 ? "." : "";
    }
    return (negative_ && !digits_.empty() ? "-" : "") + text;
  }

 private:
  void AddTo(Big* sum, int sign) const {
    for (size_t i = 0; i < digits_.size(); ++i) {
      sum->digits_[i] += sign * digits_[i];
    }
  }
  bool Smaller(const Big& o) const {  // by magnitude
    return digits_.size() != o.digits_.size()
               ? digits_.size() < o.digits_.size()
               : std::lexicographical_compare(digits_.rbegin(), digits_.rend(), o.digits_.rbegin(),
                                              o.digits_.rend());
  }
  void Carry() {
    int carry = 0;
    for (int& digit : digits_) {
      digit += carry;
      carry = digit >= 0 ? digit / 10 : -((9 - digit) / 10);
      digit -= carry * 10;
    }
    while (!digits_.empty() && digits_.back() == 0) {
      digits_.pop_back();
    }
  }

  bool negative_;
  std::vector<int> digits_;
};

class RandomDecimals : public ::testing::Test {
 protected:
  void SetUp() override { RecordProperty("seed", static_cast<int>(seed_)); }
  uint32_t Below(uint32_t end) { return static_cast<uint32_t>(random_() % end); }
  Decimal Next() {
    Int128 value = 0;
    for (uint32_t digits = Below(39); digits > 0; --digits) {
      value = value * 10 + (Below(4) == 0 ? (Below(2) == 0 ? 9 : 0) : Below(10));
    }
    return {Below(2) == 0 ? value : -value, static_cast<uint8_t>(Below(39))};
  }
  const unsigned seed_ = std::random_device()();
  std::mt19937_64 random_{seed_};
};

TEST_F(RandomDecimals, SumsAreThoseOfTheModel) {
  for (int i = 0; i < 20000; ++i) {
    const Decimal a = Next();
    const Decimal b = Next();
    const auto scale = static_cast<uint8_t>(Below(39));
    const size_t larger = std::max({a.scale, b.scale, scale});
    const Big sum =
        Big(a.unscaled).Shifted(larger - a.scale).Plus(Big(b.unscaled).Shifted(larger - b.scale));
    const Big difference =
        Big(a.unscaled).Shifted(larger - a.scale).Plus(Big(-b.unscaled).Shifted(larger - b.scale));
    SCOPED_TRACE(Text(a) + " and " + Text(b) + " seed " + std::to_string(seed_));
    ASSERT_EQ(Text(AddDecimals(a, b, scale)), sum.Dropped(larger - scale).Text(scale));
    ASSERT_EQ(Text(SubtractDecimals(a, b, scale)), difference.Dropped(larger - scale).Text(scale));
  }
}

TEST_F(RandomDecimals, ProductsAreThoseOfTheModel) {
  for (int i = 0; i < 20000; ++i) {
    const Decimal a = Next();
    const Decimal b = Next();
    const auto scale = static_cast<uint8_t>(Below(39));
    const size_t exact = std::max<size_t>(size_t{a.scale} + b.scale, scale);
    const Big product = Big(a.unscaled).Times(Big(b.unscaled)).Shifted(exact - a.scale - b.scale);
    ASSERT_EQ(Text(MultiplyDecimals(a, b, scale)), product.Dropped(exact - scale).Text(scale))
        << Text(a) << " * " << Text(b) << " seed " << seed_;
  }
}

// A digit more than asked for decides how to round: what follows it cannot.
TEST_F(RandomDecimals, QuotientsAreThoseOfTheModel) {
  for (int i = 0; i < 3000; ++i) {
    const Decimal a = Next();
    const Decimal b = Next();
    const auto scale = static_cast<uint8_t>(Below(39));
    if (b.unscaled == 0) {
      continue;
    }
    const size_t up = size_t{scale} + 1 + b.scale;
    const Big quotient = Big(a.unscaled).Shifted(up).Over(Big(b.unscaled).Shifted(a.scale));
    ASSERT_EQ(Text(DivideDecimals(a, b, scale)), quotient.Dropped(1).Text(scale))
        << Text(a) << " / " << Text(b) << " seed " << seed_;
  }
}

TEST_F(RandomDecimals, RemainderIsWhatTheWholeQuotientLeaves) {
  for (int i = 0; i < 3000; ++i) {
    const Decimal a = Next();
    const Decimal b = Next();
    if (b.unscaled == 0) {
      continue;
    }
    const uint8_t scale = std::max(a.scale, b.scale);
    const Big dividend = Big(a.unscaled).Shifted(scale - a.scale);
    const Big divisor = Big(b.unscaled).Shifted(scale - b.scale);
    const Big back = dividend.Over(divisor).Times(divisor);
    const Decimal rest = DecimalRemainder(a, b);
    ASSERT_EQ(back.Plus(Big(rest.unscaled).Shifted(scale - rest.scale)).Text(0), dividend.Text(0))
        << Text(a) << " % " << Text(b) << " seed " << seed_;
    ASSERT_LT(CompareDecimals({rest.unscaled < 0 ? -rest.unscaled : rest.unscaled, rest.scale},
                              {b.unscaled < 0 ? -b.unscaled : b.unscaled, b.scale}),
              0);
  }
}

TEST_F(RandomDecimals, ComparisonIsTheSignOfTheDifference) {
  for (int i = 0; i < 20000; ++i) {
    const Decimal a = Next();
    Decimal b = Next();
    if (const auto same = RescaleDecimal(a, b.scale); same && Below(3) == 0) {
      b = *same;
    }
    const uint8_t scale = std::max(a.scale, b.scale);
    const std::string difference = Big(a.unscaled)
                                       .Shifted(scale - a.scale)
                                       .Plus(Big(-b.unscaled).Shifted(scale - b.scale))
                                       .Text(0);
    const int want = difference == "0" ? 0 : (difference[0] == '-' ? -1 : 1);
    const int order = CompareDecimals(a, b);
    if (difference != "overflow") {
      ASSERT_EQ(order, want) << Text(a) << " and " << Text(b) << " seed " << seed_;
    }
    ASSERT_EQ(CompareDecimals(b, a), -order);
  }
}

TEST_F(RandomDecimals, TextComesBack) {
  for (int i = 0; i < 5000; ++i) {
    const Decimal a = Next();
    Decimal again;
    ASSERT_EQ(ParseDecimal(Text(a), a.scale, &again), ParseOutcome::kOk) << seed_;
    ASSERT_EQ(again, a) << Text(a);
  }
}

TEST_F(RandomDecimals, DoublesAreTheNearest) {
  for (int i = 0; i < 5000; ++i) {
    const Decimal a = Next();
    const double real = DecimalToDouble(a);
    ASSERT_EQ(real, std::strtod(Text(a).c_str(), nullptr)) << Text(a) << " seed " << seed_;
    ASSERT_EQ(DecimalToFloat(a), std::strtof(Text(a).c_str(), nullptr)) << Text(a);
    // Its neighbours lie on either side.
    ASSERT_LE(CompareDecimalWithReal(a, std::nextafter(real, INFINITY)), 0) << Text(a);
    ASSERT_GE(CompareDecimalWithReal(a, std::nextafter(real, -INFINITY)), 0) << Text(a);
  }
}

// It is not above, and the next one is.
TEST_F(RandomDecimals, FloorsAreTheGreatestNotAbove) {
  for (int i = 0; i < 5000; ++i) {
    const Decimal a = Next();
    const auto scale = static_cast<uint8_t>(Below(39));
    const auto floor = FloorDecimal(a, scale);
    if (floor && FitsDigits(floor->unscaled, 38)) {
      const int order = CompareDecimals({floor->unscaled, scale}, a);
      ASSERT_EQ(order, floor->exact ? 0 : -1) << Text(a) << " seed " << seed_;
      ASSERT_GT(CompareDecimals({floor->unscaled + 1, scale}, a), 0) << Text(a);
    }
    const double real = DecimalToDouble(a);
    const auto of_real = FloorDecimal(real, scale);
    if (of_real && FitsDigits(of_real->unscaled, 37)) {
      const int order = CompareDecimalWithReal({of_real->unscaled, scale}, real);
      ASSERT_EQ(order < 0 ? -1 : order, of_real->exact ? 0 : -1) << Text(a) << " seed " << seed_;
      ASSERT_GT(CompareDecimalWithReal({of_real->unscaled + 1, scale}, real), 0) << Text(a);
    }
  }
}

TEST(Decimal, RoundsHalfAwayFromZero) {
  EXPECT_EQ(Text(RescaleDecimal(D("2.345"), 2)), "2.35");
  EXPECT_EQ(Text(RescaleDecimal(D("-2.345"), 2)), "-2.35");
  EXPECT_EQ(Text(RescaleDecimal(D("-0.4"), 0)), "0");
  EXPECT_EQ(Text(RescaleDecimal(D("9.99"), 1)), "10.0");
  EXPECT_EQ(Text(DivideDecimals(D("2"), D("3"), 4)), "0.6667");
  EXPECT_EQ(Text(DivideDecimals(D("-1"), D("8"), 2)), "-0.13");
}

TEST(Decimal, NinesOverflowAndNothingWraps) {
  const Decimal most{PowerOfTen(38) - 1, 0};
  EXPECT_EQ(Text(AddDecimals(most, D("1"), 0)), "overflow");
  EXPECT_EQ(Text(AddDecimals(most, D("0.4"), 0)), std::string(38, '9'));
  EXPECT_EQ(Text(AddDecimals(most, D("0.5"), 0)), "overflow");
  EXPECT_EQ(Text(MultiplyDecimals(most, most, 0)), "overflow");
  EXPECT_EQ(Text(DivideDecimals(most, D("0.1"), 0)), "overflow");
  EXPECT_EQ(Text(RescaleDecimal(most, 1)), "overflow");
}

TEST(Decimal, ReadsPointsAndExponents) {
  EXPECT_EQ(D("1.50"), (Decimal{150, 2}));
  EXPECT_EQ(D(".5"), (Decimal{5, 1}));
  EXPECT_EQ(D("5."), (Decimal{5, 0}));
  EXPECT_EQ(D("-1.5e3"), (Decimal{-1500, 0}));
  EXPECT_EQ(D("+15E-3"), (Decimal{15, 3}));
  EXPECT_EQ(D("0e999999999999999999999"), (Decimal{0, 0}));
  Decimal d;
  for (const char* text :
       {"", ".", "-", "1..2", "1e", "1e+", "e5", "1 ", " 1", "nan", "0x1", "--1"}) {
    EXPECT_EQ(ParseDecimal(text, &d), ParseOutcome::kNotANumber) << text;
  }
  EXPECT_EQ(ParseDecimal("1e38", &d), ParseOutcome::kOutOfRange);
  EXPECT_EQ(ParseDecimal("1e-999999999999999999999", 2, &d), ParseOutcome::kOk);
  EXPECT_EQ(d, (Decimal{0, 2}));
  EXPECT_EQ(ParseDecimal(std::string(50, '0') + "1." + std::string(60, '9'), 3, &d),
            ParseOutcome::kOk);
  EXPECT_EQ(d, (Decimal{2000, 3}));
}

TEST(Decimal, ComparesWithRealsExactly) {
  EXPECT_LT(CompareDecimalWithReal(D("0.1"), 0.1), 0);  // the double is a hair more
  EXPECT_GT(CompareDecimalWithReal(D("0.3"), 0.3), 0);
  EXPECT_EQ(CompareDecimalWithReal(D("-0.375"), -0.375), 0);
  EXPECT_LT(CompareDecimalWithReal(D("-0.5"), 0.25), 0);
  EXPECT_GT(CompareDecimalWithReal(D("0"), -5e-324), 0);
  const Decimal most = D("99999999999999999999999999999999999999");
  EXPECT_GT(CompareDecimalWithReal(most, 1e38), 0);  // that is 2 * 10^21 below its name
  EXPECT_LT(CompareDecimalWithReal(most, std::nextafter(1e38, INFINITY)), 0);
  EXPECT_LT(CompareDecimalWithReal(D("1"), std::numeric_limits<double>::infinity()), 0);
  EXPECT_LT(CompareDecimalWithReal(D("1"), std::nan("")), 0);
  EXPECT_GT(CompareDecimalWithReal(D("-1"), -std::numeric_limits<double>::infinity()), 0);
}

TEST(Decimal, OfARealAreTheDigitsThatItVouchesFor) {
  EXPECT_EQ(Text(DecimalFromReal(0.1, 20)), "0.10000000000000000000");
  EXPECT_EQ(Text(DecimalFromReal(0.1F, 10)), "0.1000000000");
  EXPECT_EQ(Text(DecimalFromReal(2.5, 0)), "3");
  EXPECT_EQ(Text(DecimalFromReal(1e38, 0)), "overflow");
  EXPECT_EQ(Text(DecimalFromReal(std::nan(""), 0)), "overflow");
}

}  // namespace
}  // namespace redbase::common
