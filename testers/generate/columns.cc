#include "testers/generate/columns.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <utility>

#include "common/random.h"

namespace redbase::generate {
namespace {

template <typename Number>
void AppendNumber(Number number, std::string* out) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.begin(), text.end(), number).ptr;
  out->append(text.begin(), end);
}

class Sequence : public Column {
 public:
  Sequence(int64_t start, int64_t step) : next_(start), step_(step) {}

  void Append(std::string* out) override {
    AppendNumber(next_, out);
    next_ += step_;
  }
  std::string Type() const override { return "i"; }

 private:
  int64_t next_;
  int64_t step_;
};

// Steps through 0 to rows - 1 by a stride that has no divisor in common with rows.
class Permutation : public Column {
 public:
  Permutation(uint64_t rows, uint64_t seed) : rows_(std::max<uint64_t>(rows, 1)) {
    Random random(seed);
    next_ = random.Below(rows_);
    // Near the golden section neighbours lie far apart.
    stride_ = static_cast<uint64_t>(static_cast<double>(rows_) * 0.618) + 1;
    while (std::gcd(stride_, rows_) != 1) {
      ++stride_;
    }
  }

  void Append(std::string* out) override {
    AppendNumber(next_, out);
    next_ = (next_ + stride_) % rows_;
  }
  std::string Type() const override { return "i"; }

 private:
  uint64_t rows_;
  uint64_t next_;
  uint64_t stride_;
};

class Uniform : public Column {
 public:
  Uniform(int64_t low, int64_t high, uint64_t seed)
      : random_(seed), low_(low), count_(static_cast<uint64_t>(high - low) + 1) {}

  void Append(std::string* out) override {
    AppendNumber(low_ + static_cast<int64_t>(random_.Below(count_)), out);
  }
  std::string Type() const override { return "i"; }

 private:
  Random random_;
  int64_t low_;
  uint64_t count_;
};

class Skewed : public Column {
 public:
  Skewed(int64_t low, int64_t high, uint64_t seed)
      : random_(seed), low_(low), count_(static_cast<uint64_t>(high - low) + 1) {}

  void Append(std::string* out) override {
    // The lowest of three draws below a bound that is itself drawn.
    const uint64_t bound = random_.Below(count_) + 1;
    const uint64_t drawn = std::min(random_.Below(bound), random_.Below(bound));
    AppendNumber(low_ + static_cast<int64_t>(drawn), out);
  }
  std::string Type() const override { return "i"; }

 private:
  Random random_;
  int64_t low_;
  uint64_t count_;
};

class Floats : public Column {
 public:
  Floats(double low, double high, uint64_t seed) : random_(seed), low_(low), width_(high - low) {}

  void Append(std::string* out) override {
    constexpr double kStep = 0x1p-53;
    const double value = low_ + width_ * static_cast<double>(random_.Next() >> 11) * kStep;
    std::array<char, 400> text;
    const auto end =
        std::to_chars(text.begin(), text.end(), value, std::chars_format::fixed, 4).ptr;
    out->append(text.begin(), end);
  }
  std::string Type() const override { return "f"; }

 private:
  Random random_;
  double low_;
  double width_;
};

class Letters : public Column {
 public:
  Letters(uint64_t shortest, uint64_t longest, uint64_t seed)
      : random_(seed), shortest_(shortest), longest_(longest) {}

  void Append(std::string* out) override {
    const uint64_t length = shortest_ + random_.Below(longest_ - shortest_ + 1);
    uint64_t bits = 0;
    for (uint64_t i = 0; i < length; ++i) {
      // A draw is enough for eight letters.
      bits = i % 8 == 0 ? random_.Next() : bits >> 8;
      out->push_back(static_cast<char>('a' + (bits & 0xFF) % 26));
    }
  }
  std::string Type() const override {
    return "c" + std::to_string(std::max(longest_, uint64_t{1}));
  }

 private:
  Random random_;
  uint64_t shortest_;
  uint64_t longest_;
};

class Words : public Column {
 public:
  Words(uint64_t count, uint64_t seed) : random_(seed), count_(count) {}

  void Append(std::string* out) override {
    static constexpr std::array<std::string_view, 16> kSyllables = {
        "ba", "den", "fi", "gor", "hal", "ka", "lin", "mo",
        "nu", "per", "ra", "sil", "ta",  "ur", "ven", "zo"};
    for (uint64_t rest = random_.Below(count_) + kSyllables.size(); rest > 0;
         rest /= kSyllables.size()) {
      out->append(kSyllables[rest % kSyllables.size()]);
    }
  }
  // A syllable is a digit to base 16 and has at most 3 letters.
  std::string Type() const override {
    uint64_t syllables = 1;
    for (uint64_t rest = (count_ + 15) / 16; rest > 0; rest /= 16) {
      ++syllables;
    }
    return "c" + std::to_string(3 * syllables);
  }

