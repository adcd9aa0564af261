// The from lists of QueryBinder: relations, queries and joins.
#include <algorithm>
#include <utility>

#include "common/name_match.h"
#include "ql/internal/query_binder.h"

namespace redbase::ql {
namespace {

constexpr std::string_view kInvalidFrom = "QL warning: invalid from clause in select";

JoinKind KindOf(parser::JoinWord word) {
  switch (word) {
    case parser::JoinWord::kLeft:
    case parser::JoinWord::kRight:
      return JoinKind::kLeft;
    case parser::JoinWord::kFull:
      return JoinKind::kFull;
    default:
      return JoinKind::kInner;
  }
}

const parser::CommonTable* FindCommonTable(const std::string& name,
                                           const CommonTableScope** tables) {
  const std::string folded = common::FoldCase(name);
  while (*tables != nullptr && common::FoldCase((*tables)->table->name.text) != folded) {
    *tables = (*tables)->outer;
  }
  return *tables == nullptr ? nullptr : (*tables)->table;
}

}  // namespace

Status QueryBinder::BindFrom(const std::vector<parser::TableRef>& from) {
  Source whole{Scope(outer_), nullptr};
  for (const parser::TableRef& table : from) {
    ASSIGN_OR_RETURN(Source source, BindTable(table, &whole.scope));
    RETURN_IF_ERROR(AddSource(std::move(source), table, &whole));
  }
  if (whole.plan == nullptr) {
    // One row; its column is there to be counted.
    std::vector<std::vector<ExprPtr>> rows(1);
    rows[0].push_back(Expr::Boolean(true));
    whole.plan =
        logical::MakeValues(std::move(rows), {context_.columns.Add({"", kBooleanType, ""})});
  }
  scope_ = std::move(whole.scope);
  plan_ = std::move(whole.plan);
  return {};
}

Status QueryBinder::AddSource(Source source, const parser::TableRef& table, Source* whole) const {
  for (const ScopeRelation& relation : source.scope.relations()) {
    if (!relation.name.empty() && whole->scope.Has(relation.name)) {
      return ErrorAt(Code::kInvalidArgument, kInvalidFrom, relation.name + " is named twice",
                     table.position);
    }
  }
  whole->scope.Add(std::move(source.scope));
  whole->plan = whole->plan == nullptr ? std::move(source.plan)
                                       : logical::MakeJoin(JoinKind::kInner, std::move(whole->plan),
                                                           std::move(source.plan), {});
  return {};
}

Result<QueryBinder::Source> QueryBinder::BindTable(const parser::TableRef& table,
                                                   const Scope* lateral) {
  using Kind = parser::TableRef::Kind;
  switch (table.kind) {
    case Kind::kRelation:
      return BindRelation(table);
    case Kind::kQuery:
      return BindDerived(table, *table.query, table.lateral ? lateral : outer_, tables_);
    case Kind::kFunction:
      return ErrorAt(
          Code::kInvalidArgument, kInvalidFrom,
          "there is no function that gives rows named " + table.function->function().name.text,
          table.position);
    case Kind::kJoin:
      break;
  }
  return BindJoin(table, lateral);
}

// Gives the relation and its columns the names that stand behind it.
Status QueryBinder::NameSource(const parser::TableRef& table, ScopeRelation* relation) const {
  if (table.alias) {
    relation->name = table.alias->text;
  }
  if (table.column_aliases.size() > relation->columns.size()) {
    return ErrorAt(Code::kInvalidArgument, kInvalidFrom,
                   relation->name + " has " + std::to_string(relation->columns.size()) +
                       " columns, " + std::to_string(table.column_aliases.size()) + " are named",
                   table.column_aliases.front().position);
  }
  for (size_t i = 0; i < table.column_aliases.size(); ++i) {
    relation->columns[i].name = table.column_aliases[i].text;
  }
  return {};
}

Result<QueryBinder::Source> QueryBinder::BindRelation(const parser::TableRef& table) {
  const CommonTableScope* tables = tables_;
  if (const parser::CommonTable* common = FindCommonTable(table.relation.text, &tables)) {
    ASSIGN_OR_RETURN(Source source,
                     BindDerived(table, *common->query, /*outer=*/nullptr, tables->outer));
    return source;
  }
  ASSIGN_OR_RETURN(sm::RelationPtr relation, context_.FindRelation(table.relation));
  ScopeRelation named{relation->name, {}};
  for (const Column& column : relation->schema.columns()) {
    named.columns.push_back({column.name, 0});
  }
  RETURN_IF_ERROR(NameSource(table, &named));
  logical::Get get;
  for (size_t i = 0; i < named.columns.size(); ++i) {
    named.columns[i].id =
        context_.columns.Add({named.columns[i].name, relation->schema[i].type, named.name});
    get.columns.push_back(named.columns[i].id);
  }
  get.relation = std::move(relation);
  Source source{Scope(), logical::MakeGet(std::move(get))};
  gets_.push_back(source.plan->As<logical::Get>());
  get_names_.push_back({named.name, table.position});
  source.scope.Add(std::move(named));
  return source;
}

Result<QueryBinder::Source> QueryBinder::BindDerived(const parser::TableRef& table,
                                                     const parser::Query& query, const Scope* outer,
                                                     const CommonTableScope* tables) {
  QueryBinder inner(&context_, outer, tables);
  ASSIGN_OR_RETURN(BoundQuery bound, inner.Bind(query));
  ScopeRelation named;
  named.name = table.kind == parser::TableRef::Kind::kRelation ? table.relation.text : "";
  for (size_t i = 0; i < bound.outputs.size(); ++i) {
    named.columns.push_back({bound.names[i], bound.outputs[i]});
  }
  if (table.kind == parser::TableRef::Kind::kRelation) {
    const CommonTableScope* found = tables_;
    const parser::CommonTable* common = FindCommonTable(table.relation.text, &found);
    if (common->columns.size() > named.columns.size()) {
      return ErrorAt(Code::kInvalidArgument, kInvalidFrom,
                     named.name + " has " + std::to_string(named.columns.size()) + " columns, " +
                         std::to_string(common->columns.size()) + " are named",
                     common->columns.front().position);
    }
    for (size_t i = 0; i < common->columns.size(); ++i) {
      named.columns[i].name = common->columns[i].text;
    }
  }
  RETURN_IF_ERROR(NameSource(table, &named));
  // The columns get numbers of their own, so that they bear their new names.
  std::vector<ExprPtr> expressions;
  std::vector<ColumnId> outputs;
  for (ScopeColumn& column : named.columns) {
    expressions.push_back(context_.columns.Ref(column.id));
    column.id = context_.columns.Add({column.name, context_.columns.TypeOf(column.id), named.name});
    outputs.push_back(column.id);
  }
  Source source{Scope(), logical::MakeProject(std::move(bound.plan), std::move(expressions),
                                              std::move(outputs))};
  source.scope.Add(std::move(named));
  return source;
}

Result<std::vector<std::string>> QueryBinder::CommonColumns(const parser::TableRef& join,
                                                            const Scope& left,
                                                            const Scope& right) const {
  std::vector<std::string> names;
  for (const parser::Identifier& name : join.using_columns) {
    for (const Scope* side : {&left, &right}) {
      if (!side->FindHere(name.text)) {
        return ErrorAt(Code::kNotFound, kInvalidFrom,
                       "using needs " + common::QuotedName(name.text) + " once on either side",
                       name.position);
      }
    }
    names.push_back(name.text);
  }
  if (join.natural) {
    for (const ScopeColumn& column : left.AllColumns()) {
      if (!right.FindHere(column.name)) {
        continue;
      }
      if (!left.FindHere(column.name)) {
        return ErrorAt(Code::kInvalidArgument, kInvalidFrom,
                       common::QuotedName(column.name) + " stands more than once on the left",
                       join.position);
      }
      names.push_back(column.name);
    }
  }
  return names;
}

Status QueryBinder::JoinUsing(const parser::TableRef& join, const Scope& left, const Scope& right,
                              std::vector<ExprPtr>* conjuncts, std::vector<ScopeColumn>* merged) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, CommonColumns(join, left, right));
  const ExprBinder exprs = Exprs({kInvalidFrom, kInvalidFrom});
  for (const std::string& name : names) {
    const ColumnId a = *left.FindHere(name);
    const ColumnId b = *right.FindHere(name);
    const parser::Expr source(parser::ColumnRef{std::nullopt, name, join.position});
    ASSIGN_OR_RETURN(ExprPtr equal,
                     exprs.Compare(context_.columns.Ref(a), CompareOp::kEq, context_.columns.Ref(b),
                                   source, source, /*filter=*/true));
    conjuncts->push_back(std::move(equal));
    const bool right_counts = join.join == parser::JoinWord::kRight;
    merged->push_back({name, right_counts ? b : a});
  }
  return {};
}

