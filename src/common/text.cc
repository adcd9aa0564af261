#include "common/text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include <fast_float/fast_float.h>

namespace redbase::common {

namespace {

// from_chars takes no plus sign.
std::string_view WithoutPlus(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') {
    text.remove_prefix(1);
  }
  return text;
}

template <typename T>
ParseOutcome ParseInteger(std::string_view text, T* out) {
  text = WithoutPlus(text);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return ParseOutcome::kNotANumber;
  }
  if (error == std::errc::result_out_of_range) {
    return ParseOutcome::kOutOfRange;
  }
  *out = value;
  return ParseOutcome::kOk;
}

template <typename T>
ParseOutcome ParseReal(std::string_view text, T* out) {
  text = WithoutPlus(text);
  T value{};
  const auto result = fast_float::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc::invalid_argument || result.ptr != text.data() + text.size()) {
    return ParseOutcome::kNotANumber;
  }
  // Digits that give infinity are too large; the word is meant.
  if (std::isinf(value) && text.find_first_of("iI") == std::string_view::npos) {
    return ParseOutcome::kOutOfRange;
  }
  *out = value;
  return ParseOutcome::kOk;
}

// Length of the UTF-8 sequence at the start of `text`; 0 when it is not valid.
size_t SequenceLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) {
    return 1;
  }
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) {
    return 0;
  }
  for (size_t i = 1; i < length; ++i) {
    if (!ContinuesUtf8(text[i])) {
      return 0;
    }
  }
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  const uint8_t second = byte(1);
  const bool bad = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                   (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  return bad ? 0 : length;
}

}  // namespace

ParseOutcome ParseNumber(std::string_view text, int16_t* out) { return ParseInteger(text, out); }
ParseOutcome ParseNumber(std::string_view text, int32_t* out) { return ParseInteger(text, out); }
ParseOutcome ParseNumber(std::string_view text, int64_t* out) { return ParseInteger(text, out); }
ParseOutcome ParseNumber(std::string_view text, float* out) { return ParseReal(text, out); }
ParseOutcome ParseNumber(std::string_view text, double* out) { return ParseReal(text, out); }

void AppendInteger(std::string* out, int64_t value) {
  std::array<char, 24> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out->append(buffer.data(), result.ptr);
}

void AppendFixed(std::string* out, float value) {
  // A float has 24 significant bits and 10^6 has 14 besides its power of two,
  // so the product is exact in a double and rounds once, as printf does.
  const double scaled = static_cast<double>(value) * 1e6;
  if (!(std::fabs(scaled) < 9e15)) {
    return AppendFixed(out, static_cast<double>(value));
  }
  const auto millionths = static_cast<uint64_t>(std::fabs(std::nearbyint(scaled)));
  std::array<char, 32> buffer;
  char* p = buffer.data();
  if (std::signbit(value)) {
    *p++ = '-';
  }
  p = std::to_chars(p, buffer.data() + buffer.size(), millionths / 1000000).ptr;
  *p = '.';
  auto fraction = static_cast<uint32_t>(millionths % 1000000);
  for (int i = 6; i > 0; --i) {
    p[i] = static_cast<char>('0' + fraction % 10);
    fraction /= 10;
  }
  out->append(buffer.data(), p + 7);
}

void AppendFixed(std::string* out, double value) {
  // The largest double has 309 digits before the point.
  std::array<char, 320> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                    std::chars_format::fixed, 6);
  out->append(buffer.data(), result.ptr);
}

int64_t CountUtf8(std::string_view text) {
  int64_t count = 0;
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 0) {
      return -1;
    }
    text.remove_prefix(length);
    ++count;
  }
  return count;
}

std::string Quoted(std::string_view text) {
  constexpr size_t kShown = 40;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "'";
  size_t shown = 0;
  while (!text.empty() && shown < kShown) {
    const size_t length = SequenceLength(text);
    const auto lead = static_cast<uint8_t>(text[0]);
    if (length == 0 || lead < 0x20 || lead == 0x7F) {
      out += "\\x";
      out += kDigits[lead >> 4];
      out += kDigits[lead & 15];
    } else {
      out += text.substr(0, length);
    }
    const size_t step = length == 0 ? 1 : length;
    text.remove_prefix(step);
    shown += step;
  }
  out += text.empty() ? "'" : "...'";
  return out;
}

}  // namespace redbase::common
