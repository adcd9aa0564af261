// PlanPrinter: any plan as text, one line a node, for `explain` and the classic
// `queryplans on`.
#pragma once

#include <string>

#include "ql/plan.h"

namespace redbase::ql {

enum class PlanStyle : uint8_t {
  kExplain,  // HashJoin(a.x = b.y), two spaces a level
  kClassic,  // HashJoinOp (a.x = b.y), children between [ and ], one tab a level
};

// One node, without its children.
std::string Describe(const PlanNode& node, PlanStyle style);
// The tree.  In the classic style a Gather is what the master sees of it:
// FileScanOp of each relation that it brings.
std::string PrintPlan(const PlanNode& plan, PlanStyle style);
// The classic tree of what partition `partition` does for a Gather: ShuffleDataOp
// over the fragment.
std::string PrintShuffle(const PlanNode& gather, uint32_t partition);

}  // namespace redbase::ql
