#include "ql/internal/scope.h"

#include <algorithm>
#include <utility>

#include "common/name_match.h"

namespace redbase::ql {
namespace {

std::string NameOf(const parser::ColumnRef& ref) {
  return ref.relation ? ref.relation->text + "." + ref.name : ref.name;
}

// The positions of the items whose names may be meant.
template <typename Item>
std::vector<size_t> Meant(const std::string& name, const std::vector<Item>& items) {
  std::vector<std::string_view> names;
  names.reserve(items.size());
  for (const Item& item : items) {
    names.push_back(item.name);
  }
  std::vector<size_t> exact;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) {
      exact.push_back(i);
    }
  }
  return exact.empty() ? common::MatchName(name, names) : exact;
}

}  // namespace

void Scope::Add(Scope other) {
  for (ScopeRelation& relation : other.relations_) {
    relations_.push_back(std::move(relation));
  }
  for (ScopeColumn& column : other.merged_) {
    merged_.push_back(std::move(column));
  }
}

bool Scope::Has(const std::string& relation) const {
  return std::any_of(relations_.begin(), relations_.end(),
                     [&](const ScopeRelation& other) { return other.name == relation; });
}

const ScopeRelation* Scope::FindRelation(const std::string& name) const {
  const std::vector<size_t> found = Meant(name, relations_);
  return found.size() == 1 ? &relations_[found[0]] : nullptr;
}

std::vector<Scope::Match> Scope::Matches(const std::string& name) const {
  const auto is_merged = [this](const std::string& column) {
    const std::string folded = common::FoldCase(column);
    return std::any_of(merged_.begin(), merged_.end(), [&](const ScopeColumn& merged) {
      return common::FoldCase(merged.name) == folded;
    });
  };
  std::vector<Match> exact;
  std::vector<Match> folded;
  const std::string wanted = common::FoldCase(name);
  const auto look_at = [&](const ScopeRelation* relation, const ScopeColumn& column) {
    if (column.name == name) {
      exact.push_back({relation, &column});
    } else if (common::FoldCase(column.name) == wanted) {
      folded.push_back({relation, &column});
    }
  };
  for (const ScopeColumn& column : merged_) {
    look_at(nullptr, column);
  }
  if (!exact.empty() || !folded.empty()) {
    return exact.empty() ? folded : exact;
  }
  for (const ScopeRelation& relation : relations_) {
    for (const ScopeColumn& column : relation.columns) {
      if (!is_merged(column.name)) {
        look_at(&relation, column);
      }
    }
  }
  return exact.empty() ? folded : exact;
}

Result<ColumnId> Scope::Find(const parser::ColumnRef& ref, ScopeTexts texts) const {
  if (ref.relation) {
    return FindQualified(ref, texts);
  }
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer_) {
    const std::vector<Match> matches = scope->Matches(ref.name);
    if (matches.size() > 1) {
      return Ambiguous(ref, matches, texts);
    }
    if (matches.size() == 1) {
      return matches[0].column->id;
    }
  }
  return ErrorAt(Code::kNotFound, texts.unknown, common::QuotedName(ref.name) + Hint(ref.name),
                 ref.position);
}

std::optional<ColumnId> Scope::FindHere(const std::string& name) const {
  const std::vector<Match> matches = Matches(name);
  return matches.size() == 1 ? std::optional(matches[0].column->id) : std::nullopt;
}

Result<ColumnId> Scope::FindQualified(const parser::ColumnRef& ref, ScopeTexts texts) const {
  const ScopeRelation* relation = nullptr;
  for (const Scope* scope = this; scope != nullptr && relation == nullptr; scope = scope->outer_) {
    relation = scope->FindRelation(ref.relation->text);
  }
  if (relation == nullptr) {
    return ErrorAt(Code::kNotFound, texts.unknown_qualified,
                   NameOf(ref) + " (" + ref.relation->text + " is not in the from list)",
                   ref.position);
  }
  const std::vector<size_t> columns = Meant(ref.name, relation->columns);
  if (columns.size() == 1) {
    return relation->columns[columns[0]].id;
  }
  if (columns.size() > 1) {
    return ErrorAt(Code::kInvalidArgument, texts.unknown_qualified, NameOf(ref) + " is ambiguous",
                   ref.position);
  }
  std::vector<std::string_view> names;
  for (const ScopeColumn& column : relation->columns) {
    names.push_back(column.name);
  }
  return ErrorAt(Code::kNotFound, texts.unknown_qualified,
                 NameOf(ref) + common::DidYouMean(ref.name, names), ref.position);
}

Status Scope::Ambiguous(const parser::ColumnRef& ref, const std::vector<Match>& matches,
                        ScopeTexts texts) {
  const auto full_name = [](const Match& match) {
    return match.relation == nullptr || match.relation->name.empty()
               ? match.column->name
               : match.relation->name + "." + match.column->name;
  };
  return ErrorAt(Code::kInvalidArgument, texts.unknown,
                 common::QuotedName(ref.name) + " is ambiguous, it may be " +
                     full_name(matches[0]) + " or " + full_name(matches[1]),
                 ref.position);
}

std::string Scope::Hint(const std::string& name) const {
  std::vector<std::string_view> names;
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer_) {
    for (const ScopeRelation& relation : scope->relations_) {
      for (const ScopeColumn& column : relation.columns) {
        names.push_back(column.name);
      }
    }
  }
  return common::DidYouMean(name, names);
}

std::vector<ScopeColumn> Scope::AllColumns() const {
  std::vector<ScopeColumn> columns = merged_;
  for (const ScopeRelation& relation : relations_) {
    for (const ScopeColumn& column : relation.columns) {
      const std::string folded = common::FoldCase(column.name);
      const bool merged = std::any_of(merged_.begin(), merged_.end(), [&](const ScopeColumn& m) {
        return common::FoldCase(m.name) == folded;
      });
      if (!merged) {
        columns.push_back(column);
      }
    }
  }
  return columns;
}

}  // namespace redbase::ql
