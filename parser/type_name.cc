#include "parser/type_name.h"

#include <algorithm>
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

TypeSpec StringSpec(TypeSpec::Kind kind, int64_t length) {
  return {kind, static_cast<int32_t>(length)};
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

Result<TypeSpec> ResolveClassic(const TypeName& type) {
  const std::optional<int64_t> length = ClassicLength(type.word);
  const char letter = type.word.front();
  if (letter == 'c' || letter == 's') {
    if (!length.has_value()) {
      return Refuse(kNoLength, type);
    }
    if (*length < 1 || *length > kMaxClassicStringLength) {
      return Refuse(kBadLength, type);
    }
    return StringSpec(TypeSpec::Kind::kClassicString, *length);
  }
  const bool integer = letter == 'i';
  if (length.value_or(4) != 4) {
    return Refuse(integer ? "create: invalid size for INTEGER attribute (should be 4)"
                          : "create: invalid size for REAL attribute (should be 4)",
                  type);
  }
  return TypeSpec{integer ? TypeSpec::Kind::kInt : TypeSpec::Kind::kReal, 4};
}

Result<TypeSpec> ResolveVarchar(const TypeName& type) {
  if (!type.length.has_value()) {
    return Refuse(kNoLength, type);
  }
  if (*type.length < 1 || *type.length > kMaxVarcharLength) {
    return Refuse(kBadLength, type);
  }
  return StringSpec(TypeSpec::Kind::kVarchar, *type.length);
}

}  // namespace

Result<TypeSpec> ResolveType(const TypeName& type) {
  const std::string word = Lower(type.word);
  if (word == "varchar") {
    return ResolveVarchar(type);
  }
  if (type.word.empty() || type.length.has_value()) {
    return Refuse(kBadFormat, type);
  }
  if (word == "int" || word == "integer") {
    return TypeSpec{TypeSpec::Kind::kInt, 4};
  }
  if (word == "real" || word == "float") {
    return TypeSpec{TypeSpec::Kind::kReal, 4};
  }
  if (IsClassic(type.word)) {
    return ResolveClassic(type);
  }
  return Refuse(kBadFormat, type);
}

std::string ToString(const TypeName& type) {
  return type.length.has_value() ? type.word + "(" + std::to_string(*type.length) + ")" : type.word;
}

}  // namespace redbase::parser
