// Numbers from and to text, fast and without locale.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace redbase::common {

enum class ParseOutcome : uint8_t {
  kOk,
  kNotANumber,
  kOutOfRange,
  kMalformed = kNotANumber,  // of what is no number in the first place
};

// The number that all of `text` says: an optional sign and digits; real numbers
// also point, digits and exponent, or nan, inf.  No blanks.  Integers out of
// range and reals beyond the largest are kOutOfRange; `*out` is set by kOk only.
ParseOutcome ParseNumber(std::string_view text, int16_t* out);
ParseOutcome ParseNumber(std::string_view text, int32_t* out);
ParseOutcome ParseNumber(std::string_view text, int64_t* out);
ParseOutcome ParseNumber(std::string_view text, float* out);
ParseOutcome ParseNumber(std::string_view text, double* out);

// Appends what printf's %d prints.
void AppendInteger(std::string* out, int64_t value);
// Appends what printf's %f prints: six decimals, ties to even.
void AppendFixed(std::string* out, float value);
void AppendFixed(std::string* out, double value);

// Whether the byte belongs to a character of UTF-8 that a byte before it has begun.
inline bool ContinuesUtf8(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }
// Characters of UTF-8, each sequence checked; negative when it is not valid.
int64_t CountUtf8(std::string_view text);

// `text` in single quotes for a message, cut with "..." after about 40 bytes,
// control characters and bytes that are no UTF-8 as \xNN.
std::string Quoted(std::string_view text);

}  // namespace redbase::common
