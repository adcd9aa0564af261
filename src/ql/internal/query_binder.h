// QueryBinder: a query as it was written to a logical plan.
//
// A select list becomes, from below: the relations and their joins, Filter (where), Aggregate and
// Filter (group by, having), Project (the list, and what `order by` needs besides), Aggregate
// again (distinct), Sort, Limit, Project (the list alone).  A subquery is joined to the plan at
// the place where its value is needed; when it names columns of the queries around it, they stay
// free in its plan until it is unnested.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "parser/ast.h"
#include "ql/internal/expr_binder.h"
#include "ql/internal/scope.h"
#include "ql/logical_plan.h"
#include "ql/parameters.h"
#include "sm/catalog_snapshot.h"

namespace redbase::ql {

// What all queries of one statement share.
struct BindContext {
  const sm::CatalogSnapshot& catalog;
  const tx::View* view = nullptr;
  Parameters* parameters = nullptr;
  ColumnTable columns;

  // The relation as the statement's view may use it.  kNotFound with its position.
  Result<sm::RelationPtr> FindRelation(const parser::Identifier& name) const;
};

// The tables of `with` that a query may name, the innermost first.
struct CommonTableScope {
  const CommonTableScope* outer = nullptr;
  const parser::CommonTable* table = nullptr;
};

class QueryBinder : private CallContext {
 public:
  // `outer`: the scope of the query around it; null: there is none.
  QueryBinder(BindContext* context, const Scope* outer, const CommonTableScope* tables)
      : context_(*context), outer_(outer), tables_(tables) {}

  Result<BoundQuery> Bind(const parser::Query& query);

 private:
  // A subquery that waits to be joined to the plan whose rows it is for.
  struct Pending {
    JoinKind kind = JoinKind::kSingle;
    logical::NodePtr plan;
    std::vector<ExprPtr> conjuncts;
    ColumnId mark = 0;
  };
  // Part of a from list.
  struct Source {
    Scope scope;
    logical::NodePtr plan;
  };
  // An output of a select list.
  struct Output {
    ExprPtr expr;
    std::string name;
    const parser::Expr* source = nullptr;  // null: from a star
    ColumnId id = 0;
  };
  // A key of `order by`: an output, or an expression of its own.
  struct Key {
    std::optional<size_t> output;
    ExprPtr expr;
    bool descending = false;
    bool nulls_first = false;
  };

  Result<BoundQuery> BindBody(const parser::Query& query);
  Result<BoundQuery> BindSelect(const parser::Query& query, const parser::Select& select);
  Result<BoundQuery> BindValues(const parser::ValuesList& values);
  Result<BoundQuery> BindSetOperation(const parser::SetOperation& operation);
  Result<BoundQuery> BindInner(const parser::Query& query, const Scope* outer);
  // Order and limits of a query that is no plain select.
  Status AddOrder(const parser::Query& query, BoundQuery* bound);
  Status AddLimit(const parser::Query& query, BoundQuery* bound);
  Result<std::optional<Value>> BindCount(const std::optional<parser::Expr>& count,
                                         const char* what);

  // From lists (query_binder_from.cc).
  Status BindFrom(const std::vector<parser::TableRef>& from);
  Result<Source> BindTable(const parser::TableRef& table, const Scope* lateral);
  Result<Source> BindRelation(const parser::TableRef& table);
  Result<Source> BindDerived(const parser::TableRef& table, const parser::Query& query,
                             const Scope* outer, const CommonTableScope* tables);
  Result<Source> BindJoin(const parser::TableRef& join, const Scope* lateral);
  Result<std::vector<std::string>> CommonColumns(const parser::TableRef& join, const Scope& left,
                                                 const Scope& right) const;
  Status JoinUsing(const parser::TableRef& join, const Scope& left, const Scope& right,
                   std::vector<ExprPtr>* conjuncts, std::vector<ScopeColumn>* merged);
  Status BindOn(const parser::Expr& on, const Scope& both, std::vector<Pending>* pending,
                std::vector<ExprPtr>* conjuncts);
  logical::NodePtr Coalesced(logical::NodePtr join, const Scope& right,
                             std::vector<ScopeColumn>* merged);
  Status NameSource(const parser::TableRef& table, ScopeRelation* relation) const;
  Status AddSource(Source source, const parser::TableRef& table, Source* whole) const;
  Status BindLocking(const parser::Query& query);

  // Select lists.
  Status BindWhere(const std::vector<parser::Expr>& where);
  Status BindItems(const parser::Select& select);
  Status AddStar(const parser::SelectItem& item);
  Status BindGroups(const parser::Select& select);
  Result<ExprPtr> BindGroup(const parser::Expr& expr);
  Result<std::vector<Key>> BindOrder(const std::vector<parser::OrderItem>& order);
  Result<Key> BindKey(const parser::OrderItem& item);
  std::optional<size_t> OutputAt(const parser::Expr& expr) const;
  Status Aggregate(std::vector<ExprPtr>* having, std::vector<Key>* keys);
  // The expression over what the aggregate gives out.
  Result<ExprPtr> Grouped(ExprPtr expr, parser::Position position) const;
  Status CheckPending(const std::vector<Pending>& pending) const;
  Status Distinct(const parser::Select& select, std::vector<Key>* keys);
  BoundQuery Finish(std::vector<Key> keys, bool distinct);
  ColumnId NumberOf(const Expr& expr, const std::string& name);

  // CallContext.
  Result<ExprPtr> BindSubquery(const parser::Expr& expr, std::vector<ExprPtr> operands) override;
  Result<ExprPtr> BindAggregate(const parser::Expr& call) override;
  // The call without its result type, which is left in `call_type_`.
  Result<logical::AggregateCall> BindCall(const parser::Expr& expr);
  static bool Same(const logical::AggregateCall& a, const logical::AggregateCall& b);
  Result<ExprPtr> BindScalar(BoundQuery query, const parser::Expr& expr);
  Result<ExprPtr> BindQuantified(BoundQuery query, const parser::Expr& expr,
                                 std::vector<ExprPtr> operands);

  ExprBinder Exprs(ScopeTexts texts) {
    return {scope_, context_.columns, texts, context_.parameters, this};
  }
  // Joins what is pending to the plan.
  static void Attach(std::vector<Pending>* pending, logical::NodePtr* plan);

  BindContext& context_;
  const Scope* const outer_;
  const CommonTableScope* tables_;

  Scope scope_;
  const Scope* now_scope_ = &scope_;  // in which a subquery stands
  logical::NodePtr plan_;
  std::vector<logical::Get*> gets_;  // the relations of the from list
  std::vector<parser::Identifier> get_names_;
  std::vector<Output> outputs_;
  std::vector<Pending> pending_;        // for rows of the plan
  std::vector<Pending> input_pending_;  // for rows that are aggregated
  std::vector<Pending>* now_pending_ = &pending_;
  // Whether aggregates may stand in what is being bound; else why not.
  const char* no_aggregates_ = nullptr;
  std::vector<ExprPtr> groups_;
  std::vector<ColumnId> group_ids_;
  std::vector<logical::AggregateCall> calls_;
  std::vector<ColumnId> call_ids_;
  LogicalType call_type_;
  bool distinct_on_ = false;
  ColumnSet input_columns_;  // of what is aggregated
};

}  // namespace redbase::ql
