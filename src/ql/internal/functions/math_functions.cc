// Functions of numbers.
#include <cmath>
#include <limits>
#include <numbers>

#include "common/decimal.h"
#include "ql/internal/functions/decimal_operand.h"
#include "ql/internal/functions/functions.h"
#include "ql/internal/functions/kernel.h"

namespace redbase::ql {
namespace {

Status Refuse(const char* why) { return {Code::kInvalidArgument, why}; }

template <typename T>
Result<T> Abs(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fabs(value);
  } else if (value == std::numeric_limits<T>::min()) {
    return Refuse("integer out of range");
  } else {
    return static_cast<T>(value < 0 ? -value : value);
  }
}

// Half goes to the even neighbour, as the processor rounds.
double Round(double value) { return std::nearbyint(value); }
double Ceil(double value) { return std::ceil(value); }
double Floor(double value) { return std::floor(value); }
double Trunc(double value) { return std::trunc(value); }
double Sign(double value) { return value > 0 ? 1 : (value < 0 ? -1 : value); }

Result<double> Sqrt(double value) {
  if (value < 0) {
    return Refuse("cannot take square root of a negative number");
  }
  return std::sqrt(value);
}

double Cbrt(double value) { return std::cbrt(value); }

Result<double> Exp(double value) {
  const double result = std::exp(value);
  if (std::isinf(result) && !std::isinf(value)) {
    return Refuse("value out of range: overflow");
  }
  return result;
}

Result<double> Ln(double value) {
  if (value <= 0) {
    return Refuse(value == 0 ? "cannot take logarithm of zero"
                             : "cannot take logarithm of a negative number");
  }
  return std::log(value);
}

Result<double> Log10(double value) {
  RETURN_IF_ERROR(Ln(value).status());
  return std::log10(value);
}

Result<double> LogBase(double base, double value) {
  ASSIGN_OR_RETURN(const double divisor, Ln(base));
  ASSIGN_OR_RETURN(const double dividend, Ln(value));
  if (divisor == 0) {
    return Refuse("division by zero");
  }
  return dividend / divisor;
}

double Sin(double x) { return std::sin(x); }
double Cos(double x) { return std::cos(x); }
double Tan(double x) { return std::tan(x); }
double Cot(double x) { return 1 / std::tan(x); }
double Atan(double x) { return std::atan(x); }
double Atan2(double y, double x) { return std::atan2(y, x); }
double Sinh(double x) { return std::sinh(x); }
double Cosh(double x) { return std::cosh(x); }
double Tanh(double x) { return std::tanh(x); }
double Degrees(double x) { return x * (180 / std::numbers::pi); }
double Radians(double x) { return x * (std::numbers::pi / 180); }

Result<double> Asin(double x) {
  return x < -1 || x > 1 ? Result<double>(Refuse("input is out of range")) : std::asin(x);
}
Result<double> Acos(double x) {
  return x < -1 || x > 1 ? Result<double>(Refuse("input is out of range")) : std::acos(x);
}

Result<int64_t> Gcd(int64_t a, int64_t b) {
  while (b != 0) {
    const int64_t rest = b == -1 ? 0 : a % b;
    a = b;
    b = rest;
  }
  return Abs(a);
}

Result<int64_t> Lcm(int64_t a, int64_t b) {
  if (a == 0 || b == 0) {
    return int64_t{0};
  }
  ASSIGN_OR_RETURN(const int64_t divisor, Gcd(a, b));
  int64_t result = 0;
  if (__builtin_mul_overflow(a / divisor, b, &result)) {
    return Refuse("bigint out of range");
  }
  return Abs(result);
}

Result<int64_t> Div(int64_t a, int64_t b) {
  if (b == 0) {
    return Refuse("division by zero");
  }
  if (b == -1 && a == std::numeric_limits<int64_t>::min()) {
    return Refuse("bigint out of range");
  }
  return a / b;
}

Status PiKernel(std::span<const Operand> /*arguments*/, Rows rows, Vector* out) {
  rows.ForEach([out](size_t row) { out->data<double>()[row] = std::numbers::pi; });
  return {};
}

// ---- Decimals.

enum class Rounding : uint8_t { kNearest, kUp, kDown, kCut };

// The value with `scale` digits behind the point; those cut off round as is said.
Int128 Rounded(Int128 value, int cut, Rounding rounding) {
  const Int128 unit = common::PowerOfTen(static_cast<uint32_t>(cut));
  const Int128 rest = value % unit;
  Int128 whole = value / unit;
  switch (rounding) {
    case Rounding::kNearest:
      whole += rest >= unit - rest ? 1 : (-rest >= unit + rest ? -1 : 0);
      break;
    case Rounding::kUp:
      whole += rest > 0 ? 1 : 0;
      break;
    case Rounding::kDown:
      whole -= rest < 0 ? 1 : 0;
      break;
    case Rounding::kCut:
      break;
  }
  return whole;
}

// To `digits` behind the point, where the result's type has room for them.
Int128 RoundedTo(Int128 value, int scale, int64_t digits, int result_scale, Rounding rounding) {
  const auto kept = static_cast<int>(std::clamp<int64_t>(digits, -38, scale));
  if (scale - kept > 38) {
    return 0;
  }
  const Int128 cut = scale == kept ? value : Rounded(value, scale - kept, rounding);
  return result_scale >= kept ? cut * common::PowerOfTen(static_cast<uint32_t>(result_scale - kept))
                              : cut;
}

template <Rounding kRounding>
Status RoundKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  const int scale = arguments[0].vector->type().scale;
  for (size_t i = 0; i < rows.count; ++i) {
    const size_t row = rows[i];
    const int64_t digits = arguments.size() > 1 ? Argument<int32_t>(arguments[1])[row] : 0;
    WriteDecimal(
        RoundedTo(ReadDecimal(arguments[0], row), scale, digits, out->type().scale, kRounding), row,
        out);
  }
  return {};
}

