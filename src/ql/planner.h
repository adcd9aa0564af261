// Planner: a bound statement to the physical plan that costs least.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/result.h"
#include "parser/ast.h"
#include "ql/parameters.h"
#include "ql/plan.h"
#include "sm/catalog_snapshot.h"

namespace redbase::ql {

// Sizes of relations, wherever their rows are.
class Statistics {
 public:
  virtual ~Statistics() = default;
  virtual double RowCount(const sm::Relation& relation) const = 0;
  // Pages of a relation's records.
  virtual double PageCount(const sm::Relation& relation) const = 0;
};

struct PlannerOptions {
  // False: file scans, products and filters only, joins where the rows are
  // gathered; the classic optimizeQuery.
  bool optimize = true;
  // Of the statement: see Binder.
  const tx::View* view = nullptr;
};

class Planner {
 public:
  Planner(const sm::CatalogSnapshot& catalog, const Statistics& statistics, PlannerOptions options)
      : catalog_(catalog), statistics_(statistics), options_(options) {}

  // select, insert, delete, update, load, print RELATION.  Errors carry the
  // position in the statement and the classic text.
  // `parameters` null: the statement may have none.
  Result<PlanPtr> Plan(const parser::Statement& statement, Parameters* parameters = nullptr) const;

 private:
  const sm::CatalogSnapshot& catalog_;
  const Statistics& statistics_;
  PlannerOptions options_;
};

}  // namespace redbase::ql
