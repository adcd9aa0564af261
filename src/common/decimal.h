// Decimal: an exact number of at most 38 digits, some of them behind the point.
//
// Results that have fewer digits behind the point than is exact are rounded half
// away from zero.  What does not fit 38 digits is nullopt, never another number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/int128.h"
#include "common/text.h"

namespace redbase {

// unscaled / 10^scale.  Equal parts, not equal numbers, are ==.
struct Decimal {
  Int128 unscaled = 0;
  uint8_t scale = 0;

  bool operator==(const Decimal&) const = default;
};

namespace common {

// Requires: exponent <= 38.
Int128 PowerOfTen(uint32_t exponent);
// Whether the number has at most `precision` digits.  Requires: precision <= 38.
inline bool FitsDigits(Int128 unscaled, uint32_t precision) {
  const Int128 end = PowerOfTen(precision);
  return unscaled < end && unscaled > -end;
}

// The results have `scale` digits behind the point.
std::optional<Decimal> RescaleDecimal(Decimal a, uint8_t scale);
std::optional<Decimal> AddDecimals(Decimal a, Decimal b, uint8_t scale);
std::optional<Decimal> SubtractDecimals(Decimal a, Decimal b, uint8_t scale);
std::optional<Decimal> MultiplyDecimals(Decimal a, Decimal b, uint8_t scale);
// Requires: b is not 0.
std::optional<Decimal> DivideDecimals(Decimal a, Decimal b, uint8_t scale);
// Of the division without fraction, with the sign of `a` and the larger scale.
// Requires: b is not 0.
Decimal DecimalRemainder(Decimal a, Decimal b);

// Negative, 0 or positive, exactly; NaN is above all numbers.
int CompareDecimals(Decimal a, Decimal b);
int CompareDecimalWithReal(Decimal a, double b);

// The greatest number with `scale` digits behind the point that is not above.
struct DecimalFloor {
  Int128 unscaled = 0;
  bool exact = true;
};
// nullopt beyond 128 bits, and for NaN.
std::optional<DecimalFloor> FloorDecimal(Decimal a, uint8_t scale);
std::optional<DecimalFloor> FloorDecimal(double a, uint8_t scale);

// The nearest of the type.
double DecimalToDouble(Decimal a);
float DecimalToFloat(Decimal a);
// What the real says in 15 digits (a float in 6), rounded; nullopt also for
// infinity and NaN.
std::optional<Decimal> DecimalFromReal(double real, uint8_t scale);
std::optional<Decimal> DecimalFromReal(float real, uint8_t scale);

// A sign, digits with a point, and an exponent: rounded to `scale`, or with as many
// digits behind the point as the text has, within 38.  No blanks.
ParseOutcome ParseDecimal(std::string_view text, uint8_t scale, Decimal* out);
ParseOutcome ParseDecimal(std::string_view text, Decimal* out);
// All digits behind the point, zeros too: "-0.50".
void AppendDecimal(std::string* out, Decimal a);

void AppendInt128(std::string* out, Int128 value);

}  // namespace common

}  // namespace redbase
