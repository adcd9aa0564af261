#include "ql/internal/query_binder.h"

#include <algorithm>
#include <utility>

#include "common/name_match.h"
#include "parser/classic_echo.h"
#include "ql/internal/aggregates.h"

namespace redbase::ql {
namespace {

constexpr size_t kMaxSelectItems = 1664;
constexpr std::string_view kInvalidAttribute = "QL warning: invalid attribute";

// As PostgreSQL names a column that nobody named.
std::string NameOf(const parser::Expr& expr) {
  using Kind = parser::Expr::Kind;
  switch (expr.kind()) {
    case Kind::kColumn:
      return expr.column().name;
    case Kind::kFunction:
      return expr.function().name.text;
    case Kind::kCast: {
      const std::string inner = NameOf(expr.child(0));
      return inner == "?column?" ? expr.type().word : inner;
    }
    case Kind::kCase: {
      const std::string inner = expr.has_else() ? NameOf(*expr.children().back()) : "?column?";
      return expr.has_else() && expr.children().back()->kind() == Kind::kColumn ? inner : "case";
    }
    case Kind::kSubquery: {
      const parser::Subquery& subquery = expr.subquery();
      if (subquery.kind == parser::Subquery::Kind::kExists) {
        return "exists";
      }
      const parser::Select* const select = subquery.query->select();
      const bool named = subquery.kind == parser::Subquery::Kind::kScalar && select != nullptr &&
                         select->items.size() == 1 && select->items[0].expr;
      if (!named) {
        return "?column?";
      }
      const parser::SelectItem& item = select->items[0];
      return item.alias ? item.alias->text : NameOf(*item.expr);
    }
    default:
      return "?column?";
  }
}

const parser::Literal* AsInteger(const parser::Expr& expr) {
  const bool integer = expr.kind() == parser::Expr::Kind::kLiteral &&
                       std::holds_alternative<int64_t>(expr.literal().value);
  return integer ? &expr.literal() : nullptr;
}

}  // namespace

Result<sm::RelationPtr> BindContext::FindRelation(const parser::Identifier& name) const {
  Result<sm::RelationPtr> relation = catalog.Find(name.text);
  if (!relation.ok()) {
    return Status(relation.status().code(),
                  relation.status().message() + AtPosition(name.position));
  }
  const auto is_newer = [this](const sm::IndexInfo& index) {
    return view != nullptr && !index.IsUsableFor(*view);
  };
  if (std::any_of((*relation)->indexes.begin(), (*relation)->indexes.end(), is_newer)) {
    auto older = std::make_shared<sm::Relation>(**relation);
    std::erase_if(older->indexes, is_newer);
    return sm::RelationPtr(std::move(older));
  }
  return relation;
}

Result<BoundQuery> QueryBinder::Bind(const parser::Query& query) {
  if (query.with.empty()) {
    return BindBody(query);
  }
  if (query.recursive) {
    return ErrorAt(Code::kInvalidArgument, kInvalidAttribute, "with recursive is not known yet",
                   query.position);
  }
  std::vector<CommonTableScope> tables(query.with.size());
  for (size_t i = 0; i < query.with.size(); ++i) {
    for (size_t other = 0; other < i; ++other) {
      if (common::FoldCase(query.with[other].name.text) ==
          common::FoldCase(query.with[i].name.text)) {
        return ErrorAt(Code::kAlreadyExists, kInvalidAttribute,
                       query.with[i].name.text + " is named twice in with",
                       query.with[i].name.position);
      }
    }
    tables[i] = {tables_, &query.with[i]};
    tables_ = &tables[i];
  }
  return BindBody(query);
}

Result<BoundQuery> QueryBinder::BindBody(const parser::Query& query) {
  if (const parser::Select* select = query.select()) {
    return BindSelect(query, *select);
  }
  BoundQuery bound;
  if (const auto* values = std::get_if<parser::ValuesList>(&query.body)) {
    ASSIGN_OR_RETURN(bound, BindValues(*values));
  } else {
    ASSIGN_OR_RETURN(bound, BindSetOperation(std::get<parser::SetOperation>(query.body)));
  }
  if (!query.locking.empty()) {
    return ErrorAt(Code::kInvalidArgument, kInvalidAttribute,
                   "rows of such a query cannot be locked", query.position);
  }
  RETURN_IF_ERROR(AddOrder(query, &bound));
  RETURN_IF_ERROR(AddLimit(query, &bound));
  return bound;
}

// ---- Select lists.

Result<BoundQuery> QueryBinder::BindSelect(const parser::Query& query,
                                           const parser::Select& select) {
  RETURN_IF_ERROR(BindFrom(select.from));
  RETURN_IF_ERROR(BindLocking(query));
  RETURN_IF_ERROR(BindItems(select));
  RETURN_IF_ERROR(BindWhere(select.where));
  input_columns_.insert(plan_->outputs.begin(), plan_->outputs.end());
  RETURN_IF_ERROR(BindGroups(select));
  std::vector<ExprPtr> having;
  for (const parser::Expr& condition : select.having) {
    ASSIGN_OR_RETURN(ExprPtr bound, Exprs(kConditionTexts).BindFilter(condition));
    AddConjuncts(std::move(bound), &having);
  }
  ASSIGN_OR_RETURN(std::vector<Key> keys, BindOrder(query.order_by));
  if (!groups_.empty() || !calls_.empty() || !select.group_by.empty() || !select.having.empty()) {
    if (!query.locking.empty()) {
      return ErrorAt(Code::kInvalidArgument, kInvalidAttribute, "rows of groups cannot be locked",
                     query.position);
    }
    RETURN_IF_ERROR(Aggregate(&having, &keys));
  }
  Attach(&pending_, &plan_);
  plan_ = logical::MakeFilter(std::move(plan_), std::move(having));
  for (Output& output : outputs_) {
    output.id = NumberOf(*output.expr, output.name);
  }
  if (select.distinct) {
    RETURN_IF_ERROR(Distinct(select, &keys));
  }
  BoundQuery bound = Finish(std::move(keys), select.distinct);
  RETURN_IF_ERROR(AddLimit(query, &bound));
  return bound;
}

// The conditions stand before what is pending for the list is joined, but are bound behind it:
// a select list's mistakes are told first.
Status QueryBinder::BindWhere(const std::vector<parser::Expr>& where) {
  std::vector<Pending> pending;
  std::vector<Pending>* const waiting = std::exchange(now_pending_, &pending);
  const char* const before = std::exchange(no_aggregates_, "where");
  std::vector<ExprPtr> conjuncts;
  Status status;
  for (const parser::Expr& condition : where) {
    Result<ExprPtr> bound = Exprs(kConditionTexts).BindFilter(condition);
    if (!bound.ok()) {
      status = bound.status();
      break;
    }
    AddConjuncts(*std::move(bound), &conjuncts);
  }
  now_pending_ = waiting;
  no_aggregates_ = before;
  RETURN_IF_ERROR(status);
  Attach(&pending, &plan_);
  plan_ = logical::MakeFilter(std::move(plan_), std::move(conjuncts));
  return {};
}

Status QueryBinder::AddStar(const parser::SelectItem& item) {
  std::vector<ScopeColumn> columns;
  if (item.star_of) {
    const ScopeRelation* const relation = scope_.FindRelation(item.star_of->text);
    if (relation == nullptr) {
      return ErrorAt(Code::kNotFound, "SM warning: invalid attribute",
                     item.star_of->text + ".* (" + item.star_of->text + " is not in the from list)",
                     item.position);
    }
    columns = relation->columns;
  } else {
    columns = scope_.AllColumns();
  }
  if (columns.empty()) {
    return ErrorAt(Code::kInvalidArgument, kInvalidAttribute,
                   "* stands for no columns without a from list", item.position);
  }
  for (const ScopeColumn& column : columns) {
    outputs_.push_back({context_.columns.Ref(column.id), column.name, nullptr, 0});
  }
  return {};
}

Status QueryBinder::BindItems(const parser::Select& select) {
  for (const parser::SelectItem& item : select.items) {
    if (outputs_.size() >= kMaxSelectItems) {
      return ErrorAt(Code::kInvalidArgument, kInvalidAttribute,
                     "a select list has at most " + std::to_string(kMaxSelectItems) +
                         " entries, not " + std::to_string(select.items.size()),
                     item.position);
    }
    if (!item.expr) {
      RETURN_IF_ERROR(AddStar(item));
      continue;
    }
    ASSIGN_OR_RETURN(ExprPtr bound, Exprs(kSelectListTexts).BindTyped(*item.expr));
    outputs_.push_back(
        {std::move(bound), item.alias ? item.alias->text : NameOf(*item.expr), &*item.expr, 0});
  }
  return {};
}

// A position in the select list, or the name of an entry; nullopt when it is neither.
std::optional<size_t> QueryBinder::OutputAt(const parser::Expr& expr) const {
  if (const parser::Literal* position = AsInteger(expr)) {
    const int64_t number = std::get<int64_t>(position->value);
    const bool exists = number >= 1 && number <= static_cast<int64_t>(outputs_.size());
    return exists ? std::optional(static_cast<size_t>(number - 1)) : std::nullopt;
  }
  if (expr.kind() != parser::Expr::Kind::kColumn || expr.column().relation) {
    return std::nullopt;
  }
  const std::string wanted = common::FoldCase(expr.column().name);
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (common::FoldCase(outputs_[i].name) == wanted) {
      return i;
    }
  }
  return std::nullopt;
}

