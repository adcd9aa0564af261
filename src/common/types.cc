#include "common/types.h"

namespace redbase {

PhysicalType PhysicalTypeOf(LogicalType type) {
  switch (type.id) {
    case TypeId::kInt:
    case TypeId::kDate:
      return PhysicalType::kInt32;
    case TypeId::kReal:
      return PhysicalType::kFloat32;
    case TypeId::kClassicString:
    case TypeId::kVarchar:
    case TypeId::kText:
    case TypeId::kChar:
    case TypeId::kBytea:
    case TypeId::kUnknown:
      return PhysicalType::kString;
    case TypeId::kBoolean:
      return PhysicalType::kBool;
    case TypeId::kSmallint:
      return PhysicalType::kInt16;
    case TypeId::kBigint:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      return PhysicalType::kInt64;
    case TypeId::kDouble:
      return PhysicalType::kFloat64;
    case TypeId::kDecimal:
      return type.length <= kMaxShortDecimalPrecision ? PhysicalType::kInt64
                                                      : PhysicalType::kInt128;
    case TypeId::kInterval:
      return PhysicalType::kInterval;
    case TypeId::kUuid:
      return PhysicalType::kInt128;
  }
  return PhysicalType::kInt32;
}

size_t WidthOf(PhysicalType type) {
  switch (type) {
    case PhysicalType::kBool:
      return 1;
    case PhysicalType::kInt16:
      return 2;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat32:
      return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kFloat64:
      return 8;
    case PhysicalType::kInt128:
    case PhysicalType::kString:
    case PhysicalType::kInterval:
      return 16;
  }
  return 0;
}

bool IsString(TypeId id) {
  switch (id) {
    case TypeId::kClassicString:
    case TypeId::kVarchar:
    case TypeId::kText:
    case TypeId::kChar:
    case TypeId::kUnknown:
      return true;
    default:
      return false;
  }
}

bool IsInteger(TypeId id) {
  return id == TypeId::kInt || id == TypeId::kSmallint || id == TypeId::kBigint;
}

bool IsNumber(TypeId id) {
  return IsInteger(id) || id == TypeId::kReal || id == TypeId::kDouble || id == TypeId::kDecimal;
}

std::string TypeName(LogicalType type) {
  const std::string length = std::to_string(type.length);
  switch (type.id) {
    case TypeId::kInt:
      return "int";
    case TypeId::kReal:
      return "real";
    case TypeId::kClassicString:
      return "c" + length;
    case TypeId::kVarchar:
      return type.length == 0 ? "varchar" : "varchar(" + length + ")";
    case TypeId::kBoolean:
      return "boolean";
    case TypeId::kSmallint:
      return "smallint";
    case TypeId::kBigint:
      return "bigint";
    case TypeId::kDouble:
      return "double precision";
    case TypeId::kText:
      return "text";
    case TypeId::kChar:
      return "char(" + length + ")";
    case TypeId::kDecimal:
      return "decimal(" + length + "," + std::to_string(type.scale) + ")";
    case TypeId::kDate:
      return "date";
    case TypeId::kTime:
      return "time";
    case TypeId::kTimestamp:
      return "timestamp";
    case TypeId::kTimestamptz:
      return "timestamptz";
    case TypeId::kInterval:
      return "interval";
    case TypeId::kUuid:
      return "uuid";
    case TypeId::kBytea:
      return "bytea";
    case TypeId::kUnknown:
      return "unknown";
  }
  return "unknown type";
}

int ClassicTypeCode(TypeId id) {
  if (IsNumber(id)) {
    return IsInteger(id) ? 0 : 1;
  }
  return id == TypeId::kBoolean ? 0 : 2;
}

uint32_t ClassicLength(LogicalType type) {
  return IsString(type.id) ? type.length : static_cast<uint32_t>(WidthOf(PhysicalTypeOf(type)));
}

}  // namespace redbase
