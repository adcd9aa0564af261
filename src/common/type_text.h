// The text form of every type, as PostgreSQL writes and reads it.
//
//   boolean                  t, f; read also: true, yes, on, 1 and their opposites
//   smallint, int, bigint    digits
//   decimal(p,s)             all s digits behind the point; read also: an exponent
//   real, double precision   the fewest digits that are read as the same number
//   char(n)                  padded with blanks to n characters
//   bytea                    \xdeadbeef; read also: bytes with \\ and \ooo
//   uuid                     a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11; read also: without
//                            hyphens, in braces
//   dates and times          date_text.h
#pragma once

#include <string>
#include <string_view>

#include "common/result.h"
#include "common/text.h"
#include "common/types.h"
#include "common/value.h"
#include "common/vector.h"

namespace redbase {

// Requires: value is of `type`, and not null.
void AppendText(const Value& value, LogicalType type, std::string* out);
// Requires: the row is valid.
void AppendText(const Vector& vector, size_t row, std::string* out);

// The value of `type` that the text says; a decimal is rounded to its scale.
// kInvalidArgument, naming text and type, when it says none or one out of range.
Result<Value> ParseText(std::string_view text, LogicalType type);
// The same without words.  Requires: no type of IsString().
common::ParseOutcome TryParseText(std::string_view text, LogicalType type, Value* out);

// "1.5", "1e+20", "Infinity", "NaN".
void AppendShortest(std::string* out, float value);
void AppendShortest(std::string* out, double value);
void AppendUuid(std::string* out, Uuid uuid);
// `bytes` as \x and two digits each.
void AppendHex(std::string* out, std::string_view bytes);

// Text without the blanks at its end, as a char(n) is kept.
std::string_view WithoutTrailingBlanks(std::string_view text);

}  // namespace redbase
