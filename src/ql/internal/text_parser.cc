#include "ql/internal/text_parser.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include <fast_float/fast_float.h>

#include "common/physical_value.h"
#include "common/text.h"
#include "common/type_text.h"

namespace redbase::ql {

namespace {

const char* FindEnd(const char* p, const char* end, char delimiter) {
  const void* found = std::memchr(p, delimiter, static_cast<size_t>(end - p));
  return found == nullptr ? end : static_cast<const char*>(found);
}

std::string_view WithoutBlanks(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// In double quotes, as a load file's reader knows it.
std::string Shown(std::string_view text) {
  std::string quoted = common::Quoted(text);
  quoted.front() = '"';
  quoted.back() = '"';
  return quoted;
}

std::string NotA(std::string_view text, LogicalType type) {
  const std::string name = TypeName(type);
  const bool vowel = name.find_first_of("aeiou") == 0;
  return Shown(text) + " is not " + (vowel ? "an " : "a ") + name;
}

bool IsAscii(std::string_view s) {
  uint64_t bits = 0;
  size_t i = 0;
  for (; i + 8 <= s.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, s.data() + i, 8);
    bits |= word;
  }
  for (; i < s.size(); ++i) {
    bits |= static_cast<uint64_t>(static_cast<unsigned char>(s[i]));
  }
  return (bits & 0x8080808080808080ULL) == 0;
}

template <typename T>
common::ParseOutcome ParseInto(std::string_view text, size_t row, Vector* vector) {
  return common::ParseNumber(text, &vector->data<T>()[row]);
}

}  // namespace

TextParser::TextParser(const Schema& schema, char delimiter) : delimiter_(delimiter) {
  for (const Column& column : schema.columns()) {
    fields_.push_back({column.type, PhysicalTypeOf(column.type), nullptr});
  }
}

bool TextParser::Parse(std::string_view* text, Batch* batch, TextProblem* problem) {
  for (size_t i = 0; i < fields_.size(); ++i) {
    fields_[i].vector = &batch->column(i);
  }
  const char* p = text->data();
  const char* const end = p + text->size();
  size_t row = 0;
  bool good = true;
  while (good && p < end && row < batch->capacity()) {
    const char* const newline = FindEnd(p, end, '\n');
    std::string_view line(p, static_cast<size_t>(newline - p));
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    p = newline == end ? end : newline + 1;
    if (!line.empty()) {
      good = ParseLine(line, row, problem);
      ++row;
    }
  }
  *text = {p, static_cast<size_t>(end - p)};
  batch->set_rows(row);
  return good;
}

TextParser::Cuts TextParser::TakeCuts() { return std::exchange(cuts_, Cuts()); }

bool TextParser::ParseLine(std::string_view line, size_t row, TextProblem* problem) {
  const char* p = line.data();
  const char* const end = p + line.size();
  for (size_t column = 0; column < fields_.size(); ++column) {
    if (!ParseField(column, &p, end, row, problem)) {
      return false;
    }
    const bool last = column + 1 == fields_.size();
    if ((p == end) != last) {
      const auto found = std::count(line.begin(), line.end(), delimiter_) + 1;
      *problem = {line.data(), 0,
                  std::to_string(found) + (found == 1 ? " field" : " fields") + " instead of " +
                      std::to_string(fields_.size())};
      return false;
    }
    ++p;
  }
  return true;
}

bool TextParser::ParseField(size_t column, const char** p, const char* end, size_t row,
                            TextProblem* problem) {
  const Field& field = fields_[column];
  if (field.type.id == TypeId::kInt && ParseInt(field, p, end, row)) {
    return true;
  }
  if (field.physical == PhysicalType::kFloat32 && ParseReal(field, p, end, row)) {
    return true;
  }
  const char* const field_end = FindEnd(*p, end, delimiter_);
  const std::string_view text(*p, static_cast<size_t>(field_end - *p));
  *p = field_end;
  return IsString(field.type.id) ? ParseString(column, text, row, problem)
                                 : ParseSlowly(column, text, row, problem);
}

// Up to nine digits with a sign: what nearly all integers are.
bool TextParser::ParseInt(const Field& field, const char** p, const char* end, size_t row) const {
  const char* q = *p;
  const bool negative = q < end && *q == '-';
  q += negative ? 1 : 0;
  const char* const digits = q;
  int32_t value = 0;
  while (q < end && q - digits < 9 && static_cast<unsigned char>(*q - '0') < 10) {
    value = value * 10 + (*q - '0');
    ++q;
  }
  if (q == digits || (q < end && *q != delimiter_)) {
    return false;
  }
  field.vector->data<int32_t>()[row] = negative ? -value : value;
  *p = q;
  return true;
}

bool TextParser::ParseReal(const Field& field, const char** p, const char* end, size_t row) const {
  float value = 0;
  const auto result = fast_float::from_chars(*p, end, value);
  if (result.ec != std::errc() || (result.ptr < end && *result.ptr != delimiter_) ||
      !std::isfinite(value)) {
    return false;
  }
  field.vector->data<float>()[row] = value;
  *p = result.ptr;
  return true;
}

common::ParseOutcome TextParser::ParseAsValue(const Field& field, std::string_view text,
                                              size_t row) {
  Value value;
  const common::ParseOutcome outcome = TryParseText(text, field.type, &value);
  if (outcome == common::ParseOutcome::kOk) {
    PutBorrowed(value, row, field.vector);
    if (field.physical == PhysicalType::kString) {
      field.vector->SetString(row, value.bytes_value());
    }
  }
  return outcome;
}

bool TextParser::ParseSlowly(size_t column, std::string_view text, size_t row,
                             TextProblem* problem) {
  const Field& field = fields_[column];
  const std::string_view number = WithoutBlanks(text);
  common::ParseOutcome outcome = common::ParseOutcome::kNotANumber;
  switch (field.type.id) {
    case TypeId::kSmallint:
      outcome = ParseInto<int16_t>(number, row, field.vector);
      break;
    case TypeId::kInt:
      outcome = ParseInto<int32_t>(number, row, field.vector);
      break;
    case TypeId::kBigint:
      outcome = ParseInto<int64_t>(number, row, field.vector);
      break;
    case TypeId::kReal:
      outcome = ParseInto<float>(number, row, field.vector);
      break;
    case TypeId::kDouble:
      outcome = ParseInto<double>(number, row, field.vector);
      break;
    default:
      outcome = ParseAsValue(field, text, row);
      break;
  }
  if (outcome != common::ParseOutcome::kOk) {
    *problem = {text.data(), static_cast<uint32_t>(column) + 1,
                outcome == common::ParseOutcome::kOutOfRange
                    ? Shown(text) + " is out of range for " + TypeName(field.type)
                    : NotA(text, field.type)};
    return false;
  }
  return true;
}

bool TextParser::ParseString(size_t column, std::string_view text, size_t row,
                             TextProblem* problem) {
  const Field& field = fields_[column];
  const size_t length = field.type.length;
  if (field.type.id == TypeId::kChar) {
    text = WithoutTrailingBlanks(text);
  }
  if (field.type.id == TypeId::kClassicString) {
    if (text.size() > length) {
      if (cuts_.count++ == 0) {
        cuts_.first = text.data();
        cuts_.column = static_cast<uint32_t>(column) + 1;
      }
      text = text.substr(0, length);
    }
  } else if (!IsAscii(text) || (length != 0 && text.size() > length)) {
    const int64_t characters = common::CountUtf8(text);
    if (characters < 0 || (length != 0 && characters > static_cast<int64_t>(length))) {
      *problem = {text.data(), static_cast<uint32_t>(column) + 1,
                  Shown(text) + (characters < 0 ? " is not valid UTF-8"
                                                : " is too long for " + TypeName(field.type))};
      return false;
    }
  }
  field.vector->SetString(row, text);
  return true;
}

}  // namespace redbase::ql
