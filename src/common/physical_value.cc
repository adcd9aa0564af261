#include "common/physical_value.h"

#include <string>

namespace redbase {

template <>
uint8_t PhysicalOf(const Value& value) {
  return static_cast<uint8_t>(value.is_boolean() ? value.boolean_value() : value.int_value() != 0);
}

template <>
int16_t PhysicalOf(const Value& value) {
  return static_cast<int16_t>(value.int_value());
}

template <>
int32_t PhysicalOf(const Value& value) {
  return value.is_date() ? value.date_value().days : value.int_value();
}

template <>
int64_t PhysicalOf(const Value& value) {
  if (value.is_decimal()) {
    return static_cast<int64_t>(value.decimal_value().unscaled);
  }
  if (value.is_timestamp()) {
    return value.timestamp_value().micros;
  }
  if (value.is_timestamptz()) {
    return value.timestamptz_value().micros;
  }
  return value.is_time() ? value.time_value().micros : value.bigint_value();
}

template <>
Int128 PhysicalOf(const Value& value) {
  return value.is_uuid() ? value.uuid_value().ordered : value.decimal_value().unscaled;
}

template <>
float PhysicalOf(const Value& value) {
  return value.real_value();
}

template <>
double PhysicalOf(const Value& value) {
  return value.double_value();
}

template <>
StringView PhysicalOf(const Value& value) {
  return StringView(value.is_bytes() ? value.bytes_value() : value.string_value());
}

template <>
Interval PhysicalOf(const Value& value) {
  return value.interval_value();
}

Value ValueOf(LogicalType /*type*/, uint8_t physical) { return Value::Boolean(physical != 0); }

Value ValueOf(LogicalType /*type*/, int16_t physical) { return Value::Int(physical); }

Value ValueOf(LogicalType type, int32_t physical) {
  return type.id == TypeId::kDate ? Value::OfDate({physical}) : Value::Int(physical);
}

Value ValueOf(LogicalType type, int64_t physical) {
  switch (type.id) {
    case TypeId::kDecimal:
      return Value::OfDecimal({physical, type.scale});
    case TypeId::kTime:
      return Value::OfTime({physical});
    case TypeId::kTimestamp:
      return Value::OfTimestamp({physical});
    case TypeId::kTimestamptz:
      return Value::OfTimestamptz({physical});
    default:
      return Value::Bigint(physical);
  }
}

Value ValueOf(LogicalType type, Int128 physical) {
  return type.id == TypeId::kUuid ? Value::OfUuid({physical})
                                  : Value::OfDecimal({physical, type.scale});
}

Value ValueOf(LogicalType /*type*/, float physical) { return Value::Real(physical); }

Value ValueOf(LogicalType /*type*/, double physical) { return Value::Double(physical); }

Value ValueOf(LogicalType type, const StringView& physical) {
  std::string bytes(physical.view());
  return type.id == TypeId::kBytea ? Value::OfBytes(std::move(bytes))
                                   : Value::String(std::move(bytes));
}

Value ValueOf(LogicalType /*type*/, const Interval& physical) {
  return Value::OfInterval(physical);
}

Value ValueAt(const Vector& vector, size_t row) {
  if (!vector.IsValid(row)) {
    return Value::Null();
  }
  return WithPhysicalType(vector.physical(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    return ValueOf(vector.type(), vector.data<T>()[row]);
  });
}

void PutBorrowed(const Value& value, size_t row, Vector* out) {
  if (value.is_null()) {
    out->SetNull(row);
    if (out->physical() == PhysicalType::kString) {
      out->data<StringView>()[row] = StringView();
    }
    return;
  }
  out->SetValid(row);
  WithPhysicalType(out->physical(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    out->data<T>()[row] = PhysicalOf<T>(value);
  });
}

}  // namespace redbase