// `group by` takes a column of the relations before an entry of the list of the same name.
Result<ExprPtr> QueryBinder::BindGroup(const parser::Expr& expr) {
  const bool is_column = expr.kind() == parser::Expr::Kind::kColumn;
  const bool hidden = is_column && !expr.column().relation && !scope_.FindHere(expr.column().name);
  if (AsInteger(expr) != nullptr || hidden) {
    if (const std::optional<size_t> output = OutputAt(expr)) {
      return outputs_[*output].expr->Clone();
    }
    if (AsInteger(expr) != nullptr) {
      return ErrorAt(Code::kInvalidArgument, kInvalidAttribute,
                     "group by position " + expr.literal().text + " is not in the select list",
                     expr.position());
    }
  }
  const char* const before = std::exchange(no_aggregates_, "group by");
  std::vector<Pending>* const waiting = std::exchange(now_pending_, &input_pending_);
  Result<ExprPtr> bound = Exprs(kSelectListTexts).BindTyped(expr);
  now_pending_ = waiting;
  no_aggregates_ = before;
  return bound;
}

Status QueryBinder::BindGroups(const parser::Select& select) {
  for (const parser::GroupingItem& item : select.group_by) {
    if (item.kind == parser::GroupingItem::Kind::kEmpty) {
      continue;
    }
    if (item.kind != parser::GroupingItem::Kind::kExpr) {
      return ErrorAt(Code::kInvalidArgument, kInvalidAttribute, "grouping sets are not known yet",
                     select.items.front().position);
    }
    for (const parser::Expr& expr : item.exprs) {
      ASSIGN_OR_RETURN(ExprPtr bound, BindGroup(expr));
      const bool known = std::any_of(groups_.begin(), groups_.end(),
                                     [&](const ExprPtr& other) { return Equal(*other, *bound); });
      if (!known) {
        group_ids_.push_back(bound->kind == ExprKind::kColumn
                                 ? bound->column
                                 : context_.columns.Add({NameOf(expr), bound->type, ""}));
        groups_.push_back(std::move(bound));
      }
    }
  }
  return {};
}

