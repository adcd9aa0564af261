#include "db/internal/cached_plan.h"

#include <algorithm>
#include <string>
#include <utility>

#include "ql/planner.h"
#include "sm/catalog.h"

namespace redbase::db {
namespace {

bool HasExchanges(const ql::PlanNode& plan) {
  return plan.As<ql::Gather>() != nullptr || plan.As<ql::Route>() != nullptr ||
         std::any_of(plan.children.begin(), plan.children.end(),
                     [](const ql::PlanPtr& child) { return HasExchanges(*child); });
}

}  // namespace

Result<ql::PlanPtr> CachedPlan::Plan(ql::Parameters* parameters) const {
  const ql::Planner planner(nodes_.catalog(), nodes_.statistics(), {.optimize = optimize_});
  return planner.Plan(statement_, parameters);
}

Status CachedPlan::Refresh(bool optimize) {
  const uint64_t version = nodes_.catalog().version();
  if (plan_ != nullptr && version == catalog_version_ && optimize == optimize_) {
    return {};
  }
  optimize_ = optimize;
  ql::Parameters parameters;
  ASSIGN_OR_RETURN(ql::PlanPtr plan, Plan(&parameters));
  RETURN_IF_ERROR(parameters.Check());
  parameters_ = std::move(parameters);
  has_exchanges_ = HasExchanges(*plan);
  places_ = ql::ParametersOf(*plan);
  ASSIGN_OR_RETURN(direct_, ql::DirectPlan::Make(*plan, nodes_.catalog()));
  plan_ = std::move(plan);
  catalog_version_ = version;
  return {};
}

Result<std::shared_ptr<const ql::PlanNode>> CachedPlan::With(std::span<const Value> values) {
  if (values.size() != parameters_.count()) {
    return Status(Code::kInvalidArgument,
                  "the statement has " + std::to_string(parameters_.count()) + " parameters, " +
                      std::to_string(values.size()) + " values are given");
  }
  converted_.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    RETURN_IF_ERROR(parameters_.Convert(i, values[i], &converted_[i]));
  }
  if (has_exchanges_ && !places_.empty()) {
    ql::Parameters given(converted_);
    ASSIGN_OR_RETURN(ql::PlanPtr plan, Plan(&given));
    return std::shared_ptr<const ql::PlanNode>(std::move(plan));
  }
  for (const ql::ParameterPlace& place : places_) {
    *place.value = converted_[place.parameter];
  }
  return std::shared_ptr<const ql::PlanNode>(plan_);
}

}  // namespace redbase::db
