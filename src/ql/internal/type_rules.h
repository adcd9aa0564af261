// Type rules: what type an expression has, as PostgreSQL decides it.
#pragma once

#include <optional>
#include <string>

#include "common/types.h"
#include "common/value.h"
#include "parser/expr.h"

namespace redbase::ql {

inline constexpr LogicalType kBooleanType{TypeId::kBoolean};
inline constexpr LogicalType kSmallintType{TypeId::kSmallint};
inline constexpr LogicalType kIntType{TypeId::kInt};
inline constexpr LogicalType kBigintType{TypeId::kBigint};
inline constexpr LogicalType kRealType{TypeId::kReal};
inline constexpr LogicalType kDoubleType{TypeId::kDouble};
inline constexpr LogicalType kTextType{TypeId::kText};
inline constexpr LogicalType kUnknownType{TypeId::kUnknown};

inline constexpr uint32_t kMaxPrecision = kMaxDecimalPrecision;

// Types that convert into each other without being asked.
enum class TypeCategory : uint8_t {
  kUnknown,
  kBoolean,
  kNumber,
  kString,
  kDateTime,
  kInterval,
  kOther,
};
TypeCategory CategoryOf(TypeId id);
inline TypeCategory CategoryOf(LogicalType type) { return CategoryOf(type.id); }

bool IsFloat(TypeId id);
// "a number", "a string", "a boolean"; others by their name.
std::string KindName(LogicalType type);

// The integer as a decimal: one of no more digits than it may have.
LogicalType AsDecimal(LogicalType type);
// The type of a decimal constant: as many digits as it has.
LogicalType DecimalTypeOf(const Value& value);

// The one type that values of both have in a case, a union or a comparison; nullopt when they
// have none.  An unknown type takes that of the other side; two of them are text.
std::optional<LogicalType> CommonType(LogicalType a, LogicalType b);

// Whether `cast` converts from one to the other.
bool CanCast(LogicalType from, LogicalType to);

// Whether a value of type `from` is taken for one of type `to` without a cast being written:
// where a function wants it, and, with `assign`, where it is stored.
bool ConvertsImplicitly(LogicalType from, LogicalType to, bool assign);

// The types of an arithmetic operation on numbers.
struct ArithmeticTypes {
  LogicalType left;  // the operands are cast to these
  LogicalType right;
  LogicalType result;
};
// Requires: both are numbers.  nullopt: there is no such operation.
std::optional<ArithmeticTypes> TypesOfArithmetic(parser::BinaryOp op, LogicalType left,
                                                 LogicalType right);

}  // namespace redbase::ql
