#include "ql/internal/rules.h"

#include <algorithm>
#include <map>
#include <utility>

#include "ql/function.h"

namespace redbase::ql {
namespace {

using logical::Node;
using logical::NodePtr;

ColumnSet SetOf(const std::vector<ColumnId>& columns) { return {columns.begin(), columns.end()}; }

ColumnSet ColumnsOf(const Expr& expr) {
  ColumnSet columns;
  VisitColumns(expr, [&columns](uint32_t column) { columns.insert(column); });
  return columns;
}

bool IsSubset(const ColumnSet& part, const ColumnSet& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

// ---- Renames.

class RenameRemover {
 public:
  void Run(NodePtr* plan, bool keep) {
    Node& node = **plan;
    const bool keeps_children = node.As<logical::SetOperation>() != nullptr;
    for (NodePtr& child : node.children) {
      Run(&child, keeps_children);
    }
    logical::VisitExprs(node, [this](ExprPtr& expr) {
      VisitColumns(*expr, [this](uint32_t& column) { column = SourceOf(column); });
    });
    for (ColumnId& output : node.outputs) {
      output = SourceOf(output);  // of a column that is passed on
    }
    UpdateOutputs(&node);
    const auto* project = node.As<logical::Project>();
    if (keep || project == nullptr) {
      return;
    }
    const bool renames =
        std::all_of(project->expressions.begin(), project->expressions.end(),
                    [](const ExprPtr& expr) { return expr->kind == ExprKind::kColumn; });
    if (renames) {
      for (size_t i = 0; i < node.outputs.size(); ++i) {
        sources_[node.outputs[i]] = project->expressions[i]->column;
      }
      NodePtr child = std::move(node.children[0]);
      *plan = std::move(child);
    }
  }

  ColumnId SourceOf(ColumnId column) const {
    const auto found = sources_.find(column);
    return found == sources_.end() ? column : found->second;
  }

 private:
  // Those of nodes that pass on what their children have.
  static void UpdateOutputs(Node* node) {
    const auto* join = node->As<logical::Join>();
    if (node->As<logical::Filter>() != nullptr || node->As<logical::Sort>() != nullptr ||
        node->As<logical::Limit>() != nullptr) {
      node->outputs = node->child(0).outputs;
    } else if (join != nullptr) {
      const ColumnId mark = node->outputs.back();
      node->outputs = node->child(0).outputs;
      if (join->kind == JoinKind::kMark) {
        node->outputs.push_back(mark);
      } else if (join->kind != JoinKind::kSemi && join->kind != JoinKind::kAnti) {
        const std::vector<ColumnId>& right = node->child(1).outputs;
        node->outputs.insert(node->outputs.end(), right.begin(), right.end());
      }
    }
  }

  std::map<ColumnId, ColumnId> sources_;
};

// ---- Filters.

// Whether the condition can only be true where some of these columns have a value.
bool RejectsNulls(const Expr& condition, const ColumnSet& columns) {
  const auto strict = [&](const Expr& expr, const auto& self) -> bool {
    switch (expr.kind) {
      case ExprKind::kColumn:
        return columns.contains(expr.column);
      case ExprKind::kCompare:
      case ExprKind::kLike:
      case ExprKind::kCast:
      case ExprKind::kIsTrue:
        return std::any_of(expr.children.begin(), expr.children.end(),
                           [&](const ExprPtr& child) { return self(*child, self); });
      case ExprKind::kFunction:
        return expr.function->strict &&
               std::any_of(expr.children.begin(), expr.children.end(),
                           [&](const ExprPtr& child) { return self(*child, self); });
      default:
        return false;
    }
  };
  if (condition.kind == ExprKind::kNot) {
    const Expr& inner = *condition.children[0];
    if (inner.kind == ExprKind::kIsNull) {
      return strict(*inner.children[0], strict);
    }
    return inner.kind != ExprKind::kIsTrue && strict(inner, strict);
  }
  if (condition.kind == ExprKind::kOr) {
    return std::all_of(condition.children.begin(), condition.children.end(),
                       [&](const ExprPtr& child) { return RejectsNulls(*child, columns); });
  }
  return strict(condition, strict);
}

class FilterPusher {
 public:
  // The plan with only the rows for which all conjuncts are true.
  NodePtr Push(NodePtr plan, std::vector<ExprPtr> conjuncts) {
    return std::visit(
        [&](auto& detail) { return PushInto(detail, std::move(plan), std::move(conjuncts)); },
        plan->detail);
  }

 private:
  using Conjuncts = std::vector<ExprPtr>;

  NodePtr PushInto(logical::Filter& filter, NodePtr plan, Conjuncts conjuncts) {
    for (ExprPtr& own : filter.conjuncts) {
      conjuncts.push_back(std::move(own));
    }
    return Push(std::move(plan->children[0]), std::move(conjuncts));
  }

  NodePtr PushInto(logical::Sort& /*sort*/, NodePtr plan, Conjuncts conjuncts) {
    plan->children[0] = Push(std::move(plan->children[0]), std::move(conjuncts));
    return plan;
  }

  NodePtr PushInto(logical::Project& project, NodePtr plan, Conjuncts conjuncts) {
    for (ExprPtr& conjunct : conjuncts) {
      conjunct = Replaced(std::move(conjunct), plan->outputs, project.expressions);
    }
    plan->children[0] = Push(std::move(plan->children[0]), std::move(conjuncts));
    return plan;
  }

  NodePtr PushInto(logical::Aggregate& aggregate, NodePtr plan, Conjuncts conjuncts) {
    const std::vector<ColumnId> groups(
        plan->outputs.begin(),
        plan->outputs.begin() + static_cast<ptrdiff_t>(aggregate.groups.size()));
    const ColumnSet group_set = SetOf(groups);
    Conjuncts below;
    Conjuncts above;
    for (ExprPtr& conjunct : conjuncts) {
      const ColumnSet columns = ColumnsOf(*conjunct);
      if (!columns.empty() && IsSubset(columns, group_set)) {
        below.push_back(Replaced(std::move(conjunct), groups, aggregate.groups));
      } else {
        above.push_back(std::move(conjunct));
      }
    }
    plan->children[0] = Push(std::move(plan->children[0]), std::move(below));
    return logical::MakeFilter(std::move(plan), std::move(above));
  }

  NodePtr PushInto(logical::SetOperation& /*set*/, NodePtr plan, const Conjuncts& conjuncts) {
    for (NodePtr& child : plan->children) {
      Conjuncts own;
      for (const ExprPtr& conjunct : conjuncts) {
        ExprPtr copy = conjunct->Clone();
        VisitColumns(*copy, [&](uint32_t& column) {
          const auto found = std::find(plan->outputs.begin(), plan->outputs.end(), column);
          if (found != plan->outputs.end()) {
            column = child->outputs[static_cast<size_t>(found - plan->outputs.begin())];
          }
        });
        own.push_back(std::move(copy));
      }
      std::vector<ColumnId> outputs = child->outputs;
      child = Push(std::move(child), std::move(own));
    }
    return plan;
  }

  NodePtr PushInto(logical::Join& join, NodePtr plan, Conjuncts conjuncts) {
    TestInstead(&join, plan.get(), &conjuncts);
    const ColumnSet left = SetOf(plan->child(0).outputs);
    const ColumnSet right = SetOf(plan->child(1).outputs);
    if (join.kind == JoinKind::kLeft &&
        std::any_of(conjuncts.begin(), conjuncts.end(),
                    [&](const ExprPtr& conjunct) { return RejectsNulls(*conjunct, right); })) {
      join.kind = JoinKind::kInner;
    }
    Conjuncts to_left;
    Conjuncts to_right;
    Conjuncts above;
    const bool inner = join.kind == JoinKind::kInner;
    const bool keeps_left = join.kind != JoinKind::kFull;
    if (inner) {
      for (ExprPtr& conjunct : conjuncts) {
        join.conjuncts.push_back(std::move(conjunct));
      }
      conjuncts.clear();
    }
    for (ExprPtr& conjunct : conjuncts) {
      const bool down = keeps_left && IsSubset(ColumnsOf(*conjunct), left) &&
                        conjunct->kind != ExprKind::kConstant;
      (down ? to_left : above).push_back(std::move(conjunct));
    }
    PushOwn(&join, left, right, &to_left, &to_right);
    plan->children[0] = Push(std::move(plan->children[0]), std::move(to_left));
    plan->children[1] = Push(std::move(plan->children[1]), std::move(to_right));
    return logical::MakeFilter(std::move(plan), std::move(above));
  }

  // What the join itself asks of one side goes there, where no row is kept for it.
  static void PushOwn(logical::Join* join, const ColumnSet& left, const ColumnSet& right,
                      Conjuncts* to_left, Conjuncts* to_right) {
    const bool may_left = join->kind == JoinKind::kInner || join->kind == JoinKind::kSemi;
    const bool may_right = join->kind != JoinKind::kFull && join->kind != JoinKind::kMark;
    Conjuncts own;
    for (ExprPtr& conjunct : join->conjuncts) {
      const ColumnSet columns = ColumnsOf(*conjunct);
      if (!columns.empty() && may_left && IsSubset(columns, left)) {
        to_left->push_back(std::move(conjunct));
      } else if (!columns.empty() && may_right && IsSubset(columns, right)) {
        to_right->push_back(std::move(conjunct));
      } else {
        own.push_back(std::move(conjunct));
      }
    }
    join->conjuncts = std::move(own);
  }

  template <typename Leaf>
  NodePtr PushInto(Leaf& /*leaf*/, NodePtr plan, Conjuncts conjuncts) {
    for (NodePtr& child : plan->children) {
      child = Push(std::move(child), {});
    }
    return logical::MakeFilter(std::move(plan), std::move(conjuncts));
  }

  // A mark that nothing but one conjunct reads is no column: the rows with it are kept.
  static void TestInstead(logical::Join* join, Node* plan, Conjuncts* conjuncts) {
    if (join->kind != JoinKind::kMark) {
      return;
    }
    const ColumnId mark = plan->outputs.back();
    size_t reads = 0;
    auto test = conjuncts->end();
    bool negated = false;
    for (auto it = conjuncts->begin(); it != conjuncts->end(); ++it) {
      if (!ColumnsOf(**it).contains(mark)) {
        continue;
      }
      ++reads;
      const Expr* expr = it->get();
      const bool negates = expr->kind == ExprKind::kNot;
      expr = negates ? expr->children[0].get() : expr;
      const bool is_true = expr->kind == ExprKind::kIsTrue;
      expr = is_true ? expr->children[0].get() : expr;
      // Not true is more than false where the mark may be unknown.
      if (expr->kind == ExprKind::kColumn && expr->column == mark && (!negates || is_true)) {
        test = it;
        negated = negates;
      }
    }
    if (test != conjuncts->end() && reads == 1) {
      join->kind = negated ? JoinKind::kAnti : JoinKind::kSemi;
      conjuncts->erase(test);
      plan->outputs.pop_back();
    }
  }

  // The conjunct with expressions in the place of columns.
  static ExprPtr Replaced(ExprPtr expr, const std::vector<ColumnId>& columns,
                          const std::vector<ExprPtr>& expressions) {
    if (expr->kind == ExprKind::kColumn) {
      const auto found = std::find(columns.begin(), columns.end(), expr->column);
      return found == columns.end()
                 ? std::move(expr)
                 : expressions[static_cast<size_t>(found - columns.begin())]->Clone();
    }
    for (ExprPtr& child : expr->children) {
      child = Replaced(std::move(child), columns, expressions);
    }
    return expr;
  }
};

}  // namespace

void RemoveRenames(BoundQuery* query) {
  RenameRemover remover;
  remover.Run(&query->plan, /*keep=*/false);
  for (ColumnId& output : query->outputs) {
    output = remover.SourceOf(output);
  }
}

void PushFilters(logical::NodePtr* plan) { *plan = FilterPusher().Push(std::move(*plan), {}); }

Status Rewrite(BoundQuery* query, ColumnTable& columns) {
  RemoveRenames(query);
  RETURN_IF_ERROR(Unnest(&query->plan, columns));
  PushFilters(&query->plan);
  return {};
}

}  // namespace redbase::ql
