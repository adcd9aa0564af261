#include "common/types.h"

namespace redbase {

PhysicalType PhysicalTypeOf(TypeId id) {
  switch (id) {
    case TypeId::kInt:
      return PhysicalType::kInt32;
    case TypeId::kReal:
      return PhysicalType::kFloat32;
    case TypeId::kClassicString:
    case TypeId::kVarchar:
      return PhysicalType::kString;
    case TypeId::kBoolean:
      return PhysicalType::kBool;
    case TypeId::kSmallint:
      return PhysicalType::kInt16;
    case TypeId::kBigint:
      return PhysicalType::kInt64;
    case TypeId::kDouble:
      return PhysicalType::kFloat64;
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
      return 16;
  }
  return 0;
}

bool IsNumber(TypeId id) { return !IsString(id) && id != TypeId::kBoolean; }

std::string TypeName(LogicalType type) {
  switch (type.id) {
    case TypeId::kInt:
      return "int";
    case TypeId::kReal:
      return "real";
    case TypeId::kClassicString:
      return "c" + std::to_string(type.length);
    case TypeId::kVarchar:
      return type.length == 0 ? "varchar" : "varchar(" + std::to_string(type.length) + ")";
    case TypeId::kBoolean:
      return "boolean";
    case TypeId::kSmallint:
      return "smallint";
    case TypeId::kBigint:
      return "bigint";
    case TypeId::kDouble:
      return "double";
  }
  return "unknown type";
}

int ClassicTypeCode(TypeId id) {
  if (IsString(id)) {
    return 2;
  }
  return id == TypeId::kReal || id == TypeId::kDouble ? 1 : 0;
}

uint32_t ClassicLength(LogicalType type) {
  return IsString(type.id) ? type.length : static_cast<uint32_t>(WidthOf(PhysicalTypeOf(type)));
}

}  // namespace redbase
