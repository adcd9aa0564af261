#include "common/type_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "common/date_text.h"
#include "common/decimal.h"
#include "common/physical_value.h"
#include "common/text.h"

namespace redbase {

namespace {

using common::ParseOutcome;

constexpr std::string_view kHexDigits = "0123456789abcdef";

// A number's exponent as scientific notation has it: fixed notation is used from
// -4 to below the digits that are certain.
template <typename T>
void AppendShortestOf(std::string* out, T value) {
  if (std::isnan(value)) {
    out->append("NaN");
    return;
  }
  if (std::isinf(value)) {
    out->append(value < 0 ? "-Infinity" : "Infinity");
    return;
  }
  std::array<char, 64> buffer;
  char* const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                  std::chars_format::scientific)
                        .ptr;
  const std::string_view text(buffer.data(), static_cast<size_t>(end - buffer.data()));
  const size_t mark = text.find('e');
  int64_t exponent = 0;
  static_cast<void>(common::ParseNumber(text.substr(mark + 1), &exponent));
  if (exponent < -4 || exponent >= std::numeric_limits<T>::digits10) {
    out->append(text);
    return;
  }
  char* const fixed_end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed)
          .ptr;
  out->append(buffer.data(), fixed_end);
}

std::string_view WithoutBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\r\f\v";
  const size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Status NoValue(std::string_view text, LogicalType type) {
  return {Code::kInvalidArgument, common::Quoted(text) + " is no value of type " + TypeName(type)};
}

Status OutOfRange(std::string_view text, LogicalType type) {
  return {Code::kInvalidArgument,
          common::Quoted(text) + " is out of range for type " + TypeName(type)};
}

std::optional<bool> BooleanOf(std::string_view text) {
  std::string word(WithoutBlanks(text));
  for (char& c : word) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  const auto begins = [&word](std::string_view whole, size_t least) {
    return word.size() >= least && whole.substr(0, word.size()) == word;
  };
  if (begins("true", 1) || begins("yes", 1) || word == "on" || word == "1") {
    return true;
  }
  if (begins("false", 1) || begins("no", 1) || begins("off", 2) || word == "0") {
    return false;
  }
  return std::nullopt;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<Uuid> UuidOf(std::string_view text) {
  if (text.size() > 1 && text.front() == '{' && text.back() == '}') {
    text = text.substr(1, text.size() - 2);
  }
  UInt128 bits = 0;
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-' && digits % 4 == 0 && digits > 0 && digits < 32 && text[i - 1] != '-') {
      continue;
    }
    const int digit = HexDigit(text[i]);
    if (digit < 0 || digits == 32) {
      return std::nullopt;
    }
    bits = (bits << 4) | static_cast<unsigned>(digit);
    ++digits;
  }
  return digits == 32 ? std::optional(Uuid{static_cast<Int128>(bits ^ (UInt128{1} << 127))})
                      : std::nullopt;
}

std::optional<std::string> BytesOfHex(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    while (i < text.size() && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t')) {
      ++i;
    }
    if (i == text.size()) {
      break;
    }
    const int high = HexDigit(text[i]);
    const int low = i + 1 < text.size() ? HexDigit(text[i + 1]) : -1;
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::optional<std::string> BytesOf(std::string_view text) {
  if (text.substr(0, 2) == "\\x") {
    return BytesOfHex(text.substr(2));
  }
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    const std::string_view rest = text.substr(i + 1);
    if (!rest.empty() && rest[0] == '\\') {
      bytes += '\\';
      ++i;
      continue;
    }
    const auto octal = [&rest](size_t k, char most) { return rest[k] >= '0' && rest[k] <= most; };
    if (rest.size() < 3 || !octal(0, '3') || !octal(1, '7') || !octal(2, '7')) {
      return std::nullopt;
    }
    bytes += static_cast<char>((rest[0] - '0') * 64 + (rest[1] - '0') * 8 + (rest[2] - '0'));
    i += 3;
  }
  return bytes;
}

// The value that a function like ParseNumber finds.
template <typename T, typename Parse, typename Make>
ParseOutcome Parsed(std::string_view text, Parse parse, Make make, Value* out) {
  T value{};
  const ParseOutcome outcome = parse(text, &value);
  if (outcome == ParseOutcome::kOk) {
    *out = make(value);
  }
  return outcome;
}

template <typename T, typename Make>
ParseOutcome ParsedNumber(std::string_view text, Make make, Value* out) {
  return Parsed<T>(
      text,
      [](std::string_view t, T* number) { return common::ParseNumber(WithoutBlanks(t), number); },
      make, out);
}

ParseOutcome ParsedDecimal(std::string_view text, LogicalType type, Value* out) {
  const auto parse = [type](std::string_view t, Decimal* decimal) {
    const ParseOutcome outcome = common::ParseDecimal(WithoutBlanks(t), type.scale, decimal);
    return outcome == ParseOutcome::kOk && !common::FitsDigits(decimal->unscaled, type.length)
               ? ParseOutcome::kOutOfRange
               : outcome;
  };
  return Parsed<Decimal>(text, parse, Value::OfDecimal, out);
}

template <typename T, typename Make>
ParseOutcome Made(std::optional<T> parsed, Make make, Value* out) {
  if (!parsed) {
    return ParseOutcome::kMalformed;
  }
  *out = make(*std::move(parsed));
  return ParseOutcome::kOk;
}

