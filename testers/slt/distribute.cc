#include "testers/slt/distribute.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace redbase::slt {
namespace {

using Words = std::vector<std::string>;

std::string Lower(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word;
}

// Words, numbers and strings; other characters one by one; comments left out.
Words Tokenize(std::string_view text) {
  Words tokens;
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  size_t at = 0;
  while (at < text.size()) {
    size_t end = at + 1;
    if (text.substr(at, 2) == "--") {
      end = std::min(text.find('\n', at), text.size());
    } else if (text[at] == '\'' || text[at] == '"') {
      end = std::min(text.find(text[at], end), text.size() - 1) + 1;
      tokens.emplace_back(text.substr(at, end - at));
    } else if (is_word(text[at])) {
      end = std::find_if_not(text.begin() + static_cast<ptrdiff_t>(end), text.end(), is_word) -
            text.begin();
      tokens.emplace_back(text.substr(at, end - at));
    } else if (std::isspace(static_cast<unsigned char>(text[at])) == 0) {
      tokens.emplace_back(1, text[at]);
    }
    at = end;
  }
  return tokens;
}

// Where the column list of a `create table` opens.
std::optional<size_t> ColumnListOf(const Words& words) {
  size_t at = 0;
  const auto skip = [&](std::string_view word) {
    const bool found = at < words.size() && Lower(words[at]) == word;
    at += found ? 1 : 0;
    return found;
  };
  if (!skip("create") || !skip("table")) {
    return std::nullopt;
  }
  if (skip("if")) {
    at += 2;  // not exists
  }
  ++at;  // the name
  return at < words.size() && words[at] == "(" ? std::optional(at) : std::nullopt;
}

// The items of the list that opens at `open`; nothing when more than a semicolon
// follows it.
std::vector<Words> ItemsOf(const Words& words, size_t open) {
  std::vector<Words> items(1);
  int depth = 0;
  for (size_t at = open; at < words.size(); ++at) {
    const std::string& word = words[at];
    depth += word == "(" ? 1 : 0;
    depth -= word == ")" ? 1 : 0;
    if (depth == 0) {
      const bool ends = at + 1 == words.size() || words[at + 1] == ";";
      return ends ? items : std::vector<Words>();
    }
    if (depth == 1 && word == ",") {
      items.emplace_back();
    } else if (at > open) {
      items.back().push_back(word);
    }
  }
  return {};
}

bool IsTableConstraint(const Words& item) {
  static constexpr std::array<std::string_view, 7> kWords = {
      "constraint", "primary", "unique", "foreign", "check", "exclude", "like"};
  return std::find(kWords.begin(), kWords.end(), Lower(item[0])) != kWords.end();
}

// Three values that split a column of the type; empty when there are none.
std::string_view SpreadOf(std::string_view type) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kSpreads = {{
      {"i", "2, 5, 20"},
      {"int", "2, 5, 20"},
      {"integer", "2, 5, 20"},
      {"smallint", "2, 5, 20"},
      {"bigint", "2, 5, 20"},
      {"serial", "2, 5, 20"},
      {"bigserial", "2, 5, 20"},
      {"f", "1.5, 5.0, 20.0"},
      {"float", "1.5, 5.0, 20.0"},
      {"real", "1.5, 5.0, 20.0"},
      {"double", "1.5, 5.0, 20.0"},
      {"numeric", "1.5, 5.0, 20.0"},
      {"decimal", "1.5, 5.0, 20.0"},
      {"char", "'b', 'h', 'p'"},
      {"character", "'b', 'h', 'p'"},
      {"varchar", "'b', 'h', 'p'"},
      {"text", "'b', 'h', 'p'"},
      {"date", "'1995-01-01', '2000-01-01', '2020-01-01'"},
      {"timestamp", "'1995-01-01', '2000-01-01', '2020-01-01'"},
      {"timestamptz", "'1995-01-01', '2000-01-01', '2020-01-01'"},
  }};
  const auto* found = std::find_if(kSpreads.begin(), kSpreads.end(),
                                   [&](const auto& spread) { return spread.first == type; });
  if (found != kSpreads.end()) {
    return found->second;
  }
  const bool classic_string = type.size() > 1 && type[0] == 'c' &&
                              type.find_first_not_of("0123456789", 1) == std::string_view::npos;
  return classic_string ? "'b', 'h', 'p'" : "";
}

struct Columns {
  std::vector<std::pair<std::string, std::string_view>> spreads;  // by name
  std::vector<std::set<std::string>> keys;
};

void AddItem(const Words& item, Columns* columns) {
  const auto key = std::find_if(item.begin(), item.end(), [](const std::string& word) {
    return Lower(word) == "primary" || Lower(word) == "unique";
  });
  if (IsTableConstraint(item)) {
    if (key != item.end()) {
      columns->keys.emplace_back(key, item.end());
    }
    return;
  }
  const size_t type = item.size() > 1 && item[1] == "=" ? 2 : 1;
  if (type < item.size()) {
    columns->spreads.emplace_back(item[0], SpreadOf(Lower(item[type])));
  }
  if (key != item.end()) {
    columns->keys.push_back({item[0]});
  }
}

}  // namespace

std::string AddDistribution(std::string_view statement, DistributedBy by) {
  const Words words = Tokenize(statement);
  const std::optional<size_t> list = ColumnListOf(words);
  Columns columns;
  for (const Words& item : list ? ItemsOf(words, *list) : std::vector<Words>()) {
    if (!item.empty()) {
      AddItem(item, &columns);
    }
  }
  if (by == DistributedBy::kLastColumn) {
    std::reverse(columns.spreads.begin(), columns.spreads.end());
  }
  const auto fits = [&](const auto& column) {
    return !column.second.empty() &&
           std::all_of(columns.keys.begin(), columns.keys.end(),
                       [&](const auto& key) { return key.find(column.first) != key.end(); });
  };
  const auto found = std::find_if(columns.spreads.begin(), columns.spreads.end(), fits);
  std::string text(statement);
  if (found != columns.spreads.end()) {
    text.erase(text.find_last_of(')') + 1);
    text += " distribute " + found->first + " (" + std::string(found->second) + ")";
  }
  return text;
}

}  // namespace redbase::slt
