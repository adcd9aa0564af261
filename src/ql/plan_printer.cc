#include "ql/plan_printer.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace redbase::ql {
namespace {

// What is printed of a plan: lines and their children, in either style.
struct Node {
  std::string line;
  std::vector<Node> children;
};

template <typename Items, typename ToText>
std::string Joined(const Items& items, const std::string& separator, ToText to_text) {
  std::string text;
  for (const auto& item : items) {
    text += (text.empty() ? "" : separator) + to_text(item);
  }
  return text;
}

std::string FullName(const Column& column) {
  return column.relation.empty() ? column.name : column.relation + "." + column.name;
}

// Operators as each style writes them.
std::string OpName(CompareOp op, PlanStyle style) {
  if (style == PlanStyle::kClassic && op == CompareOp::kNe) {
    return "!=";
  }
  return std::string(CompareOpName(op));
}

// Values as `print` shows them in the classic style, else as SQL writes them.
std::string ValueText(const Value& value, PlanStyle style) {
  return style == PlanStyle::kClassic ? value.ToString()
                                      : ToString(*Expr::Constant(value, LogicalType{}), Schema());
}

std::string PredicateText(const rm::ColumnPredicate& predicate, const std::string& column,
                          PlanStyle style) {
  switch (predicate.kind) {
    case rm::ColumnPredicate::Kind::kIsNull:
      return column + " is null";
    case rm::ColumnPredicate::Kind::kIsNotNull:
      return column + " is not null";
    case rm::ColumnPredicate::Kind::kCompare:
      break;
  }
  return column + " " + OpName(predicate.op, style) + " " + ValueText(predicate.value, style);
}

std::string ExprText(const Expr& expr, const Schema& schema, PlanStyle style) {
  if (style == PlanStyle::kExplain || expr.kind != ExprKind::kCompare) {
    return ToString(expr, schema);
  }
  const auto side = [&](const Expr& e) {
    return e.kind == ExprKind::kConstant ? e.value.ToString() : ToString(e, schema);
  };
  return side(*expr.children[0]) + " " + OpName(expr.op, style) + " " + side(*expr.children[1]);
}

// "nodes 1-4", "node 3", "nodes 1, 3".
std::string PartitionsText(const std::vector<uint32_t>& partitions) {
  if (partitions.empty()) {
    return "no nodes";
  }
  if (partitions.size() == 1) {
    return "node " + std::to_string(partitions[0]);
  }
  if (partitions.back() - partitions.front() + 1 == partitions.size()) {
    return "nodes " + std::to_string(partitions.front()) + "-" + std::to_string(partitions.back());
  }
  return "nodes " + Joined(partitions, ", ", [](uint32_t p) { return std::to_string(p); });
}

// What a node says of itself between the parentheses.
class Arguments {
 public:
  Arguments(const PlanNode& node, PlanStyle style) : node_(node), style_(style) {}

