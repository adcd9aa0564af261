#include "ql/internal/query_planner.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "ql/internal/block_planner.h"
#include "ql/internal/rules.h"

namespace redbase::ql {
namespace {

// Guesses where nothing is known.
constexpr double kGroupShare = 0.1;
constexpr double kFilterShare = 0.33;

std::vector<PlanPtr> Children(PlanPtr first, PlanPtr second = nullptr) {
  std::vector<PlanPtr> children;
  children.push_back(std::move(first));
  if (second) {
    children.push_back(std::move(second));
  }
  return children;
}

template <typename T>
PlanPtr Above(PlanPtr child, T detail, double rows) {
  Schema schema = child->schema;
  PlanPtr plan = MakePlan(std::move(schema), std::move(detail), Children(std::move(child)));
  plan->estimated_rows = rows;
  return plan;
}

uint32_t PositionOf(const std::vector<ColumnId>& columns, ColumnId column) {
  const auto found = std::find(columns.begin(), columns.end(), column);
  assert(found != columns.end());
  return static_cast<uint32_t>(found - columns.begin());
}

void Read(const Expr& expr, ColumnSet* columns) {
  VisitColumns(expr, [columns](uint32_t column) { columns->insert(column); });
}

ExprPtr Rebased(const Expr& expr, const std::vector<ColumnId>& columns) {
  ExprPtr copy = expr.Clone();
  VisitColumns(*copy, [&](uint32_t& column) { column = PositionOf(columns, column); });
  return copy;
}

bool IsSubset(const ColumnSet& part, const std::vector<ColumnId>& whole) {
  return std::all_of(part.begin(), part.end(), [&](ColumnId column) {
    return std::find(whole.begin(), whole.end(), column) != whole.end();
  });
}

bool IsJoinBlock(const logical::Node& node) {
  const auto* join = node.As<logical::Join>();
  return node.As<logical::Get>() != nullptr || node.As<logical::Filter>() != nullptr ||
         (join != nullptr && join->kind == JoinKind::kInner);
}

}  // namespace

Result<PlanPtr> QueryPlanner::Plan(BoundQuery query, bool project) {
  RETURN_IF_ERROR(Rewrite(&query, columns_));
  const ColumnSet needed(query.outputs.begin(), query.outputs.end());
  ASSIGN_OR_RETURN(BuiltPlan built, Build(*query.plan, needed));
  PlanPtr plan;
  if (built.columns == query.outputs && (!project || !IsJoinBlock(*query.plan))) {
    plan = std::move(built.plan);
  } else {
    plan = Projected(std::move(built), query.outputs);
  }
  Schema named;
  for (size_t i = 0; i < query.outputs.size(); ++i) {
    const Column& column = columns_[query.outputs[i]];
    const bool renamed = column.name != query.names[i];
    named.Add({query.names[i], plan->schema[i].type, renamed ? "" : column.relation});
  }
  plan->schema = std::move(named);
  return plan;
}

PlanPtr QueryPlanner::Projected(BuiltPlan built, const std::vector<ColumnId>& outputs) const {
  Project project;
  Schema schema;
  for (const ColumnId output : outputs) {
    const uint32_t position = PositionOf(built.columns, output);
    project.expressions.push_back(Expr::ColumnRef(position, built.plan->schema[position].type));
    schema.Add(built.plan->schema[position]);
  }
  const double rows = built.plan->estimated_rows;
  PlanPtr plan = MakePlan(std::move(schema), std::move(project), Children(std::move(built.plan)));
  plan->estimated_rows = rows;
  return plan;
}

Result<BuiltPlan> QueryPlanner::Build(logical::Node& node, const ColumnSet& needed) {
  return std::visit([&](auto& detail) { return BuildNode(detail, node, needed); }, node.detail);
}

Result<PlanPtr> QueryPlanner::BuildInOrder(logical::Node& node,
                                           const std::vector<ColumnId>& outputs) {
  ASSIGN_OR_RETURN(BuiltPlan built, Build(node, {outputs.begin(), outputs.end()}));
  if (built.columns == outputs) {
    return std::move(built.plan);
  }
  return Projected(std::move(built), outputs);
}

std::vector<uint32_t> QueryPlanner::Computed(const std::vector<const Expr*>& exprs,
                                             BuiltPlan* built) {
  std::vector<uint32_t> positions;
  Project project;
  Schema schema = built->plan->schema;
  std::vector<ColumnId> columns = built->columns;
  for (const Expr* const expr : exprs) {
    if (expr->kind == ExprKind::kColumn) {
      positions.push_back(PositionOf(built->columns, expr->column));
      continue;
    }
    positions.push_back(static_cast<uint32_t>(columns.size()));
    project.expressions.push_back(Rebased(*expr, built->columns));
    const std::string text = ToString(*expr, columns_.schema());
    columns.push_back(columns_.Add({text, expr->type, ""}));
    schema.Add({text, expr->type, ""});
  }
  if (project.expressions.empty()) {
    return positions;
  }
  std::vector<ExprPtr> all;
  for (uint32_t i = 0; i < built->columns.size(); ++i) {
    all.push_back(Expr::ColumnRef(i, built->plan->schema[i].type));
  }
  std::move(project.expressions.begin(), project.expressions.end(), std::back_inserter(all));
  project.expressions = std::move(all);
  const double rows = built->plan->estimated_rows;
  built->plan = MakePlan(std::move(schema), std::move(project), Children(std::move(built->plan)));
  built->plan->estimated_rows = rows;
  built->columns = std::move(columns);
  return positions;
}

std::vector<SortKey> QueryPlanner::KeysOf(const std::vector<logical::OrderKey>& keys,
                                          BuiltPlan* built) {
  std::vector<const Expr*> exprs;
  exprs.reserve(keys.size());
  for (const logical::OrderKey& key : keys) {
    exprs.push_back(key.expr.get());
  }
  const std::vector<uint32_t> positions = Computed(exprs, built);
  std::vector<SortKey> made;
  for (size_t i = 0; i < keys.size(); ++i) {
    made.push_back({positions[i], keys[i].descending, keys[i].nulls_first});
  }
  return made;
}

// ---- Blocks of inner joins.

Result<BuiltPlan> QueryPlanner::BuildNode(logical::Get& /*get*/, logical::Node& node,
                                          const ColumnSet& needed) {
  return BuildBlock(node, needed);
}

Result<BuiltPlan> QueryPlanner::BuildNode(logical::Filter& /*filter*/, logical::Node& node,
                                          const ColumnSet& needed) {
  return BuildBlock(node, needed);
}

Result<BuiltPlan> QueryPlanner::BuildBlock(logical::Node& node, const ColumnSet& needed) {
  JoinBlock block(columns_);
  RETURN_IF_ERROR(Flatten(node, needed, &block));
  if (block.sources().size() > kMaxRelations) {
    return Status(Code::kInvalidArgument, "QL warning: invalid from clause in select: more than " +
                                              std::to_string(kMaxRelations) + " relations");
  }
  return BlockPlanner(block, needed, statistics_, options_).Plan();
}

Status QueryPlanner::Flatten(logical::Node& node, ColumnSet needed, JoinBlock* block) {
  if (auto* filter = node.As<logical::Filter>()) {
    for (ExprPtr& conjunct : filter->conjuncts) {
      Read(*conjunct, &needed);
      block->conjuncts().push_back(std::move(conjunct));
    }
    return Flatten(node.child(0), std::move(needed), block);
  }
  auto* join = node.As<logical::Join>();
  if (join != nullptr && join->kind == JoinKind::kInner) {
    for (ExprPtr& conjunct : join->conjuncts) {
      Read(*conjunct, &needed);
      block->conjuncts().push_back(std::move(conjunct));
    }
    RETURN_IF_ERROR(Flatten(node.child(0), needed, block));
    return Flatten(node.child(1), std::move(needed), block);
  }
  if (const auto* get = node.As<logical::Get>()) {
    block->Add({get, {}});
    return {};
  }
  ASSIGN_OR_RETURN(BuiltPlan built, Build(node, needed));
  block->Add({nullptr, std::move(built)});
  return {};
}

// ---- Other operators.

Result<BuiltPlan> QueryPlanner::BuildRows(const logical::Values& values,
                                          const logical::Node& node) {
  Schema schema;
  for (const ColumnId column : node.outputs) {
    schema.Add(columns_[column]);
  }
  const auto is_constant = [](const ExprPtr& value) { return value->kind == ExprKind::kConstant; };
  const bool constant = std::all_of(values.rows.begin(), values.rows.end(), [&](const auto& row) {
    return std::all_of(row.begin(), row.end(), is_constant);
  });
  BuiltPlan built;
  built.columns = node.outputs;
  if (constant) {
    Values made;
    for (const std::vector<ExprPtr>& row : values.rows) {
      std::vector<Value> cells;
      cells.reserve(row.size());
      for (const ExprPtr& value : row) {
        cells.push_back(value->value);
      }
      made.rows.push_back(std::move(cells));
    }
    built.plan = MakePlan(std::move(schema), std::move(made));
  } else {
    // Each row is computed from one without meaning.
    const Schema unit({Column{"", {TypeId::kBoolean}, ""}});
    std::vector<PlanPtr> rows;
    for (const std::vector<ExprPtr>& row : values.rows) {
      Project project;
      for (const ExprPtr& value : row) {
        project.expressions.push_back(value->Clone());
      }
      rows.push_back(MakePlan(schema, std::move(project),
                              Children(MakePlan(unit, Values{{{Value::Boolean(true)}}}))));
    }
    built.plan = rows.size() == 1 ? std::move(rows[0])
                                  : MakePlan(std::move(schema), Append{}, std::move(rows));
  }
  built.plan->estimated_rows = static_cast<double>(values.rows.size());
  return built;
}

Result<BuiltPlan> QueryPlanner::BuildNode(logical::Values& values, logical::Node& node,
                                          const ColumnSet& /*needed*/) {
  return BuildRows(values, node);
}

Result<BuiltPlan> QueryPlanner::BuildNode(logical::Project& project, logical::Node& node,
                                          const ColumnSet& needed) {
  ColumnSet below;
  std::vector<size_t> wanted;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (needed.contains(node.outputs[i])) {
      wanted.push_back(i);
      Read(*project.expressions[i], &below);
    }
  }
  ASSIGN_OR_RETURN(BuiltPlan built, Build(node.child(0), below));
  const bool passes_on = std::all_of(wanted.begin(), wanted.end(), [&](size_t i) {
    const Expr& expr = *project.expressions[i];
    return expr.kind == ExprKind::kColumn && expr.column == node.outputs[i];
  });
  if (passes_on) {
    return built;
  }
  BuiltPlan made;
  Project detail;
  Schema schema;
  for (const size_t i : wanted) {
    detail.expressions.push_back(Rebased(*project.expressions[i], built.columns));
    schema.Add(columns_[node.outputs[i]]);
    made.columns.push_back(node.outputs[i]);
  }
  const double rows = built.plan->estimated_rows;
  made.plan = MakePlan(std::move(schema), std::move(detail), Children(std::move(built.plan)));
  made.plan->estimated_rows = rows;
  return made;
}

