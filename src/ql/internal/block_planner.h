// BlockPlanner: a block of joins to a physical plan.
//
// Conjuncts go down as far as their columns allow: into scans, above scans, to the
// join that first has all of their columns.  Scans give only the columns that
// something above reads; a Gather's fragment likewise.
#pragma once

#include <cstdint>
#include <vector>

#include "ql/internal/access_path.h"
#include "ql/internal/join_block.h"
#include "ql/internal/join_search.h"
#include "ql/logical_plan.h"
#include "ql/plan.h"
#include "ql/planner.h"

namespace redbase::ql {

class BlockPlanner {
 public:
  // `needed`: columns that are read above.  Takes the plans of the block's sources.
  BlockPlanner(JoinBlock& block, const ColumnSet& needed, const Statistics& statistics,
               PlannerOptions options);

  // The rows of the block, in one place.
  BuiltPlan Plan();

 private:
  using Built = BuiltPlan;

  void SplitConjuncts();
  void RequestColumns();
  AccessPath PathOf(uint32_t source) const;
  bool IsReadAbove(ColumnId column, const RelationSet& inside) const;

  Built Build(const JoinPlan& joins, uint32_t step);
  Built BuildAccessOf(uint32_t relation);
  Built BuildGather(const JoinPlan& joins, const Step& step);
  Built BuildHash(const JoinPlan& joins, const Step& step);
  Built BuildIndexJoin(const JoinPlan& joins, const Step& step);
  Built BuildNested(const JoinPlan& joins, const Step& step);
  Built AddFilter(Built built);
  Built Narrow(Built built, const RelationSet& inside);
  // Adds block column `column` as a double to `side`; its position.
  uint32_t AddCast(Built* side, uint32_t column);

  // The conjunct over the columns of a built plan.
  static ExprPtr Rebase(const Expr& expr, const std::vector<uint32_t>& columns);
  ExprPtr RebaseAll(const std::vector<uint32_t>& conjuncts,
                    const std::vector<uint32_t>& columns) const;

  JoinBlock& block_;
  const ColumnSet& needed_;
  const Statistics& statistics_;
  const PlannerOptions options_;
  std::vector<RelationRequest> requests_;  // one a source
  std::vector<AccessPath> paths_;
  std::vector<JoinConjunct> conjuncts_;  // of two relations or more
};

}  // namespace redbase::ql
