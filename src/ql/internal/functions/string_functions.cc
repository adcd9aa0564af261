// Functions of text.  Positions and lengths count characters of UTF-8, from 1; letters of ASCII
// alone have two cases.
#include <algorithm>
#include <array>
#include <string>

#include "common/text.h"
#include "ql/internal/functions/functions.h"
#include "ql/internal/functions/kernel.h"

namespace redbase::ql {
namespace {

using Text = std::string_view;

constexpr LogicalType kBytea{TypeId::kBytea};
// A result beyond this is refused before it fills the memory.
constexpr size_t kLongestText = size_t{1} << 28;

Status TooLong() { return {Code::kInvalidArgument, "requested length too large"}; }

// The byte at which the n-th character begins, from 0; the end when there are fewer.
size_t ByteOf(Text text, int64_t n) {
  if (n <= 0) {
    return 0;
  }
  size_t at = 0;
  while (at < text.size() && n > 0) {
    ++at;
    while (at < text.size() && common::ContinuesUtf8(text[at])) {
      ++at;
    }
    --n;
  }
  return at;
}

int64_t Characters(Text text) {
  return static_cast<int64_t>(text.size()) -
         std::count_if(text.begin(), text.end(), common::ContinuesUtf8);
}

int32_t Length(Text text) { return static_cast<int32_t>(Characters(text)); }
int32_t OctetLength(Text text) { return static_cast<int32_t>(text.size()); }
int32_t BitLength(Text text) { return static_cast<int32_t>(8 * text.size()); }

char UpperOf(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char LowerOf(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (LowerOf(c) >= 'a' && LowerOf(c) <= 'z') || (c & 0x80) != 0;
}

std::string Upper(Text text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), UpperOf);
  return out;
}

std::string Lower(Text text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), LowerOf);
  return out;
}

std::string InitCap(Text text) {
  std::string out(text);
  bool inside = false;
  for (char& c : out) {
    c = inside ? LowerOf(c) : UpperOf(c);
    inside = IsAlphanumeric(c);
  }
  return out;
}

// `count` characters from the `from`-th, which may lie before the first.
Text Slice(Text text, int64_t from, int64_t count) {
  const int64_t end = from + count;
  const int64_t begin = std::max<int64_t>(from, 1);
  if (end <= begin) {
    return {};
  }
  const size_t first = ByteOf(text, begin - 1);
  return text.substr(first, ByteOf(text.substr(first), end - begin));
}

Text SubstringFrom(Text text, int32_t from) { return text.substr(ByteOf(text, int64_t{from} - 1)); }

Result<Text> Substring(Text text, int32_t from, int32_t count) {
  if (count < 0) {
    return Status(Code::kInvalidArgument, "negative substring length not allowed");
  }
  return Slice(text, from, count);
}

// Without the last -n for negative n.
Text Left(Text text, int32_t n) {
  const int64_t count = n >= 0 ? n : Characters(text) + n;
  return text.substr(0, ByteOf(text, count));
}

Text Right(Text text, int32_t n) {
  const int64_t skipped = n >= 0 ? Characters(text) - n : -int64_t{n};
  return text.substr(ByteOf(text, skipped));
}

int32_t Position(Text text, Text part) {
  const size_t found = text.find(part);
  return found == Text::npos ? 0 : static_cast<int32_t>(Characters(text.substr(0, found)) + 1);
}

// The characters of a list of characters.
bool Holds(Text characters, Text one) { return characters.find(one) != Text::npos; }

Text TrimLeft(Text text, Text characters) {
  while (!text.empty()) {
    const size_t size = ByteOf(text, 1);
    if (!Holds(characters, text.substr(0, size))) {
      break;
    }
    text.remove_prefix(size);
  }
  return text;
}