namespace {

// Equalities of something on the left with something on the right are keys.
struct JoinKeys {
  std::vector<const Expr*> left;
  std::vector<const Expr*> right;
  std::vector<const Expr*> others;
};

// Whether the conjunct is an equality whose sides can be keys.  Beside values that are compared
// for a mark, only such a value is one: what says which rows there are is looked at per pair.
bool MayBeKey(const logical::Join& join, const ExprPtr& conjunct) {
  const bool equal =
      conjunct->kind == ExprKind::kCompare && conjunct->op == CompareOp::kEq &&
      PhysicalTypeOf(conjunct->children[0]->type) == PhysicalTypeOf(conjunct->children[1]->type);
  return equal &&
         (join.compared == 0 || (join.compared == 1 && conjunct == join.conjuncts.front()));
}

JoinKeys SplitConjuncts(const logical::Join& join, const BuiltPlan& left, const BuiltPlan& right) {
  JoinKeys keys;
  for (const ExprPtr& conjunct : join.conjuncts) {
    const auto is_of = [&](size_t side, const BuiltPlan& built) {
      ColumnSet columns;
      Read(*conjunct->children[side], &columns);
      return !columns.empty() && IsSubset(columns, built.columns);
    };
    const bool may = MayBeKey(join, conjunct);
    if (may && is_of(0, left) && is_of(1, right)) {
      keys.left.push_back(conjunct->children[0].get());
      keys.right.push_back(conjunct->children[1].get());
    } else if (may && is_of(1, left) && is_of(0, right)) {
      keys.left.push_back(conjunct->children[1].get());
      keys.right.push_back(conjunct->children[0].get());
    } else {
      keys.others.push_back(conjunct.get());
    }
  }
  return keys;
}

ColumnSet PartOf(const logical::Node& child, const ColumnSet& columns) {
  ColumnSet part;
  for (const ColumnId column : child.outputs) {
    if (columns.contains(column)) {
      part.insert(column);
    }
  }
  return part;
}

}  // namespace

