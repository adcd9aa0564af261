#include "common/decimal.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

#include <fast_float/fast_float.h>

#include "common/types.h"

namespace redbase::common {

namespace {

constexpr uint32_t kMostDigits = kMaxDecimalPrecision;

constexpr std::array<Int128, kMostDigits + 1> kPowers = [] {
  std::array<Int128, kMostDigits + 1> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) {
    powers[i] = powers[i - 1] * 10;
  }
  return powers;
}();

UInt128 Magnitude(Int128 v) { return v < 0 ? -static_cast<UInt128>(v) : static_cast<UInt128>(v); }

// A product of two decimals, or a dividend.
struct Wide {
  UInt128 high = 0;
  UInt128 low = 0;
};

Wide Multiply(UInt128 a, UInt128 b) {
  const auto low_half = [](UInt128 v) { return UInt128{static_cast<uint64_t>(v)}; };
  const UInt128 low = low_half(a) * low_half(b);
  const UInt128 cross = (a >> 64) * low_half(b) + (low >> 64);
  const UInt128 other = low_half(a) * (b >> 64) + low_half(cross);
  return {(a >> 64) * (b >> 64) + (cross >> 64) + (other >> 64), (other << 64) | low_half(low)};
}

struct Quotient {
  Wide whole;
  UInt128 rest = 0;
};

// Bit by bit.  Requires: 0 < b < 2^127, so that a doubled rest fits.
Quotient Divide(Wide a, UInt128 b) {
  if (a.high == 0) {
    return {{0, a.low / b}, a.low % b};
  }
  Quotient q;
  for (int bit = 255; bit >= 0; --bit) {
    const UInt128 word = bit >= 128 ? a.high : a.low;
    q.rest = (q.rest << 1) | ((word >> (bit % 128)) & 1);
    q.whole = {(q.whole.high << 1) | (q.whole.low >> 127), q.whole.low << 1};
    if (q.rest >= b) {
      q.rest -= b;
      q.whole.low |= 1;
    }
  }
  return q;
}

std::optional<Decimal> Signed(Wide magnitude, bool negative, uint8_t scale) {
  if (magnitude.high != 0 || magnitude.low >= static_cast<UInt128>(kPowers[kMostDigits])) {
    return std::nullopt;
  }
  const auto value = static_cast<Int128>(magnitude.low);
  return Decimal{negative ? -value : value, scale};
}

// a / b, rounded half away from zero.
std::optional<Decimal> Rounded(Wide a, UInt128 b, bool negative, uint8_t scale) {
  Quotient q = Divide(a, b);
  if (q.rest >= b - q.rest) {
    q.whole.low += 1;
    q.whole.high += q.whole.low == 0 ? 1 : 0;
  }
  return Signed(q.whole, negative, scale);
}

// The digits of a number without its sign, and where its point is: the value is
// digits / 10^fraction.
struct Digits {
  bool negative = false;
  std::string digits;  // without zeros in front
  int64_t fraction = 0;
};

// Takes an exponent off the front of `text`; false when there is none.
bool TakeExponent(std::string_view text, int64_t* exponent) {
  // No one needs more, and sums with it stay small.
  constexpr int64_t kMost = 1'000'000'000;
  int64_t value = 0;
  const ParseOutcome outcome = ParseNumber(text, &value);
  if (outcome == ParseOutcome::kNotANumber) {
    return false;
  }
  if (outcome == ParseOutcome::kOutOfRange) {
    value = text.front() == '-' ? -kMost : kMost;
  }
  *exponent = std::clamp(value, -kMost, kMost);
  return true;
}

std::optional<Digits> Split(std::string_view text) {
  Digits out;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    out.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  bool any = false;
  bool point = false;
  size_t i = 0;
  for (; i < text.size() && (text[i] == '.' ? !point : text[i] >= '0' && text[i] <= '9'); ++i) {
    if (text[i] == '.') {
      point = true;
      continue;
    }
    any = true;
    out.fraction += point ? 1 : 0;
    if (text[i] != '0' || !out.digits.empty()) {
      out.digits += text[i];
    }
  }
  int64_t exponent = 0;
  if (i < text.size()) {
    any = any && (text[i] == 'e' || text[i] == 'E') && TakeExponent(text.substr(i + 1), &exponent);
  }
  out.fraction -= exponent;
  return any ? std::optional(std::move(out)) : std::nullopt;
}

ParseOutcome Round(const Digits& from, uint8_t scale, Decimal* out) {
  const int64_t kept = static_cast<int64_t>(from.digits.size()) - from.fraction + scale;
  if (from.digits.empty() || kept < 0) {
    *out = {0, scale};
    return ParseOutcome::kOk;
  }
  if (kept > int64_t{kMostDigits}) {
    return ParseOutcome::kOutOfRange;
  }
  Int128 value = 0;
  for (size_t i = 0; i < static_cast<size_t>(kept); ++i) {
    value = value * 10 + (i < from.digits.size() ? from.digits[i] - '0' : 0);
  }
  const auto next = static_cast<size_t>(kept);
  if (next < from.digits.size() && from.digits[next] >= '5') {
    ++value;
  }
  if (value >= kPowers[kMostDigits]) {
    return ParseOutcome::kOutOfRange;
  }
  *out = {from.negative ? -value : value, scale};
  return ParseOutcome::kOk;
}

template <typename T>
T ToReal(Decimal a) {
  std::string text;
  AppendDecimal(&text, a);
  T real = 0;
  fast_float::from_chars(text.data(), text.data() + text.size(), real);
  return real;
}

// The digits of the exact value of a number from 0 to below 1, behind the point.
std::string ExactFraction(double fraction) {
  // The least double has 1074.
  std::array<char, 1100> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), fraction,
                                 std::chars_format::fixed, 1074)
                       .ptr;
  return {buffer.data() + 2, end};
}

}  // namespace