Result<QueryBinder::Key> QueryBinder::BindKey(const parser::OrderItem& item) {
  Key key;
  key.descending = item.descending;
  key.nulls_first = item.nulls_first.value_or(item.descending);
  key.output = OutputAt(item.expr);
  if (key.output) {
    return key;
  }
  if (AsInteger(item.expr) != nullptr) {
    return ErrorAt(Code::kInvalidArgument, kInvalidAttribute,
                   "order by position " + item.expr.literal().text + " is not in the select list",
                   item.expr.position());
  }
  ASSIGN_OR_RETURN(key.expr, Exprs(kSelectListTexts).BindTyped(item.expr));
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (Equal(*outputs_[i].expr, *key.expr)) {
      key.output = i;
    }
  }
  return key;
}

Result<std::vector<QueryBinder::Key>> QueryBinder::BindOrder(
    const std::vector<parser::OrderItem>& order) {
  std::vector<Key> keys;
  for (const parser::OrderItem& item : order) {
    ASSIGN_OR_RETURN(Key key, BindKey(item));
    keys.push_back(std::move(key));
  }
  return keys;
}

// ---- Groups.

Result<ExprPtr> QueryBinder::Grouped(ExprPtr expr, parser::Position position) const {
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (Equal(*groups_[i], *expr)) {
      return context_.columns.Ref(group_ids_[i]);
    }
  }
  if (expr->kind == ExprKind::kColumn) {
    if (input_columns_.contains(expr->column)) {
      const Column& column = context_.columns[expr->column];
      return ErrorAt(
          Code::kInvalidArgument, kInvalidAttribute,
          "column " +
              (column.relation.empty() ? column.name : column.relation + "." + column.name) +
              " must stand in group by or in an aggregate function",
          position);
    }
    return expr;
  }
  for (ExprPtr& child : expr->children) {
    ASSIGN_OR_RETURN(child, Grouped(std::move(child), position));
  }
  return expr;
}