Text TrimRight(Text text, Text characters) {
  while (!text.empty()) {
    size_t begin = text.size() - 1;
    while (begin > 0 && common::ContinuesUtf8(text[begin])) {
      --begin;
    }
    if (!Holds(characters, text.substr(begin))) {
      break;
    }
    text.remove_suffix(text.size() - begin);
  }
  return text;
}

Text Trim(Text text, Text characters) { return TrimRight(TrimLeft(text, characters), characters); }

Text TrimLeftBlanks(Text text) { return TrimLeft(text, " "); }
Text TrimRightBlanks(Text text) { return TrimRight(text, " "); }
Text TrimBlanks(Text text) { return Trim(text, " "); }

Result<std::string> Replace(Text text, Text part, Text by) {
  std::string out;
  if (part.empty()) {
    return std::string(text);
  }
  for (size_t found = text.find(part); found != Text::npos; found = text.find(part)) {
    out += text.substr(0, found);
    out += by;
    text.remove_prefix(found + part.size());
    if (out.size() > kLongestText) {
      return TooLong();
    }
  }
  out += text;
  return out;
}

std::string Reverse(Text text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    size_t begin = text.size() - 1;
    while (begin > 0 && common::ContinuesUtf8(text[begin])) {
      --begin;
    }
    out += text.substr(begin);
    text.remove_suffix(text.size() - begin);
  }
  return out;
}

