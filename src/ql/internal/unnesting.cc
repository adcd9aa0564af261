// Unnest: subqueries that name columns of the queries around them become joins.
//
// Two ways, the plain one first:
//   * Conditions that name outer columns are pulled up into the join; an aggregate on the way is
//     grouped by what they compare with, if they are equalities (Kim, TODS 7(3), 1982; an empty
//     group's count is 0, as Ganski and Wong, SIGMOD 1987, add).
//   * Else the subquery is computed for each distinct combination of the outer columns at once,
//     and joined on them (Neumann and Kemper, BTW 2015).  The outer query's rows are read twice.
#include <algorithm>
#include <map>
#include <utility>

#include "ql/internal/rules.h"

namespace redbase::ql {
namespace {

using logical::Node;
using logical::NodePtr;

ColumnSet ColumnsOf(const Expr& expr) {
  ColumnSet columns;
  VisitColumns(expr, [&columns](uint32_t column) { columns.insert(column); });
  return columns;
}

bool Reads(const Expr& expr, const ColumnSet& columns) {
  bool reads = false;
  VisitColumns(expr, [&](uint32_t column) { reads = reads || columns.contains(column); });
  return reads;
}

bool OwnExprsRead(const Node& node, const ColumnSet& columns) {
  bool reads = false;
  logical::VisitExprs(node, [&](const Expr& expr) { reads = reads || Reads(expr, columns); });
  return reads;
}

bool TreeReads(const Node& node, const ColumnSet& columns) {
  return OwnExprsRead(node, columns) ||
         std::any_of(node.children.begin(), node.children.end(),
                     [&](const NodePtr& child) { return TreeReads(*child, columns); });
}

// The side of an equality that names no outer columns; null when there is none, or when the other
// side names anything else.
const Expr* InnerSide(const Expr& conjunct, const ColumnSet& outer) {
  if (conjunct.kind != ExprKind::kCompare || conjunct.op != CompareOp::kEq) {
    return nullptr;
  }
  for (const size_t i : {0, 1}) {
    const ColumnSet inner = ColumnsOf(*conjunct.children[i]);
    const ColumnSet other = ColumnsOf(*conjunct.children[1 - i]);
    const bool only_outer =
        !other.empty() && std::includes(outer.begin(), outer.end(), other.begin(), other.end());
    if (!inner.empty() && only_outer && !Reads(*conjunct.children[i], outer)) {
      return conjunct.children[i].get();
    }
  }
  return nullptr;
}

// A count that found no rows is 0 where other aggregates are null.
ExprPtr OrZero(const logical::AggregateCall& call, ExprPtr value) {
  const bool counts =
      call.function == AggregateFunction::kCount || call.function == AggregateFunction::kCountRows;
  if (!counts) {
    return value;
  }
  std::vector<ExprPtr> either;
  either.push_back(std::move(value));
  either.push_back(Expr::Constant(Value::Bigint(0), {TypeId::kBigint}));
  return Expr::Coalesce(std::move(either), {TypeId::kBigint});
}

// ---- Pulling conditions up.

class Puller {
 public:
  Puller(const ColumnSet& outer, ColumnTable& columns) : outer_(outer), columns_(columns) {}

  // Whether all conditions with outer columns can leave the plan.
  bool CanPull(const Node& node) const {
    if (!TreeReads(node, outer_)) {
      return true;
    }
    if (node.As<logical::Filter>() != nullptr) {
      return CanPull(node.child(0));
    }
    if (const auto* join = node.As<logical::Join>()) {
      if (join->kind == JoinKind::kInner) {
        return CanPull(node.child(0)) && CanPull(node.child(1));
      }
      return join->kind != JoinKind::kFull && !OwnExprsRead(node, outer_) &&
             !TreeReads(node.child(1), outer_) && CanPull(node.child(0));
    }
    if (OwnExprsRead(node, outer_)) {
      return false;
    }
    if (node.As<logical::Project>() != nullptr || node.As<logical::Sort>() != nullptr) {
      return CanPull(node.child(0));
    }
    return node.As<logical::Aggregate>() != nullptr && CanPull(node.child(0)) &&
           OnlyEqualities(node.child(0));
  }

