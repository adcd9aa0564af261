#include "parser/ast.h"

#include <algorithm>
#include <array>

namespace redbase::parser {

std::string ToString(Position position) {
  return "line " + std::to_string(position.line) + ", column " + std::to_string(position.column);
}

// Takes the tree apart level by level, so that each node dies childless.
Expr::~Expr() {
  std::vector<std::unique_ptr<Expr>> doomed = std::move(children_);
  while (!doomed.empty()) {
    const std::unique_ptr<Expr> node = std::move(doomed.back());
    doomed.pop_back();
    for (std::unique_ptr<Expr>& child : node->children_) {
      doomed.push_back(std::move(child));
    }
    node->children_.clear();
  }
}

namespace {

template <typename... Each>
std::vector<Expr> ListOf(Each... each) {
  std::vector<Expr> list;
  (list.push_back(std::move(each)), ...);
  return list;
}

}  // namespace

Expr::Expr(Operation operation, std::vector<Expr> children) : content_(operation) {
  for (Expr& child : children) {
    Add(std::move(child));
  }
}

void Expr::Add(Expr child) {
  depth_ = std::max(depth_, child.depth_ + 1);
  Adopt(std::make_unique<Expr>(std::move(child)));
}

Expr Expr::Comparison(Expr left, ComparisonOp op, Expr right) {
  const Position position = left.position();
  if (left.kind() == Kind::kLiteral && right.kind() == Kind::kColumn) {
    std::swap(left, right);
    op = Flip(op);
  }
  return {{Kind::kComparison, op, false, position}, ListOf(std::move(left), std::move(right))};
}

Expr Expr::NullTest(Expr operand, ComparisonOp op) {
  const Position position = operand.position();
  return {{Kind::kComparison, op, false, position}, ListOf(std::move(operand))};
}

Expr Expr::Not(Expr operand, Position position) {
  return {{Kind::kNot, ComparisonOp::kEq, false, position}, ListOf(std::move(operand))};
}

Expr Expr::Joined(Kind kind, Expr left, Expr right) {
  Expr joined({kind, ComparisonOp::kEq, false, left.position()}, {});
  for (Expr* const side : {&left, &right}) {
    if (side->kind() != kind) {
      joined.Add(std::move(*side));
      continue;
    }
    if (joined.children_.empty()) {  // a list grows at its end
      joined.children_ = std::move(side->children_);
      joined.depth_ = side->depth_;
      continue;
    }
    for (std::unique_ptr<Expr>& child : side->children_) {
      joined.Add(std::move(*child));
    }
  }
  return joined;
}

Expr Expr::And(Expr left, Expr right) {
  return Joined(Kind::kAnd, std::move(left), std::move(right));
}

Expr Expr::Or(Expr left, Expr right) {
  return Joined(Kind::kOr, std::move(left), std::move(right));
}

Expr Expr::Between(Expr operand, bool negated, Expr low, Expr high) {
  const Position position = operand.position();
  return {{Kind::kBetween, ComparisonOp::kEq, negated, position},
          ListOf(std::move(operand), std::move(low), std::move(high))};
}

Expr Expr::In(Expr operand, bool negated, std::vector<Expr> list) {
  Expr in({Kind::kIn, ComparisonOp::kEq, negated, operand.position()}, {});
  in.Add(std::move(operand));
  for (Expr& each : list) {
    in.Add(std::move(each));
  }
  return in;
}

Expr Expr::Like(Expr operand, LikeWord word, Expr pattern, std::optional<Literal> escape) {
  Expr like({Kind::kLike, ComparisonOp::kEq, word.negated, operand.position(), word.folds_case},
            {});
  like.Add(std::move(operand));
  like.Add(std::move(pattern));
  if (escape) {
    like.Add(Expr(*std::move(escape)));
  }
  return like;
}

Expr::Kind Expr::kind() const {
  if (const auto* operation = std::get_if<Operation>(&content_)) {
    return operation->kind;
  }
  return std::holds_alternative<ColumnRef>(content_) ? Kind::kColumn : Kind::kLiteral;
}

Position Expr::position() const {
  if (const auto* operation = std::get_if<Operation>(&content_)) {
    return operation->position;
  }
  return kind() == Kind::kColumn ? column().position : literal().position;
}

ComparisonOp Flip(ComparisonOp op) {
  switch (op) {
    case ComparisonOp::kLt:
      return ComparisonOp::kGt;
    case ComparisonOp::kLe:
      return ComparisonOp::kGe;
    case ComparisonOp::kGt:
      return ComparisonOp::kLt;
    case ComparisonOp::kGe:
      return ComparisonOp::kLe;
    default:
      return op;
  }
}

std::string_view ToString(TableLockMode mode) {
  constexpr std::array<std::string_view, 8> kNames = {
      "access share", "row share",           "row exclusive", "share update exclusive",
      "share",        "share row exclusive", "exclusive",     "access exclusive"};
  return kNames[static_cast<size_t>(mode)];
}

std::string_view ToString(IsolationLevel level) {
  switch (level) {
    case IsolationLevel::kReadUncommitted:
      return "read uncommitted";
    case IsolationLevel::kReadCommitted:
      return "read committed";
    case IsolationLevel::kRepeatableRead:
      return "repeatable read";
    case IsolationLevel::kSnapshot:
      return "snapshot";
    case IsolationLevel::kSerializable:
      return "serializable";
  }
  return "?";
}

}  // namespace redbase::parser