Result<std::string> Repeat(Text text, int32_t times) {
  std::string out;
  if (times <= 0 || text.empty()) {
    return out;
  }
  if (text.size() > kLongestText / static_cast<size_t>(times)) {
    return TooLong();
  }
  out.reserve(text.size() * static_cast<size_t>(times));
  for (int32_t i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

// What fills up to `length` characters beside `text`.
Result<std::string> Padding(Text text, int32_t length, Text by) {
  std::string out;
  const int64_t missing = length - Characters(text);
  if (missing <= 0 || by.empty()) {
    return out;
  }
  if (static_cast<size_t>(missing) > kLongestText / 4) {
    return TooLong();
  }
  const int64_t own = Characters(by);
  for (int64_t i = 0; i < missing / own; ++i) {
    out += by;
  }
  out += by.substr(0, ByteOf(by, missing % own));
  return out;
}

Result<std::string> PadLeft(Text text, int32_t length, Text by) {
  ASSIGN_OR_RETURN(std::string out, Padding(text, length, by));
  out += text.substr(0, ByteOf(text, length));
  return out;
}

Result<std::string> PadRight(Text text, int32_t length, Text by) {
  ASSIGN_OR_RETURN(const std::string padding, Padding(text, length, by));
  return std::string(text.substr(0, ByteOf(text, length))) + padding;
}

Result<std::string> PadLeftBlanks(Text text, int32_t length) { return PadLeft(text, length, " "); }
Result<std::string> PadRightBlanks(Text text, int32_t length) {
  return PadRight(text, length, " ");
}

std::string Concatenate(Text a, Text b) {
  std::string out(a);
  out += b;
  return out;
}

// The n-th part, from the end for negative n; empty when there are fewer.
Result<Text> SplitPart(Text text, Text delimiter, int32_t n) {
  if (n == 0) {
    return Status(Code::kInvalidArgument, "field position must not be zero");
  }
  std::vector<Text> parts;
  for (size_t found = delimiter.empty() ? Text::npos : text.find(delimiter); found != Text::npos;
       found = text.find(delimiter)) {
    parts.push_back(text.substr(0, found));
    text.remove_prefix(found + delimiter.size());
  }
  parts.push_back(text);
  const int64_t count = static_cast<int64_t>(parts.size());
  const int64_t at = n > 0 ? n - 1 : count + n;
  return at >= 0 && at < count ? parts[static_cast<size_t>(at)] : Text();
}

bool StartsWith(Text text, Text prefix) { return text.starts_with(prefix); }

// The number of the first character; 0 for an empty text.
int32_t Ascii(Text text) {
  if (text.empty()) {
    return 0;
  }
  const auto byte = [&text](size_t i) {
    return static_cast<int32_t>(static_cast<uint8_t>(text[i]));
  };
  const size_t size = ByteOf(text, 1);
  if (size == 1) {
    return byte(0);
  }
  constexpr int32_t kTailBits = 6;
  constexpr int32_t kTailMask = 0x3F;
  int32_t code = byte(0) & (0x7F >> size);
  for (size_t i = 1; i < size; ++i) {
    code = (code << kTailBits) | (byte(i) & kTailMask);
  }
  return code;
}

Result<std::string> Chr(int32_t code) {
  constexpr int32_t kLast = 0x10FFFF;
  if (code <= 0 || code > kLast) {
    return Status(Code::kInvalidArgument, "requested character not valid: " + std::to_string(code));
  }
  std::string out;
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
  return out;
}

template <typename T>
std::string ToHex(T value) {
  constexpr Text kDigits = "0123456789abcdef";
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  std::string out;
  do {
    out.insert(out.begin(), kDigits[bits & 15]);
    bits >>= 4;
  } while (bits != 0);
  return out;
}

// Characters of `from` become those at the same place of `to`, or vanish.
std::string Translate(Text text, Text from, Text to) {
  std::string out;
  while (!text.empty()) {
    const Text one = text.substr(0, ByteOf(text, 1));
    const size_t found = from.find(one);
    if (found == Text::npos) {
      out += one;
    } else {
      const int64_t place = Characters(from.substr(0, found));
      out += Slice(to, place + 1, 1);
    }
    text.remove_prefix(one.size());
  }
  return out;
}

std::string OverlayCount(Text text, Text by, int32_t from, int32_t count) {
  std::string out(Slice(text, 1, int64_t{from} - 1));
  out += by;
  out += text.substr(ByteOf(text, int64_t{from} - 1 + count));
  return out;
}

std::string Overlay(Text text, Text by, int32_t from) {
  return OverlayCount(text, by, from, static_cast<int32_t>(Characters(by)));
}

// Of all arguments that are not null.
Status ConcatKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  std::string joined;
  for (size_t i = 0; i < rows.count; ++i) {
    joined.clear();
    for (const Operand& argument : arguments) {
      if (argument.IsValid(rows[i])) {
        joined += Argument<Text>(argument)[rows[i]];
      }
    }
    out->SetString(rows[i], joined);
  }
  return {};
}

Status ConcatWithKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  std::string joined;
  for (size_t i = 0; i < rows.count; ++i) {
    const size_t row = rows[i];
    if (!arguments[0].IsValid(row)) {
      Store(std::optional<std::string>(), row, out);
      continue;
    }
    joined.clear();
    bool first = true;
    for (const Operand& argument : arguments.subspan(1)) {
      if (argument.IsValid(row)) {
        joined += first ? Text() : Argument<Text>(arguments[0])[row];
        joined += Argument<Text>(argument)[row];
        first = false;
      }
    }
    out->SetString(row, joined);
  }
  return {};
}

constexpr LogicalType kText = kTextType;
constexpr LogicalType kInt = kIntType;

