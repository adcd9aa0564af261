#include "sm/relation.h"

#include "common/name_match.h"

namespace redbase::sm {

const IndexInfo* Relation::IndexOn(uint32_t column) const {
  const IndexInfo* found = nullptr;
  for (const IndexInfo& index : indexes) {
    if (index.columns.front() != column) {
      continue;
    }
    // A key that is unique by this column alone says most.
    if (index.unique && index.columns.size() == 1) {
      return &index;
    }
    if (found == nullptr || (index.unique && !found->unique)) {
      found = &index;
    }
  }
  return found;
}

Result<uint32_t> Relation::FindColumn(std::string_view column) const {
  std::vector<std::string_view> names;
  names.reserve(schema.size());
  for (const Column& each : schema.columns()) {
    names.push_back(each.name);
  }
  const std::vector<size_t> matches = common::MatchName(column, names);
  if (matches.size() == 1) {
    return static_cast<uint32_t>(matches.front());
  }
  const std::string what = "SM warning: invalid attribute: " + common::QuotedName(column);
  if (matches.empty()) {
    return Status(Code::kNotFound,
                  what + " in " + common::QuotedName(name) + common::DidYouMean(column, names));
  }
  return Status(Code::kInvalidArgument, what + " may be " + common::QuotedName(names[matches[0]]) +
                                            " or " + common::QuotedName(names[matches[1]]) +
                                            " of " + common::QuotedName(name));
}

}  // namespace redbase::sm