Status AbsKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  for (size_t i = 0; i < rows.count; ++i) {
    const Int128 value = ReadDecimal(arguments[0], rows[i]);
    WriteDecimal(value < 0 ? -value : value, rows[i], out);
  }
  return {};
}

Status SignKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  for (size_t i = 0; i < rows.count; ++i) {
    const Int128 value = ReadDecimal(arguments[0], rows[i]);
    WriteDecimal(value > 0 ? 1 : (value < 0 ? -1 : 0), rows[i], out);
  }
  return {};
}

// As many digits in front of the point, one more for what rounds up, and `scale` behind it.
LogicalType WithScale(LogicalType type, int64_t scale) {
  const auto kept = static_cast<uint32_t>(std::clamp<int64_t>(scale, 0, type.scale));
  return LogicalType::Decimal(std::min(type.length - type.scale + 1 + kept, kMaxDecimalPrecision),
                              static_cast<uint8_t>(kept));
}

LogicalType WholeType(std::span<const ExprPtr> arguments) {
  return WithScale(AsDecimal(arguments[0]->type), 0);
}

// A constant number of digits is the result's scale.
LogicalType RoundedType(std::span<const ExprPtr> arguments) {
  const LogicalType type = AsDecimal(arguments[0]->type);
  const bool known = arguments[1]->kind == ExprKind::kConstant && arguments[1]->value.is_int();
  return WithScale(type, known ? arguments[1]->value.int_value() : type.scale);
}

LogicalType SameType(std::span<const ExprPtr> arguments) { return arguments[0]->type; }

// ---- The largest and the smallest of several.

template <bool kLargest>
Status ExtremeKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  std::vector<uint16_t> better;
  rows.ForEach([out](size_t row) { out->SetNull(row); });
  for (const Operand& argument : arguments) {
    std::vector<uint16_t> valid;
    const Rows given = WithoutNulls(argument, rows, &valid);
    std::vector<uint16_t> first;
    std::vector<uint16_t> known;
    given.ForEach([&](size_t row) {
      (out->IsValid(row) ? known : first).push_back(static_cast<uint16_t>(row));
    });
    better.clear();
    CompareRows(kLargest ? CompareOp::kGt : CompareOp::kLt, argument, {out, false}, Rows::Of(known),
                &better);
    better.insert(better.end(), first.begin(), first.end());
    for (const uint16_t row : better) {
      out->CopyRow(*argument.vector, argument.constant ? 0 : row, row);
    }
  }
  return {};
}

constexpr LogicalType kDouble = kDoubleType;
constexpr LogicalType kBigint = kBigintType;
constexpr LogicalType kDecimal = LogicalType::Decimal(kMaxDecimalPrecision, 0);

