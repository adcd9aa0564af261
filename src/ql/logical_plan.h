// Logical plan: what a statement means, before anybody decides how to do it.
//
// A block joins relations, keeps the rows that satisfy all conjuncts, and gives
// some columns out.  Columns are numbered through all relations of the block: the
// columns of from[0], then those of from[1], and so on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/schema.h"
#include "common/value.h"
#include "ql/expr.h"
#include "ql/plan.h"
#include "sm/relation.h"

namespace redbase::ql {

// The rows of a relation of a block that are to be locked.
struct RowLocking {
  rm::RowLock lock = rm::RowLock::kUpdate;
  LockedRows locked_rows = LockedRows::kWait;
};

struct QueryBlock {
  std::vector<sm::RelationPtr> from;
  std::vector<ExprPtr> conjuncts;                  // over the columns of the block
  std::vector<uint32_t> outputs;                   // columns of the block
  std::vector<std::optional<RowLocking>> locking;  // by relation; empty: none

  uint32_t ColumnCount() const;
  // The relation (position in `from`) and its column that a block column is.
  std::pair<uint32_t, uint32_t> Origin(uint32_t column) const;
  // The number of from[relation]'s first column.
  uint32_t Base(uint32_t relation) const;
  // All columns of the block.
  Schema BlockSchema() const;
  // Only rows that satisfy it as well; it may be a constant.
  void AddCondition(ExprPtr condition);
};

struct BoundInsert {
  sm::RelationPtr relation;
  std::vector<std::vector<Value>> rows;  // of the relation's types
};

struct BoundLoad {
  sm::RelationPtr relation;
  std::string path;
};

// The block has the one relation, and gives out all of its columns.
struct BoundDelete {
  QueryBlock block;
};

struct BoundUpdate {
  QueryBlock block;
  std::vector<Assignment> assignments;
};

using LogicalPlan = std::variant<QueryBlock, BoundInsert, BoundLoad, BoundDelete, BoundUpdate>;

}  // namespace redbase::ql