  // Takes the conditions out; what they read of the plan is among its outputs then.
  // Requires: CanPull.
  void Pull(NodePtr* plan) {
    Node& node = **plan;
    if (!TreeReads(node, outer_)) {
      return;
    }
    if (auto* filter = node.As<logical::Filter>()) {
      Take(&filter->conjuncts);
      Pull(&node.children[0]);
      node.outputs = node.child(0).outputs;
      return;
    }
    if (auto* join = node.As<logical::Join>()) {
      if (join->kind == JoinKind::kInner) {
        Take(&join->conjuncts);
        Pull(&node.children[1]);
      }
      const ColumnId last = node.outputs.back();
      Pull(&node.children[0]);
      node.outputs = node.child(0).outputs;
      if (join->kind == JoinKind::kMark) {
        node.outputs.push_back(last);
      } else if (join->kind != JoinKind::kSemi && join->kind != JoinKind::kAnti) {
        const std::vector<ColumnId>& right = node.child(1).outputs;
        node.outputs.insert(node.outputs.end(), right.begin(), right.end());
      }
      return;
    }
    Pull(&node.children[0]);
    if (node.As<logical::Sort>() != nullptr) {
      node.outputs = node.child(0).outputs;
    } else if (auto* project = node.As<logical::Project>()) {
      PassOn(project, &node);
    } else {
      GroupBy(node.As<logical::Aggregate>(), &node);
    }
  }

  std::vector<ExprPtr> TakePulled() { return std::move(pulled_); }

 private:
  bool OnlyEqualities(const Node& node) const {
    bool only = true;
    if (const auto* filter = node.As<logical::Filter>()) {
      only = AreEqualities(filter->conjuncts);
    } else if (const auto* join = node.As<logical::Join>()) {
      only = AreEqualities(join->conjuncts);
    }
    return only && std::all_of(node.children.begin(), node.children.end(),
                               [this](const NodePtr& child) { return OnlyEqualities(*child); });
  }
  bool AreEqualities(const std::vector<ExprPtr>& conjuncts) const {
    return std::all_of(conjuncts.begin(), conjuncts.end(), [this](const ExprPtr& conjunct) {
      return !Reads(*conjunct, outer_) || InnerSide(*conjunct, outer_) != nullptr;
    });
  }

  void Take(std::vector<ExprPtr>* conjuncts) {
    std::vector<ExprPtr> kept;
    for (ExprPtr& conjunct : *conjuncts) {
      (Reads(*conjunct, outer_) ? pulled_ : kept).push_back(std::move(conjunct));
    }
    *conjuncts = std::move(kept);
  }

  // A projection gives the columns that pulled conditions read out as well.
  void PassOn(logical::Project* project, Node* node) {
    const std::vector<ColumnId>& given = node->child(0).outputs;
    for (const ExprPtr& conjunct : pulled_) {
      for (const ColumnId column : ColumnsOf(*conjunct)) {
        const bool inner = std::find(given.begin(), given.end(), column) != given.end();
        const bool passed =
            std::find(node->outputs.begin(), node->outputs.end(), column) != node->outputs.end();
        if (inner && !passed) {
          project->expressions.push_back(columns_.Ref(column));
          node->outputs.push_back(column);
        }
      }
    }
  }

  // An aggregate is grouped by what pulled equalities compare with outer columns.
  void GroupBy(logical::Aggregate* aggregate, Node* node) {
    for (ExprPtr& conjunct : pulled_) {
      const Expr* const side = InnerSide(*conjunct, outer_);
      ExprPtr& place = conjunct->children[conjunct->children[0].get() == side ? 0 : 1];
      place = columns_.Ref(GroupOf(*place, aggregate, node));
    }
  }

