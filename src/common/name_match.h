// How names that people type find the things they mean.
//
// An exact match wins; else case does not matter when that is unambiguous.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redbase::common {

// ASCII letters in lower case; other bytes as they are.
std::string FoldCase(std::string_view name);

// The positions in `names` that `name` may mean: the exact match alone, or all
// that differ in case only.
std::vector<size_t> MatchName(std::string_view name, const std::vector<std::string_view>& names);

// The name that `name` most likely is a slip of: a third of its letters, and at
// least one, may be wrong, missing, too many or swapped with the next.
std::optional<std::string> NearestName(std::string_view name,
                                       const std::vector<std::string_view>& names);

// "name" in double quotes, as messages show it; control characters as \xNN.
std::string QuotedName(std::string_view name);

// ` (did you mean "NAME"?)`; empty when nothing is near.
std::string DidYouMean(std::string_view name, const std::vector<std::string_view>& names);

}  // namespace redbase::common
