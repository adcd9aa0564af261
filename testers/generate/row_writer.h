// RowWriter: lines of separated fields, in memory of the caller.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace redbase::generate {

class RowWriter {
 public:
  RowWriter(char separator, std::string* out) : separator_(separator), out_(out) {}

  RowWriter& Text(std::string_view text) {
    out_->append(text);
    out_->push_back(separator_);
    return *this;
  }
  RowWriter& Int(int64_t number) {
    AppendNumber(number);
    out_->push_back(separator_);
    return *this;
  }
  // 1234 is 12.34.
  RowWriter& Hundredths(int64_t number) {
    if (number < 0) {
      out_->push_back('-');
      number = -number;
    }
    AppendNumber(number / 100);
    out_->push_back('.');
    out_->push_back(static_cast<char>('0' + number / 10 % 10));
    out_->push_back(static_cast<char>('0' + number % 10));
    out_->push_back(separator_);
    return *this;
  }
  // `Supplier#000000017`.
  RowWriter& Numbered(std::string_view prefix, int64_t number, size_t digits = 9) {
    std::array<char, 20> text;
    const auto end = std::to_chars(text.begin(), text.end(), number).ptr;
    const auto length = static_cast<size_t>(end - text.begin());
    out_->append(prefix).append(digits > length ? digits - length : 0, '0');
    return Text({text.data(), length});
  }
  // Requires: the row has a field.
  void EndRow() { out_->back() = '\n'; }

 private:
  void AppendNumber(int64_t number) {
    std::array<char, 20> text;
    out_->append(text.begin(), std::to_chars(text.begin(), text.end(), number).ptr);
  }

  char separator_;
  std::string* out_;
};

}  // namespace redbase::generate
