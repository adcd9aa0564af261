#include "ql/internal/cast_kernels.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <type_traits>

#include "common/decimal.h"
#include "common/physical_value.h"
#include "common/text.h"

namespace redbase::ql {

namespace {

// A cast of the rows of one vector into another.
struct Cast {
  Operand from;
  Rows rows;
  CastMode mode;
  Vector* out;

  // Calls convert(place in `from`, row of `out`) for each value; false is the error
  // that Value::CastTo gives.
  template <typename Convert>
  Status ForEach(Convert convert) const {
    for (size_t i = 0; i < rows.count; ++i) {
      const size_t row = rows[i];
      const size_t place = from.constant ? 0 : row;
      if (!from.vector->IsValid(place)) {
        PutBorrowed(Value::Null(), row, out);
      } else if (!convert(place, row)) [[unlikely]] {
        return ErrorAt(place);
      }
    }
    return {};
  }
  Status ErrorAt(size_t place) const {
    const Result<Value> cast = ValueAt(*from.vector, place).CastTo(out->type(), mode);
    if (cast.ok()) {
      return {Code::kInternal,
              "cast to " + TypeName(out->type()) + " failed for a value that fits"};
    }
    return cast.status();
  }
};

// False when the value is out of range.
template <typename From, typename To>
bool CastNumber(From value, To* out) {
  if constexpr (std::is_floating_point_v<To>) {
    *out = static_cast<To>(value);
    if constexpr (std::is_same_v<From, double> && std::is_same_v<To, float>) {
      return !std::isinf(*out) || std::isinf(value);
    }
    return true;
  } else if constexpr (std::is_floating_point_v<From>) {
    // Half to even.  The least integers are powers of two, and so exact.
    const double whole = std::nearbyint(double{value});
    constexpr auto kLeast = static_cast<double>(std::numeric_limits<To>::min());
    const bool fits = whole >= kLeast && whole < -kLeast;
    *out = fits ? static_cast<To>(whole) : To{0};
    return fits;
  } else {
    const auto wide = static_cast<int64_t>(value);
    *out = static_cast<To>(wide);
    return wide >= int64_t{std::numeric_limits<To>::min()} &&
           wide <= int64_t{std::numeric_limits<To>::max()};
  }
}

template <typename From, typename To>
Status CastNumbers(const Cast& cast) {
  const From* source = cast.from.vector->data<From>();
  To* target = cast.out->data<To>();
  return cast.ForEach(
      [&](size_t place, size_t row) { return CastNumber(source[place], &target[row]); });
}

// Integers as the decimals that they are, and decimals as those of another scale.
template <typename Wide, typename From, typename To>
Status RescaleRows(const Cast& cast, int up, Int128 end) {
  const From* source = cast.from.vector->data<From>();
  To* target = cast.out->data<To>();
  const auto power = static_cast<Wide>(common::PowerOfTen(static_cast<uint32_t>(std::abs(up))));
  const bool exact = cast.mode == CastMode::kStrict;
  return cast.ForEach([&](size_t place, size_t row) {
    const Wide value = source[place];
    Wide scaled = 0;
    if (up >= 0) {
      if (__builtin_mul_overflow(value, power, &scaled)) {
        return false;
      }
    } else {
      const Wide rest = value % power;
      const Wide half = power / 2;
      scaled = value / power + (rest >= half ? 1 : (rest <= -half ? -1 : 0));
      if (exact && rest != 0) {
        return false;
      }
    }
    target[row] = static_cast<To>(scaled);
    return Int128{scaled} < end && Int128{scaled} > -end;
  });
}

template <typename From, typename To>
Status RescaleBetween(const Cast& cast) {
  const LogicalType from = cast.from.vector->type();
  const LogicalType to = cast.out->type();
  const int up = int{to.scale} - int{from.scale};
  const Int128 end = common::PowerOfTen(to.length);
  constexpr bool kShort = sizeof(From) <= 8 && sizeof(To) <= 8;
  if (kShort && std::abs(up) <= static_cast<int>(kMaxShortDecimalPrecision)) {
    return RescaleRows<int64_t, std::conditional_t<kShort, From, int64_t>,
                       std::conditional_t<kShort, To, int64_t>>(cast, up, end);
  }
  return RescaleRows<Int128, From, To>(cast, up, end);
}

template <typename To>
Status RescaleTo(const Cast& cast) {
  switch (cast.from.vector->physical()) {
    case PhysicalType::kInt16:
      return RescaleBetween<int16_t, To>(cast);
    case PhysicalType::kInt32:
      return RescaleBetween<int32_t, To>(cast);
    case PhysicalType::kInt64:
      return RescaleBetween<int64_t, To>(cast);
    default:
      return RescaleBetween<Int128, To>(cast);
  }
}

// Pairs that nobody is in a hurry with.
Status CastValues(const Cast& cast) {
  for (size_t i = 0; i < cast.rows.count; ++i) {
    const size_t row = cast.rows[i];
    const Value from = ValueAt(*cast.from.vector, cast.from.constant ? 0 : row);
    ASSIGN_OR_RETURN(const Value value, from.CastTo(cast.out->type(), cast.mode));
    PutBorrowed(value, row, cast.out);
    if (cast.out->physical() == PhysicalType::kString && !value.is_null()) {
      cast.out->SetString(row, PhysicalOf<StringView>(value).view());
    }
  }
  return {};
}

template <typename From>
Status CastNumbersFrom(const Cast& cast) {
  if (std::is_floating_point_v<From> && cast.mode == CastMode::kStrict &&
      IsInteger(cast.out->type().id)) {
    return CastValues(cast);  // says that it is none, if there is a value at all
  }
  switch (cast.out->physical()) {
    case PhysicalType::kInt16:
      return CastNumbers<From, int16_t>(cast);
    case PhysicalType::kInt32:
      return CastNumbers<From, int32_t>(cast);
    case PhysicalType::kInt64:
      return CastNumbers<From, int64_t>(cast);
    case PhysicalType::kFloat32:
      return CastNumbers<From, float>(cast);
    default:
      return CastNumbers<From, double>(cast);
  }
}

// Integers and reals among each other.
Status CastPlainNumbers(const Cast& cast) {
  switch (cast.from.vector->physical()) {
    case PhysicalType::kInt16:
      return CastNumbersFrom<int16_t>(cast);
    case PhysicalType::kInt32:
      return CastNumbersFrom<int32_t>(cast);
    case PhysicalType::kInt64:
      return CastNumbersFrom<int64_t>(cast);
    case PhysicalType::kFloat32:
      return CastNumbersFrom<float>(cast);
    default:
      return CastNumbersFrom<double>(cast);
  }
}

Status DecimalsToDoubles(const Cast& cast) {
  double* target = cast.out->data<double>();
  const uint8_t scale = cast.from.vector->type().scale;
  return WithPhysicalType(cast.from.vector->physical(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, int64_t> || std::is_same_v<T, Int128>) {
      const T* source = cast.from.vector->data<T>();
      return cast.ForEach([&](size_t place, size_t row) {
        target[row] = common::DecimalToDouble({source[place], scale});
        return true;
      });
    }
    return Status(Code::kInternal, "a decimal of another physical type");
  });
}

bool Fits(std::string_view s, LogicalType type) {
  if (type.id == TypeId::kClassicString) {
    return s.size() <= type.length;
  }
  if (type.id == TypeId::kChar && !s.empty() && s.back() == ' ') {
    return false;
  }
  const int64_t characters = common::CountUtf8(s);
  return characters >= 0 && (type.length == 0 || characters <= int64_t{type.length});
}

Status CastStrings(const Cast& cast) {
  const LogicalType source_type = cast.from.vector->type();
  const LogicalType type = cast.out->type();
  const bool shorter =
      type.length != 0 && (source_type.length == 0 || source_type.length > type.length);
  const bool check = source_type.id != type.id || shorter;
  const StringView* source = cast.from.vector->data<StringView>();
  for (size_t i = 0; i < cast.rows.count; ++i) {
    const size_t row = cast.rows[i];
    const size_t place = cast.from.constant ? 0 : row;
    if (!cast.from.vector->IsValid(place)) {
      PutBorrowed(Value::Null(), row, cast.out);
    } else if (!check || Fits(source[place].view(), type)) {
      cast.out->SetString(row, source[place].view());
    } else {
      // It is cut, or refused.
      ASSIGN_OR_RETURN(const Value fitted,
                       ValueAt(*cast.from.vector, place).CastTo(type, cast.mode));
      cast.out->SetValid(row);
      cast.out->SetString(row, fitted.string_value());
    }
  }
  return {};
}

}  // namespace

Status CastRows(Operand from, Rows rows, Vector* out, CastMode mode) {
  const Cast cast{from, rows, mode, out};
  const LogicalType source = from.vector->type();
  const LogicalType target = out->type();
  if (IsString(source.id) && IsString(target.id)) {
    return CastStrings(cast);
  }
  if (!IsNumber(source.id) || !IsNumber(target.id)) {
    return CastValues(cast);
  }
  const bool from_decimal = source.id == TypeId::kDecimal;
  if (target.id == TypeId::kDecimal && (from_decimal || IsInteger(source.id))) {
    return out->physical() == PhysicalType::kInt64 ? RescaleTo<int64_t>(cast)
                                                   : RescaleTo<Int128>(cast);
  }
  if (from_decimal && target.id == TypeId::kDouble) {
    return DecimalsToDoubles(cast);
  }
  return from_decimal || target.id == TypeId::kDecimal ? CastValues(cast) : CastPlainNumbers(cast);
}

}  // namespace redbase::ql