 private:
  Random random_;
  uint64_t count_;
};

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

Status Malformed(std::string_view entry) {
  return {Code::kInvalidArgument,
          "column \"" + std::string(entry) + "\": see --help for the forms"};
}

// One entry, `kind:first:second`, taken apart.
struct Entry {
  std::string_view text;
  std::vector<std::string_view> parts;

  std::string_view kind() const { return parts[0]; }
  size_t arguments() const { return parts.size() - 1; }

  template <typename Number>
  Result<Number> Argument(size_t i) const {
    const std::string_view word = parts[i + 1];
    Number number = 0;
    const auto [end, error] = std::from_chars(word.begin(), word.end(), number);
    if (error != std::errc() || end != word.end()) {
      return Malformed(text);
    }
    return number;
  }
};

using ColumnResult = Result<std::unique_ptr<Column>>;

ColumnResult ParseSequence(const Entry& entry) {
  int32_t start = 1;
  int32_t step = 1;
  if (entry.arguments() > 0) {
    ASSIGN_OR_RETURN(start, entry.Argument<int32_t>(0));
  }
  if (entry.arguments() > 1) {
    ASSIGN_OR_RETURN(step, entry.Argument<int32_t>(1));
  }
  return std::unique_ptr<Column>(std::make_unique<Sequence>(start, step));
}

template <typename Kind, typename Number>
ColumnResult ParseRange(const Entry& entry, uint64_t seed) {
  ASSIGN_OR_RETURN(const Number low, entry.Argument<Number>(0));
  ASSIGN_OR_RETURN(const Number high, entry.Argument<Number>(entry.arguments() - 1));
  // A float may also be no number at all, or infinite.
  if (!(low <= high && high <= std::numeric_limits<Number>::max() &&
        low >= std::numeric_limits<Number>::lowest())) {
    return Malformed(entry.text);
  }
  return std::unique_ptr<Column>(std::make_unique<Kind>(low, high, seed));
}

ColumnResult ParseWords(const Entry& entry, uint64_t seed) {
  ASSIGN_OR_RETURN(const uint32_t count, entry.Argument<uint32_t>(0));
  if (count == 0) {
    return Malformed(entry.text);
  }
  return std::unique_ptr<Column>(std::make_unique<Words>(count, seed));
}

ColumnResult ParseColumn(const Entry& entry, uint64_t rows, uint64_t seed) {
  const std::string_view kind = entry.kind();
  const size_t arguments = entry.arguments();
  if (kind == "seq" && arguments <= 2) {
    return ParseSequence(entry);
  }
  if (kind == "perm" && arguments == 0) {
    return std::unique_ptr<Column>(std::make_unique<Permutation>(rows, seed));
  }
  if (kind == "int" && arguments == 2) {
    return ParseRange<Uniform, int32_t>(entry, seed);
  }
  if (kind == "skew" && arguments == 2) {
    return ParseRange<Skewed, int32_t>(entry, seed);
  }
  if (kind == "float" && arguments == 2) {
    return ParseRange<Floats, float>(entry, seed);
  }
  if (kind == "string" && (arguments == 1 || arguments == 2)) {
    return ParseRange<Letters, uint16_t>(entry, seed);
  }
  if (kind == "words" && arguments == 1) {
    return ParseWords(entry, seed);
  }
  return Malformed(entry.text);
}

}  // namespace

std::string Table::CreateStatement(const std::string& name) const {
  std::string statement = "create table " + name + " (";
  for (size_t i = 0; i < columns.size(); ++i) {
    statement += (i == 0 ? "c" : ", c") + std::to_string(i) + " = " + columns[i]->Type();
  }
  return statement + ");";
}

void Table::AppendRow(std::string* out) {
  for (const auto& column : columns) {
    column->Append(out);
    out->push_back(',');
  }
  out->back() = '\n';
}

Result<Table> ParseColumns(std::string_view specification, uint64_t rows, uint64_t seed) {
  Table table;
  // A seed per column: a column stays the same when another one is changed.
  Random seeds(seed);
  for (const std::string_view text : Split(specification, ',')) {
    ASSIGN_OR_RETURN(auto column, ParseColumn({text, Split(text, ':')}, rows, seeds.Next()));
    table.columns.push_back(std::move(column));
  }
  return table;
}

}  // namespace redbase::generate