  ColumnId GroupOf(const Expr& expr, logical::Aggregate* aggregate, Node* node) {
    for (size_t i = 0; i < aggregate->groups.size(); ++i) {
      if (Equal(*aggregate->groups[i], expr)) {
        return node->outputs[i];
      }
    }
    const ColumnId id =
        expr.kind == ExprKind::kColumn ? expr.column : columns_.Add({"", expr.type, ""});
    const auto place = static_cast<ptrdiff_t>(aggregate->groups.size());
    aggregate->groups.push_back(expr.Clone());
    node->outputs.insert(node->outputs.begin() + place, id);
    return id;
  }

  const ColumnSet& outer_;
  ColumnTable& columns_;
  std::vector<ExprPtr> pulled_;
};

// ---- Computing for all combinations of outer columns.

class DomainPusher {
 public:
  // `source` gives the outer columns out.
  DomainPusher(const Node& source, const ColumnSet& outer, ColumnTable& columns)
      : source_(source), outer_(outer), columns_(columns) {}

  // The plan computed for each combination, whose columns it gives out as `domain`.
  Status Push(NodePtr* plan, std::vector<ColumnId>* domain) {
    Node& node = **plan;
    if (!TreeReads(node, outer_)) {
      NodePtr combinations = MakeDomain(domain);
      *plan = logical::MakeJoin(JoinKind::kInner, std::move(combinations), std::move(*plan), {});
      return {};
    }
    if (auto* join = node.As<logical::Join>()) {
      return PushJoin(join, &node, domain);
    }
    if (node.As<logical::SetOperation>() != nullptr) {
      return PushSet(&node, domain);
    }
    if (node.As<logical::Limit>() != nullptr || node.children.empty()) {
      return {Code::kInvalidArgument,
              "a subquery with limit cannot name columns of the query around it"};
    }
    const bool scalar =
        node.As<logical::Aggregate>() != nullptr && node.As<logical::Aggregate>()->groups.empty();
    RETURN_IF_ERROR(Push(&node.children[0], domain));
    Substitute(&node, *domain);
    if (auto* project = node.As<logical::Project>()) {
      for (const ColumnId column : *domain) {
        project->expressions.push_back(columns_.Ref(column));
        node.outputs.push_back(column);
      }
      return {};
    }
    if (auto* aggregate = node.As<logical::Aggregate>()) {
      auto place = static_cast<ptrdiff_t>(aggregate->groups.size());
      for (const ColumnId column : *domain) {
        aggregate->groups.push_back(columns_.Ref(column));
        node.outputs.insert(node.outputs.begin() + place++, column);
      }
      if (scalar) {
        AddEmptyGroups(plan, domain);
      }
      return {};
    }
    node.outputs = node.child(0).outputs;
    return {};
  }

  // `a is not distinct from b` for each pair.
  std::vector<ExprPtr> Alike(const std::vector<ColumnId>& a, const std::vector<ColumnId>& b) const {
    std::vector<ExprPtr> conjuncts;
    for (size_t i = 0; i < a.size(); ++i) {
      conjuncts.push_back(Expr::Distinct(CompareOp::kEq, columns_.Ref(a[i]), columns_.Ref(b[i])));
    }
    return conjuncts;
  }

 private:
  NodePtr MakeDomain(std::vector<ColumnId>* domain) {
    domain->clear();
    logical::Aggregate distinct;
    for (const ColumnId column : outer_) {
      distinct.groups.push_back(columns_.Ref(column));
      domain->push_back(columns_.Copy(column));
    }
    return logical::MakeAggregate(logical::Clone(source_), std::move(distinct), *domain);
  }

