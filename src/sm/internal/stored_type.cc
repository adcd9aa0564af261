#include "sm/internal/stored_type.h"

namespace redbase::sm {

namespace {

constexpr uint32_t kScales = 100;

}  // namespace

uint32_t StoredLength(LogicalType type) {
  return type.id == TypeId::kDecimal ? type.length * kScales + type.scale : type.length;
}

std::optional<LogicalType> TypeFromStored(uint32_t id, uint32_t length) {
  if (id >= static_cast<uint32_t>(TypeId::kUnknown)) {
    return std::nullopt;
  }
  if (static_cast<TypeId>(id) != TypeId::kDecimal) {
    return LogicalType{static_cast<TypeId>(id), length};
  }
  const uint32_t precision = length / kScales;
  const uint32_t scale = length % kScales;
  if (precision == 0 || precision > kMaxDecimalPrecision || scale > precision) {
    return std::nullopt;
  }
  return LogicalType::Decimal(precision, static_cast<uint8_t>(scale));
}

}  // namespace redbase::sm
