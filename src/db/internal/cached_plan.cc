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

bool IsMuchMore(double rows, double than) {
  constexpr double kFew = 100;  // so many more change no plan
  return rows > 2 * than + kFew;
}

}  // namespace

std::vector<CachedPlan::Size> CachedPlan::SizesOf(const TableUses& uses) const {
  std::vector<Size> sizes;
  for (const TableUse& use : uses) {
    if (use.mode != TableLocks::Mode::kAccessShare) {
      continue;
    }
    if (Result<sm::RelationPtr> relation = nodes_.catalog().Find(use.table); relation.ok()) {
      const double rows = nodes_.statistics().RowCount(**relation);
      sizes.push_back({*std::move(relation), rows});
    }
  }
  return sizes;
}

bool CachedPlan::IsGood(uint64_t version, bool optimize) const {
  if (plan_ == nullptr || version != catalog_version_ || optimize != optimize_) {
    return false;
  }
  return std::none_of(sizes_.begin(), sizes_.end(), [this](const Size& size) {
    const double rows = nodes_.statistics().RowCount(*size.relation);
    return IsMuchMore(rows, size.rows) || IsMuchMore(size.rows, rows);
  });
}

Result<ql::PlanPtr> CachedPlan::Plan(ql::Parameters* parameters) const {
  const ql::Planner planner(nodes_.catalog(), nodes_.statistics(), {.optimize = optimize_});
  return planner.Plan(statement_, parameters);
}

Status CachedPlan::Refresh(bool optimize) {
  const uint64_t version = nodes_.catalog().version();
  if (IsGood(version, optimize)) {
    return {};
  }
  optimize_ = optimize;
  ql::Parameters parameters;
  ASSIGN_OR_RETURN(ql::PlanPtr plan, Plan(&parameters));
  RETURN_IF_ERROR(parameters.Check());
  parameters_ = std::move(parameters);
  has_exchanges_ = HasExchanges(*plan);
  uses_ = UsesOf(*plan);
  places_ = ql::ParametersOf(*plan);
  ASSIGN_OR_RETURN(direct_, ql::DirectPlan::Make(*plan, nodes_.catalog()));
  sizes_ = direct_ ? std::vector<Size>() : SizesOf(uses_);
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
  if (has_exchanges_ && !places_.empty()) {
    return PlanFor(values);
  }
  for (const ql::ParameterPlace& place : places_) {
    RETURN_IF_ERROR(parameters_.Convert(place.parameter, values[place.parameter], place.value));
  }
  return std::shared_ptr<const ql::PlanNode>(plan_);
}

Result<std::shared_ptr<const ql::PlanNode>> CachedPlan::PlanFor(
    std::span<const Value> values) const {
  std::vector<Value> converted(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    RETURN_IF_ERROR(parameters_.Convert(i, values[i], &converted[i]));
  }
  ql::Parameters given(converted);
  ASSIGN_OR_RETURN(ql::PlanPtr plan, Plan(&given));
  return std::shared_ptr<const ql::PlanNode>(std::move(plan));
}

}  // namespace redbase::db