  std::string operator()(const FileScan& scan) const { return ScanText(scan); }
  std::string operator()(const IndexScan& scan) const { return ScanText(scan); }
  std::string operator()(const Filter& filter) const {
    return ExprText(*filter.predicate, node_.schema, style_);
  }
  std::string operator()(const Project& project) const {
    const Schema& below = node_.children[0]->schema;
    return Joined(project.expressions, ", ",
                  [&](const ExprPtr& expr) { return ExprText(*expr, below, style_); });
  }
  std::string operator()(const NestedLoopJoin& join) const {
    return join.condition ? ExprText(*join.condition, node_.schema, style_) : "";
  }
  std::string operator()(const HashJoin& join) const {
    const Schema& left = node_.children[0]->schema;
    const Schema& right = node_.children[1]->schema;
    std::string text;
    for (size_t i = 0; i < join.left_keys.size(); ++i) {
      text += (i > 0 ? " and " : "") + FullName(left[join.left_keys[i]]) + " = " +
              FullName(right[join.right_keys[i]]);
    }
    return text + Residual(join.residual);
  }
  std::string operator()(const IndexJoin& join) const {
    const Schema& outer = node_.children[0]->schema;
    std::string text;
    for (size_t i = 0; i < join.outer_keys.size(); ++i) {
      text += (i > 0 ? " and " : "") + FullName(outer[join.outer_keys[i]]) + " = " +
              join.inner.relation + "." + join.key_names[i];
    }
    return text + Residual(join.residual);
  }
  std::string operator()(const Sort& sort) const { return SortText(sort.keys); }
  std::string operator()(const Limit& limit) const {
    std::string text = limit.count ? limit.count->ToString() : "all";
    return limit.offset ? text + " offset " + limit.offset->ToString() : text;
  }
  std::string operator()(const Aggregate& aggregate) const {
    const Schema& below = node_.children[0]->schema;
    return Joined(aggregate.groups, ", ", [&](uint32_t column) { return FullName(below[column]); });
  }
  std::string operator()(const Append& /*append*/) const { return ""; }
  std::string operator()(const SetOperation& set) const { return set.all ? "all" : ""; }
  std::string operator()(const Values& values) const {
    return std::to_string(values.rows.size()) + (values.rows.size() == 1 ? " row" : " rows");
  }
  std::string operator()(const TextScan& scan) const { return "\"" + scan.path + "\""; }
  std::string operator()(const Insert& insert) const { return insert.relation; }
  std::string operator()(const Delete& change) const { return change.relation; }
  std::string operator()(const Update& update) const {
    return Joined(update.assignments, ", ", [&](const Assignment& assignment) {
      std::string text = update.relation + "." + node_.schema[assignment.column].name;
      if (style_ == PlanStyle::kExplain) {
        text += " = " + ToString(*assignment.value, node_.schema);
      }
      return text;
    });
  }
  std::string operator()(const LockRows& lock) const {
    constexpr std::array<const char*, 4> kLocks = {"key share", "share", "no key update", "update"};
    constexpr std::array<const char*, 3> kLocked = {"", " nowait", " skip locked"};
    return lock.relation + " for " + kLocks[static_cast<size_t>(lock.lock)] +
           kLocked[static_cast<size_t>(lock.locked_rows)];
  }
  std::string operator()(const Gather& gather) const { return PartitionsText(gather.partitions); }
  std::string operator()(const Route& route) const {
    return route.relation + " by " + node_.schema[route.vector.column()].name;
  }
  std::string operator()(const Receive& /*receive*/) const { return ""; }

 private:
  std::string SortText(const std::vector<SortKey>& keys) const {
    const Schema& below = node_.children[0]->schema;
    return Joined(keys, ", ", [&](const SortKey& key) {
      return FullName(below[key.column]) + (key.descending ? " desc" : "") +
             (key.nulls_first == key.descending ? ""
              : key.nulls_first                 ? " nulls first"
                                                : " nulls last");
    });
  }

  // Every predicate, or in the classic style the first: others are filters.
  template <typename Scan>
  std::string ScanText(const Scan& scan) const {
    std::string text = scan.relation;
    const size_t shown = style_ == PlanStyle::kClassic ? 1 : scan.predicates.size();
    for (size_t i = 0; i < std::min(shown, scan.predicates.size()); ++i) {
      text += (i == 0 ? ", " : " and ") + PredicateText(scan.predicates[i], scan.tested[i], style_);
    }
    return text;
  }

  std::string Residual(const ExprPtr& residual) const {
    return residual ? " and " + ExprText(*residual, node_.schema, style_) : "";
  }