Int128 PowerOfTen(uint32_t exponent) {
  assert(exponent <= kMostDigits);
  return kPowers[exponent];
}

std::optional<Decimal> RescaleDecimal(Decimal a, uint8_t scale) {
  const bool negative = a.unscaled < 0;
  const UInt128 magnitude = Magnitude(a.unscaled);
  if (scale >= a.scale) {
    return Signed(Multiply(magnitude, static_cast<UInt128>(kPowers[scale - a.scale])), negative,
                  scale);
  }
  return Rounded({0, magnitude}, static_cast<UInt128>(kPowers[a.scale - scale]), negative, scale);
}

// At the larger scale a sum may need more than 128 bits, though the result does not:
// then both have digits to lose, and whole numbers and fractions are added apart.
std::optional<Decimal> AddDecimals(Decimal a, Decimal b, uint8_t scale) {
  const uint8_t larger = std::max(a.scale, b.scale);
  const Int128 one = kPowers[larger];
  const auto whole_of = [](Decimal d) { return d.unscaled / kPowers[d.scale]; };
  const auto fraction_of = [larger](Decimal d) {
    return d.unscaled % kPowers[d.scale] * kPowers[larger - d.scale];
  };
  Int128 whole = whole_of(a) + whole_of(b);
  Int128 fraction = fraction_of(a);
  const Int128 other = fraction_of(b);
  // Carried before it is added: twice 10^38 is beyond 128 bits.
  const int carry = fraction > 0 && other >= one - fraction    ? 1
                    : fraction < 0 && other <= -one - fraction ? -1
                                                               : 0;
  whole += carry;
  fraction = fraction - carry * one + other;
  // One sign for both.
  if (whole > 0 && fraction < 0) {
    whole -= 1;
    fraction += one;
  } else if (whole < 0 && fraction > 0) {
    whole += 1;
    fraction -= one;
  }
  const std::optional<Decimal> rounded = RescaleDecimal({fraction, larger}, scale);
  const bool negative = whole < 0 || (whole == 0 && fraction < 0);
  Wide sum = Multiply(Magnitude(whole), static_cast<UInt128>(kPowers[scale]));
  sum.low += Magnitude(rounded->unscaled);
  sum.high += sum.low < Magnitude(rounded->unscaled) ? 1 : 0;
  return Signed(sum, negative, scale);
}

std::optional<Decimal> SubtractDecimals(Decimal a, Decimal b, uint8_t scale) {
  return AddDecimals(a, {-b.unscaled, b.scale}, scale);
}

std::optional<Decimal> MultiplyDecimals(Decimal a, Decimal b, uint8_t scale) {
  const bool negative = (a.unscaled < 0) != (b.unscaled < 0);
  const Wide product = Multiply(Magnitude(a.unscaled), Magnitude(b.unscaled));
  const int surplus = a.scale + b.scale - scale;
  if (surplus <= 0) {
    if (product.high != 0) {
      return std::nullopt;
    }
    return Signed(
        surplus < -static_cast<int>(kMostDigits) && product.low != 0
            ? Wide{1, 0}
            : Multiply(product.low,
                       static_cast<UInt128>(
                           kPowers[std::min<size_t>(static_cast<size_t>(-surplus), kMostDigits)])),
        negative, scale);
  }
  if (surplus <= static_cast<int>(kMostDigits)) {
    return Rounded(product, static_cast<UInt128>(kPowers[static_cast<size_t>(surplus)]), negative,
                   scale);
  }
  // Two steps that round once: the first keeps whether anything was lost.
  Quotient first = Divide(product, static_cast<UInt128>(kPowers[kMostDigits]));
  const auto second = static_cast<UInt128>(kPowers[static_cast<size_t>(surplus) - kMostDigits]);
  return Rounded(first.whole, second, negative, scale);
}

