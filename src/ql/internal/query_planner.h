// QueryPlanner: a logical plan to a physical one.
//
// Inner joins with all filters around them are a block, whose order is searched
// (block_planner.h); every other operator is planned above the plans of its inputs, which give
// out in one place no more columns than are read above.
#pragma once

#include <vector>

#include "common/result.h"
#include "ql/internal/join_block.h"
#include "ql/logical_plan.h"
#include "ql/planner.h"

namespace redbase::ql {

class QueryPlanner {
 public:
  // `columns` takes the columns that planning adds.
  QueryPlanner(ColumnTable& columns, const Statistics& statistics, PlannerOptions options)
      : columns_(columns), statistics_(statistics), options_(options) {}

  // The plan with the query's outputs in their order.  With `project` a Project gives the outputs
  // of a plain select out, as the classic plans show it.
  Result<PlanPtr> Plan(BoundQuery query, bool project);

 private:
  Result<BuiltPlan> Build(logical::Node& node, const ColumnSet& needed);
  Result<BuiltPlan> BuildNode(logical::Get& get, logical::Node& node, const ColumnSet& needed);
  Result<BuiltPlan> BuildNode(logical::Values& values, logical::Node& node,
                              const ColumnSet& needed);
  Result<BuiltPlan> BuildNode(logical::Filter& filter, logical::Node& node,
                              const ColumnSet& needed);
  Result<BuiltPlan> BuildNode(logical::Project& project, logical::Node& node,
                              const ColumnSet& needed);
  Result<BuiltPlan> BuildNode(logical::Join& join, logical::Node& node, const ColumnSet& needed);
  Result<BuiltPlan> BuildNode(logical::Aggregate& aggregate, logical::Node& node,
                              const ColumnSet& needed);
  Result<BuiltPlan> BuildNode(logical::Sort& sort, logical::Node& node, const ColumnSet& needed);
  Result<BuiltPlan> BuildNode(logical::Limit& limit, logical::Node& node, const ColumnSet& needed);
  Result<BuiltPlan> BuildNode(logical::SetOperation& set, logical::Node& node,
                              const ColumnSet& needed);

  Result<BuiltPlan> BuildBlock(logical::Node& node, const ColumnSet& needed);
  Status Flatten(logical::Node& node, ColumnSet needed, JoinBlock* block);
  Result<BuiltPlan> BuildRows(const logical::Values& values, const logical::Node& node);
  // The child with the outputs in exactly this order.
  Result<PlanPtr> BuildInOrder(logical::Node& node, const std::vector<ColumnId>& outputs);

  // The positions of the expressions in the plan; what is no column is computed on top of it.
  std::vector<uint32_t> Computed(const std::vector<const Expr*>& exprs, BuiltPlan* built);
  std::vector<SortKey> KeysOf(const std::vector<logical::OrderKey>& keys, BuiltPlan* built);
  PlanPtr Projected(BuiltPlan built, const std::vector<ColumnId>& outputs) const;

  ColumnTable& columns_;
  const Statistics& statistics_;
  const PlannerOptions options_;
};

}  // namespace redbase::ql
