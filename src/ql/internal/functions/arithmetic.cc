// Operators on numbers.  Nothing wraps round: what does not fit is an error.
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

#include "common/decimal.h"
#include "ql/internal/functions/decimal_operand.h"
#include "ql/internal/functions/functions.h"
#include "ql/internal/functions/kernel.h"

namespace redbase::ql {
namespace {

using parser::BinaryOp;

template <typename T>
constexpr const char* kTypeText = "number";
template <>
constexpr const char* kTypeText<int16_t> = "smallint";
template <>
constexpr const char* kTypeText<int32_t> = "integer";
template <>
constexpr const char* kTypeText<int64_t> = "bigint";

Status OutOfRange(const char* what) {
  return {Code::kInvalidArgument, std::string(what) + " out of range"};
}

Status DivisionByZero() { return {Code::kInvalidArgument, "division by zero"}; }

// A real that became infinite, or nothing, on the way.
template <typename T>
bool Overflowed(T value, T left, T right) {
  return std::isinf(value) && !std::isinf(left) && !std::isinf(right);
}

// One operation on two values of a machine type; false: there is no result.
template <BinaryOp kOp, typename T>
bool Compute(T left, T right, T* out) {
  if constexpr (std::is_floating_point_v<T>) {
    switch (kOp) {
      case BinaryOp::kAdd:
        *out = left + right;
        break;
      case BinaryOp::kSubtract:
        *out = left - right;
        break;
      case BinaryOp::kMultiply:
        *out = left * right;
        break;
      case BinaryOp::kPower:
        *out = std::pow(left, right);
        break;
      default:
        *out = left / right;
        break;
    }
    return !Overflowed(*out, left, right);
  } else {
    switch (kOp) {
      case BinaryOp::kAdd:
        return !__builtin_add_overflow(left, right, out);
      case BinaryOp::kSubtract:
        return !__builtin_sub_overflow(left, right, out);
      case BinaryOp::kMultiply:
        return !__builtin_mul_overflow(left, right, out);
      case BinaryOp::kModulo:
        *out = right == -1 ? T{0} : static_cast<T>(left % right);
        return true;
      case BinaryOp::kBitAnd:
        *out = static_cast<T>(left & right);
        return true;
      case BinaryOp::kBitOr:
        *out = static_cast<T>(left | right);
        return true;
      default:
        *out = right == -1 ? T{0} : static_cast<T>(left / right);
        return right != -1 || !__builtin_sub_overflow(T{0}, left, out);
    }
  }
}

template <BinaryOp kOp, typename T>
Status BinaryKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  const Argument<T> left(arguments[0]);
  const Argument<T> right(arguments[1]);
  T* const results = out->data<T>();
  bool fits = true;
  for (size_t i = 0; i < rows.count; ++i) {
    const size_t row = rows[i];
    const T divisor = right[row];
    if constexpr (kOp == BinaryOp::kDivide || kOp == BinaryOp::kModulo) {
      if (divisor == 0) {
        return DivisionByZero();
      }
    }
    fits = Compute<kOp, T>(left[row], divisor, &results[row]) && fits;
  }
  return fits ? Status() : OutOfRange(std::is_floating_point_v<T> ? "value" : kTypeText<T>);
}

template <BinaryOp kOp, typename T>
Status ShiftKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  const Argument<T> left(arguments[0]);
  const Argument<int32_t> right(arguments[1]);
  using Unsigned = std::make_unsigned_t<T>;
  constexpr int32_t kMask = sizeof(T) * 8 - 1;
  for (size_t i = 0; i < rows.count; ++i) {
    const size_t row = rows[i];
    const int32_t by = right[row] & kMask;
    out->data<T>()[row] = kOp == BinaryOp::kShiftLeft
                              ? static_cast<T>(static_cast<Unsigned>(left[row]) << by)
                              : static_cast<T>(left[row] >> by);
  }
  return {};
}

template <typename T>
Status NegationKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  const Argument<T> operand(arguments[0]);
  for (size_t i = 0; i < rows.count; ++i) {
    const size_t row = rows[i];
    if constexpr (std::is_floating_point_v<T>) {
      out->data<T>()[row] = -operand[row];
    } else if (__builtin_sub_overflow(T{0}, operand[row], &out->data<T>()[row])) {
      return OutOfRange(kTypeText<T>);
    }
  }
  return {};
}

