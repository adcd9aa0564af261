#include "common/name_match.h"

#include <algorithm>
#include <cstdint>

namespace redbase::common {

namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Optimal string alignment: insertions, deletions, substitutions, and swaps of
// neighbours.  Names are short, so three rows of the table are all it needs.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substituted});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

}  // namespace

std::string FoldCase(std::string_view name) {
  std::string folded(name);
  std::transform(folded.begin(), folded.end(), folded.begin(), Lower);
  return folded;
}

std::vector<size_t> MatchName(std::string_view name, const std::vector<std::string_view>& names) {
  const std::string folded = FoldCase(name);
  std::vector<size_t> matches;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) {
      return {i};
    }
    if (names[i].size() == name.size() && FoldCase(names[i]) == folded) {
      matches.push_back(i);
    }
  }
  return matches;
}

std::optional<std::string> NearestName(std::string_view name,
                                       const std::vector<std::string_view>& names) {
  const std::string folded = FoldCase(name);
  const size_t allowed = std::max<size_t>(1, name.size() / 3);
  std::optional<std::string> nearest;
  size_t nearest_distance = allowed + 1;
  for (const std::string_view candidate : names) {
    const size_t difference = candidate.size() > name.size() ? candidate.size() - name.size()
                                                             : name.size() - candidate.size();
    if (difference >= nearest_distance) {
      continue;
    }
    const size_t distance = EditDistance(folded, FoldCase(candidate));
    // With every letter wrong, it is another name.
    if (distance < nearest_distance && distance < std::max(name.size(), candidate.size())) {
      nearest_distance = distance;
      nearest = std::string(candidate);
    }
  }
  return nearest;
}

std::string QuotedName(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr size_t kShown = 160;
  std::string out = "\"";
  for (const char c : name.substr(0, kShown)) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + (name.size() > kShown ? "...\"" : "\"");
}

std::string DidYouMean(std::string_view name, const std::vector<std::string_view>& names) {
  const std::optional<std::string> nearest = NearestName(name, names);
  return nearest ? " (did you mean " + QuotedName(*nearest) + "?)" : "";
}

}  // namespace redbase::common