  void Substitute(Node* node, const std::vector<ColumnId>& domain) {
    const std::vector<ColumnId> outer(outer_.begin(), outer_.end());
    logical::VisitExprs(*node, [&](ExprPtr& expr) {
      VisitColumns(*expr, [&](uint32_t& column) {
        const auto found = std::find(outer.begin(), outer.end(), column);
        if (found != outer.end()) {
          column = domain[static_cast<size_t>(found - outer.begin())];
        }
      });
    });
  }

  Status PushJoin(logical::Join* join, Node* node, std::vector<ColumnId>* domain) {
    const bool right_reads = TreeReads(node->child(1), outer_);
    const bool left_reads =
        TreeReads(node->child(0), outer_) || !right_reads || join->kind != JoinKind::kInner;
    if (join->kind == JoinKind::kFull) {
      return {Code::kInvalidArgument, "a full join cannot name columns of the query around it"};
    }
    std::vector<ColumnId> right_domain;
    if (left_reads) {
      RETURN_IF_ERROR(Push(&node->children[0], domain));
    }
    if (right_reads) {
      RETURN_IF_ERROR(Push(&node->children[1], left_reads ? &right_domain : domain));
    }
    Substitute(node, *domain);
    if (left_reads && right_reads) {
      for (ExprPtr& conjunct : Alike(*domain, right_domain)) {
        join->conjuncts.push_back(std::move(conjunct));
      }
    }
    const ColumnId last = node->outputs.back();
    node->outputs = node->child(0).outputs;
    if (join->kind == JoinKind::kMark) {
      node->outputs.push_back(last);
    } else if (join->kind != JoinKind::kSemi && join->kind != JoinKind::kAnti) {
      const std::vector<ColumnId>& right = node->child(1).outputs;
      node->outputs.insert(node->outputs.end(), right.begin(), right.end());
    }
    return {};
  }

  // Both sides have the domain as further columns, by which rows are told apart, too.
  Status PushSet(Node* node, std::vector<ColumnId>* domain) {
    for (NodePtr& child : node->children) {
      std::vector<ColumnId> outputs = child->outputs;
      std::vector<ColumnId> own;
      RETURN_IF_ERROR(Push(&child, &own));
      outputs.insert(outputs.end(), own.begin(), own.end());
      std::vector<ExprPtr> expressions;
      expressions.reserve(outputs.size());
      for (const ColumnId column : outputs) {
        expressions.push_back(columns_.Ref(column));
      }
      child = logical::MakeProject(std::move(child), std::move(expressions), std::move(outputs));
    }
    domain->clear();
    for (const ColumnId column : outer_) {
      domain->push_back(columns_.Copy(column));
      node->outputs.push_back(domain->back());
    }
    return {};
  }

  // An aggregate without groups has a row for every combination, also where there are no rows.
  void AddEmptyGroups(NodePtr* plan, std::vector<ColumnId>* domain) {
    const std::vector<ColumnId> grouped = *domain;
    const std::vector<logical::AggregateCall>& calls = (*plan)->As<logical::Aggregate>()->calls;
    const size_t first = (*plan)->outputs.size() - calls.size();
    // The aggregate's own results get new numbers, for a count may be missing there.
    std::vector<ExprPtr> expressions;
    std::vector<ColumnId> outputs;
    for (size_t i = 0; i < calls.size(); ++i) {
      ColumnId& result = (*plan)->outputs[first + i];
      outputs.push_back(result);
      result = columns_.Copy(result);
      expressions.push_back(OrZero(calls[i], columns_.Ref(result)));
    }
    NodePtr combinations = MakeDomain(domain);
    *plan = logical::MakeJoin(JoinKind::kLeft, std::move(combinations), std::move(*plan),
                              Alike(*domain, grouped));
    for (const ColumnId column : *domain) {
      expressions.push_back(columns_.Ref(column));
      outputs.push_back(column);
    }
    *plan = logical::MakeProject(std::move(*plan), std::move(expressions), std::move(outputs));
  }

