// Binder: a statement tree to what it means, with every name looked up and every
// type checked.
//
// Errors begin with the classic text and say which name or value is wrong, where
// it stands, and, where one is near, what was probably meant.
#pragma once

#include "common/result.h"
#include "parser/ast.h"
#include "ql/logical_plan.h"
#include "ql/parameters.h"
#include "ql/position.h"
#include "sm/catalog_snapshot.h"

namespace redbase::ql {

struct BindContext;

class Binder {
 public:
  // The columns of what it binds are numbered in `context`, which outlives it.
  explicit Binder(BindContext* context) : context_(*context) {}

  Result<BoundQuery> Bind(const parser::Query& query) const;
  // `print RELATION`: every row, every column.
  Result<BoundQuery> Bind(const parser::Print& statement) const;
  Result<BoundInsert> Bind(const parser::Insert& statement) const;
  Result<BoundLoad> Bind(const parser::Load& statement) const;
  Result<BoundDelete> Bind(const parser::Delete& statement) const;
  Result<BoundUpdate> Bind(const parser::Update& statement) const;

 private:
  Result<sm::RelationPtr> FindTable(const parser::Identifier& name) const;
  Result<BoundTarget> BindTarget(const parser::Identifier& name,
                                 const std::optional<parser::Identifier>& alias) const;
  Result<std::vector<uint32_t>> TargetColumns(const parser::Insert& statement,
                                              const sm::Relation& relation) const;
  Status BindRows(const parser::Insert& statement, const std::vector<uint32_t>& columns,
                  BoundInsert* bound) const;
  // A value for each column of the relation.
  Result<std::vector<ExprPtr>> BindRow(const std::vector<parser::Expr>& row,
                                       const std::vector<uint32_t>& columns,
                                       const sm::Relation& relation) const;
  Status BindSource(const parser::Insert& statement, const std::vector<uint32_t>& columns,
                    BoundInsert* bound) const;

  BindContext& context_;
};

// The literal as a value of the type.  kTypeMismatch for another kind of value,
// kInvalidArgument for one that is out of range or too long; the message says
// which, without context.  A parameter is of no type here.
Result<Value> LiteralAs(const parser::Literal& literal, LogicalType type);
// "null", "a string", "a number".
std::string KindName(const parser::Literal& literal);

}  // namespace redbase::ql
