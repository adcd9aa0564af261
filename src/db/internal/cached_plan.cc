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

void CachedPlan::NoteRelations(const tx::View* view) {
  sizes_.clear();
  sights_.clear();
  for (const TableUse& use : uses_) {
    const sm::RelationPtr relation = catalog_->FindExact(use.table);
    if (use.mode != TableLocks::Mode::kAccessShare || relation == nullptr) {
      continue;
    }
    sizes_.push_back({relation, nodes_.statistics().RowCount(*relation)});
    for (const sm::IndexInfo& index : relation->indexes) {
      if (index.made.by != nullptr) {
        sights_.push_back({index.made, view == nullptr || view->Sees(index.made)});
      }
    }
  }
}

bool CachedPlan::IsGood(const tx::TransactionState* transaction, const tx::View* view,
                        bool optimize) const {
  if (plan_ == nullptr || !IsCurrent(transaction) || optimize != optimize_) {
    return false;
  }
  const auto is_as_before = [view](const IndexSight& sight) {
    return (view == nullptr || view->Sees(sight.made)) == sight.seen;
  };
  if (!std::all_of(sights_.begin(), sights_.end(), is_as_before)) {
    return false;
  }
  return direct_ || std::none_of(sizes_.begin(), sizes_.end(), [this](const Size& size) {
           const double rows = nodes_.statistics().RowCount(*size.relation);
           return IsMuchMore(rows, size.rows) || IsMuchMore(size.rows, rows);
         });
}

Result<ql::PlanPtr> CachedPlan::Plan(const tx::View* view, ql::Parameters* parameters) const {
  const ql::Planner planner(*catalog_, nodes_.statistics(), {optimize_, view});
  return planner.Plan(statement_, parameters);
}

Status CachedPlan::Refresh(const tx::TransactionState* transaction, const tx::View* view,
                           bool optimize) {
  if (IsGood(transaction, view, optimize)) {
    return {};
  }
  plan_.reset();
  direct_.reset();
  is_ready_ = false;
  optimize_ = optimize;
  catalog_ = nodes_.catalog().SeenBy(transaction);
  ql::Parameters parameters;
  ASSIGN_OR_RETURN(ql::PlanPtr plan, Plan(view, &parameters));
  RETURN_IF_ERROR(parameters.Check());
  parameters_ = std::move(parameters);
  has_exchanges_ = HasExchanges(*plan);
  uses_ = UsesOf(*plan);
  places_ = ql::ParametersOf(*plan);
  NoteRelations(view);
  schema_ = plan->schema;
  plan_ = std::move(plan);
  return {};
}

Status CachedPlan::MakeReady() {
  if (!is_ready_) {
    ASSIGN_OR_RETURN(direct_, ql::DirectPlan::Make(plan_, nodes_.catalog()));
    is_ready_ = true;
  }
  return {};
}

Result<std::shared_ptr<const ql::PlanNode>> CachedPlan::With(std::span<const Value> values,
                                                             const tx::View& view) {
  if (has_exchanges_ && !places_.empty()) {
    RETURN_IF_ERROR(CheckCount(values));
    return PlanFor(values, view);
  }
  RETURN_IF_ERROR(SetValues(values));
  return std::shared_ptr<const ql::PlanNode>(plan_);
}

Status CachedPlan::CheckCount(std::span<const Value> values) const {
  if (values.size() != parameters_.count()) {
    return {Code::kInvalidArgument, "the statement has " + std::to_string(parameters_.count()) +
                                        " parameters, " + std::to_string(values.size()) +
                                        " values are given"};
  }
  return {};
}

Status CachedPlan::SetValues(std::span<const Value> values) {
  RETURN_IF_ERROR(CheckCount(values));
  for (const ql::ParameterPlace& place : places_) {
    RETURN_IF_ERROR(parameters_.Convert(place.parameter, values[place.parameter], place.value));
  }
  return {};
}

Result<std::shared_ptr<const ql::PlanNode>> CachedPlan::PlanFor(std::span<const Value> values,
                                                                const tx::View& view) const {
  std::vector<Value> converted(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    RETURN_IF_ERROR(parameters_.Convert(i, values[i], &converted[i]));
  }
  ql::Parameters given(converted);
  ASSIGN_OR_RETURN(ql::PlanPtr plan, Plan(&view, &given));
  return std::shared_ptr<const ql::PlanNode>(std::move(plan));
}

}  // namespace redbase::db
