#include "ql/internal/cast_kernels.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "common/physical_value.h"
#include "common/text.h"

namespace redbase::ql {

namespace {

// The status that explains why a value cannot be cast.
Status CastError(const Vector& from, size_t row, LogicalType type) {
  const Result<Value> cast = ValueAt(from, row).CastTo(type);
  if (cast.ok()) {
    return {Code::kInternal, "cast to " + TypeName(type) + " failed for a value that fits"};
  }
  return cast.status();
}

// False when the value is out of range.
template <typename From, typename To>
bool CastNumber(From value, To* out) {
  if constexpr (std::is_integral_v<To>) {
    static_assert(std::is_integral_v<From>);
    const auto wide = static_cast<int64_t>(value);
    *out = static_cast<To>(wide);
    return wide >= int64_t{std::numeric_limits<To>::min()} &&
           (std::is_same_v<To, int64_t> || wide <= int64_t{std::numeric_limits<To>::max()});
  } else {
    *out = static_cast<To>(value);
    if constexpr (std::is_same_v<From, double> && std::is_same_v<To, float>) {
      return !std::isinf(*out) || std::isinf(value);
    }
    return true;
  }
}

template <typename From, typename To>
Status CastNumbers(Operand from, Rows rows, Vector* out) {
  const From* source = from.vector->data<From>();
  To* target = out->data<To>();
  for (size_t i = 0; i < rows.count; ++i) {
    const size_t row = rows[i];
    const size_t place = from.constant ? 0 : row;
    if (!from.vector->IsValid(place)) {
      out->SetNull(row);
    } else if (!CastNumber(source[place], &target[row])) {
      return CastError(*from.vector, place, out->type());
    }
  }
  return {};
}

template <typename From>
Status CastNumbersFrom(Operand from, Rows rows, Vector* out) {
  constexpr bool kFromInteger = std::is_integral_v<From>;
  switch (out->physical()) {
    case PhysicalType::kFloat32:
      return CastNumbers<From, float>(from, rows, out);
    case PhysicalType::kFloat64:
      return CastNumbers<From, double>(from, rows, out);
    case PhysicalType::kInt16:
      if constexpr (kFromInteger) {
        return CastNumbers<From, int16_t>(from, rows, out);
      }
      break;
    case PhysicalType::kInt32:
      if constexpr (kFromInteger) {
        return CastNumbers<From, int32_t>(from, rows, out);
      }
      break;
    case PhysicalType::kInt64:
      if constexpr (kFromInteger) {
        return CastNumbers<From, int64_t>(from, rows, out);
      }
      break;
    default:
      break;
  }
  return {Code::kTypeMismatch,
          "cannot cast " + TypeName(from.vector->type()) + " to " + TypeName(out->type())};
}

bool Fits(std::string_view s, LogicalType type) {
  if (type.id == TypeId::kClassicString) {
    return s.size() <= type.length;
  }
  const int64_t characters = common::CountUtf8(s);
  return characters >= 0 && (type.length == 0 || characters <= int64_t{type.length});
}

Status CastStrings(Operand from, Rows rows, Vector* out) {
  const LogicalType source_type = from.vector->type();
  const LogicalType type = out->type();
  const bool shorter =
      type.length != 0 && (source_type.length == 0 || source_type.length > type.length);
  const bool check = source_type.id != type.id || shorter;
  const StringView* source = from.vector->data<StringView>();
  for (size_t i = 0; i < rows.count; ++i) {
    const size_t row = rows[i];
    const size_t place = from.constant ? 0 : row;
    if (!from.vector->IsValid(place)) {
      out->SetNull(row);
      out->data<StringView>()[row] = StringView();
      continue;
    }
    if (check && !Fits(source[place].view(), type)) {
      return CastError(*from.vector, place, type);
    }
    out->SetString(row, source[place].view());
  }
  return {};
}

}  // namespace

Status CastRows(Operand from, Rows rows, Vector* out) {
  const PhysicalType target = out->physical();
  const PhysicalType source = from.vector->physical();
  if (source == PhysicalType::kString && target == PhysicalType::kString) {
    return CastStrings(from, rows, out);
  }
  switch (source) {
    case PhysicalType::kBool:
      return CastNumbersFrom<uint8_t>(from, rows, out);
    case PhysicalType::kInt16:
      return CastNumbersFrom<int16_t>(from, rows, out);
    case PhysicalType::kInt32:
      return CastNumbersFrom<int32_t>(from, rows, out);
    case PhysicalType::kInt64:
      return CastNumbersFrom<int64_t>(from, rows, out);
    case PhysicalType::kFloat32:
      return CastNumbersFrom<float>(from, rows, out);
    case PhysicalType::kFloat64:
      return CastNumbersFrom<double>(from, rows, out);
    default:
      return {Code::kTypeMismatch,
              "cannot cast " + TypeName(from.vector->type()) + " to " + TypeName(out->type())};
  }
}

}  // namespace redbase::ql