  const Node& source_;
  const ColumnSet& outer_;
  ColumnTable& columns_;
};

// ---- Joins with a subquery.

class Unnester {
 public:
  explicit Unnester(ColumnTable& columns) : columns_(columns) {}

  Status Run(NodePtr* plan) {
    for (NodePtr& child : (*plan)->children) {
      RETURN_IF_ERROR(Run(&child));
    }
    auto* join = (*plan)->As<logical::Join>();
    if (join == nullptr) {
      return {};
    }
    // Whether rows exist does not depend on how many of them are given out.
    if (join->kind == JoinKind::kMark && join->compared == 0) {
      DropLimit(&(*plan)->children[1]);
    }
    const ColumnSet free = logical::FreeColumns((*plan)->child(1));
    const std::vector<ColumnId>& left = (*plan)->child(0).outputs;
    ColumnSet outer;
    for (const ColumnId column : free) {
      if (std::find(left.begin(), left.end(), column) != left.end()) {
        outer.insert(column);
      }
    }
    return outer.empty() ? Status() : MakeIndependent(plan, outer, free);
  }

 private:
  static void DropLimit(NodePtr* plan) {
    const auto* limit = (*plan)->As<logical::Limit>();
    const bool keeps_one = limit != nullptr && !limit->offset && limit->count &&
                           limit->count->is_bigint() && limit->count->bigint_value() > 0;
    if (keeps_one) {
      NodePtr child = std::move((*plan)->children[0]);
      *plan = std::move(child);
    }
  }

  Status MakeIndependent(NodePtr* plan, const ColumnSet& outer, const ColumnSet& free) {
    Node& node = **plan;
    auto* join = node.As<logical::Join>();
    if (join->kind == JoinKind::kSingle && PullScalar(plan, free)) {
      return {};
    }
    Puller puller(free, columns_);
    const bool plain = !HasScalarAggregate(node.child(1)) && puller.CanPull(node.child(1));
    if (plain) {
      puller.Pull(&node.children[1]);
      for (ExprPtr& conjunct : puller.TakePulled()) {
        // Beside compared values, unknown would make the mark unknown.
        join->conjuncts.push_back(join->compared == 0 ? std::move(conjunct)
                                                      : Expr::IsTrue(std::move(conjunct)));
      }
      UpdateOutputs(join, &node);
      return {};
    }
    DomainPusher pusher(node.child(0), outer, columns_);
    std::vector<ColumnId> domain;
    RETURN_IF_ERROR(pusher.Push(&node.children[1], &domain));
    const std::vector<ColumnId> columns(outer.begin(), outer.end());
    for (ExprPtr& conjunct : pusher.Alike(columns, domain)) {
      join->conjuncts.push_back(std::move(conjunct));
    }
    UpdateOutputs(join, &node);
    return {};
  }

  static void UpdateOutputs(const logical::Join* join, Node* node) {
    const bool gives_right = join->kind != JoinKind::kMark && join->kind != JoinKind::kSemi &&
                             join->kind != JoinKind::kAnti;
    if (gives_right) {
      node->outputs = node->child(0).outputs;
      const std::vector<ColumnId>& right = node->child(1).outputs;
      node->outputs.insert(node->outputs.end(), right.begin(), right.end());
    }
  }

  // A subquery that has a row also where its relations have none.
  static bool HasScalarAggregate(const Node& node) {
    const auto* aggregate = node.As<logical::Aggregate>();
    if (aggregate != nullptr) {
      return aggregate->groups.empty() || HasScalarAggregate(node.child(0));
    }
    return std::any_of(node.children.begin(), node.children.end(),
                       [](const NodePtr& child) { return HasScalarAggregate(*child); });
  }