// Subqueries above the groups name no columns that the groups do not have.
Status QueryBinder::CheckPending(const std::vector<Pending>& pending) const {
  const auto check = [this](ColumnId column) -> Status {
    const bool grouped =
        std::find(group_ids_.begin(), group_ids_.end(), column) != group_ids_.end();
    if (input_columns_.contains(column) && !grouped) {
      return {Code::kInvalidArgument, std::string(kInvalidAttribute) +
                                          ": a subquery uses ungrouped column " +
                                          context_.columns[column].name + " of the outer query"};
    }
    return {};
  };
  for (const Pending& each : pending) {
    for (const ColumnId column : logical::FreeColumns(*each.plan)) {
      RETURN_IF_ERROR(check(column));
    }
    for (const ExprPtr& conjunct : each.conjuncts) {
      Status status;
      VisitColumns(std::as_const(*conjunct),
                   [&](uint32_t column) { status.Update(check(column)); });
      RETURN_IF_ERROR(status);
    }
  }
  return {};
}

Status QueryBinder::Aggregate(std::vector<ExprPtr>* having, std::vector<Key>* keys) {
  Attach(&input_pending_, &plan_);
  input_columns_.insert(plan_->outputs.begin(), plan_->outputs.end());
  for (Output& output : outputs_) {
    const parser::Position position =
        output.source != nullptr ? output.source->position() : parser::Position{};
    ASSIGN_OR_RETURN(output.expr, Grouped(std::move(output.expr), position));
  }
  for (ExprPtr& condition : *having) {
    ASSIGN_OR_RETURN(condition, Grouped(std::move(condition), {}));
  }
  for (Key& key : *keys) {
    if (!key.output) {
      ASSIGN_OR_RETURN(key.expr, Grouped(std::move(key.expr), {}));
    }
  }
  for (Pending& pending : pending_) {
    for (ExprPtr& conjunct : pending.conjuncts) {
      ASSIGN_OR_RETURN(conjunct, Grouped(std::move(conjunct), {}));
    }
  }
  RETURN_IF_ERROR(CheckPending(pending_));
  std::vector<ColumnId> ids = group_ids_;
  ids.insert(ids.end(), call_ids_.begin(), call_ids_.end());
  logical::Aggregate aggregate;
  for (const ExprPtr& group : groups_) {
    aggregate.groups.push_back(group->Clone());
  }
  aggregate.calls = std::move(calls_);
  plan_ = logical::MakeAggregate(std::move(plan_), std::move(aggregate), std::move(ids));
  return {};
}

Result<ExprPtr> QueryBinder::BindAggregate(const parser::Expr& expr) {
  const parser::FunctionCall& call = expr.function();
  if (call.over) {
    return ErrorAt(Code::kInvalidArgument, kInvalidAttribute, "window functions are not known yet",
                   expr.position());
  }
  if (!IsAggregate(call.name.text)) {
    return ExprPtr();
  }
  if (no_aggregates_ != nullptr) {
    return ErrorAt(Code::kInvalidArgument, kInvalidAttribute,
                   "aggregate functions are not allowed in " + std::string(no_aggregates_),
                   expr.position());
  }
  const char* const before = std::exchange(no_aggregates_, "aggregate functions");
  std::vector<Pending>* const waiting = std::exchange(now_pending_, &input_pending_);
  Result<logical::AggregateCall> bound = BindCall(expr);
  now_pending_ = waiting;
  no_aggregates_ = before;
  RETURN_IF_ERROR(bound.status());
  const LogicalType type = call_type_;
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (Same(calls_[i], *bound)) {
      return context_.columns.Ref(call_ids_[i]);
    }
  }
  call_ids_.push_back(context_.columns.Add({call.name.text, type, ""}));
  calls_.push_back(*std::move(bound));
  return context_.columns.Ref(call_ids_.back());
}

