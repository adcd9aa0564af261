// Rules: rewrites of a logical plan, in the order in which they run.
//
// Each takes a plan and gives one that has the same rows and is easier to plan well.
#pragma once

#include "common/result.h"
#include "ql/logical_plan.h"

namespace redbase::ql {

// All of them.
Status Rewrite(BoundQuery* query, ColumnTable& columns);

// Projections that only rename columns vanish.
void RemoveRenames(BoundQuery* query);
// Subqueries that name columns of the queries around them become joins (internal/unnesting.h).
Status Unnest(logical::NodePtr* plan, ColumnTable& columns);
// Conditions go down to where their columns come from; a join that keeps unmatched rows which a
// condition then drops keeps none; a test whether a subquery has rows that stands alone becomes a
// semi or an anti join.
void PushFilters(logical::NodePtr* plan);

}  // namespace redbase::ql
