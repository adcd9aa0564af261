#include "parser/type_name.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace redbase::parser {
namespace {

constexpr std::string_view kBadFormat = "create: invalid format string";
constexpr std::string_view kNoLength = "create: length must be specified for STRING attribute";
constexpr std::string_view kBadLength = "create: invalid length for string attribute";

Status Refuse(std::string_view why, const TypeName& type) {
  std::string message(why);
  message += ": " + ToString(type) + " at " + ToString(type.position);
  return {Code::kInvalidArgument, std::move(message)};
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string Lower(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower;
}

// A letter and nothing but digits behind it.
bool IsClassic(std::string_view word) {
  return std::string_view("ifrcs").find(word.front()) != std::string_view::npos &&
         std::all_of(word.begin() + 1, word.end(), IsDigit);
}

// The number behind the letter; nullopt when there is none, 0 when it is too large.
std::optional<int64_t> ClassicLength(std::string_view word) {
  if (word.size() == 1) {
    return std::nullopt;
  }
  int64_t length = 0;
  const auto [end, error] = std::from_chars(word.data() + 1, word.data() + word.size(), length);
  return error == std::errc() ? length : 0;
}

Result<LogicalType> ResolveClassic(const TypeName& type) {
  const std::optional<int64_t> length = ClassicLength(type.word);
  const char letter = type.word.front();
  if (letter == 'c' || letter == 's') {
    if (!length.has_value()) {
      return Refuse(kNoLength, type);
    }
    if (*length < 1 || *length > kMaxClassicStringLength) {
      return Refuse(kBadLength, type);
    }
    return LogicalType{TypeId::kClassicString, static_cast<uint32_t>(*length)};
  }
  const bool integer = letter == 'i';
  if (length.value_or(4) != 4) {
    return Refuse(integer ? "create: invalid size for INTEGER attribute (should be 4)"
                          : "create: invalid size for REAL attribute (should be 4)",
                  type);
  }
  return LogicalType{integer ? TypeId::kInt : TypeId::kReal};
}

// What numbers may stand behind the words.
enum class Numbers : uint8_t { kNone, kLength, kBits, kDigits, kFraction };

struct KnownType {
  std::string_view words;
  TypeId id;
  Numbers numbers = Numbers::kNone;
};

constexpr std::array<KnownType, 39> kKnownTypes = {{
    {"int", TypeId::kInt},
    {"integer", TypeId::kInt},
    {"int4", TypeId::kInt},
    {"smallint", TypeId::kSmallint},
    {"int2", TypeId::kSmallint},
    {"bigint", TypeId::kBigint},
    {"int8", TypeId::kBigint},
    {"real", TypeId::kReal},
    {"float", TypeId::kReal, Numbers::kBits},
    {"float4", TypeId::kReal},
    {"double precision", TypeId::kDouble},
    {"double", TypeId::kDouble},
    {"float8", TypeId::kDouble},
    {"decimal", TypeId::kDecimal, Numbers::kDigits},
    {"numeric", TypeId::kDecimal, Numbers::kDigits},
    {"dec", TypeId::kDecimal, Numbers::kDigits},
    {"boolean", TypeId::kBoolean},
    {"bool", TypeId::kBoolean},
    {"char", TypeId::kChar, Numbers::kLength},
    {"character", TypeId::kChar, Numbers::kLength},
    {"varchar", TypeId::kVarchar, Numbers::kLength},
    {"character varying", TypeId::kVarchar, Numbers::kLength},
    {"char varying", TypeId::kVarchar, Numbers::kLength},
    {"text", TypeId::kText},
    {"bytea", TypeId::kBytea},
    {"date", TypeId::kDate},
    {"time", TypeId::kTime, Numbers::kFraction},
    {"time without time zone", TypeId::kTime, Numbers::kFraction},
    {"timestamp", TypeId::kTimestamp, Numbers::kFraction},
    {"timestamp without time zone", TypeId::kTimestamp, Numbers::kFraction},
    {"timestamptz", TypeId::kTimestamptz, Numbers::kFraction},
    {"timestamp with time zone", TypeId::kTimestamptz, Numbers::kFraction},
    {"interval", TypeId::kInterval, Numbers::kFraction},
    {"uuid", TypeId::kUuid},
    {"nchar", TypeId::kChar, Numbers::kLength},
    {"national character", TypeId::kChar, Numbers::kLength},
    {"national char", TypeId::kChar, Numbers::kLength},
    {"national character varying", TypeId::kVarchar, Numbers::kLength},
    {"national char varying", TypeId::kVarchar, Numbers::kLength},
}};

Result<LogicalType> ResolveLength(TypeId id, const TypeName& type) {
  // A char without a length has one character, a varchar as many as it likes.
  if (!type.length.has_value()) {
    return LogicalType{id, id == TypeId::kChar ? 1U : 0U};
  }
  if (*type.length < 1 || *type.length > kMaxVarcharLength) {
    return Refuse(kBadLength, type);
  }
  return LogicalType{id, static_cast<uint32_t>(*type.length)};
}

// float(n): n binary digits.
Result<LogicalType> ResolveBits(TypeId id, const TypeName& type) {
  constexpr int64_t kBitsOfReal = 24;
  constexpr int64_t kBitsOfDouble = 53;
  const int64_t bits = type.length.value_or(kBitsOfReal);
  if (bits < 1 || bits > kBitsOfDouble) {
    return Refuse("create: a float has 1 to 53 bits", type);
  }
  return LogicalType{bits <= kBitsOfReal ? id : TypeId::kDouble};
}

Result<LogicalType> ResolveDigits(const TypeName& type) {
  constexpr int64_t kScaleOfAny = 10;
  const int64_t precision = type.length.value_or(kMaxDecimalPrecision);
  const int64_t scale = type.scale.value_or(type.length.has_value() ? 0 : kScaleOfAny);
  if (precision < 1 || precision > int64_t{kMaxDecimalPrecision}) {
    return Refuse("create: a decimal has 1 to 38 digits", type);
  }
  if (scale < 0 || scale > precision) {
    return Refuse("create: a decimal has from 0 to all of its digits behind the point", type);
  }
  return LogicalType::Decimal(static_cast<uint32_t>(precision), static_cast<uint8_t>(scale));
}

// Times have microseconds, no more and no less.
Result<LogicalType> ResolveFraction(TypeId id, const TypeName& type) {
  constexpr int64_t kDigits = 6;
  if (type.length.value_or(kDigits) != kDigits) {
    return Refuse("create: times have 6 digits behind the point", type);
  }
  return LogicalType{id};
}

Result<LogicalType> ResolveKnown(const KnownType& known, const TypeName& type) {
  if (type.scale.has_value() && known.numbers != Numbers::kDigits) {
    return Refuse(kBadFormat, type);
  }
  switch (known.numbers) {
    case Numbers::kLength:
      return ResolveLength(known.id, type);
    case Numbers::kBits:
      return ResolveBits(known.id, type);
    case Numbers::kDigits:
      return ResolveDigits(type);
    case Numbers::kFraction:
      return ResolveFraction(known.id, type);
    case Numbers::kNone:
      break;
  }
  if (type.length.has_value()) {
    return Refuse(kBadFormat, type);
  }
  return LogicalType{known.id};
}

}  // namespace

Result<LogicalType> ResolveType(const TypeName& type) {
  const std::string words = Lower(type.word);
  for (const KnownType& known : kKnownTypes) {
    if (known.words == words) {
      return ResolveKnown(known, type);
    }
  }
  if (type.word.empty() || type.length.has_value() || !IsClassic(type.word)) {
    return Refuse(kBadFormat, type);
  }
  return ResolveClassic(type);
}

std::string ToString(const TypeName& type) {
  if (!type.length.has_value()) {
    return type.word;
  }
  const std::string scale = type.scale.has_value() ? "," + std::to_string(*type.scale) : "";
  return type.word + "(" + std::to_string(*type.length) + scale + ")";
}

}  // namespace redbase::parser