Result<logical::AggregateCall> QueryBinder::BindCall(const parser::Expr& expr) {
  const parser::FunctionCall& call = expr.function();
  const ExprBinder exprs = Exprs(kSelectListTexts);
  logical::AggregateCall bound;
  for (const std::unique_ptr<parser::Expr>& child : expr.children()) {
    ASSIGN_OR_RETURN(ExprPtr argument, exprs.Bind(*child));
    bound.arguments.push_back(std::move(argument));
  }
  Result<ResolvedAggregate> resolved = ResolveAggregate(call.name.text, call.star, bound.arguments);
  if (!resolved.ok()) {
    return ErrorAt(resolved.status().code(), kInvalidAttribute, resolved.status().message(),
                   expr.position());
  }
  bound.function = resolved->function;
  bound.distinct = call.distinct;
  call_type_ = resolved->result;
  for (size_t i = 0; i < bound.arguments.size(); ++i) {
    ASSIGN_OR_RETURN(bound.arguments[i], exprs.Convert(std::move(bound.arguments[i]),
                                                       resolved->parameters[i], expr.child(i)));
  }
  if (call.filter) {
    ASSIGN_OR_RETURN(bound.filter, exprs.BindFilter(*call.filter));
  }
  for (const parser::OrderItem& item : call.order_by) {
    ASSIGN_OR_RETURN(ExprPtr key, exprs.BindTyped(item.expr));
    bound.order.push_back(
        {std::move(key), item.descending, item.nulls_first.value_or(item.descending)});
  }
  return bound;
}

bool QueryBinder::Same(const logical::AggregateCall& a, const logical::AggregateCall& b) {
  const auto equal = [](const ExprPtr& x, const ExprPtr& y) {
    return (x == nullptr) == (y == nullptr) && (x == nullptr || Equal(*x, *y));
  };
  return a.function == b.function && a.distinct == b.distinct && a.order.empty() &&
         b.order.empty() && equal(a.filter, b.filter) &&
         std::equal(a.arguments.begin(), a.arguments.end(), b.arguments.begin(), b.arguments.end(),
                    equal);
}

// ---- What stands above the rows.

// A column of the plan keeps its number; everything else gets one.
ColumnId QueryBinder::NumberOf(const Expr& expr, const std::string& name) {
  const std::vector<ColumnId>& given = plan_->outputs;
  const bool passed_on = expr.kind == ExprKind::kColumn &&
                         std::find(given.begin(), given.end(), expr.column) != given.end();
  return passed_on ? expr.column : context_.columns.Add({name, expr.type, ""});
}

Status QueryBinder::Distinct(const parser::Select& select, std::vector<Key>* keys) {
  std::vector<ExprPtr> on;
  for (const parser::Expr& expr : select.distinct_on) {
    const std::optional<size_t> output = OutputAt(expr);
    if (output) {
      on.push_back(outputs_[*output].expr->Clone());
      continue;
    }
    ASSIGN_OR_RETURN(ExprPtr bound, Exprs(kSelectListTexts).BindTyped(expr));
    on.push_back(std::move(bound));
  }
  if (on.empty()) {
    for (const Key& key : *keys) {
      if (!key.output) {
        return ErrorAt(Code::kInvalidArgument, kInvalidAttribute,
                       "for select distinct, what order by names must stand in the select list",
                       select.items.front().position);
      }
    }
    return {};
  }
  distinct_on_ = true;
  // The first row of each group, in the order that is asked for.
  std::vector<logical::OrderKey> order;
  for (const Key& key : *keys) {
    order.push_back({(key.output ? outputs_[*key.output].expr : key.expr)->Clone(), key.descending,
                     key.nulls_first});
  }
  if (!order.empty()) {
    plan_ = logical::MakeSort(std::move(plan_), std::move(order));
  }
  logical::Aggregate first;
  std::vector<ColumnId> ids;
  for (ExprPtr& expr : on) {
    ids.push_back(context_.columns.Add({"", expr->type, ""}));
    first.groups.push_back(std::move(expr));
  }
  const auto keep = [&](ExprPtr* expr, const std::string& name) {
    logical::AggregateCall call;
    call.function = AggregateFunction::kFirst;
    const ColumnId id = context_.columns.Add({name, (*expr)->type, ""});
    call.arguments.push_back(std::move(*expr));
    first.calls.push_back(std::move(call));
    ids.push_back(id);
    *expr = context_.columns.Ref(id);
    return id;
  };
  for (Output& output : outputs_) {
    output.id = keep(&output.expr, output.name);
  }
  for (Key& key : *keys) {
    if (!key.output) {
      keep(&key.expr, "");
    }
  }
  plan_ = logical::MakeAggregate(std::move(plan_), std::move(first), std::move(ids));
  return {};
}

