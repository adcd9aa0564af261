// Types of SQL values, and the physical types that carry them.
//
// A LogicalType is what the user declares.  Its PhysicalType is how a column of
// it lies in a batch and on a page; many logical types share one.  A further
// SQL type is one more TypeId here, its physical type, and its text form in
// value.cc; nothing below the query layer changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace redbase {

// How values lie in memory: Arrow's physical layouts.
enum class PhysicalType : uint8_t {
  kBool = 0,  // uint8_t, 0 or 1
  kInt16 = 1,
  kInt32 = 2,
  kInt64 = 3,
  kInt128 = 4,
  kFloat32 = 5,
  kFloat64 = 6,
  kString = 7,  // StringView (16 bytes, inline prefix)
};

// Numbers are written to catalogs: never renumber.
enum class TypeId : uint8_t {
  kInt = 0,            // SQL int, classic i
  kReal = 1,           // SQL real, classic f
  kClassicString = 2,  // classic cN: at most N bytes
  kVarchar = 3,        // SQL varchar(n): at most n characters of UTF-8
  kBoolean = 4,
  kSmallint = 5,
  kBigint = 6,
  kDouble = 7,
};

struct LogicalType {
  TypeId id = TypeId::kInt;
  // Longest value, in bytes (kClassicString) or characters (kVarchar, where 0
  // stands for no limit); else 0.
  uint32_t length = 0;

  bool operator==(const LogicalType&) const = default;
};

PhysicalType PhysicalTypeOf(TypeId id);
inline PhysicalType PhysicalTypeOf(LogicalType type) { return PhysicalTypeOf(type.id); }

// Bytes of one value in a vector; a string counts its 16-byte view.
size_t WidthOf(PhysicalType type);

inline bool IsString(TypeId id) { return PhysicalTypeOf(id) == PhysicalType::kString; }
bool IsNumber(TypeId id);

// "int", "real", "c20", "varchar(40)".
std::string TypeName(LogicalType type);

// attrType of the classic attrcat: 0 int, 1 float, 2 string.
int ClassicTypeCode(TypeId id);
// attrLength of the classic attrcat: 4, 4, N.
uint32_t ClassicLength(LogicalType type);

}  // namespace redbase