Result<BuiltPlan> QueryPlanner::BuildNode(logical::Join& join, logical::Node& node,
                                          const ColumnSet& needed) {
  if (join.kind == JoinKind::kInner) {
    return BuildBlock(node, needed);
  }
  ColumnSet read = needed;
  for (const ExprPtr& conjunct : join.conjuncts) {
    Read(*conjunct, &read);
  }
  ASSIGN_OR_RETURN(BuiltPlan left, Build(node.child(0), PartOf(node.child(0), read)));
  ASSIGN_OR_RETURN(BuiltPlan right, Build(node.child(1), PartOf(node.child(1), read)));
  const JoinKeys keys = SplitConjuncts(join, left, right);
  const std::vector<uint32_t> left_keys = Computed(keys.left, &left);
  const std::vector<uint32_t> right_keys = Computed(keys.right, &right);
  std::vector<ColumnId> both = left.columns;
  both.insert(both.end(), right.columns.begin(), right.columns.end());
  std::vector<ExprPtr> others;
  for (const Expr* const other : keys.others) {
    others.push_back(Rebased(*other, both));
  }
  ExprPtr residual = Expr::And(std::move(others));
  BuiltPlan built;
  Schema schema = left.plan->schema;
  built.columns = left.columns;
  const bool left_only = join.kind == JoinKind::kSemi || join.kind == JoinKind::kAnti;
  if (join.kind == JoinKind::kMark) {
    schema.Add(columns_[node.outputs.back()]);
    built.columns.push_back(node.outputs.back());
  } else if (!left_only) {
    schema = Schema::Join(schema, right.plan->schema);
    built.columns = std::move(both);
  }
  const double rows = left.plan->estimated_rows * (left_only ? kFilterShare : 1);
  std::vector<PlanPtr> children = Children(std::move(left.plan), std::move(right.plan));
  if (left_keys.empty()) {
    built.plan = MakePlan(std::move(schema), NestedLoopJoin{std::move(residual), join.kind},
                          std::move(children));
  } else {
    built.plan =
        MakePlan(std::move(schema), HashJoin{left_keys, right_keys, std::move(residual), join.kind},
                 std::move(children));
  }
  built.plan->estimated_rows = rows;
  return built;
}