  // `(select f(agg(x)) from ... where y = outer)`: the aggregate, grouped by y, is joined, and f
  // computed above, where a count that found nothing is 0.
  bool PullScalar(NodePtr* plan, const ColumnSet& free) {
    NodePtr* aggregate = &(*plan)->children[1];
    std::vector<NodePtr*> projects;
    while ((*aggregate)->As<logical::Project>() != nullptr && !OwnExprsRead(**aggregate, free)) {
      projects.push_back(aggregate);
      aggregate = &(*aggregate)->children[0];
    }
    Node& node = **aggregate;
    auto* detail = node.As<logical::Aggregate>();
    const bool scalar = detail != nullptr && detail->groups.empty();
    Puller puller(free, columns_);
    if (!scalar || HasScalarAggregate(node.child(0)) || !puller.CanPull(node)) {
      return false;
    }
    const std::vector<ColumnId> outputs = (*plan)->child(1).outputs;
    std::map<ColumnId, ExprPtr> values = ValuesOf(*detail, node.outputs);
    for (auto project = projects.rbegin(); project != projects.rend(); ++project) {
      std::map<ColumnId, ExprPtr> above;
      auto* expressions = &(**project)->As<logical::Project>()->expressions;
      for (size_t i = 0; i < expressions->size(); ++i) {
        above[(**project)->outputs[i]] = Replaced(std::move((*expressions)[i]), values);
      }
      values = std::move(above);
    }
    puller.Pull(aggregate);
    NodePtr grouped = std::move(*aggregate);
    NodePtr left = std::move((*plan)->children[0]);
    std::vector<ExprPtr> expressions;
    std::vector<ColumnId> given = left->outputs;
    expressions.reserve(given.size() + outputs.size());
    for (const ColumnId column : given) {
      expressions.push_back(columns_.Ref(column));
    }
    for (const ColumnId output : outputs) {
      expressions.push_back(std::move(values[output]));
      given.push_back(output);
    }
    Renumber(grouped.get(), outputs, &expressions, left->outputs.size());
    NodePtr joined = logical::MakeJoin(JoinKind::kLeft, std::move(left), std::move(grouped),
                                       puller.TakePulled());
    *plan = logical::MakeProject(std::move(joined), std::move(expressions), std::move(given));
    return true;
  }

  // The results of an aggregate as they are where it has found no rows, too.
  std::map<ColumnId, ExprPtr> ValuesOf(const logical::Aggregate& aggregate,
                                       const std::vector<ColumnId>& outputs) const {
    std::map<ColumnId, ExprPtr> values;
    for (size_t i = 0; i < aggregate.calls.size(); ++i) {
      values[outputs[i]] = OrZero(aggregate.calls[i], columns_.Ref(outputs[i]));
    }
    return values;
  }

  // Where a value would have the number of the aggregate's result that it is made from, the
  // result gets another one.
  void Renumber(Node* aggregate, const std::vector<ColumnId>& outputs,
                std::vector<ExprPtr>* expressions, size_t first) {
    for (ColumnId& result : aggregate->outputs) {
      const auto same = std::find(outputs.begin(), outputs.end(), result);
      if (same == outputs.end()) {
        continue;
      }
      const ColumnId old = result;
      result = columns_.Copy(old);
      for (size_t i = first; i < expressions->size(); ++i) {
        VisitColumns(*(*expressions)[i],
                     [&](uint32_t& column) { column = column == old ? result : column; });
      }
    }
  }

  static ExprPtr Replaced(ExprPtr expr, const std::map<ColumnId, ExprPtr>& values) {
    if (expr->kind == ExprKind::kColumn) {
      const auto found = values.find(expr->column);
      return found == values.end() ? std::move(expr) : found->second->Clone();
    }
    for (ExprPtr& child : expr->children) {
      child = Replaced(std::move(child), values);
    }
    return expr;
  }

  ColumnTable& columns_;
};

}  // namespace

Status Unnest(NodePtr* plan, ColumnTable& columns) { return Unnester(columns).Run(plan); }

}  // namespace redbase::ql