std::optional<Decimal> DivideDecimals(Decimal a, Decimal b, uint8_t scale) {
  assert(b.unscaled != 0);
  const bool negative = (a.unscaled < 0) != (b.unscaled < 0);
  const UInt128 dividend = Magnitude(a.unscaled);
  const UInt128 divisor = Magnitude(b.unscaled);
  const int shift = scale + b.scale - a.scale;
  if (shift < 0) {
    const Wide longer =
        Multiply(divisor, static_cast<UInt128>(kPowers[static_cast<size_t>(-shift)]));
    // Half of a divisor beyond 2^127 is more than any dividend.
    return longer.high != 0 || (longer.low >> 127) != 0
               ? Decimal{0, scale}
               : Rounded({0, dividend}, longer.low, negative, scale);
  }
  const int first = std::min(shift, static_cast<int>(kMostDigits));
  const Wide shifted =
      Multiply(dividend, static_cast<UInt128>(kPowers[static_cast<size_t>(first)]));
  if (first == shift) {
    return Rounded(shifted, divisor, negative, scale);
  }
  const auto rest_power = static_cast<UInt128>(kPowers[static_cast<size_t>(shift - first)]);
  const Quotient q = Divide(shifted, divisor);
  if (q.whole.high != 0) {
    return std::nullopt;
  }
  Wide whole = Multiply(q.whole.low, rest_power);
  const Quotient tail = Divide(Multiply(q.rest, rest_power), divisor);
  const UInt128 add = tail.whole.low + (tail.rest >= divisor - tail.rest ? 1 : 0);
  whole.low += add;
  whole.high += whole.low < add ? 1 : 0;
  return Signed(whole, negative, scale);
}

Decimal DecimalRemainder(Decimal a, Decimal b) {
  assert(b.unscaled != 0);
  const uint8_t scale = std::max(a.scale, b.scale);
  const Wide dividend =
      Multiply(Magnitude(a.unscaled), static_cast<UInt128>(kPowers[scale - a.scale]));
  const Wide divisor =
      Multiply(Magnitude(b.unscaled), static_cast<UInt128>(kPowers[scale - b.scale]));
  if (divisor.high != 0 || (divisor.low >> 127) != 0) {
    return a;  // then the scale is that of a, whose value is below
  }
  const auto rest = static_cast<Int128>(Divide(dividend, divisor.low).rest);
  return {a.unscaled < 0 ? -rest : rest, scale};
}

int CompareDecimals(Decimal a, Decimal b) {
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : (y < x ? 1 : 0); };
  if (a.scale == b.scale || (a.unscaled < 0) != (b.unscaled < 0)) {
    return a.scale == b.scale ? order(a.unscaled, b.unscaled) : (a.unscaled < 0 ? -1 : 1);
  }
  const uint8_t scale = std::max(a.scale, b.scale);
  const auto widened = [scale](Decimal d) {
    return Multiply(Magnitude(d.unscaled), static_cast<UInt128>(kPowers[scale - d.scale]));
  };
  const Wide x = widened(a);
  const Wide y = widened(b);
  const int larger = x.high != y.high ? order(x.high, y.high) : order(x.low, y.low);
  return a.unscaled < 0 ? -larger : larger;
}

// Both between -1 and 1.
static int CompareFractions(Decimal a, double b) {
  const auto sign_of = [](auto v) { return v < 0 ? -1 : (v > 0 ? 1 : 0); };
  const int sign = sign_of(a.unscaled);
  // -0.5 and 0.25 have the same whole number.
  if (sign == 0 || sign != sign_of(b)) {
    return sign - sign_of(b);
  }
  std::string digits;
  AppendInt128(&digits, sign < 0 ? -a.unscaled : a.unscaled);
  digits.insert(0, a.scale - digits.size(), '0');
  std::string exact = ExactFraction(std::fabs(b));
  digits.resize(std::max(digits.size(), exact.size()), '0');
  exact.resize(digits.size(), '0');
  return sign < 0 ? exact.compare(digits) : digits.compare(exact);
}

int CompareDecimalWithReal(Decimal a, double b) {
  constexpr double kBeyond = 1e38;  // a hair below 10^38, and so beyond all decimals but its own
  if (std::isnan(b) || b > kBeyond) {
    return -1;
  }
  if (b < -kBeyond) {
    return 1;
  }
  const Int128 one = kPowers[a.scale];
  const double whole = std::trunc(b);
  const int order = CompareDecimals({a.unscaled / one, 0}, {static_cast<Int128>(whole), 0});
  return order != 0 ? order : CompareFractions({a.unscaled % one, a.scale}, b - whole);
}