template <typename T>
T Complement(T value) {
  return static_cast<T>(~value);
}

// ---- Decimals: unscaled integers of 8 or 16 bytes.

// False: it has too many digits for its type.
bool Write(Int128 value, size_t row, Vector* out) {
  WriteDecimal(value, row, out);
  return common::FitsDigits(value, out->type().length);
}

template <BinaryOp kOp>
Status DecimalKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  const uint8_t left_scale = arguments[0].vector->type().scale;
  const uint8_t right_scale = arguments[1].vector->type().scale;
  bool fits = true;
  for (size_t i = 0; i < rows.count; ++i) {
    const size_t row = rows[i];
    const Int128 left = ReadDecimal(arguments[0], row);
    const Int128 right = ReadDecimal(arguments[1], row);
    if ((kOp == BinaryOp::kDivide || kOp == BinaryOp::kModulo) && right == 0) {
      return DivisionByZero();
    }
    Int128 result = 0;
    if constexpr (kOp == BinaryOp::kDivide) {
      const std::optional<Decimal> quotient =
          common::DivideDecimals({left, left_scale}, {right, right_scale}, out->type().scale);
      fits = quotient.has_value() && fits;
      result = quotient ? quotient->unscaled : 0;
    } else {
      fits = Compute<kOp, Int128>(left, right, &result) && fits;
    }
    fits = Write(result, row, out) && fits;
  }
  return fits ? Status() : OutOfRange("numeric field overflow: value");
}

// Products whose digits fit 18, and sums of 8 bytes: the usual case, without 16 bytes on the way.
template <BinaryOp kOp>
Status SmallDecimalKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  const Argument<int64_t> left(arguments[0]);
  const Argument<int64_t> right(arguments[1]);
  int64_t* const results = out->data<int64_t>();
  for (size_t i = 0; i < rows.count; ++i) {
    const size_t row = rows[i];
    Compute<kOp, int64_t>(left[row], right[row], &results[row]);
  }
  return {};
}

// Products of 8 bytes each that may need 16.
Status WideProductKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  const Argument<int64_t> left(arguments[0]);
  const Argument<int64_t> right(arguments[1]);
  auto* const results = out->data<Int128>();
  for (size_t i = 0; i < rows.count; ++i) {
    const size_t row = rows[i];
    results[row] = Int128{left[row]} * right[row];
  }
  return {};
}

Status NegateDecimals(std::span<const Operand> arguments, Rows rows, Vector* out) {
  for (size_t i = 0; i < rows.count; ++i) {
    Write(-ReadDecimal(arguments[0], rows[i]), rows[i], out);
  }
  return {};
}

// ---- Which kernel.

template <BinaryOp kOp>
constexpr std::string_view kSign = "?";
template <>
constexpr std::string_view kSign<BinaryOp::kAdd> = "+";
template <>
constexpr std::string_view kSign<BinaryOp::kSubtract> = "-";
template <>
constexpr std::string_view kSign<BinaryOp::kMultiply> = "*";
template <>
constexpr std::string_view kSign<BinaryOp::kDivide> = "/";
template <>
constexpr std::string_view kSign<BinaryOp::kModulo> = "%";
template <>
constexpr std::string_view kSign<BinaryOp::kPower> = "^";
template <>
constexpr std::string_view kSign<BinaryOp::kBitAnd> = "&";
template <>
constexpr std::string_view kSign<BinaryOp::kBitOr> = "|";
template <>
constexpr std::string_view kSign<BinaryOp::kShiftLeft> = "<<";
template <>
constexpr std::string_view kSign<BinaryOp::kShiftRight> = ">>";

template <BinaryOp kOp, FunctionKernel kKernel>
const Function& Operator() {
  static constexpr Function kFunction{kSign<kOp>, kKernel, /*infix=*/true};
  return kFunction;
}

template <BinaryOp kOp>
const Function& OnIntegers(LogicalType type) {
  switch (type.id) {
    case TypeId::kSmallint:
      return Operator<kOp, BinaryKernel<kOp, int16_t>>();
    case TypeId::kInt:
      return Operator<kOp, BinaryKernel<kOp, int32_t>>();
    default:
      return Operator<kOp, BinaryKernel<kOp, int64_t>>();
  }
}

