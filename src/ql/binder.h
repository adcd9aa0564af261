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
#include "sm/catalog_snapshot.h"

namespace redbase::ql {

class Binder {
 public:
  // `view`: of the statement, which gets no index that is newer; null: it gets all.
  // `parameters` null: the statement may have none.
  explicit Binder(const sm::CatalogSnapshot& catalog, const tx::View* view = nullptr,
                  Parameters* parameters = nullptr)
      : catalog_(catalog), view_(view), parameters_(parameters) {}

  Result<QueryBlock> Bind(const parser::Select& statement) const;
  // `print RELATION`: every row, every column.
  Result<QueryBlock> Bind(const parser::Print& statement) const;
  Result<BoundInsert> Bind(const parser::Insert& statement) const;
  Result<BoundLoad> Bind(const parser::Load& statement) const;
  Result<BoundDelete> Bind(const parser::Delete& statement) const;
  Result<BoundUpdate> Bind(const parser::Update& statement) const;

 private:
  Result<sm::RelationPtr> FindRelation(const parser::Identifier& name) const;
  Result<sm::RelationPtr> FindTable(const parser::Identifier& name) const;
  Result<QueryBlock> BindTable(const parser::Identifier& name,
                               const std::vector<parser::Expr>& where) const;

  const sm::CatalogSnapshot& catalog_;
  const tx::View* const view_;
  Parameters* const parameters_;
};

// The literal as a value of the type.  kTypeMismatch for another kind of value,
// kInvalidArgument for one that is out of range or too long; the message says
// which, without context.  A parameter is of no type here.
Result<Value> LiteralAs(const parser::Literal& literal, LogicalType type);

// " at line 1, column 8".
std::string AtPosition(parser::Position position);

}  // namespace redbase::ql