Result<BuiltPlan> QueryPlanner::BuildNode(logical::Aggregate& aggregate, logical::Node& node,
                                          const ColumnSet& /*needed*/) {
  ColumnSet below;
  logical::VisitExprs(std::as_const(node), [&below](const Expr& expr) { Read(expr, &below); });
  ASSIGN_OR_RETURN(BuiltPlan built, Build(node.child(0), below));
  std::vector<const Expr*> exprs;
  for (const ExprPtr& group : aggregate.groups) {
    exprs.push_back(group.get());
  }
  for (const logical::AggregateCall& call : aggregate.calls) {
    for (const ExprPtr& argument : call.arguments) {
      exprs.push_back(argument.get());
    }
    if (call.filter) {
      exprs.push_back(call.filter.get());
    }
    for (const logical::OrderKey& key : call.order) {
      exprs.push_back(key.expr.get());
    }
  }
  const std::vector<uint32_t> positions = Computed(exprs, &built);
  auto next = positions.begin();
  Aggregate made;
  made.groups.assign(next, next + static_cast<ptrdiff_t>(aggregate.groups.size()));
  next += static_cast<ptrdiff_t>(aggregate.groups.size());
  for (const logical::AggregateCall& call : aggregate.calls) {
    AggregateCall own;
    own.function = call.function;
    own.distinct = call.distinct;
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      own.arguments.push_back(*next++);
    }
    if (call.filter) {
      own.filter = *next++;
    }
    for (const logical::OrderKey& key : call.order) {
      own.order.push_back({*next++, key.descending, key.nulls_first});
    }
    made.calls.push_back(std::move(own));
  }
  Schema schema;
  for (const ColumnId output : node.outputs) {
    schema.Add(columns_[output]);
  }
  const double rows =
      made.groups.empty() ? 1 : std::max(1.0, built.plan->estimated_rows * kGroupShare);
  BuiltPlan result;
  result.columns = node.outputs;
  result.plan = MakePlan(std::move(schema), std::move(made), Children(std::move(built.plan)));
  result.plan->estimated_rows = rows;
  return result;
}

