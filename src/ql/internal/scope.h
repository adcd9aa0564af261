// Scope: the relations that a query's expressions may name, and their columns.
//
// A subquery has a scope of its own within that of the query around it: a name that it does not
// find is looked for outside, level by level, as SQL says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "parser/ast.h"
#include "ql/logical_plan.h"
#include "ql/position.h"

namespace redbase::ql {

// The classic texts with which messages begin; they differ by where a name stands.
struct ScopeTexts {
  std::string_view unknown;
  std::string_view unknown_qualified;
};
inline constexpr ScopeTexts kSelectListTexts{"QL warning: invalid attribute",
                                             "SM warning: invalid attribute"};
inline constexpr ScopeTexts kConditionTexts{"QL warning: invalid condition",
                                            "QL warning: invalid condition"};
inline constexpr ScopeTexts kUpdateTexts{"QL warning: invalid update attribute",
                                         "QL warning: invalid update attribute"};

struct ScopeColumn {
  std::string name;
  ColumnId id = 0;
};

struct ScopeRelation {
  std::string name;  // by which its columns are named; empty: by none
  std::vector<ScopeColumn> columns;
};

class Scope {
 public:
  // `outer` null: there is no query around it.
  explicit Scope(const Scope* outer = nullptr) : outer_(outer) {}

  void Add(ScopeRelation relation) { relations_.push_back(std::move(relation)); }
  // Takes over the relations of another scope; common columns of a join with `using` stand for
  // those of both sides.
  void Add(Scope other);
  // Makes `column` what its unqualified name means.
  void Merge(ScopeColumn column) { merged_.push_back(std::move(column)); }

  const std::vector<ScopeRelation>& relations() const { return relations_; }
  const std::vector<ScopeColumn>& merged() const { return merged_; }
  const Scope* outer() const { return outer_; }
  // Whether a relation has this very name.
  bool Has(const std::string& relation) const;

  // The column that the reference means.  kNotFound, or kInvalidArgument for one that is
  // ambiguous, with what was probably meant.
  Result<ColumnId> Find(const parser::ColumnRef& ref, ScopeTexts texts) const;
  // The column of that name here alone; nullopt when there is none or more than one.
  std::optional<ColumnId> FindHere(const std::string& name) const;
  // The relation of that name here; null when there is none.
  const ScopeRelation* FindRelation(const std::string& name) const;
  // What `*` stands for: merged columns once, in front.
  std::vector<ScopeColumn> AllColumns() const;

 private:
  struct Match {
    const ScopeRelation* relation;
    const ScopeColumn* column;
  };
  std::vector<Match> Matches(const std::string& name) const;
  Result<ColumnId> FindQualified(const parser::ColumnRef& ref, ScopeTexts texts) const;
  static Status Ambiguous(const parser::ColumnRef& ref, const std::vector<Match>& matches,
                          ScopeTexts texts);
  std::string Hint(const std::string& name) const;

  const Scope* outer_;
  std::vector<ScopeRelation> relations_;
  std::vector<ScopeColumn> merged_;
};

}  // namespace redbase::ql
