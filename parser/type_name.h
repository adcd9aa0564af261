// ResolveType: the types that `create table` knows, from their words.
//
//   i  i4  int  integer              32-bit signed integer
//   f  f4  r  r4  real  float        IEEE single precision
//   cN  sN         (N 1 to 255)      string of at most N bytes
//   varchar(N)     (N from 1)        string of at most N bytes
//
// Classic words are lower case; SQL's words are in any case.
#pragma once

#include <cstdint>
#include <string>

#include "common/result.h"
#include "parser/ast.h"

namespace redbase::parser {

inline constexpr int64_t kMaxClassicStringLength = 255;
inline constexpr int64_t kMaxVarcharLength = 10 * 1024 * 1024;

struct TypeSpec {
  enum class Kind : uint8_t { kInt, kReal, kClassicString, kVarchar };

  Kind kind = Kind::kInt;
  int32_t length = 4;  // in bytes

  friend bool operator==(const TypeSpec&, const TypeSpec&) = default;
};

// kInvalidArgument, in the classic words, when there is no such type.
Result<TypeSpec> ResolveType(const TypeName& type);

// The type as it was written: `c20`, `varchar(20)`.
std::string ToString(const TypeName& type);

}  // namespace redbase::parser