// The condition behind `on`, over both sides; its subqueries wait in `pending`.
Status QueryBinder::BindOn(const parser::Expr& on, const Scope& both, std::vector<Pending>* pending,
                           std::vector<ExprPtr>* conjuncts) {
  const char* const before = std::exchange(no_aggregates_, "join conditions");
  std::vector<Pending>* const waiting = std::exchange(now_pending_, pending);
  const ExprBinder exprs(both, context_.columns, kConditionTexts, context_.parameters, this);
  const Scope* const scope = std::exchange(now_scope_, &both);
  Result<ExprPtr> condition = exprs.BindFilter(on);
  now_scope_ = scope;
  now_pending_ = waiting;
  no_aggregates_ = before;
  RETURN_IF_ERROR(condition.status());
  AddConjuncts(*std::move(condition), conjuncts);
  return {};
}

// The common columns of a full join: the value of the side that has one.
logical::NodePtr QueryBinder::Coalesced(logical::NodePtr join, const Scope& right,
                                        std::vector<ScopeColumn>* merged) {
  std::vector<ExprPtr> expressions;
  std::vector<ColumnId> outputs = join->outputs;
  expressions.reserve(outputs.size() + merged->size());
  for (const ColumnId column : outputs) {
    expressions.push_back(context_.columns.Ref(column));
  }
  for (ScopeColumn& column : *merged) {
    std::vector<ExprPtr> sides;
    sides.push_back(context_.columns.Ref(column.id));
    sides.push_back(context_.columns.Ref(*right.FindHere(column.name)));
    const LogicalType type = CommonType(sides[0]->type, sides[1]->type).value_or(sides[0]->type);
    for (ExprPtr& side : sides) {
      side = side->type == type ? std::move(side) : Expr::Cast(std::move(side), type);
    }
    expressions.push_back(Expr::Coalesce(std::move(sides), type));
    column.id = context_.columns.Add({column.name, type, ""});
    outputs.push_back(column.id);
  }
  return logical::MakeProject(std::move(join), std::move(expressions), std::move(outputs));
}