// The list, and the keys that are not in it, then distinct, order and the list alone.
BoundQuery QueryBinder::Finish(std::vector<Key> keys, bool distinct) {
  BoundQuery bound;
  std::vector<ExprPtr> expressions;
  std::vector<ColumnId> ids;
  for (Output& output : outputs_) {
    bound.outputs.push_back(output.id);
    bound.names.push_back(output.name);
    if (std::find(ids.begin(), ids.end(), output.id) == ids.end()) {
      ids.push_back(output.id);
      expressions.push_back(std::move(output.expr));
    }
  }
  std::vector<logical::OrderKey> order;
  for (Key& key : keys) {
    ColumnId id = 0;
    if (key.output) {
      id = bound.outputs[*key.output];
    } else {
      id = NumberOf(*key.expr, "");
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
        ids.push_back(id);
        expressions.push_back(std::move(key.expr));
      }
    }
    order.push_back({context_.columns.Ref(id), key.descending, key.nulls_first});
  }
  plan_ = logical::MakeProject(std::move(plan_), std::move(expressions), ids);
  if (distinct && !distinct_on_) {
    logical::Aggregate groups;
    for (const ColumnId id : ids) {
      groups.groups.push_back(context_.columns.Ref(id));
    }
    plan_ = logical::MakeAggregate(std::move(plan_), std::move(groups), ids);
  }
  if (!order.empty()) {
    plan_ = logical::MakeSort(std::move(plan_), std::move(order));
  }
  bound.plan = std::move(plan_);
  return bound;
}

Result<std::optional<Value>> QueryBinder::BindCount(const std::optional<parser::Expr>& count,
                                                    const char* what) {
  if (!count) {
    return std::optional<Value>();
  }
  const Scope none;
  const ExprBinder exprs(none, context_.columns, kSelectListTexts, context_.parameters, nullptr);
  ASSIGN_OR_RETURN(ExprPtr bound, exprs.Bind(*count));
  ASSIGN_OR_RETURN(bound, exprs.Convert(std::move(bound), kBigintType, *count));
  if (bound->kind != ExprKind::kConstant) {
    return ErrorAt(Code::kInvalidArgument, kInvalidAttribute,
                   std::string(what) + " must be a constant", count->position());
  }
  if (bound->value.is_null()) {
    return std::optional<Value>();
  }
  if (bound->value.is_bigint() && bound->value.bigint_value() < 0) {
    return ErrorAt(Code::kInvalidArgument, kInvalidAttribute,
                   std::string(what) + " must not be negative", count->position());
  }
  return std::optional<Value>(std::move(bound->value));
}

Status QueryBinder::AddLimit(const parser::Query& query, BoundQuery* bound) {
  logical::Limit limit;
  ASSIGN_OR_RETURN(limit.count, BindCount(query.limit, "limit"));
  ASSIGN_OR_RETURN(limit.offset, BindCount(query.offset, "offset"));
  if (limit.count || limit.offset) {
    bound->plan = logical::MakeLimit(std::move(bound->plan), std::move(limit));
  }
  return {};
}

Status QueryBinder::AddOrder(const parser::Query& query, BoundQuery* bound) {
  if (query.order_by.empty()) {
    return {};
  }
  ScopeRelation outputs;
  for (size_t i = 0; i < bound->outputs.size(); ++i) {
    outputs.columns.push_back({bound->names[i], bound->outputs[i]});
    outputs_.push_back({context_.columns.Ref(bound->outputs[i]), bound->names[i], nullptr, 0});
  }
  scope_ = Scope();
  scope_.Add(std::move(outputs));
  no_aggregates_ = "order by here";
  ASSIGN_OR_RETURN(std::vector<Key> keys, BindOrder(query.order_by));
  std::vector<logical::OrderKey> order;
  for (Key& key : keys) {
    ExprPtr expr =
        key.output ? context_.columns.Ref(bound->outputs[*key.output]) : std::move(key.expr);
    order.push_back({std::move(expr), key.descending, key.nulls_first});
  }
  bound->plan = logical::MakeSort(std::move(bound->plan), std::move(order));
  return {};
}

