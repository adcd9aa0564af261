#include "testers/slt/record.h"

#include <charconv>
#include <optional>
#include <sstream>

namespace redbase::slt {
namespace {

std::vector<std::string> Words(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    words.push_back(word);
  }
  return words;
}

template <typename Number>
std::optional<Number> ParseNumber(const std::string& word) {
  Number number = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, number);
  return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

// What stands behind the first two words of a line.
std::string BehindTwoWords(const std::string& line) {
  size_t at = 0;
  for (int word = 0; word < 2; ++word) {
    at = line.find_first_not_of(' ', at);
    at = at == std::string::npos ? at : line.find(' ', at);
  }
  at = at == std::string::npos ? at : line.find_first_not_of(' ', at);
  return at == std::string::npos ? "" : line.substr(at);
}

class RecordParser {
 public:
  explicit RecordParser(const std::vector<std::string>& lines) : lines_(lines) {}

  Result<std::vector<Record>> Parse() {
    std::vector<Record> records;
    Record record;
    int depth = 0;
    for (; at_ < lines_.size(); ++at_) {
      const std::vector<std::string> words = Words(lines_[at_]);
      if (words.empty() || words[0][0] == '#') {
        continue;
      }
      if (words.size() == 2 && (words[0] == "skipif" || words[0] == "onlyif")) {
        (words[0] == "skipif" ? record.skip_if : record.only_if).push_back(words[1]);
        continue;
      }
      record.line = at_ + 1;
      RETURN_IF_ERROR(ParseRecord(words, &record));
      depth += record.kind == RecordKind::kLoop ? 1 : 0;
      depth -= record.kind == RecordKind::kEndLoop ? 1 : 0;
      if (depth < 0) {
        return Malformed("endloop without a loop");
      }
      records.push_back(std::move(record));
      record = {};
    }
    if (depth > 0) {
      return Status(Code::kSyntax, "a loop without endloop");
    }
    return records;
  }

 private:
  Status Malformed(const std::string& what) const {
    return {Code::kSyntax, "line " + std::to_string(at_ + 1) + ": " + what};
  }

  Status ParseRecord(const std::vector<std::string>& words, Record* record) {
    const std::string& word = words[0];
    if (word == "statement" && words.size() > 1) {
      return ParseStatement(words, record);
    }
    if (word == "query" && words.size() > 1) {
      return ParseQuery(words, record);
    }
    if (word == "loop" && words.size() == 4) {
      return ParseLoop(words, record);
    }
    if (word == "halt" || word == "endloop") {
      record->kind = word == "halt" ? RecordKind::kHalt : RecordKind::kEndLoop;
      return {};
    }
    if (word == "hash-threshold" && words.size() == 2) {
      record->kind = RecordKind::kHashThreshold;
      return ParseCount(words[1], record);
    }
    return Malformed("no record begins with \"" + lines_[at_] + "\"");
  }

  Status ParseCount(const std::string& word, Record* record) const {
    const std::optional<uint64_t> count = ParseNumber<uint64_t>(word);
    if (!count) {
      return Malformed("\"" + word + "\" is no number");
    }
    record->count = *count;
    return {};
  }

  Status ParseLoop(const std::vector<std::string>& words, Record* record) const {
    const std::optional<int64_t> first = ParseNumber<int64_t>(words[2]);
    const std::optional<int64_t> end = ParseNumber<int64_t>(words[3]);
    if (!first || !end) {
      return Malformed("a loop has a name and two numbers");
    }
    record->kind = RecordKind::kLoop;
    record->variable = words[1];
    record->first = *first;
    record->end = *end;
    return {};
  }

  Status ParseStatement(const std::vector<std::string>& words, Record* record) {
    if (words[1] == "count" && words.size() == 3) {
      record->expectation = Expectation::kCount;
      RETURN_IF_ERROR(ParseCount(words[2], record));
    } else if (words[1] == "error") {
      record->expectation = Expectation::kError;
      record->pattern = BehindTwoWords(lines_[at_]);
    } else if (words[1] != "ok" || words.size() != 2) {
      return Malformed("a statement is ok, error or count N");
    }
    ReadSql(record);
    return record->sql.empty() ? Malformed("no statement follows") : Status();
  }

  Status ParseQuery(const std::vector<std::string>& words, Record* record) {
    record->kind = RecordKind::kQuery;
    record->types = words[1];
    if (record->types.find_first_not_of("TIR") != std::string::npos) {
      return Malformed("types are T, I and R, not \"" + record->types + "\"");
    }
    size_t next = 2;
    if (next < words.size()) {
      const std::string& sort = words[next];
      record->sort = sort == "rowsort"     ? SortMode::kRows
                     : sort == "valuesort" ? SortMode::kValues
                                           : SortMode::kNone;
      next += record->sort != SortMode::kNone || sort == "nosort" ? 1 : 0;
    }
    if (next < words.size()) {
      record->label = words[next++];
    }
    if (next < words.size()) {
      return Malformed("a query has types, a sort and a label");
    }
    ReadSql(record);
    if (record->sql.empty() || at_ >= lines_.size() || lines_[at_] != "----") {
      return Malformed("a query is followed by its text and ----");
    }
    record->expected_begin = ++at_;
    for (; at_ < lines_.size() && !lines_[at_].empty(); ++at_) {
      record->expected.push_back(lines_[at_]);
    }
    record->expected_end = at_;
    return {};
  }

  // The lines behind this one, to an empty line or one of ----.
  void ReadSql(Record* record) {
    for (++at_; at_ < lines_.size() && !lines_[at_].empty() && lines_[at_] != "----"; ++at_) {
      record->sql += (record->sql.empty() ? "" : "\n") + lines_[at_];
    }
  }

  const std::vector<std::string>& lines_;
  size_t at_ = 0;
};

}  // namespace

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    lines.emplace_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

Result<std::vector<Record>> ParseRecords(const std::vector<std::string>& lines) {
  return RecordParser(lines).Parse();
}

}  // namespace redbase::slt
