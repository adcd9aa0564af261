#include "ql/internal/block_planner.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace redbase::ql {
namespace {

// A column of a plan that is no column of the block.
constexpr uint32_t kNoBlockColumn = std::numeric_limits<uint32_t>::max();

std::vector<PlanPtr> Children(PlanPtr first, PlanPtr second = nullptr) {
  std::vector<PlanPtr> children;
  children.push_back(std::move(first));
  if (second) {
    children.push_back(std::move(second));
  }
  return children;
}

uint32_t PositionOf(const std::vector<uint32_t>& columns, uint32_t column) {
  const auto found = std::find(columns.begin(), columns.end(), column);
  assert(found != columns.end());
  return static_cast<uint32_t>(found - columns.begin());
}

std::vector<uint32_t> Concatenated(std::vector<uint32_t> a, const std::vector<uint32_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

BlockPlanner::BlockPlanner(JoinBlock& block, const ColumnSet& needed, const Statistics& statistics,
                           PlannerOptions options)
    : block_(block), needed_(needed), statistics_(statistics), options_(options) {
  SplitConjuncts();
  RequestColumns();
}

// Conjuncts of one source go to its request; others are for joins.
void BlockPlanner::SplitConjuncts() {
  requests_.resize(block_.sources().size());
  for (size_t r = 0; r < requests_.size(); ++r) {
    const logical::Get* const get = block_.sources()[r].get;
    requests_[r].relation = get != nullptr ? get->relation.get() : nullptr;
  }
  for (const ExprPtr& conjunct : block_.conjuncts()) {
    RelationSet relations;
    VisitColumns(std::as_const(*conjunct),
                 [&](uint32_t column) { relations.set(block_.Origin(column).first); });
    if (relations.count() > 1) {
      conjuncts_.push_back({conjunct.get(), relations});
      continue;
    }
    size_t r = 0;  // where no column decides, as good as any
    while (relations.any() && !relations.test(r)) {
      ++r;
    }
    ExprPtr local = conjunct->Clone();
    VisitColumns(*local, [&](uint32_t& column) { column = block_.Origin(column).second; });
    if (local->kind == ExprKind::kConstant && !local->value.is_parameter()) {
      local = requests_[r].relation != nullptr ? NeverTrue(*requests_[r].relation)
                                               : Expr::Boolean(false);
    }
    auto predicate = AsPredicate(*local);
    if (predicate && requests_[r].relation != nullptr) {
      requests_[r].predicates.push_back(*std::move(predicate));
    } else {
      requests_[r].filters.push_back(std::move(local));
    }
  }
}

void BlockPlanner::RequestColumns() {
  std::vector<std::vector<bool>> wanted;
  for (const JoinSource& source : block_.sources()) {
    wanted.emplace_back(source.columns().size(), false);
  }
  const auto want = [&](ColumnId column) {
    const auto [source, position] = block_.Origin(column);
    wanted[source][position] = true;
  };
  std::for_each(needed_.begin(), needed_.end(), want);
  for (const JoinConjunct& conjunct : conjuncts_) {
    VisitColumns(*conjunct.expr, want);
  }
  for (uint32_t r = 0; r < requests_.size(); ++r) {
    RelationRequest& request = requests_[r];
    const auto want_local = [&](uint32_t column) { wanted[r][column] = true; };
    for (const ExprPtr& filter : request.filters) {
      VisitColumns(std::as_const(*filter), want_local);
    }
    if (!options_.optimize) {
      for (const rm::ColumnPredicate& predicate : request.predicates) {
        want_local(predicate.column);
      }
    }
    for (uint32_t c = 0; c < wanted[r].size(); ++c) {
      if (wanted[r][c]) {
        request.projection.push_back(c);
      }
    }
    if (request.projection.empty()) {
      request.projection.push_back(0);  // rows without columns would be hard to count
    }
  }
}

// The one way to read a plan that is made already.
AccessPath BlockPlanner::PathOf(uint32_t source) const {
  constexpr double kFilterSelectivity = 0.25;
  if (block_.sources()[source].get != nullptr) {
    return ChooseAccessPath(requests_[source], statistics_, options_);
  }
  AccessPath path;
  path.base_rows = std::max(1.0, block_.sources()[source].built.plan->estimated_rows);
  path.rows = path.base_rows;
  for (size_t i = 0; i < requests_[source].filters.size(); ++i) {
    path.rows *= kFilterSelectivity;
  }
  return path;
}

BuiltPlan BlockPlanner::Plan() {
  for (uint32_t r = 0; r < requests_.size(); ++r) {
    requests_[r].with_rids = false;
    paths_.push_back(PathOf(r));
  }
  const JoinInput input{&block_, paths_, conjuncts_, options_};
  const JoinPlan joins = SearchJoins(input);
  Built built = Build(joins, joins.root);
  return options_.optimize ? std::move(built) : AddFilter(std::move(built));
}

BlockPlanner::Built BlockPlanner::Build(const JoinPlan& joins, uint32_t step_number) {
  const Step& step = joins.steps[step_number];
  Built built;
  switch (step.kind) {
    case StepKind::kAccess:
      return BuildAccessOf(step.relation);
    case StepKind::kGather:
      return BuildGather(joins, step);
    case StepKind::kHash:
      built = BuildHash(joins, step);
      break;
    case StepKind::kIndex:
      built = BuildIndexJoin(joins, step);
      break;
    case StepKind::kNested:
      built = BuildNested(joins, step);
      break;
  }
  built.plan->estimated_rows = step.rows;
  return built;
}

BlockPlanner::Built BlockPlanner::BuildAccessOf(uint32_t relation) {
  RelationRequest& request = requests_[relation];
  JoinSource& source = block_.sources()[relation];
  Built built;
  if (source.get == nullptr) {
    built = std::move(source.built);
    if (!request.filters.empty()) {
      std::vector<ExprPtr> filters = std::move(request.filters);
      Schema schema = built.plan->schema;
      built.plan = MakePlan(std::move(schema), Filter{Expr::And(std::move(filters))},
                            Children(std::move(built.plan)));
      built.plan->estimated_rows = paths_[relation].rows;
    }
    return built;
  }
  request.with_rids = source.get->locking.has_value();
  built.plan = BuildAccess(request, paths_[relation], options_);
  if (source.get->locking) {
    const RowLocking& locking = *source.get->locking;
    const double rows = built.plan->estimated_rows;
    Schema schema = built.plan->schema;
    built.plan = MakePlan(
        std::move(schema),
        LockRows{request.relation->name, request.projection, locking.lock, locking.locked_rows},
        Children(std::move(built.plan)));
    built.plan->estimated_rows = rows;
  }
  Schema named;
  for (size_t i = 0; i < request.projection.size(); ++i) {
    built.columns.push_back(source.get->columns[request.projection[i]]);
    Column column = built.plan->schema[i];
    column.relation = block_.columns()[built.columns.back()].relation;
    named.Add(std::move(column));
  }
  built.plan->schema = std::move(named);
  return built;
}

BlockPlanner::Built BlockPlanner::BuildGather(const JoinPlan& joins, const Step& step) {
  const Step& fragment = joins.steps[step.left];
  Built built = Narrow(Build(joins, step.left), fragment.relations);
  Gather gather;
  for (uint32_t r = 0; r < requests_.size(); ++r) {
    if (fragment.relations.test(r)) {
      gather.relations.push_back(requests_[r].relation->name);
    }
  }
  gather.partitions = fragment.placement.partitions;
  Schema schema = built.plan->schema;
  built.plan = MakePlan(std::move(schema), std::move(gather), Children(std::move(built.plan)));
  built.plan->estimated_rows = step.rows;
  return built;
}

// Something outside of `inside` reads the column.
bool BlockPlanner::IsReadAbove(ColumnId column, const RelationSet& inside) const {
  if (needed_.contains(column)) {
    return true;
  }
  return std::any_of(conjuncts_.begin(), conjuncts_.end(), [&](const JoinConjunct& conjunct) {
    bool reads = false;
    VisitColumns(*conjunct.expr, [&](uint32_t c) { reads = reads || c == column; });
    return reads && (conjunct.relations & ~inside).any();
  });
}

// Drops the columns that nothing above reads, where there are some.
BlockPlanner::Built BlockPlanner::Narrow(Built built, const RelationSet& inside) {
  std::vector<uint32_t> kept;
  for (uint32_t i = 0; i < built.columns.size(); ++i) {
    if (built.columns[i] != kNoBlockColumn && IsReadAbove(built.columns[i], inside)) {
      kept.push_back(i);
    }
  }
  if (kept.empty()) {
    kept.push_back(0);
  }
  if (kept.size() == built.columns.size() || !options_.optimize) {
    return built;
  }
  Built narrow;
  Project project;
  Schema schema;
  for (const uint32_t i : kept) {
    project.expressions.push_back(Expr::ColumnRef(i, built.plan->schema[i].type));
    schema.Add(built.plan->schema[i]);
    narrow.columns.push_back(built.columns[i]);
  }
  const double rows = built.plan->estimated_rows;
  narrow.plan = MakePlan(std::move(schema), std::move(project), Children(std::move(built.plan)));
  narrow.plan->estimated_rows = rows;
  return narrow;
}

ExprPtr BlockPlanner::Rebase(const Expr& expr, const std::vector<uint32_t>& columns) {
  ExprPtr copy = expr.Clone();
  VisitColumns(*copy, [&](uint32_t& column) { column = PositionOf(columns, column); });
  return copy;
}

ExprPtr BlockPlanner::RebaseAll(const std::vector<uint32_t>& conjuncts,
                                const std::vector<uint32_t>& columns) const {
  std::vector<ExprPtr> rebased;
  rebased.reserve(conjuncts.size());
  for (const uint32_t i : conjuncts) {
    rebased.push_back(Rebase(*conjuncts_[i].expr, columns));
  }
  return Expr::And(std::move(rebased));
}

uint32_t BlockPlanner::AddCast(Built* side, uint32_t column) {
  const Schema& old = side->plan->schema;
  const LogicalType wide{TypeId::kDouble, 0};
  Project project;
  for (uint32_t i = 0; i < old.size(); ++i) {
    project.expressions.push_back(Expr::ColumnRef(i, old[i].type));
  }
  const uint32_t position = PositionOf(side->columns, column);
  project.expressions.push_back(Expr::Cast(Expr::ColumnRef(position, old[position].type), wide));
  Schema schema = old;
  schema.Add({old[position].name, wide, old[position].relation});
  const double rows = side->plan->estimated_rows;
  side->plan = MakePlan(std::move(schema), std::move(project), Children(std::move(side->plan)));
  side->plan->estimated_rows = rows;
  side->columns.push_back(kNoBlockColumn);
  return static_cast<uint32_t>(side->columns.size() - 1);
}

BlockPlanner::Built BlockPlanner::BuildHash(const JoinPlan& joins, const Step& step) {
  // The table is built from the right child: the smaller one.
  const bool swap = joins.steps[step.left].rows < joins.steps[step.right].rows;
  const Step& outer = joins.steps[swap ? step.right : step.left];
  const Step& inner = joins.steps[swap ? step.left : step.right];
  Built left = Build(joins, swap ? step.right : step.left);
  Built right = Build(joins, swap ? step.left : step.right);
  HashJoin join;
  std::vector<uint32_t> residual;
  for (const uint32_t i : step.conjuncts) {
    const Expr& expr = *conjuncts_[i].expr;
    const auto keys = EquiColumns(block_, expr, outer.relations, inner.relations);
    if (!keys) {
      residual.push_back(i);
      continue;
    }
    if (PhysicalTypeOf(expr.children[0]->type) == PhysicalTypeOf(expr.children[1]->type)) {
      join.left_keys.push_back(PositionOf(left.columns, keys->first));
      join.right_keys.push_back(PositionOf(right.columns, keys->second));
    } else {
      join.left_keys.push_back(AddCast(&left, keys->first));
      join.right_keys.push_back(AddCast(&right, keys->second));
    }
  }
  Built built;
  built.columns = Concatenated(left.columns, right.columns);
  join.residual = RebaseAll(residual, built.columns);
  Schema schema = Schema::Join(left.plan->schema, right.plan->schema);
  built.plan = MakePlan(std::move(schema), std::move(join),
                        Children(std::move(left.plan), std::move(right.plan)));
  return built;
}

BlockPlanner::Built BlockPlanner::BuildIndexJoin(const JoinPlan& joins, const Step& step) {
  Built left = Build(joins, step.left);
  const RelationRequest& request = requests_[step.relation];
  const std::vector<ColumnId>& inner_columns = block_.sources()[step.relation].get->columns;
  RelationSet inner;
  inner.set(step.relation);
  IndexJoin join;
  join.inner =
      IndexScan{request.relation->name, *step.index,        std::nullopt, std::nullopt,
                request.projection,     request.predicates, false,        TestedNames(request)};
  // One equality a key column, for as many of its first columns as there are.
  std::vector<uint32_t> residual = step.conjuncts;
  for (const uint32_t key : step.index->columns) {
    const auto found = std::find_if(residual.begin(), residual.end(), [&](uint32_t i) {
      const Expr& expr = *conjuncts_[i].expr;
      const auto columns = EquiColumns(block_, expr, joins.steps[step.left].relations, inner);
      return columns && columns->second == inner_columns[key] &&
             PhysicalTypeOf(expr.children[0]->type) == PhysicalTypeOf(expr.children[1]->type);
    });
    if (found == residual.end()) {
      break;
    }
    const auto columns =
        EquiColumns(block_, *conjuncts_[*found].expr, joins.steps[step.left].relations, inner);
    join.outer_keys.push_back(PositionOf(left.columns, columns->first));
    join.key_names.push_back(request.relation->schema[key].name);
    residual.erase(found);
  }
  Built built;
  built.columns = left.columns;
  for (const uint32_t column : request.projection) {
    built.columns.push_back(inner_columns[column]);
  }
  std::vector<ExprPtr> rest;
  rest.reserve(residual.size() + request.filters.size());
  for (const uint32_t i : residual) {
    rest.push_back(Rebase(*conjuncts_[i].expr, built.columns));
  }
  for (const ExprPtr& filter : request.filters) {
    ExprPtr copy = filter->Clone();
    VisitColumns(*copy, [&](uint32_t& c) { c = PositionOf(built.columns, inner_columns[c]); });
    rest.push_back(std::move(copy));
  }
  join.residual = Expr::And(std::move(rest));
  Schema schema =
      Schema::Join(left.plan->schema, ProjectedSchema(*request.relation, request.projection));
  built.plan = MakePlan(std::move(schema), std::move(join), Children(std::move(left.plan)));
  return built;
}

BlockPlanner::Built BlockPlanner::BuildNested(const JoinPlan& joins, const Step& step) {
  // The right child is kept in memory: the smaller one, unless order is asked for.
  const bool swap = options_.optimize && joins.steps[step.left].rows < joins.steps[step.right].rows;
  Built left = Build(joins, swap ? step.right : step.left);
  Built right = Build(joins, swap ? step.left : step.right);
  Built built;
  built.columns = Concatenated(left.columns, right.columns);
  NestedLoopJoin join{RebaseAll(step.conjuncts, built.columns)};
  Schema schema = Schema::Join(left.plan->schema, right.plan->schema);
  built.plan = MakePlan(std::move(schema), std::move(join),
                        Children(std::move(left.plan), std::move(right.plan)));
  return built;
}

// Without optimization the conditions between relations stand above the product.
BlockPlanner::Built BlockPlanner::AddFilter(Built built) {
  std::vector<ExprPtr> rebased;
  rebased.reserve(conjuncts_.size());
  for (const JoinConjunct& conjunct : conjuncts_) {
    rebased.push_back(Rebase(*conjunct.expr, built.columns));
  }
  if (rebased.empty()) {
    return built;
  }
  Filter filter{Expr::And(std::move(rebased))};
  Schema schema = built.plan->schema;
  built.plan = MakePlan(std::move(schema), std::move(filter), Children(std::move(built.plan)));
  return built;
}

}  // namespace redbase::ql