Result<QueryBinder::Source> QueryBinder::BindJoin(const parser::TableRef& join,
                                                  const Scope* lateral) {
  ASSIGN_OR_RETURN(Source left, BindTable(*join.left, lateral));
  // What stands on the right may name what stands on the left, if it is lateral.
  Scope seen(lateral);
  seen.Add(Scope(left.scope));
  ASSIGN_OR_RETURN(Source right, BindTable(*join.right, &seen));
  std::vector<ExprPtr> conjuncts;
  std::vector<ScopeColumn> merged;
  RETURN_IF_ERROR(JoinUsing(join, left.scope, right.scope, &conjuncts, &merged));
  Source joined{Scope(outer_), nullptr};
  joined.scope.Add(Scope(left.scope));
  for (const ScopeRelation& relation : right.scope.relations()) {
    if (!relation.name.empty() && joined.scope.Has(relation.name)) {
      return ErrorAt(Code::kInvalidArgument, kInvalidFrom, relation.name + " is named twice",
                     join.right->position);
    }
  }
  joined.scope.Add(Scope(right.scope));
  const JoinKind kind = KindOf(join.join);
  std::vector<Pending> pending;
  std::vector<ExprPtr> filters;
  if (join.on) {
    RETURN_IF_ERROR(BindOn(*join.on, joined.scope, &pending, &conjuncts));
  }
  if (!pending.empty()) {
    if (kind != JoinKind::kInner) {
      return ErrorAt(Code::kInvalidArgument, kInvalidFrom,
                     "the condition of an outer join cannot hold a subquery", join.on->position());
    }
    filters = std::move(conjuncts);
    conjuncts.clear();
  }
  if (join.join == parser::JoinWord::kRight) {
    std::swap(left.plan, right.plan);
  }
  joined.plan =
      logical::MakeJoin(kind, std::move(left.plan), std::move(right.plan), std::move(conjuncts));
  Attach(&pending, &joined.plan);
  joined.plan = logical::MakeFilter(std::move(joined.plan), std::move(filters));
  if (kind == JoinKind::kFull && !merged.empty()) {
    joined.plan = Coalesced(std::move(joined.plan), right.scope, &merged);
  }
  for (ScopeColumn& column : merged) {
    joined.scope.Merge(std::move(column));
  }
  return joined;
}

Status QueryBinder::BindLocking(const parser::Query& query) {
  for (const parser::RowLocking& locking : query.locking) {
    const auto lock = [&](size_t r) -> Status {
      if (gets_[r]->relation->kind != sm::RelationKind::kTable) {
        return ErrorAt(Code::kInvalidArgument, "QL warning: cannot lock rows of a system catalog",
                       gets_[r]->relation->name, get_names_[r].position);
      }
      const RowLocking wanted{static_cast<rm::RowLock>(locking.strength),
                              static_cast<LockedRows>(locking.locked_rows)};
      std::optional<RowLocking>& own = gets_[r]->locking;
      own = own ? RowLocking{std::max(own->lock, wanted.lock),
                             std::max(own->locked_rows, wanted.locked_rows)}
                : wanted;
      return {};
    };
    for (size_t r = 0; r < gets_.size() && locking.of.empty(); ++r) {
      RETURN_IF_ERROR(lock(r));
    }
    for (const parser::Identifier& name : locking.of) {
      const auto found =
          std::find_if(get_names_.begin(), get_names_.end(), [&](const parser::Identifier& own) {
            return common::FoldCase(own.text) == common::FoldCase(name.text);
          });
      if (found == get_names_.end()) {
        return ErrorAt(Code::kNotFound, "QL warning: relation in for clause is not in from clause",
                       name.text, name.position);
      }
      RETURN_IF_ERROR(lock(static_cast<size_t>(found - get_names_.begin())));
    }
  }
  return {};
}

}  // namespace redbase::ql