std::optional<DecimalFloor> FloorDecimal(Decimal a, uint8_t scale) {
  if (scale >= a.scale) {
    Int128 scaled = 0;
    return __builtin_mul_overflow(a.unscaled, kPowers[scale - a.scale], &scaled)
               ? std::nullopt
               : std::optional(DecimalFloor{scaled, true});
  }
  const Int128 power = kPowers[a.scale - scale];
  const Int128 rest = a.unscaled % power;
  return DecimalFloor{a.unscaled / power - (rest < 0 ? 1 : 0), rest == 0};
}

std::optional<DecimalFloor> FloorDecimal(double a, uint8_t scale) {
  constexpr double kEnd = 0x1p127;
  if (!(std::fabs(a) < kEnd)) {
    return std::nullopt;
  }
  const double magnitude = std::fabs(a);
  const double whole = std::trunc(magnitude);
  Int128 scaled = 0;
  if (__builtin_mul_overflow(static_cast<Int128>(whole), kPowers[scale], &scaled)) {
    return std::nullopt;
  }
  const std::string digits = ExactFraction(magnitude - whole);
  Int128 behind = 0;
  for (size_t i = 0; i < scale; ++i) {
    behind = behind * 10 + (digits[i] - '0');
  }
  const bool exact = digits.find_first_not_of('0', scale) == std::string::npos;
  if (__builtin_add_overflow(scaled, behind, &scaled)) {
    return std::nullopt;
  }
  return DecimalFloor{a < 0 ? -scaled - (exact ? 0 : 1) : scaled, exact};
}

double DecimalToDouble(Decimal a) {
  constexpr Int128 kExact = Int128{1} << 53;
  constexpr uint8_t kExactPower = 22;  // 10^22 is the last that a double holds
  if (a.unscaled <= kExact && a.unscaled >= -kExact && a.scale <= kExactPower) {
    return static_cast<double>(a.unscaled) / static_cast<double>(kPowers[a.scale]);
  }
  return ToReal<double>(a);
}

float DecimalToFloat(Decimal a) { return ToReal<float>(a); }

template <typename T>
static std::optional<Decimal> FromReal(T real, int digits, uint8_t scale) {
  if (!std::isfinite(real)) {
    return std::nullopt;
  }
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), real,
                                 std::chars_format::scientific, digits - 1)
                       .ptr;
  Decimal out;
  const std::string_view text(buffer.data(), static_cast<size_t>(end - buffer.data()));
  return ParseDecimal(text, scale, &out) == ParseOutcome::kOk ? std::optional(out) : std::nullopt;
}

std::optional<Decimal> DecimalFromReal(double real, uint8_t scale) {
  return FromReal(real, std::numeric_limits<double>::digits10, scale);
}
std::optional<Decimal> DecimalFromReal(float real, uint8_t scale) {
  return FromReal(real, std::numeric_limits<float>::digits10, scale);
}

ParseOutcome ParseDecimal(std::string_view text, uint8_t scale, Decimal* out) {
  const std::optional<Digits> digits = Split(text);
  return digits ? Round(*digits, scale, out) : ParseOutcome::kNotANumber;
}

ParseOutcome ParseDecimal(std::string_view text, Decimal* out) {
  const std::optional<Digits> digits = Split(text);
  if (!digits) {
    return ParseOutcome::kNotANumber;
  }
  const int64_t whole =
      std::max<int64_t>(static_cast<int64_t>(digits->digits.size()) - digits->fraction, 0);
  const int64_t room = std::max<int64_t>(int64_t{kMostDigits} - whole, 0);
  return Round(*digits, static_cast<uint8_t>(std::clamp<int64_t>(digits->fraction, 0, room)), out);
}

void AppendInt128(std::string* out, Int128 value) {
  std::array<char, 40> buffer;
  size_t at = buffer.size();
  UInt128 rest = Magnitude(value);
  do {
    buffer[--at] = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  if (value < 0) {
    out->push_back('-');
  }
  out->append(buffer.data() + at, buffer.size() - at);
}

void AppendDecimal(std::string* out, Decimal a) {
  if (a.unscaled < 0) {
    out->push_back('-');
    a.unscaled = -a.unscaled;
  }
  const size_t start = out->size();
  AppendInt128(out, a.unscaled);
  if (a.scale == 0) {
    return;
  }
  const size_t digits = out->size() - start;
  if (digits <= a.scale) {
    out->insert(start, a.scale + 1 - digits, '0');
  }
  out->insert(out->size() - a.scale, 1, '.');
}

}  // namespace redbase::common