// ---- Values and set operations.

Result<BoundQuery> QueryBinder::BindValues(const parser::ValuesList& list) {
  const Scope none(outer_);
  scope_ = none;
  no_aggregates_ = "values";
  const ExprBinder exprs = Exprs(kSelectListTexts);
  const size_t width = list.rows[0].size();
  std::vector<std::vector<ExprPtr>> columns(width);
  std::vector<std::vector<const parser::Expr*>> sources(width);
  for (const std::vector<parser::Expr>& row : list.rows) {
    if (row.size() != width) {
      return ErrorAt(Code::kInvalidArgument, kInvalidAttribute,
                     "rows of values are of different lengths", row[0].position());
    }
    for (size_t i = 0; i < width; ++i) {
      ASSIGN_OR_RETURN(ExprPtr value, exprs.Bind(row[i]));
      columns[i].push_back(std::move(value));
      sources[i].push_back(&row[i]);
    }
  }
  BoundQuery bound;
  std::vector<std::vector<ExprPtr>> rows(list.rows.size());
  for (size_t i = 0; i < width; ++i) {
    ASSIGN_OR_RETURN(const LogicalType type, exprs.MakeAlike(&columns[i], sources[i]));
    bound.names.push_back("column" + std::to_string(i + 1));
    bound.outputs.push_back(context_.columns.Add({bound.names.back(), type, ""}));
    for (size_t r = 0; r < rows.size(); ++r) {
      rows[r].push_back(std::move(columns[i][r]));
    }
  }
  if (!pending_.empty()) {
    return ErrorAt(Code::kInvalidArgument, kInvalidAttribute, "values cannot hold a subquery here",
                   list.rows[0][0].position());
  }
  bound.plan = logical::MakeValues(std::move(rows), bound.outputs);
  return bound;
}

Result<BoundQuery> QueryBinder::BindInner(const parser::Query& query, const Scope* outer) {
  QueryBinder inner(&context_, outer, tables_);
  return inner.Bind(query);
}

Result<BoundQuery> QueryBinder::BindSetOperation(const parser::SetOperation& operation) {
  ASSIGN_OR_RETURN(BoundQuery left, BindInner(*operation.left, outer_));
  ASSIGN_OR_RETURN(BoundQuery right, BindInner(*operation.right, outer_));
  if (left.outputs.size() != right.outputs.size()) {
    return ErrorAt(Code::kInvalidArgument, kInvalidAttribute,
                   "both sides must have as many columns, not " +
                       std::to_string(left.outputs.size()) + " and " +
                       std::to_string(right.outputs.size()),
                   operation.position);
  }
  BoundQuery bound;
  bound.names = left.names;
  std::vector<ExprPtr> casts[2];
  std::vector<ColumnId> ids[2];
  for (size_t i = 0; i < left.outputs.size(); ++i) {
    const LogicalType a = context_.columns.TypeOf(left.outputs[i]);
    const LogicalType b = context_.columns.TypeOf(right.outputs[i]);
    const std::optional<LogicalType> type = CommonType(a, b);
    if (!type) {
      return ErrorAt(Code::kTypeMismatch, kInvalidAttribute,
                     "column " + std::to_string(i + 1) + " is " + TypeName(a) +
                         " on one side and " + TypeName(b) + " on the other",
                     operation.position);
    }
    for (const size_t side : {0, 1}) {
      ExprPtr column = context_.columns.Ref((side == 0 ? left : right).outputs[i]);
      casts[side].push_back(column->type == *type ? std::move(column)
                                                  : Expr::Cast(std::move(column), *type));
      ids[side].push_back(context_.columns.Add({left.names[i], *type, ""}));
    }
    bound.outputs.push_back(context_.columns.Add({left.names[i], *type, ""}));
  }
  auto node = std::make_unique<logical::Node>();
  node->detail = logical::SetOperation{static_cast<logical::SetOperation::Kind>(operation.kind),
                                       operation.all};
  node->outputs = bound.outputs;
  node->children.push_back(
      logical::MakeProject(std::move(left.plan), std::move(casts[0]), std::move(ids[0])));
  node->children.push_back(
      logical::MakeProject(std::move(right.plan), std::move(casts[1]), std::move(ids[1])));
  bound.plan = std::move(node);
  return bound;
}

