#include "ql/plan.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace redbase::ql {
namespace {

ExprPtr CloneExpr(const ExprPtr& expr) { return expr ? expr->Clone() : nullptr; }

PlanDetail CloneDetail(const Filter& detail) { return Filter{CloneExpr(detail.predicate)}; }

PlanDetail CloneDetail(const Project& detail) {
  Project copy;
  for (const ExprPtr& expression : detail.expressions) {
    copy.expressions.push_back(CloneExpr(expression));
  }
  return copy;
}

PlanDetail CloneDetail(const NestedLoopJoin& detail) {
  return NestedLoopJoin{CloneExpr(detail.condition), detail.kind};
}

PlanDetail CloneDetail(const HashJoin& detail) {
  return HashJoin{detail.left_keys, detail.right_keys, CloneExpr(detail.residual), detail.kind};
}

PlanDetail CloneDetail(const IndexJoin& detail) {
  return IndexJoin{detail.inner, detail.outer_keys, CloneExpr(detail.residual), detail.key_names};
}

PlanDetail CloneDetail(const Update& detail) {
  Update copy{detail.relation, {}, detail.moves};
  for (const Assignment& assignment : detail.assignments) {
    copy.assignments.push_back({assignment.column, CloneExpr(assignment.value)});
  }
  return copy;
}

// Details without expressions copy themselves.
template <typename T>
PlanDetail CloneDetail(const T& detail) {
  static_assert(std::is_copy_constructible_v<T>);
  return detail;
}

}  // namespace

bool ChangesRows(const PlanNode& plan) {
  return plan.As<Insert>() != nullptr || plan.As<Delete>() != nullptr ||
         plan.As<Update>() != nullptr ||
         std::any_of(plan.children.begin(), plan.children.end(),
                     [](const PlanPtr& child) { return ChangesRows(*child); });
}

bool LocksRows(const PlanNode& plan) {
  return ChangesRows(plan) || plan.As<LockRows>() != nullptr ||
         std::any_of(plan.children.begin(), plan.children.end(),
                     [](const PlanPtr& child) { return LocksRows(*child); });
}

PlanPtr PlanNode::Clone() const {
  auto copy = std::make_unique<PlanNode>(
      PlanNode{schema,
               std::visit([](const auto& d) { return CloneDetail(d); }, detail),
               {},
               estimated_rows});
  for (const PlanPtr& child : children) {
    copy->children.push_back(child->Clone());
  }
  return copy;
}

}  // namespace redbase::ql