Result<BuiltPlan> QueryPlanner::BuildNode(logical::Sort& sort, logical::Node& node,
                                          const ColumnSet& needed) {
  ColumnSet below = needed;
  for (const logical::OrderKey& key : sort.keys) {
    Read(*key.expr, &below);
  }
  ASSIGN_OR_RETURN(BuiltPlan built, Build(node.child(0), below));
  const std::vector<SortKey> keys = KeysOf(sort.keys, &built);
  const double rows = built.plan->estimated_rows;
  built.plan = Above(std::move(built.plan), Sort{keys, std::nullopt}, rows);
  return built;
}

Result<BuiltPlan> QueryPlanner::BuildNode(logical::Limit& limit, logical::Node& node,
                                          const ColumnSet& needed) {
  ASSIGN_OR_RETURN(BuiltPlan built, Build(node.child(0), needed));
  const auto known = [](const std::optional<Value>& value) {
    return value && value->is_bigint() ? std::optional(value->bigint_value()) : std::nullopt;
  };
  double rows = built.plan->estimated_rows;
  const std::optional<int64_t> count = known(limit.count);
  if (count && (!limit.offset || known(limit.offset))) {
    const int64_t skipped = known(limit.offset).value_or(0);
    const bool fits = *count <= std::numeric_limits<int64_t>::max() - skipped;
    if (Sort* const sort = std::get_if<Sort>(&built.plan->detail); sort != nullptr && fits) {
      sort->limit = static_cast<uint64_t>(*count + skipped);
    }
    rows = std::min(rows, static_cast<double>(*count));
  }
  built.plan = Above(std::move(built.plan), Limit{limit.count, limit.offset}, rows);
  return built;
}

Result<BuiltPlan> QueryPlanner::BuildNode(logical::SetOperation& set, logical::Node& node,
                                          const ColumnSet& /*needed*/) {
  std::vector<PlanPtr> children;
  double rows = 0;
  for (const logical::NodePtr& child : node.children) {
    ASSIGN_OR_RETURN(PlanPtr plan, BuildInOrder(*child, child->outputs));
    rows += plan->estimated_rows;
    children.push_back(std::move(plan));
  }
  Schema schema;
  std::vector<uint32_t> all;
  for (const ColumnId output : node.outputs) {
    all.push_back(static_cast<uint32_t>(all.size()));
    schema.Add(columns_[output]);
  }
  BuiltPlan built;
  built.columns = node.outputs;
  if (set.kind != logical::SetOperation::Kind::kUnion) {
    const auto kind = set.kind == logical::SetOperation::Kind::kIntersect
                          ? SetOperationKind::kIntersect
                          : SetOperationKind::kExcept;
    rows = children[0]->estimated_rows;
    built.plan = MakePlan(std::move(schema), SetOperation{kind, set.all}, std::move(children));
    built.plan->estimated_rows = rows;
    return built;
  }
  built.plan = MakePlan(std::move(schema), Append{}, std::move(children));
  built.plan->estimated_rows = rows;
  if (!set.all) {
    built.plan = Above(std::move(built.plan), Aggregate{std::move(all), {}}, rows);
  }
  return built;
}

}  // namespace redbase::ql
