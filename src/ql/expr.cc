#include "ql/expr.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <utility>

#include "common/text.h"
#include "ql/function.h"

namespace redbase::ql {

namespace {

constexpr LogicalType kBoolean{TypeId::kBoolean, 0};

ExprPtr MakeNode(ExprKind kind, LogicalType type) {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->type = type;
  return expr;
}

ExprPtr Combine(ExprKind kind, std::vector<ExprPtr> children) {
  if (children.empty()) {
    return nullptr;
  }
  if (children.size() == 1) {
    return std::move(children[0]);
  }
  ExprPtr expr = MakeNode(kind, kBoolean);
  expr->children = std::move(children);
  return expr;
}

// The shortest digits that read back as the value.
template <typename T>
std::string Shortest(T value) {
  std::array<char, 64> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

std::string ToText(const Value& value) {
  if (value.is_string()) {
    return common::Quoted(value.string_value());
  }
  if (value.is_real()) {
    return Shortest(value.real_value());
  }
  return value.is_double() ? Shortest(value.double_value()) : value.ToString();
}

std::string ColumnName(uint32_t column, const Schema& schema) {
  assert(column < schema.size());
  const Column& c = schema[column];
  return c.relation.empty() ? c.name : c.relation + "." + c.name;
}

// Parentheses around operators inside of another one.
std::string Inner(const Expr& expr, const Schema& schema) {
  const bool compound = expr.kind == ExprKind::kAnd || expr.kind == ExprKind::kOr ||
                        expr.kind == ExprKind::kNot || expr.kind == ExprKind::kCompare ||
                        (expr.kind == ExprKind::kFunction && expr.function->infix);
  return compound ? "(" + ToString(expr, schema) + ")" : ToString(expr, schema);
}

std::string Joined(const Expr& expr, const std::string& word, const Schema& schema) {
  const bool list = word == ", ";
  std::string out;
  for (const ExprPtr& child : expr.children) {
    if (!out.empty()) {
      out += word;
    }
    const bool plain = list || child->kind == ExprKind::kCompare;
    out += plain ? ToString(*child, schema) : Inner(*child, schema);
  }
  return out;
}

std::string CaseText(const Expr& expr, const Schema& schema) {
  std::string out = "case";
  for (size_t i = 0; i + 1 < expr.children.size(); i += 2) {
    out += " when " + ToString(*expr.children[i], schema);
    out += " then " + ToString(*expr.children[i + 1], schema);
  }
  return out + " else " + ToString(*expr.children.back(), schema) + " end";
}

std::string CallText(const Expr& expr, const Schema& schema) {
  const std::string name(expr.function->name);
  if (!expr.function->infix) {
    return name + "(" + Joined(expr, ", ", schema) + ")";
  }
  return expr.children.size() == 1 ? name + Inner(*expr.children[0], schema)
                                   : Joined(expr, " " + name + " ", schema);
}

}  // namespace

ExprPtr Expr::ColumnRef(uint32_t column, LogicalType type) {
  ExprPtr expr = MakeNode(ExprKind::kColumn, type);
  expr->column = column;
  return expr;
}

ExprPtr Expr::Constant(Value value, LogicalType type) {
  ExprPtr expr = MakeNode(ExprKind::kConstant, type);
  expr->value = std::move(value);
  return expr;
}

ExprPtr Expr::Compare(CompareOp op, ExprPtr left, ExprPtr right) {
  ExprPtr expr = MakeNode(ExprKind::kCompare, kBoolean);
  expr->op = op;
  expr->children.push_back(std::move(left));
  expr->children.push_back(std::move(right));
  return expr;
}

ExprPtr Expr::Cast(ExprPtr child, LogicalType type) {
  ExprPtr expr = MakeNode(ExprKind::kCast, type);
  expr->children.push_back(std::move(child));
  return expr;
}

ExprPtr Expr::Assign(ExprPtr child, LogicalType type) {
  ExprPtr expr = Cast(std::move(child), type);
  expr->assigns = true;
  return expr;
}

ExprPtr Expr::IsNull(ExprPtr child) {
  ExprPtr expr = MakeNode(ExprKind::kIsNull, kBoolean);
  expr->children.push_back(std::move(child));
  return expr;
}

ExprPtr Expr::Like(ExprPtr text, ExprPtr pattern, std::string escape, bool folds_case) {
  ExprPtr expr = MakeNode(ExprKind::kLike, kBoolean);
  expr->children.push_back(std::move(text));
  expr->children.push_back(std::move(pattern));
  expr->value = Value::String(std::move(escape));
  expr->folds_case = folds_case;
  return expr;
}

ExprPtr Expr::Not(ExprPtr child) {
  ExprPtr expr = MakeNode(ExprKind::kNot, kBoolean);
  expr->children.push_back(std::move(child));
  return expr;
}

ExprPtr Expr::IsTrue(ExprPtr child) {
  ExprPtr expr = MakeNode(ExprKind::kIsTrue, kBoolean);
  expr->children.push_back(std::move(child));
  return expr;
}

ExprPtr Expr::Distinct(CompareOp op, ExprPtr left, ExprPtr right) {
  ExprPtr expr = Compare(op, std::move(left), std::move(right));
  expr->kind = ExprKind::kDistinct;
  return expr;
}

ExprPtr Expr::Case(std::vector<ExprPtr> children, LogicalType type) {
  ExprPtr expr = MakeNode(ExprKind::kCase, type);
  expr->children = std::move(children);
  return expr;
}

ExprPtr Expr::Coalesce(std::vector<ExprPtr> children, LogicalType type) {
  ExprPtr expr = MakeNode(ExprKind::kCoalesce, type);
  expr->children = std::move(children);
  return expr;
}

ExprPtr Expr::Call(const Function& function, std::vector<ExprPtr> arguments, LogicalType type) {
  ExprPtr expr = MakeNode(ExprKind::kFunction, type);
  expr->function = &function;
  expr->children = std::move(arguments);
  return expr;
}

ExprPtr Expr::Boolean(bool value) { return Constant(Value::Boolean(value), kBoolean); }

bool IsTrue(const Expr& constant) {
  return constant.kind == ExprKind::kConstant && constant.value == Value::Boolean(true);
}

bool Equal(const Expr& a, const Expr& b) {
  const bool alike = a.kind == b.kind && a.type == b.type && a.column == b.column && a.op == b.op &&
                     a.folds_case == b.folds_case && a.assigns == b.assigns &&
                     a.function == b.function && a.value == b.value &&
                     a.children.size() == b.children.size();
  return alike && std::equal(a.children.begin(), a.children.end(), b.children.begin(),
                             [](const ExprPtr& x, const ExprPtr& y) { return Equal(*x, *y); });
}

ExprPtr Expr::And(std::vector<ExprPtr> conjuncts) {
  return Combine(ExprKind::kAnd, std::move(conjuncts));
}

ExprPtr Expr::Or(std::vector<ExprPtr> disjuncts) {
  return Combine(ExprKind::kOr, std::move(disjuncts));
}

ExprPtr Expr::Clone() const {
  auto copy = std::make_unique<Expr>();
  copy->kind = kind;
  copy->type = type;
  copy->column = column;
  copy->value = value;
  copy->op = op;
  copy->folds_case = folds_case;
  copy->assigns = assigns;
  copy->function = function;
  for (const ExprPtr& child : children) {
    copy->children.push_back(child->Clone());
  }
  return copy;
}

std::string ToString(const Expr& expr, const Schema& schema) {
  switch (expr.kind) {
    case ExprKind::kColumn:
      return ColumnName(expr.column, schema);
    case ExprKind::kConstant:
      return ToText(expr.value);
    case ExprKind::kCast:
      return "cast(" + ToString(*expr.children[0], schema) + " as " + TypeName(expr.type) + ")";
    case ExprKind::kCompare:
      return Inner(*expr.children[0], schema) + " " + std::string(CompareOpName(expr.op)) + " " +
             Inner(*expr.children[1], schema);
    case ExprKind::kIsNull:
      return Inner(*expr.children[0], schema) + " is null";
    case ExprKind::kNot:
      return "not " + Inner(*expr.children[0], schema);
    case ExprKind::kAnd:
      return Joined(expr, " and ", schema);
    case ExprKind::kOr:
      return Joined(expr, " or ", schema);
    case ExprKind::kLike:
      return Inner(*expr.children[0], schema) + (expr.folds_case ? " ilike " : " like ") +
             Inner(*expr.children[1], schema) +
             (expr.value == Value::String("\\") ? "" : " escape " + ToText(expr.value));
    case ExprKind::kIsTrue:
      return Inner(*expr.children[0], schema) + " is true";
    case ExprKind::kDistinct:
      return Inner(*expr.children[0], schema) + " is " + (expr.op == CompareOp::kEq ? "not " : "") +
             "distinct from " + Inner(*expr.children[1], schema);
    case ExprKind::kCase:
      return CaseText(expr, schema);
    case ExprKind::kCoalesce:
      return "coalesce(" + Joined(expr, ", ", schema) + ")";
    case ExprKind::kFunction:
      return CallText(expr, schema);
  }
  return {};
}

void VisitColumns(Expr& expr, const std::function<void(uint32_t& column)>& visit) {
  if (expr.kind == ExprKind::kColumn) {
    visit(expr.column);
  }
  for (const ExprPtr& child : expr.children) {
    VisitColumns(*child, visit);
  }
}

void VisitColumns(const Expr& expr, const std::function<void(uint32_t column)>& visit) {
  if (expr.kind == ExprKind::kColumn) {
    visit(expr.column);
  }
  for (const ExprPtr& child : expr.children) {
    VisitColumns(std::as_const(*child), visit);
  }
}

}  // namespace redbase::ql