  const PlanNode& node_;
  const PlanStyle style_;
};

const char* NameOf(const PlanNode& node, PlanStyle style) {
  const bool product = node.As<NestedLoopJoin>() && !node.As<NestedLoopJoin>()->condition;
  if (product) {
    return style == PlanStyle::kClassic ? "CrossProductOp" : "CrossProduct";
  }
  struct Names {
    const char* explain;
    const char* classic;
  };
  // In the order of PlanDetail.
  static constexpr Names kNames[] = {
      {"FileScan", "FileScanOp"},
      {"IndexScan", "IndexScanOp"},
      {"Filter", "FilterOp"},
      {"Project", "ProjectOp"},
      {"NestedLoopJoin", "NLJoinOp"},
      {"HashJoin", "HashJoinOp"},
      {"IndexJoin", "IndexNLJoinOp"},
      {"Sort", "SortOp"},
      {"Limit", "LimitOp"},
      {"Aggregate", "AggregateOp"},
      {"Append", "AppendOp"},
      {"SetOperation", "SetOp"},
      {"Values", "ValuesOp"},
      {"TextScan", "LoadOp"},
      {"Insert", "InsertOp"},
      {"Delete", "DeleteOp"},
      {"Update", "UpdateOp"},
      {"LockRows", "LockRowsOp"},
      {"ShuffleData", "ShuffleDataOp"},
      {"Route", "RouteOp"},
      {"Receive", "ReceiveOp"},
  };
  static_assert(std::size(kNames) == std::variant_size_v<PlanDetail>);
  const Names& names = kNames[node.detail.index()];
  return style == PlanStyle::kClassic ? names.classic : names.explain;
}

Node Shown(const PlanNode& plan, PlanStyle style);

// A classic filter has one condition.  More than these stand in one line all the
// same, so that thousands make no tower.
constexpr size_t kMostFilters = 16;

Node Above(Node node, const std::string& condition) {
  Node filter{"FilterOp (" + condition + ")", {}};
  filter.children.push_back(std::move(node));
  return filter;
}

// Conditions as filters above a node, the last on top.
Node AddFilters(Node node, const std::vector<std::string>& conditions) {
  if (conditions.size() > kMostFilters) {
    return Above(std::move(node),
                 Joined(conditions, " and ", [](const std::string& c) { return c; }));
  }
  for (const std::string& condition : conditions) {
    node = Above(std::move(node), condition);
  }
  return node;
}

// The predicates of a scan behind the first.
template <typename Scan>
std::vector<std::string> FurtherConditions(const Scan& scan) {
  std::vector<std::string> conditions;
  for (size_t i = 1; i < scan.predicates.size(); ++i) {
    conditions.push_back(PredicateText(scan.predicates[i], scan.relation + "." + scan.tested[i],
                                       PlanStyle::kClassic));
  }
  return conditions;
}

std::vector<std::string> Conditions(const Filter& filter, const Schema& schema) {
  const Expr& predicate = *filter.predicate;
  if (predicate.kind != ExprKind::kAnd) {
    return {ExprText(predicate, schema, PlanStyle::kClassic)};
  }
  std::vector<std::string> conditions;
  for (const ExprPtr& conjunct : predicate.children) {
    conditions.push_back(ExprText(*conjunct, schema, PlanStyle::kClassic));
  }
  return conditions;
}

// The inner side of an index join, which has no plan node of its own.
Node InnerScan(const IndexJoin& join, PlanStyle style) {
  PlanNode inner{Schema(), join.inner, {}, 0};
  return Shown(inner, style);
}

Node Shown(const PlanNode& plan, PlanStyle style) {
  if (const auto* gather = plan.As<Gather>(); gather != nullptr && style == PlanStyle::kClassic) {
    return {"FileScanOp (" + Joined(gather->relations, ", ", [](const auto& r) { return r; }) + ")",
            {}};
  }
  if (const auto* filter = plan.As<Filter>(); filter != nullptr && style == PlanStyle::kClassic) {
    return AddFilters(Shown(*plan.children[0], style), Conditions(*filter, plan.schema));
  }
  Node node{Describe(plan, style), {}};
  for (const PlanPtr& child : plan.children) {
    node.children.push_back(Shown(*child, style));
  }
  if (const auto* join = plan.As<IndexJoin>()) {
    node.children.push_back(InnerScan(*join, style));
  }
  if (style == PlanStyle::kExplain) {
    return node;
  }
  if (const auto* scan = plan.As<FileScan>()) {
    return AddFilters(std::move(node), FurtherConditions(*scan));
  }
  if (const auto* scan = plan.As<IndexScan>()) {
    return AddFilters(std::move(node), FurtherConditions(*scan));
  }
  return node;
}

void Render(const Node& node, PlanStyle style, size_t depth, std::string* out) {
  const std::string indent =
      style == PlanStyle::kClassic ? std::string(depth, '\t') : std::string(2 * depth, ' ');
  *out += indent + node.line + "\n";
  if (node.children.empty()) {
    return;
  }
  const bool brackets = style == PlanStyle::kClassic;
  if (brackets) {
    *out += indent + "[\n";
  }
  for (const Node& child : node.children) {
    Render(child, style, depth + 1, out);
  }
  if (brackets) {
    *out += indent + "]\n";
  }
}

}  // namespace

std::string Describe(const PlanNode& node, PlanStyle style) {
  std::string text = NameOf(node, style);
  const std::string arguments = std::visit(Arguments(node, style), node.detail);
  if (!arguments.empty()) {
    text += (style == PlanStyle::kClassic ? " (" : "(") + arguments + ")";
  }
  return text;
}

std::string PrintPlan(const PlanNode& plan, PlanStyle style) {
  std::string out;
  Render(Shown(plan, style), style, 0, &out);
  return out;
}

std::string PrintShuffle(const PlanNode& gather, uint32_t partition) {
  Node shuffle{"ShuffleDataOp (" + std::to_string(partition) + ", 0)", {}};
  shuffle.children.push_back(Shown(*gather.children[0], PlanStyle::kClassic));
  std::string out;
  Render(shuffle, PlanStyle::kClassic, 0, &out);
  return out;
}

}  // namespace redbase::ql
