// ResolveType: the types that `create table` and casts know, from their words.
//
//   i  i4                       int: 32-bit signed integer
//   f  f4  r  r4  float         real: IEEE single precision
//   cN  sN      (N 1 to 255)    string of at most N bytes
//
//   smallint int2  int integer int4  bigint int8
//   real float4  double precision  double  float8  float(n): real up to 24 bits
//   decimal numeric dec [(p[, s])]: up to 38 digits; decimal(38,10) without them
//   boolean bool
//   char character [(n)]  varchar, character varying [(n)]  text  bytea
//   date  time  timestamp, each perhaps [(6)] and without time zone
//   timestamptz, timestamp with time zone  interval  uuid
//
// Classic words are lower case; SQL's words are in any case.
#pragma once

#include <cstdint>
#include <string>

#include "common/result.h"
#include "common/types.h"
#include "parser/ast.h"

namespace redbase::parser {

inline constexpr int64_t kMaxClassicStringLength = 255;
inline constexpr int64_t kMaxVarcharLength = 10 * 1024 * 1024;

// kInvalidArgument, in the classic words, when there is no such type.
Result<LogicalType> ResolveType(const TypeName& type);

// The type as it was written: `c20`, `varchar(20)`, `decimal(12,2)`.
std::string ToString(const TypeName& type);

}  // namespace redbase::parser