void AppendCell(const StringView& cell, LogicalType type, std::string* out) {
  if (type.id == TypeId::kBytea) {
    return AppendHex(out, cell.view());
  }
  out->append(cell.view());
  if (type.id == TypeId::kChar) {
    const int64_t characters = common::CountUtf8(cell.view());
    const int64_t missing = int64_t{type.length} - characters;
    out->append(missing > 0 && characters >= 0 ? static_cast<size_t>(missing) : 0, ' ');
  }
}

void AppendCell(uint8_t cell, LogicalType /*type*/, std::string* out) {
  out->push_back(cell != 0 ? 't' : 'f');
}
void AppendCell(int16_t cell, LogicalType /*type*/, std::string* out) {
  common::AppendInteger(out, cell);
}
void AppendCell(int32_t cell, LogicalType type, std::string* out) {
  if (type.id == TypeId::kDate) {
    return common::AppendDate(out, {cell});
  }
  common::AppendInteger(out, cell);
}
void AppendCell(int64_t cell, LogicalType type, std::string* out) {
  switch (type.id) {
    case TypeId::kDecimal:
      return common::AppendDecimal(out, {cell, type.scale});
    case TypeId::kTime:
      return common::AppendTime(out, {cell});
    case TypeId::kTimestamp:
      return common::AppendTimestamp(out, {cell});
    case TypeId::kTimestamptz:
      return common::AppendTimestamptz(out, {cell});
    default:
      return common::AppendInteger(out, cell);
  }
}
void AppendCell(Int128 cell, LogicalType type, std::string* out) {
  if (type.id == TypeId::kUuid) {
    return AppendUuid(out, {cell});
  }
  common::AppendDecimal(out, {cell, type.scale});
}
void AppendCell(float cell, LogicalType /*type*/, std::string* out) { AppendShortest(out, cell); }
void AppendCell(double cell, LogicalType /*type*/, std::string* out) { AppendShortest(out, cell); }
void AppendCell(const Interval& cell, LogicalType /*type*/, std::string* out) {
  common::AppendInterval(out, cell);
}

}  // namespace

void AppendShortest(std::string* out, float value) { AppendShortestOf(out, value); }
void AppendShortest(std::string* out, double value) { AppendShortestOf(out, value); }

void AppendUuid(std::string* out, Uuid uuid) {
  const UInt128 bits = static_cast<UInt128>(uuid.ordered) ^ (UInt128{1} << 127);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
      out->push_back('-');
    }
    out->push_back(kHexDigits[static_cast<size_t>((bits >> (124 - 4 * digit)) & 15)]);
  }
}

void AppendHex(std::string* out, std::string_view bytes) {
  out->append("\\x");
  for (const char byte : bytes) {
    const auto bits = static_cast<uint8_t>(byte);
    out->push_back(kHexDigits[bits >> 4]);
    out->push_back(kHexDigits[bits & 15]);
  }
}

std::string_view WithoutTrailingBlanks(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

void AppendText(const Value& value, LogicalType type, std::string* out) {
  WithPhysicalType(PhysicalTypeOf(type), [&](auto tag) {
    AppendCell(PhysicalOf<typename decltype(tag)::type>(value), type, out);
  });
}

void AppendText(const Vector& vector, size_t row, std::string* out) {
  WithPhysicalType(vector.physical(), [&](auto tag) {
    AppendCell(vector.data<typename decltype(tag)::type>()[row], vector.type(), out);
  });
}

ParseOutcome TryParseText(std::string_view text, LogicalType type, Value* out) {
  switch (type.id) {
    case TypeId::kInt:
      return ParsedNumber<int32_t>(text, Value::Int, out);
    case TypeId::kSmallint:
      return ParsedNumber<int16_t>(text, Value::Int, out);
    case TypeId::kBigint:
      return ParsedNumber<int64_t>(text, Value::Bigint, out);
    case TypeId::kReal:
      return ParsedNumber<float>(text, Value::Real, out);
    case TypeId::kDouble:
      return ParsedNumber<double>(text, Value::Double, out);
    case TypeId::kDecimal:
      return ParsedDecimal(text, type, out);
    case TypeId::kBoolean:
      return Made(BooleanOf(text), Value::Boolean, out);
    case TypeId::kUuid:
      return Made(UuidOf(WithoutBlanks(text)), Value::OfUuid, out);
    case TypeId::kBytea:
      return Made(BytesOf(text), Value::OfBytes, out);
    case TypeId::kDate:
      return Parsed<Date>(text, common::ParseDate, Value::OfDate, out);
    case TypeId::kTime:
      return Parsed<TimeOfDay>(text, common::ParseTime, Value::OfTime, out);
    case TypeId::kTimestamp:
      return Parsed<Timestamp>(text, common::ParseTimestamp, Value::OfTimestamp, out);
    case TypeId::kTimestamptz:
      return Parsed<Timestamptz>(text, common::ParseTimestamptz, Value::OfTimestamptz, out);
    case TypeId::kInterval:
      return Parsed<Interval>(text, common::ParseInterval, Value::OfInterval, out);
    default:
      return ParseOutcome::kMalformed;
  }
}

Result<Value> ParseText(std::string_view text, LogicalType type) {
  if (IsString(type.id)) {
    return Value::String(std::string(text)).CastTo(type, CastMode::kAssignment);
  }
  Value value;
  switch (TryParseText(text, type, &value)) {
    case ParseOutcome::kOk:
      return value;
    case ParseOutcome::kOutOfRange:
      return OutOfRange(text, type);
    default:
      return NoValue(text, type);
  }
}

}  // namespace redbase