const Overload kMath[] = {
    {{"abs", MapRows<Abs<int16_t>, int16_t>}, {kSmallintType}, kSmallintType},
    {{"abs", MapRows<Abs<int32_t>, int32_t>}, {kIntType}, kIntType},
    {{"abs", MapRows<Abs<int64_t>, int64_t>}, {kBigint}, kBigint},
    {{"abs", AbsKernel}, {kDecimal}, kDecimal, SameType},
    {{"abs", MapRows<Abs<float>, float>}, {kRealType}, kRealType},
    {{"abs", MapRows<Abs<double>, double>}, {kDouble}, kDouble},
    {{"round", MapRows<Round, double>}, {kDouble}, kDouble},
    {{"round", RoundKernel<Rounding::kNearest>}, {kDecimal}, kDecimal, WholeType},
    {{"round", RoundKernel<Rounding::kNearest>}, {kDecimal, kIntType}, kDecimal, RoundedType},
    {{"ceil", MapRows<Ceil, double>}, {kDouble}, kDouble},
    {{"ceil", RoundKernel<Rounding::kUp>}, {kDecimal}, kDecimal, WholeType},
    {{"ceiling", MapRows<Ceil, double>}, {kDouble}, kDouble},
    {{"ceiling", RoundKernel<Rounding::kUp>}, {kDecimal}, kDecimal, WholeType},
    {{"floor", MapRows<Floor, double>}, {kDouble}, kDouble},
    {{"floor", RoundKernel<Rounding::kDown>}, {kDecimal}, kDecimal, WholeType},
    {{"trunc", MapRows<Trunc, double>}, {kDouble}, kDouble},
    {{"trunc", RoundKernel<Rounding::kCut>}, {kDecimal}, kDecimal, WholeType},
    {{"trunc", RoundKernel<Rounding::kCut>}, {kDecimal, kIntType}, kDecimal, RoundedType},
    {{"sign", MapRows<Sign, double>}, {kDouble}, kDouble},
    {{"sign", SignKernel}, {kDecimal}, LogicalType::Decimal(1, 0)},
    {{"sqrt", MapRows<Sqrt, double>}, {kDouble}, kDouble},
    {{"cbrt", MapRows<Cbrt, double>}, {kDouble}, kDouble},
    {{"exp", MapRows<Exp, double>}, {kDouble}, kDouble},
    {{"ln", MapRows<Ln, double>}, {kDouble}, kDouble},
    {{"log", MapRows<Log10, double>}, {kDouble}, kDouble},
    {{"log10", MapRows<Log10, double>}, {kDouble}, kDouble},
    {{"log", MapRows<LogBase, double, double>}, {kDouble, kDouble}, kDouble},
    {{"sin", MapRows<Sin, double>}, {kDouble}, kDouble},
    {{"cos", MapRows<Cos, double>}, {kDouble}, kDouble},
    {{"tan", MapRows<Tan, double>}, {kDouble}, kDouble},
    {{"cot", MapRows<Cot, double>}, {kDouble}, kDouble},
    {{"asin", MapRows<Asin, double>}, {kDouble}, kDouble},
    {{"acos", MapRows<Acos, double>}, {kDouble}, kDouble},
    {{"atan", MapRows<Atan, double>}, {kDouble}, kDouble},
    {{"atan2", MapRows<Atan2, double, double>}, {kDouble, kDouble}, kDouble},
    {{"sinh", MapRows<Sinh, double>}, {kDouble}, kDouble},
    {{"cosh", MapRows<Cosh, double>}, {kDouble}, kDouble},
    {{"tanh", MapRows<Tanh, double>}, {kDouble}, kDouble},
    {{"degrees", MapRows<Degrees, double>}, {kDouble}, kDouble},
    {{"radians", MapRows<Radians, double>}, {kDouble}, kDouble},
    {{"gcd", MapRows<Gcd, int64_t, int64_t>}, {kBigint, kBigint}, kBigint},
    {{"lcm", MapRows<Lcm, int64_t, int64_t>}, {kBigint, kBigint}, kBigint},
    {{"div", MapRows<Div, int64_t, int64_t>}, {kBigint, kBigint}, kBigint},
    {{"pi", PiKernel}, {}, kDouble},
};

}  // namespace

std::span<const Overload> MathFunctions() { return kMath; }

const Function& ExtremeFunction(bool greatest) {
  static constexpr Function kGreatest{"greatest", ExtremeKernel<true>, false, /*strict=*/false};
  static constexpr Function kLeast{"least", ExtremeKernel<false>, false, /*strict=*/false};
  return greatest ? kGreatest : kLeast;
}

}  // namespace redbase::ql
