#include "testers/slt/answer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "testers/slt/md5.h"

namespace redbase::slt {
namespace {

double ToReal(const Value& value) {
  if (value.is_int()) {
    return value.int_value();
  }
  if (value.is_bigint()) {
    return static_cast<double>(value.bigint_value());
  }
  if (value.is_real()) {
    return static_cast<double>(value.real_value());
  }
  return value.is_double() ? value.double_value() : std::strtod(value.ToString().c_str(), nullptr);
}

std::string RealText(double real) {
  if (std::isnan(real)) {
    return "NaN";
  }
  if (std::isinf(real)) {
    return real > 0 ? "Infinity" : "-Infinity";
  }
  std::array<char, 400> text;
  std::snprintf(text.data(), text.size(), "%.3f", real);
  return text.data();
}

std::string IntegerText(const Value& value) {
  if (value.is_int() || value.is_bigint()) {
    return value.ToString();
  }
  const std::string text = value.ToString();
  const bool has_fraction = text.find_first_of(".eEnN") != std::string::npos;
  return has_fraction ? std::to_string(static_cast<int64_t>(ToReal(value)))
                      : std::to_string(std::strtoll(text.c_str(), nullptr, 10));
}

// Bytes of characters beyond ASCII are printed as they are.
std::string Printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
      },
      '@');
  return text.empty() ? "(empty)" : text;
}

std::vector<Row> Sorted(std::vector<Row> rows, SortMode sort) {
  if (sort == SortMode::kValues) {
    std::vector<Row> values;
    for (Row& row : rows) {
      for (std::string& value : row) {
        values.push_back({std::move(value)});
      }
    }
    rows = std::move(values);
  }
  if (sort != SortMode::kNone) {
    std::sort(rows.begin(), rows.end());
  }
  return rows;
}

Row SplitRow(const std::string& line) {
  const bool has_tab = line.find('\t') != std::string::npos;
  std::istringstream stream(line);
  Row row;
  for (std::string value; has_tab ? static_cast<bool>(std::getline(stream, value, '\t'))
                                  : static_cast<bool>(stream >> value);) {
    row.push_back(value);
  }
  return row;
}

}  // namespace

std::string TextOf(const Value& value, TypeId type, char form) {
  if (value.is_null()) {
    return "NULL";
  }
  switch (form) {
    case 'I':
      return IntegerText(value);
    case 'R':
      return RealText(ToReal(value));
    default:
      if (type == TypeId::kBoolean && value.is_int()) {
        return value.int_value() != 0 ? "true" : "false";
      }
      return Printable(value.ToString());
  }
}

Answer::Answer(std::vector<Row> rows, SortMode sort)
    : rows_(Sorted(std::move(rows), sort)), sort_(sort) {}

std::vector<Row> Answer::WholeRows(const std::vector<std::string>& lines) const {
  const size_t columns = rows_.empty() ? 0 : rows_[0].size();
  std::vector<Row> rows;
  for (const std::string& line : lines) {
    rows.push_back(columns == 1 ? Row{line} : SplitRow(line));
    if (rows.back().size() != columns) {
      return {};
    }
  }
  return rows;
}

bool Answer::Matches(const std::vector<std::string>& expected) const {
  if (expected.size() == 1 && expected[0].find(" values hashing to ") != std::string::npos) {
    return expected[0] == Hash();
  }
  if (rows_.empty() || expected.empty()) {
    return rows_.empty() && expected.empty();
  }
  const SortMode sort = sort_ == SortMode::kNone ? SortMode::kNone : SortMode::kRows;
  if (expected.size() == rows_.size() && Sorted(WholeRows(expected), sort) == rows_) {
    return true;
  }
  const size_t columns = rows_[0].size();
  if (expected.size() != rows_.size() * columns) {
    return false;
  }
  std::vector<Row> rows;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (i % columns == 0) {
      rows.emplace_back();
    }
    rows.back().push_back(expected[i]);
  }
  return Sorted(std::move(rows), sort) == rows_;
}

std::vector<std::string> Answer::Lines(uint64_t hash_threshold) const {
  const size_t values = rows_.empty() ? 0 : rows_.size() * rows_[0].size();
  if (hash_threshold > 0 && values > hash_threshold) {
    return {Hash()};
  }
  std::vector<std::string> lines;
  for (const Row& row : rows_) {
    std::string line;
    for (const std::string& value : row) {
      line += (line.empty() ? "" : "\t") + value;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string Answer::Hash() const {
  std::string text;
  size_t values = 0;
  for (const Row& row : rows_) {
    for (const std::string& value : row) {
      text += value + "\n";
      ++values;
    }
  }
  return std::to_string(values) + " values hashing to " + Md5(text);
}

}  // namespace redbase::slt