const Overload kStrings[] = {
    {{"length", MapRows<Length, Text>}, {kText}, kInt},
    {{"char_length", MapRows<Length, Text>}, {kText}, kInt},
    {{"character_length", MapRows<Length, Text>}, {kText}, kInt},
    {{"octet_length", MapRows<OctetLength, Text>}, {kText}, kInt},
    {{"bit_length", MapRows<BitLength, Text>}, {kText}, kInt},
    {{"length", MapRows<OctetLength, Text>}, {kBytea}, kInt},
    {{"octet_length", MapRows<OctetLength, Text>}, {kBytea}, kInt},
    {{"upper", MapRows<Upper, Text>}, {kText}, kText},
    {{"lower", MapRows<Lower, Text>}, {kText}, kText},
    {{"initcap", MapRows<InitCap, Text>}, {kText}, kText},
    {{"substring", MapRows<SubstringFrom, Text, int32_t>}, {kText, kInt}, kText},
    {{"substring", MapRows<Substring, Text, int32_t, int32_t>}, {kText, kInt, kInt}, kText},
    {{"substr", MapRows<SubstringFrom, Text, int32_t>}, {kText, kInt}, kText},
    {{"substr", MapRows<Substring, Text, int32_t, int32_t>}, {kText, kInt, kInt}, kText},
    {{"left", MapRows<Left, Text, int32_t>}, {kText, kInt}, kText},
    {{"right", MapRows<Right, Text, int32_t>}, {kText, kInt}, kText},
    {{"position", MapRows<Position, Text, Text>}, {kText, kText}, kInt},
    {{"strpos", MapRows<Position, Text, Text>}, {kText, kText}, kInt},
    {{"btrim", MapRows<TrimBlanks, Text>}, {kText}, kText},
    {{"btrim", MapRows<Trim, Text, Text>}, {kText, kText}, kText},
    {{"ltrim", MapRows<TrimLeftBlanks, Text>}, {kText}, kText},
    {{"ltrim", MapRows<TrimLeft, Text, Text>}, {kText, kText}, kText},
    {{"rtrim", MapRows<TrimRightBlanks, Text>}, {kText}, kText},
    {{"rtrim", MapRows<TrimRight, Text, Text>}, {kText, kText}, kText},
    {{"replace", MapRows<Replace, Text, Text, Text>}, {kText, kText, kText}, kText},
    {{"reverse", MapRows<Reverse, Text>}, {kText}, kText},
    {{"repeat", MapRows<Repeat, Text, int32_t>}, {kText, kInt}, kText},
    {{"lpad", MapRows<PadLeftBlanks, Text, int32_t>}, {kText, kInt}, kText},
    {{"lpad", MapRows<PadLeft, Text, int32_t, Text>}, {kText, kInt, kText}, kText},
    {{"rpad", MapRows<PadRightBlanks, Text, int32_t>}, {kText, kInt}, kText},
    {{"rpad", MapRows<PadRight, Text, int32_t, Text>}, {kText, kInt, kText}, kText},
    {{"||", MapRows<Concatenate, Text, Text>, /*infix=*/true}, {kText, kText}, kText},
    {{"||", MapRows<Concatenate, Text, Text>, /*infix=*/true}, {kBytea, kBytea}, kBytea},
    {{"split_part", MapRows<SplitPart, Text, Text, int32_t>}, {kText, kText, kInt}, kText},
    {{"starts_with", MapRows<StartsWith, Text, Text>}, {kText, kText}, kBooleanType},
    {{"ascii", MapRows<Ascii, Text>}, {kText}, kInt},
    {{"chr", MapRows<Chr, int32_t>}, {kInt}, kText},
    {{"to_hex", MapRows<ToHex<int32_t>, int32_t>}, {kInt}, kText},
    {{"to_hex", MapRows<ToHex<int64_t>, int64_t>}, {kBigintType}, kText},
    {{"translate", MapRows<Translate, Text, Text, Text>}, {kText, kText, kText}, kText},
    {{"overlay", MapRows<Overlay, Text, Text, int32_t>}, {kText, kText, kInt}, kText},
    {{"overlay", MapRows<OverlayCount, Text, Text, int32_t, int32_t>},
     {kText, kText, kInt, kInt},
     kText},
    {{"concat", ConcatKernel, false, /*strict=*/false}, {kText}, kText, nullptr, true},
    {{"concat_ws", ConcatWithKernel, false, /*strict=*/false},
     {kText, kText},
     kText,
     nullptr,
     true},
};

}  // namespace

std::span<const Overload> StringFunctions() { return kStrings; }

}  // namespace redbase::ql
