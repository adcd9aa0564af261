#include "parser/expr.h"

#include <algorithm>
#include <array>

#include "parser/query.h"

namespace redbase::parser {

std::string ToString(Position position) {
  return "line " + std::to_string(position.line) + ", column " + std::to_string(position.column);
}

namespace {

template <typename... Each>
std::vector<Expr> ListOf(Each... each) {
  std::vector<Expr> list;
  (list.push_back(std::move(each)), ...);
  return list;
}

// Operators of one level group from left to right.
int Precedence(BinaryOp op) {
  switch (op) {
    case BinaryOp::kPower:
      return 3;
    case BinaryOp::kMultiply:
    case BinaryOp::kDivide:
    case BinaryOp::kModulo:
      return 2;
    case BinaryOp::kAdd:
    case BinaryOp::kSubtract:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

Expr::Expr() : content_(Literal{}) {}
Expr::Expr(ColumnRef column) : position_(column.position) { content_ = std::move(column); }
Expr::Expr(Literal literal) : position_(literal.position) { content_ = std::move(literal); }
Expr::Expr(Expr&&) noexcept = default;
Expr& Expr::operator=(Expr&&) noexcept = default;

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

Expr::Expr(Operation operation, Position position, std::vector<Expr> children)
    : Expr(Content(std::make_unique<Operation>(std::move(operation))), position,
           std::move(children)) {}

Expr::Expr(Content content, Position position, std::vector<Expr> children)
    : content_(std::move(content)), position_(position) {
  depth_ = 1;
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
  return {
      {.kind = Kind::kComparison, .op = op}, position, ListOf(std::move(left), std::move(right))};
}

Expr Expr::NullTest(Expr operand, ComparisonOp op) {
  const Position position = operand.position();
  return {{.kind = Kind::kComparison, .op = op}, position, ListOf(std::move(operand))};
}

Expr Expr::Not(Expr operand, Position position) {
  return {{.kind = Kind::kNot}, position, ListOf(std::move(operand))};
}

Expr Expr::Joined(Kind kind, Expr left, Expr right) {
  Expr joined({.kind = kind}, left.position(), {});
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
  return {{.kind = Kind::kBetween, .negated = negated},
          position,
          ListOf(std::move(operand), std::move(low), std::move(high))};
}

Expr Expr::In(Expr operand, bool negated, std::vector<Expr> list) {
  Expr in({.kind = Kind::kIn, .negated = negated}, operand.position(), {});
  in.Add(std::move(operand));
  for (Expr& each : list) {
    in.Add(std::move(each));
  }
  return in;
}

Expr Expr::Like(Expr operand, LikeWord word, Expr pattern, std::optional<Literal> escape) {
  Expr like({.kind = Kind::kLike,
             .negated = word.negated,
             .folds_case = word.folds_case,
             .similar = word.similar},
            operand.position(), {});
  like.Add(std::move(operand));
  like.Add(std::move(pattern));
  if (escape) {
    like.Add(Expr(*std::move(escape)));
  }
  return like;
}

Expr Expr::Test(Expr operand, bool negated, TruthTest test) {
  const Position position = operand.position();
  return {{.kind = Kind::kTruthTest, .negated = negated, .test = test},
          position,
          ListOf(std::move(operand))};
}

Expr Expr::Unary(UnaryOp op, Expr operand, Position position) {
  return {{.kind = Kind::kUnary, .unary = op}, position, ListOf(std::move(operand))};
}

Expr Expr::Binary(Expr left, BinaryOp op, Expr right) {
  const auto goes_on = [op](const Expr& expr) {
    return expr.kind() == Kind::kBinary && Precedence(expr.operators().front()) == Precedence(op);
  };
  if (!goes_on(left)) {
    const Position position = left.position();
    return {{.kind = Kind::kBinary, .operators = {op}},
            position,
            ListOf(std::move(left), std::move(right))};
  }
  std::get<std::unique_ptr<Operation>>(left.content_)->operators.push_back(op);
  left.Add(std::move(right));
  return left;
}

Expr Expr::Case(std::optional<Expr> operand, std::vector<Expr> whens, std::optional<Expr> otherwise,
                Position position) {
  Expr made(
      {.kind = Kind::kCase, .has_operand = operand.has_value(), .has_else = otherwise.has_value()},
      position, {});
  if (operand) {
    made.Add(*std::move(operand));
  }
  for (Expr& each : whens) {
    made.Add(std::move(each));
  }
  if (otherwise) {
    made.Add(*std::move(otherwise));
  }
  return made;
}

Expr Expr::Cast(Expr operand, TypeName type, Position position) {
  return {{.kind = Kind::kCast, .type = std::move(type)}, position, ListOf(std::move(operand))};
}

Expr Expr::Function(FunctionCall call, std::vector<Expr> arguments) {
  const Position position = call.name.position;
  return {Content(std::make_unique<FunctionCall>(std::move(call))), position, std::move(arguments)};
}

Expr Expr::Function(std::string_view name, std::vector<Expr> arguments, Position position) {
  FunctionCall call;
  call.name = {std::string(name), position};
  return Function(std::move(call), std::move(arguments));
}

Expr Expr::Row(std::vector<Expr> members, Position position) {
  return {{.kind = Kind::kRow}, position, std::move(members)};
}

Expr Expr::OfSubquery(Subquery subquery, std::optional<Expr> operand, Position position) {
  const uint32_t depth = subquery.query->depth;
  Expr made(Content(std::make_unique<Subquery>(std::move(subquery))), position, {});
  if (operand) {
    made.Add(*std::move(operand));
  }
  made.depth_ = std::max(made.depth_, depth + 1);
  return made;
}

Expr::Kind Expr::kind() const {
  struct KindOf {
    Kind operator()(const ColumnRef&) const { return Kind::kColumn; }
    Kind operator()(const Literal&) const { return Kind::kLiteral; }
    Kind operator()(const std::unique_ptr<Operation>& operation) const { return operation->kind; }
    Kind operator()(const std::unique_ptr<FunctionCall>&) const { return Kind::kFunction; }
    Kind operator()(const std::unique_ptr<Subquery>&) const { return Kind::kSubquery; }
  };
  return std::visit(KindOf(), content_);
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

std::string_view ToString(BinaryOp op) {
  constexpr std::array<std::string_view, 16> kNames = {
      "+", "-", "*", "/", "%", "^", "||", "&", "|", "#", "<<", ">>", "~", "~*", "!~", "!~*"};
  return kNames[static_cast<size_t>(op)];
}

}  // namespace redbase::parser
