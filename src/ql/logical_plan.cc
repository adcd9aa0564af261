#include "ql/logical_plan.h"

#include <utility>

namespace redbase::ql {
namespace logical {
namespace {

NodePtr Make(Detail detail, std::vector<ColumnId> outputs, NodePtr first = nullptr,
             NodePtr second = nullptr) {
  auto node = std::make_unique<Node>(Node{std::move(detail), {}, std::move(outputs)});
  for (NodePtr* const child : {&first, &second}) {
    if (*child) {
      node->children.push_back(std::move(*child));
    }
  }
  return node;
}

// Gives every expression of a detail to a function.
template <typename Visit>
class ExprVisitor {
 public:
  explicit ExprVisitor(Visit visit) : visit_(std::move(visit)) {}

  template <typename Filtering>
  requires requires(Filtering& detail) { detail.conjuncts; }
  void operator()(Filtering& detail) const { All(detail.conjuncts); }
  void operator()(Project& project) const { All(project.expressions); }
  void operator()(Values& values) const {
    for (std::vector<ExprPtr>& row : values.rows) {
      All(row);
    }
  }
  void operator()(Sort& sort) const { Keys(sort.keys); }
  void operator()(Aggregate& aggregate) const {
    All(aggregate.groups);
    for (AggregateCall& call : aggregate.calls) {
      All(call.arguments);
      if (call.filter) {
        visit_(call.filter);
      }
      Keys(call.order);
    }
  }
  void operator()(Get& /*get*/) const {}
  void operator()(Limit& /*limit*/) const {}
  void operator()(SetOperation& /*set*/) const {}

 private:
  void All(std::vector<ExprPtr>& exprs) const {
    for (ExprPtr& expr : exprs) {
      visit_(expr);
    }
  }
  void Keys(std::vector<OrderKey>& keys) const {
    for (OrderKey& key : keys) {
      visit_(key.expr);
    }
  }

