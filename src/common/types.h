// Types of SQL values, and the physical types that carry them.
//
// A LogicalType is what the user declares.  Its PhysicalType is how a column of
// it lies in a batch and on a page; many logical types share one.  A further
// SQL type is one more TypeId here, its physical type, and its text form in
// type_text.h; nothing below the query layer changes.
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
  kInterval = 8,
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
  kDouble = 7,        // SQL double precision
  kText = 8,          // SQL text: UTF-8 of any length
  kChar = 9,          // SQL char(n): kept without its blanks at the end, shown with them
  kDecimal = 10,      // SQL decimal(p, s): p digits, s of them behind the point
  kDate = 11,         // days since 1970-01-01
  kTime = 12,         // microseconds since midnight
  kTimestamp = 13,    // microseconds since 1970-01-01
  kTimestamptz = 14,  // the same, of UTC
  kInterval = 15,
  kUuid = 16,     // its 128 bits with the top one flipped, so that integers sort as bytes
  kBytea = 17,    // any bytes
  kUnknown = 18,  // a literal in quotes before it is known what it stands for; never stored
};
inline constexpr TypeId kLastTypeId = TypeId::kUnknown;

inline constexpr uint32_t kMaxDecimalPrecision = 38;
// Decimals of so many digits lie in 64 bits.
inline constexpr uint32_t kMaxShortDecimalPrecision = 18;

struct LogicalType {
  TypeId id = TypeId::kInt;
  // Longest value, in bytes (kClassicString) or characters (kVarchar and kChar; 0
  // stands for no limit); the digits of a kDecimal; else 0.
  uint32_t length = 0;
  // Digits behind the point of a kDecimal, at most `length`; else 0.
  uint8_t scale = 0;

  static constexpr LogicalType Decimal(uint32_t precision, uint8_t scale) {
    return {TypeId::kDecimal, precision, scale};
  }

  bool operator==(const LogicalType&) const = default;
};

PhysicalType PhysicalTypeOf(LogicalType type);

// Bytes of one value in a vector; a string counts its 16-byte view.
size_t WidthOf(PhysicalType type);

// Text: every kString but bytea.
bool IsString(TypeId id);
// Smallint, int, bigint.
bool IsInteger(TypeId id);
// Integers, real, double precision and decimal.
bool IsNumber(TypeId id);

// "int", "real", "c20", "varchar(40)", "decimal(12,2)".
std::string TypeName(LogicalType type);

// attrType of the classic attrcat, which knows three kinds: 0 for integers and
// boolean, 1 for real, double precision and decimal, 2 for all that is shown as text.
int ClassicTypeCode(TypeId id);
// attrLength of the classic attrcat: 4, 4, N; the bytes in memory of other types.
uint32_t ClassicLength(LogicalType type);

}  // namespace redbase
