// AccessPath: the ways to read one relation of a block, and the best of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ql/logical_plan.h"
#include "ql/plan.h"
#include "ql/planner.h"

namespace redbase::ql {

// What a block asks of one of its relations alone.  Columns are the relation's.
struct RelationRequest {
  const sm::Relation* relation = nullptr;
  std::vector<rm::ColumnPredicate> predicates;
  std::vector<ExprPtr> filters;      // what is no predicate
  std::vector<uint32_t> projection;  // what is needed above
  bool with_rids = false;
};

struct AccessPath {
  // Null: a file scan.
  const sm::IndexInfo* index = nullptr;
  std::optional<KeyBound> lower;
  std::optional<KeyBound> upper;
  double base_rows = 0;  // of the relation
  double rows = 0;       // that satisfy everything
  double cost = 0;
  // The partitions that may hold such rows; empty when it is not partitioned.
  std::vector<uint32_t> partitions;
};

// `column op constant` or a test for null as a predicate; nullopt for others.
std::optional<rm::ColumnPredicate> AsPredicate(const Expr& expr);

// What no row of the relation satisfies, as scans understand it.
ExprPtr NeverTrue(const sm::Relation& relation);

// The names of the columns that the predicates test.
std::vector<std::string> TestedNames(const RelationRequest& request);

AccessPath ChooseAccessPath(const RelationRequest& request, const Statistics& statistics,
                            const PlannerOptions& options);

// The path as a plan.  Its rows have the projected columns, in that order.
PlanPtr BuildAccess(const RelationRequest& request, const AccessPath& path,
                    const PlannerOptions& options);

// The columns of a relation at `projection`, each saying whose it is.
Schema ProjectedSchema(const sm::Relation& relation, const std::vector<uint32_t>& projection);

}  // namespace redbase::ql