  Visit visit_;
};

void CollectFree(const Node& plan, ColumnSet* read, ColumnSet* made) {
  made->insert(plan.outputs.begin(), plan.outputs.end());
  VisitExprs(plan, [read](const Expr& expr) {
    VisitColumns(expr, [read](uint32_t column) { read->insert(column); });
  });
  for (const NodePtr& child : plan.children) {
    CollectFree(*child, read, made);
  }
}

}  // namespace

namespace {

std::vector<ExprPtr> CloneAll(const std::vector<ExprPtr>& exprs) {
  std::vector<ExprPtr> copies;
  copies.reserve(exprs.size());
  for (const ExprPtr& expr : exprs) {
    copies.push_back(expr->Clone());
  }
  return copies;
}

std::vector<OrderKey> CloneKeys(const std::vector<OrderKey>& keys) {
  std::vector<OrderKey> copies;
  copies.reserve(keys.size());
  for (const OrderKey& key : keys) {
    copies.push_back({key.expr->Clone(), key.descending, key.nulls_first});
  }
  return copies;
}

struct DetailCloner {
  Detail operator()(const Get& get) const { return get; }
  Detail operator()(const Limit& limit) const { return limit; }
  Detail operator()(const SetOperation& set) const { return set; }
  Detail operator()(const Values& values) const {
    Values copy;
    for (const std::vector<ExprPtr>& row : values.rows) {
      copy.rows.push_back(CloneAll(row));
    }
    return copy;
  }
  Detail operator()(const Filter& filter) const { return Filter{CloneAll(filter.conjuncts)}; }
  Detail operator()(const Project& project) const { return Project{CloneAll(project.expressions)}; }
  Detail operator()(const Join& join) const {
    return Join{join.kind, CloneAll(join.conjuncts), join.compared};
  }
  Detail operator()(const Sort& sort) const { return Sort{CloneKeys(sort.keys)}; }
  Detail operator()(const Aggregate& aggregate) const {
    Aggregate copy;
    copy.groups = CloneAll(aggregate.groups);
    for (const AggregateCall& call : aggregate.calls) {
      copy.calls.push_back({call.function, CloneAll(call.arguments), call.distinct,
                            call.filter ? call.filter->Clone() : nullptr, CloneKeys(call.order)});
    }
    return copy;
  }
};

}  // namespace

NodePtr Clone(const Node& node) {
  NodePtr copy = Make(std::visit(DetailCloner(), node.detail), node.outputs);
  for (const NodePtr& child : node.children) {
    copy->children.push_back(Clone(*child));
  }
  return copy;
}

NodePtr MakeGet(Get get) {
  std::vector<ColumnId> outputs = get.columns;
  return Make(std::move(get), std::move(outputs));
}

NodePtr MakeValues(std::vector<std::vector<ExprPtr>> rows, std::vector<ColumnId> outputs) {
  return Make(Values{std::move(rows)}, std::move(outputs));
}

NodePtr MakeFilter(NodePtr child, std::vector<ExprPtr> conjuncts) {
  if (conjuncts.empty()) {
    return child;
  }
  std::vector<ColumnId> outputs = child->outputs;
  return Make(Filter{std::move(conjuncts)}, std::move(outputs), std::move(child));
}

NodePtr MakeProject(NodePtr child, std::vector<ExprPtr> expressions,
                    std::vector<ColumnId> outputs) {
  return Make(Project{std::move(expressions)}, std::move(outputs), std::move(child));
}

NodePtr MakeJoin(JoinKind kind, NodePtr left, NodePtr right, std::vector<ExprPtr> conjuncts,
                 ColumnId mark) {
  std::vector<ColumnId> outputs = left->outputs;
  if (kind == JoinKind::kMark) {
    outputs.push_back(mark);
  } else if (kind != JoinKind::kSemi && kind != JoinKind::kAnti) {
    outputs.insert(outputs.end(), right->outputs.begin(), right->outputs.end());
  }
  const size_t compared = kind == JoinKind::kMark ? conjuncts.size() : 0;
  return Make(Join{kind, std::move(conjuncts), compared}, std::move(outputs), std::move(left),
              std::move(right));
}

NodePtr MakeAggregate(NodePtr child, Aggregate aggregate, std::vector<ColumnId> outputs) {
  return Make(std::move(aggregate), std::move(outputs), std::move(child));
}

NodePtr MakeSort(NodePtr child, std::vector<OrderKey> keys) {
  std::vector<ColumnId> outputs = child->outputs;
  return Make(Sort{std::move(keys)}, std::move(outputs), std::move(child));
}

NodePtr MakeLimit(NodePtr child, Limit limit) {
  std::vector<ColumnId> outputs = child->outputs;
  return Make(std::move(limit), std::move(outputs), std::move(child));
}

void VisitExprs(Node& node, const std::function<void(ExprPtr& expr)>& visit) {
  std::visit(ExprVisitor(visit), node.detail);
}

void VisitExprs(const Node& node, const std::function<void(const Expr& expr)>& visit) {
  // The visitor changes nothing: it gets the expressions as constants.
  std::visit(ExprVisitor([&visit](const ExprPtr& expr) { visit(*expr); }),
             const_cast<Node&>(node).detail);
}

ColumnSet FreeColumns(const Node& plan) {
  ColumnSet read;
  ColumnSet made;
  CollectFree(plan, &read, &made);
  ColumnSet free;
  for (const ColumnId column : read) {
    if (!made.contains(column)) {
      free.insert(column);
    }
  }
  return free;
}

}  // namespace logical

void AddConjuncts(ExprPtr condition, std::vector<ExprPtr>* conjuncts) {
  if (condition->kind == ExprKind::kAnd) {
    for (ExprPtr& child : condition->children) {
      AddConjuncts(std::move(child), conjuncts);
    }
    return;
  }
  if (condition->kind != ExprKind::kConstant || !IsTrue(*condition)) {
    conjuncts->push_back(std::move(condition));
  }
}

}  // namespace redbase::ql