// ---- Subqueries.

void QueryBinder::Attach(std::vector<Pending>* pending, logical::NodePtr* plan) {
  for (Pending& each : *pending) {
    *plan = logical::MakeJoin(each.kind, std::move(*plan), std::move(each.plan),
                              std::move(each.conjuncts), each.mark);
  }
  pending->clear();
}

Result<ExprPtr> QueryBinder::BindSubquery(const parser::Expr& expr, std::vector<ExprPtr> operands) {
  const parser::Subquery& subquery = expr.subquery();
  ASSIGN_OR_RETURN(BoundQuery query, BindInner(*subquery.query, now_scope_));
  switch (subquery.kind) {
    case parser::Subquery::Kind::kScalar:
      return BindScalar(std::move(query), expr);
    case parser::Subquery::Kind::kExists: {
      const ColumnId mark = context_.columns.Add({"exists", kBooleanType, ""});
      now_pending_->push_back({JoinKind::kMark, std::move(query.plan), {}, mark});
      // The mark is unknown where only a null is in the way, but a row exists or not.
      return Expr::IsTrue(context_.columns.Ref(mark));
    }
    default:
      return BindQuantified(std::move(query), expr, std::move(operands));
  }
}

Result<ExprPtr> QueryBinder::BindScalar(BoundQuery query, const parser::Expr& expr) {
  if (query.outputs.size() != 1) {
    return ErrorAt(Code::kInvalidArgument, kInvalidAttribute,
                   "a subquery that stands for a value must give one column, not " +
                       std::to_string(query.outputs.size()),
                   expr.position());
  }
  const ColumnId inner = query.outputs[0];
  const ColumnId value = context_.columns.Copy(inner);
  std::vector<ExprPtr> expressions;
  expressions.push_back(context_.columns.Ref(inner));
  logical::NodePtr plan =
      logical::MakeProject(std::move(query.plan), std::move(expressions), {value});
  now_pending_->push_back({JoinKind::kSingle, std::move(plan), {}, 0});
  return context_.columns.Ref(value);
}

// `all` holds when no row is found for which the opposite does.
Result<ExprPtr> QueryBinder::BindQuantified(BoundQuery query, const parser::Expr& expr,
                                            std::vector<ExprPtr> operands) {
  const parser::Subquery& subquery = expr.subquery();
  if (query.outputs.size() != operands.size()) {
    return ErrorAt(Code::kInvalidArgument, kConditionTexts.unknown,
                   "the subquery gives " + std::to_string(query.outputs.size()) +
                       " columns, compared with " + std::to_string(operands.size()),
                   expr.position());
  }
  const bool all = subquery.kind == parser::Subquery::Kind::kAll;
  constexpr CompareOp kOpposite[] = {CompareOp::kNe, CompareOp::kEq, CompareOp::kGe,
                                     CompareOp::kGt, CompareOp::kLe, CompareOp::kLt};
  CompareOp op = static_cast<CompareOp>(subquery.op);
  op = all ? kOpposite[static_cast<size_t>(op)] : op;
  if (operands.size() > 1 && op != CompareOp::kEq) {
    return ErrorAt(Code::kInvalidArgument, kConditionTexts.unknown,
                   "lists are compared with subqueries by in only", expr.position());
  }
  Pending pending{JoinKind::kMark, std::move(query.plan), {}, 0};
  const ExprBinder exprs = Exprs(kConditionTexts);
  for (size_t i = 0; i < operands.size(); ++i) {
    const parser::Expr& source = operands.size() > 1 ? expr.child(0).child(i) : expr.child(0);
    ASSIGN_OR_RETURN(ExprPtr condition, exprs.Compare(std::move(operands[i]), op,
                                                      context_.columns.Ref(query.outputs[i]),
                                                      source, source, /*filter=*/false));
    pending.conjuncts.push_back(std::move(condition));
  }
  pending.mark = context_.columns.Add({"in", kBooleanType, ""});
  const ColumnId mark = pending.mark;
  now_pending_->push_back(std::move(pending));
  ExprPtr found = context_.columns.Ref(mark);
  return all ? Expr::Not(std::move(found)) : std::move(found);
}

}  // namespace redbase::ql
