#include "sm/internal/bound_text.h"

#include <cstdint>
#include <optional>

#include "common/text.h"
#include "common/type_text.h"

namespace redbase::sm {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::string Escape(std::string_view bytes) {
  const bool is_utf8 = common::CountUtf8(bytes) >= 0;
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '\\' || byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !is_utf8)) {
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

std::optional<std::string> Unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text[0] != '\\') {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 4 || text[1] != 'x') {
      return std::nullopt;
    }
    const size_t high = kDigits.find(text[2]);
    const size_t low = kDigits.find(text[3]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return std::nullopt;
    }
    out += static_cast<char>(high * 16 + low);
    text.remove_prefix(4);
  }
  return out;
}

std::optional<Value> Parse(std::string_view text, LogicalType type) {
  Value value;
  if (IsString(type.id)) {
    std::optional<std::string> string = Unescape(text);
    return string ? std::optional(Value::String(*std::move(string))) : std::nullopt;
  }
  return TryParseText(text, type, &value) == common::ParseOutcome::kOk ? std::optional(value)
                                                                       : std::nullopt;
}

}  // namespace

std::string BoundToText(const Value& value) {
  if (value.is_string()) {
    return Escape(value.string_value());
  }
  std::string text;
  if (value.is_real()) {
    AppendShortest(&text, value.real_value());
  } else if (value.is_double()) {
    AppendShortest(&text, value.double_value());
  } else {
    text = value.ToString();
  }
  return text;
}

Result<Value> BoundFromText(std::string_view text, LogicalType type) {
  const std::optional<Value> value = Parse(text, type);
  if (value) {
    Result<Value> typed = value->CastTo(type);
    if (typed.ok()) {
      return typed;
    }
  }
  return Status(Code::kCorruption, common::Quoted(text) + " is no bound of type " + TypeName(type));
}

}  // namespace redbase::sm