template <BinaryOp kOp>
const Function& OnDecimals(const ArithmeticTypes& types) {
  constexpr bool kExact = kOp != BinaryOp::kDivide && kOp != BinaryOp::kModulo;
  if constexpr (kExact) {
    const bool small = PhysicalTypeOf(types.left) == PhysicalType::kInt64 &&
                       PhysicalTypeOf(types.right) == PhysicalType::kInt64;
    if (small && PhysicalTypeOf(types.result) == PhysicalType::kInt64) {
      return Operator<kOp, SmallDecimalKernel<kOp>>();
    }
    if constexpr (kOp == BinaryOp::kMultiply) {
      if (small) {
        return Operator<kOp, WideProductKernel>();
      }
    }
  }
  return Operator<kOp, DecimalKernel<kOp>>();
}

template <BinaryOp kOp>
const Function& OnNumbers(const ArithmeticTypes& types) {
  switch (types.result.id) {
    case TypeId::kReal:
      return Operator<kOp, BinaryKernel<kOp, float>>();
    case TypeId::kDouble:
      return Operator<kOp, BinaryKernel<kOp, double>>();
    case TypeId::kDecimal:
      return OnDecimals<kOp>(types);
    default:
      return OnIntegers<kOp>(types.result);
  }
}

template <BinaryOp kOp>
const Function& Shift(LogicalType type) {
  switch (type.id) {
    case TypeId::kSmallint:
      return Operator<kOp, ShiftKernel<kOp, int16_t>>();
    case TypeId::kInt:
      return Operator<kOp, ShiftKernel<kOp, int32_t>>();
    default:
      return Operator<kOp, ShiftKernel<kOp, int64_t>>();
  }
}

template <typename T>
const Function& Negation() {
  static constexpr Function kFunction{"-", NegationKernel<T>, /*infix=*/true};
  return kFunction;
}

template <typename T>
const Function& ComplementFunction() {
  static constexpr Function kFunction{"~", MapRows<Complement<T>, T>, /*infix=*/true};
  return kFunction;
}

}  // namespace

const Function& ArithmeticFunction(BinaryOp op, const ArithmeticTypes& types) {
  switch (op) {
    case BinaryOp::kAdd:
      return OnNumbers<BinaryOp::kAdd>(types);
    case BinaryOp::kSubtract:
      return OnNumbers<BinaryOp::kSubtract>(types);
    case BinaryOp::kMultiply:
      return OnNumbers<BinaryOp::kMultiply>(types);
    case BinaryOp::kDivide:
      return OnNumbers<BinaryOp::kDivide>(types);
    case BinaryOp::kModulo:
      return types.result.id == TypeId::kDecimal ? OnDecimals<BinaryOp::kModulo>(types)
                                                 : OnIntegers<BinaryOp::kModulo>(types.result);
    case BinaryOp::kPower:
      return Operator<BinaryOp::kPower, BinaryKernel<BinaryOp::kPower, double>>();
    case BinaryOp::kBitAnd:
      return OnIntegers<BinaryOp::kBitAnd>(types.result);
    case BinaryOp::kBitOr:
      return OnIntegers<BinaryOp::kBitOr>(types.result);
    case BinaryOp::kShiftLeft:
      return Shift<BinaryOp::kShiftLeft>(types.result);
    default:
      return Shift<BinaryOp::kShiftRight>(types.result);
  }
}

const Function& NegationOf(LogicalType type) {
  switch (type.id) {
    case TypeId::kSmallint:
      return Negation<int16_t>();
    case TypeId::kInt:
      return Negation<int32_t>();
    case TypeId::kReal:
      return Negation<float>();
    case TypeId::kDouble:
      return Negation<double>();
    case TypeId::kDecimal: {
      static constexpr Function kDecimals{"-", NegateDecimals, /*infix=*/true};
      return kDecimals;
    }
    default:
      return Negation<int64_t>();
  }
}

const Function& ComplementOf(LogicalType type) {
  switch (type.id) {
    case TypeId::kSmallint:
      return ComplementFunction<int16_t>();
    case TypeId::kInt:
      return ComplementFunction<int32_t>();
    default:
      return ComplementFunction<int64_t>();
  }
}

}  // namespace redbase::ql
