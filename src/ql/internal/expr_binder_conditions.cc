// The conditions of ExprBinder: comparisons, logic, ranges, lists and patterns.
#include <algorithm>
#include <optional>
#include <utility>

#include "common/text.h"
#include "ix/key_encoding.h"
#include "parser/classic_echo.h"
#include "ql/internal/comparison.h"
#include "ql/internal/expr_binder.h"
#include "ql/internal/functions/functions.h"
#include "ql/internal/like_pattern.h"

namespace redbase::ql {
namespace {

using Op = parser::ComparisonOp;

bool IsConstant(const Expr& expr) {
  return expr.kind == ExprKind::kConstant && !expr.value.is_parameter();
}

bool IsNull(const Expr& expr) { return IsConstant(expr) && expr.value.is_null(); }

CompareOp Negated(CompareOp op) {
  switch (op) {
    case CompareOp::kEq:
      return CompareOp::kNe;
    case CompareOp::kNe:
      return CompareOp::kEq;
    case CompareOp::kLt:
      return CompareOp::kGe;
    case CompareOp::kLe:
      return CompareOp::kGt;
    case CompareOp::kGt:
      return CompareOp::kLe;
    case CompareOp::kGe:
      return CompareOp::kLt;
  }
  return op;
}

ExprPtr Not(ExprPtr expr) { return Folded(Expr::Not(std::move(expr))); }

ExprPtr Clone(const ExprPtr& expr) { return expr->Clone(); }

// `like` and what a scan can use of it: a range of texts that begin alike.
ExprPtr Narrowed(const LikePattern& pattern, const Expr& text, ExprPtr like) {
  const auto compare = [&text](CompareOp op, const std::string& value) {
    return Expr::Compare(op, text.Clone(), Expr::Constant(Value::String(value), text.type));
  };
  if (pattern.is_text()) {
    return compare(CompareOp::kEq, pattern.prefix());
  }
  std::vector<ExprPtr> parts;
  if (!pattern.prefix().empty()) {
    parts.push_back(compare(CompareOp::kGe, pattern.prefix()));
    if (const std::string end = ix::PrefixSuccessor(pattern.prefix()); !end.empty()) {
      parts.push_back(compare(CompareOp::kLt, end));
    }
  }
  if (!pattern.is_prefix() || parts.size() != 2) {
    parts.push_back(std::move(like));
  }
  return Expr::And(std::move(parts));
}

}  // namespace

ExprPtr Combine(bool all, std::vector<ExprPtr> parts, bool filter) {
  std::vector<ExprPtr> open;
  bool unknown = false;
  for (ExprPtr& part : parts) {
    if (IsNull(*part)) {
      unknown = true;
    } else if (!IsConstant(*part)) {
      open.push_back(std::move(part));
    } else if (IsTrue(*part) != all) {
      return std::move(part);
    }
  }
  if (unknown && filter && all) {
    return Expr::Boolean(false);
  }
  if (unknown && !filter) {
    open.push_back(Expr::Constant(Value::Null(), kBooleanType));
  }
  if (open.empty()) {
    return Expr::Boolean(all && !unknown);
  }
  return all ? Expr::And(std::move(open)) : Expr::Or(std::move(open));
}

Result<ExprPtr> ExprBinder::BindFilter(const parser::Expr& condition, bool negate) const {
  ASSIGN_OR_RETURN(ExprPtr bound, BindBoolean(condition, negate, /*filter=*/true));
  return IsNull(*bound) ? Expr::Boolean(false) : std::move(bound);
}

Result<ExprPtr> ExprBinder::BindBoolean(const parser::Expr& expr, bool negate, bool filter) const {
  switch (expr.kind()) {
    case Kind::kComparison:
      return BindComparison(expr, negate, filter);
    case Kind::kNot:
      return BindBoolean(expr.child(0), !negate, filter);
    case Kind::kAnd:
    case Kind::kOr:
      return BindList(expr, negate, filter);
    case Kind::kBetween:
      return BindBetween(expr, negate != expr.negated(), filter);
    case Kind::kIn:
      return BindIn(expr, negate != expr.negated(), filter);
    case Kind::kLike:
      return BindLike(expr, negate != expr.negated(), filter);
    case Kind::kTruthTest:
      return BindTruthTest(expr, negate);
    default:
      break;
  }
  ASSIGN_OR_RETURN(ExprPtr value, Bind(expr));
  if (value->type.id == TypeId::kUnknown) {
    ASSIGN_OR_RETURN(value, ConvertUnknown(std::move(value), kBooleanType, expr));
  }
  if (value->type.id != TypeId::kBoolean) {
    return Error(Code::kTypeMismatch,
                 parser::PlanText(expr) + " is " + KindName(value->type) + ", not a condition",
                 expr);
  }
  return negate ? Not(std::move(value)) : std::move(value);
}

Result<ExprPtr> ExprBinder::BindList(const parser::Expr& list, bool negate, bool filter) const {
  std::vector<ExprPtr> parts;
  for (const std::unique_ptr<parser::Expr>& child : list.children()) {
    ASSIGN_OR_RETURN(ExprPtr part, BindBoolean(*child, negate, filter));
    parts.push_back(std::move(part));
  }
  return Combine((list.kind() == Kind::kAnd) != negate, std::move(parts), filter);
}

Result<ExprPtr> ExprBinder::BindBetween(const parser::Expr& between, bool negate,
                                        bool filter) const {
  const parser::Expr& operand = between.child(0);
  std::vector<ExprPtr> parts;
  ASSIGN_OR_RETURN(ExprPtr low, CompareSources(operand, Op::kGe, between.child(1), negate, filter));
  parts.push_back(std::move(low));
  ASSIGN_OR_RETURN(ExprPtr high,
                   CompareSources(operand, Op::kLe, between.child(2), negate, filter));
  parts.push_back(std::move(high));
  return Combine(!negate, std::move(parts), filter);
}

Result<ExprPtr> ExprBinder::BindIn(const parser::Expr& in, bool negate, bool filter) const {
  std::vector<ExprPtr> parts;
  for (size_t i = 1; i < in.children().size(); ++i) {
    ASSIGN_OR_RETURN(ExprPtr part,
                     CompareSources(in.child(0), Op::kEq, in.child(i), negate, filter));
    parts.push_back(std::move(part));
  }
  return Combine(negate, std::move(parts), filter);
}

Result<ExprPtr> ExprBinder::BindComparison(const parser::Expr& comparison, bool negate,
                                           bool filter) const {
  if (comparison.op() == Op::kIsNull || comparison.op() == Op::kIsNotNull) {
    return BindNullTest(comparison, negate);
  }
  return CompareSources(comparison.child(0), comparison.op(), comparison.child(1), negate, filter);
}

Result<ExprPtr> ExprBinder::BindNullTest(const parser::Expr& expr, bool negate) const {
  ASSIGN_OR_RETURN(ExprPtr operand, Bind(expr.child(0)));
  if (operand->value.is_parameter() && operand->type.id == TypeId::kUnknown) {
    return NoType(expr.child(0));
  }
  const bool wants_null = (expr.op() == Op::kIsNull) != negate;
  if (IsConstant(*operand)) {
    return Expr::Boolean(operand->value.is_null() == wants_null);
  }
  ExprPtr is_null = Expr::IsNull(std::move(operand));
  return wants_null ? std::move(is_null) : Expr::Not(std::move(is_null));
}

Result<ExprPtr> ExprBinder::BindTruthTest(const parser::Expr& expr, bool negate) const {
  const bool wanted = expr.negated() == negate;
  ASSIGN_OR_RETURN(ExprPtr operand,
                   BindBoolean(expr.child(0), expr.test() == parser::TruthTest::kFalse,
                               /*filter=*/false));
  ExprPtr test = expr.test() == parser::TruthTest::kUnknown ? Expr::IsNull(std::move(operand))
                                                            : Expr::IsTrue(std::move(operand));
  test = Folded(std::move(test));
  return wanted ? std::move(test) : Not(std::move(test));
}

Result<ExprPtr> ExprBinder::CompareSources(const parser::Expr& left, Op op,
                                           const parser::Expr& right, bool negate,
                                           bool filter) const {
  const bool distinct = op == Op::kIsDistinct || op == Op::kIsNotDistinct;
  CompareOp compared =
      distinct ? (op == Op::kIsDistinct ? CompareOp::kNe : CompareOp::kEq) : ToCompareOp(op);
  compared = negate ? Negated(compared) : compared;
  if (left.kind() == Kind::kRow || right.kind() == Kind::kRow) {
    return CompareRows(left, compared, right, filter);
  }
  ASSIGN_OR_RETURN(ExprPtr a, Bind(left));
  ASSIGN_OR_RETURN(ExprPtr b, Bind(right));
  if (distinct) {
    ASSIGN_OR_RETURN(ExprPtr bound,
                     Comparison(std::move(a), compared, std::move(b), left, right, false));
    bound->kind = ExprKind::kDistinct;
    return Folded(std::move(bound));
  }
  return Compare(std::move(a), compared, std::move(b), left, right, filter);
}

// Equal when all members are; less when the first members that differ are.
Result<ExprPtr> ExprBinder::CompareRows(const parser::Expr& left, CompareOp op,
                                        const parser::Expr& right, bool filter) const {
  if (left.kind() != Kind::kRow || right.kind() != Kind::kRow ||
      left.children().size() != right.children().size()) {
    return Error(Code::kTypeMismatch, "lists of different lengths are compared", right);
  }
  const auto member = [&](size_t i, Op own) {
    return CompareSources(left.child(i), own, right.child(i), /*negate=*/false, filter);
  };
  const size_t count = left.children().size();
  if (op == CompareOp::kEq || op == CompareOp::kNe) {
    std::vector<ExprPtr> parts;
    for (size_t i = 0; i < count; ++i) {
      ASSIGN_OR_RETURN(ExprPtr part, member(i, op == CompareOp::kEq ? Op::kEq : Op::kNe));
      parts.push_back(std::move(part));
    }
    return Combine(op == CompareOp::kEq, std::move(parts), filter);
  }
  const bool less = op == CompareOp::kLt || op == CompareOp::kLe;
  const bool or_equal = op == CompareOp::kLe || op == CompareOp::kGe;
  const Op strict = less ? Op::kLt : Op::kGt;
  ASSIGN_OR_RETURN(ExprPtr decided,
                   member(count - 1, or_equal ? (less ? Op::kLe : Op::kGe) : strict));
  for (size_t i = count - 1; i-- > 0;) {
    ASSIGN_OR_RETURN(ExprPtr equal, member(i, Op::kEq));
    ASSIGN_OR_RETURN(ExprPtr differs, member(i, strict));
    std::vector<ExprPtr> both;
    both.push_back(std::move(equal));
    both.push_back(std::move(decided));
    std::vector<ExprPtr> either;
    either.push_back(std::move(differs));
    either.push_back(Combine(/*all=*/true, std::move(both), filter));
    decided = Combine(/*all=*/false, std::move(either), filter);
  }
  return decided;
}

Result<ExprPtr> ExprBinder::Compare(ExprPtr left, CompareOp op, ExprPtr right,
                                    const parser::Expr& left_source,
                                    const parser::Expr& right_source, bool filter) const {
  ASSIGN_OR_RETURN(ExprPtr comparison, Comparison(std::move(left), op, std::move(right),
                                                  left_source, right_source, filter));
  return Folded(std::move(comparison));
}

// Sides without a type of their own get that of the other one; two of them are text.
Status ExprBinder::GiveTypes(ExprPtr* left, ExprPtr* right, const parser::Expr& left_source,
                             const parser::Expr& right_source) const {
  const bool left_untyped = (*left)->type.id == TypeId::kUnknown;
  const bool right_untyped = (*right)->type.id == TypeId::kUnknown;
  if (left_untyped && right_untyped) {
    for (const auto& [side, source] : {std::pair(left, &left_source), {right, &right_source}}) {
      if ((*side)->value.is_parameter()) {
        return NoType(*source);
      }
      ASSIGN_OR_RETURN(*side, ConvertUnknown(std::move(*side), kTextType, *source));
    }
    return {};
  }
  if (!left_untyped && !right_untyped) {
    return {};
  }
  ExprPtr& untyped = left_untyped ? *left : *right;
  const parser::Expr& source = left_untyped ? left_source : right_source;
  const LogicalType type = (left_untyped ? *right : *left)->type;
  const bool text = untyped->value.is_string() && CategoryOf(type) == TypeCategory::kNumber;
  Result<ExprPtr> converted = ConvertUnknown(untyped->Clone(), type, source);
  if (!converted.ok()) {
    return text ? Mismatch(left_source, (*left)->type, right_source, (*right)->type)
                : converted.status();
  }
  untyped = *std::move(converted);
  return {};
}

Result<ExprPtr> ExprBinder::Comparison(ExprPtr left, CompareOp op, ExprPtr right,
                                       const parser::Expr& left_source,
                                       const parser::Expr& right_source, bool filter) const {
  if (left->kind == ExprKind::kConstant && right->kind != ExprKind::kConstant) {
    return Comparison(std::move(right), Flip(op), std::move(left), right_source, left_source,
                      filter);
  }
  RETURN_IF_ERROR(GiveTypes(&left, &right, left_source, right_source));
  const std::optional<LogicalType> common = CommonType(left->type, right->type);
  if (!common) {
    return Mismatch(left_source, left->type, right_source, right->type);
  }
  const bool number = CategoryOf(*common) == TypeCategory::kNumber && IsConstant(*right) &&
                      !right->value.is_null() && !IsConstant(*left);
  if (number && left->type != right->type) {
    if (std::optional<ExprPtr> exact = CompareWithNumber(left, op, right->value, filter)) {
      return *std::move(exact);
    }
  }
  // Integers and reals are compared as they are; strings of any kind, too.
  const auto differs = [&common](const Expr& expr) {
    const bool as_it_is = IsString(common->id) || (IsInteger(common->id) || IsFloat(common->id));
    return expr.type != *common && !(as_it_is && expr.type.id != TypeId::kDecimal);
  };
  for (ExprPtr* const side : {&left, &right}) {
    if (differs(**side)) {
      *side = Folded(Expr::Cast(std::move(*side), *common));
    }
  }
  return Expr::Compare(op, std::move(left), std::move(right));
}

Result<ExprPtr> ExprBinder::BindText(const parser::Expr& side) const {
  ASSIGN_OR_RETURN(ExprPtr bound, Bind(side));
  if (bound->type.id == TypeId::kUnknown || CategoryOf(bound->type) == TypeCategory::kString) {
    return bound;
  }
  return Error(Code::kTypeMismatch,
               parser::PlanText(side) + " is " + KindName(bound->type) + ", like takes strings",
               side);
}

Result<ExprPtr> ExprBinder::BindLike(const parser::Expr& like, bool negate, bool filter) const {
  std::string escape = "\\";
  if (like.children().size() > 2) {
    const parser::Literal& literal = like.child(2).literal();
    escape = std::get<std::string>(literal.value);
    if (const int64_t characters = common::CountUtf8(escape); characters != 0 && characters != 1) {
      return Error(Code::kInvalidArgument,
                   literal.text + " is no escape character: it must be one or none", like.child(2));
    }
  }
  ASSIGN_OR_RETURN(ExprPtr text, BindText(like.child(0)));
  ASSIGN_OR_RETURN(ExprPtr pattern, BindText(like.child(1)));
  if (text->value.is_parameter() && pattern->value.is_parameter()) {
    return NoType(like.child(0));
  }
  ASSIGN_OR_RETURN(text, Convert(std::move(text), kTextType, like.child(0)));
  ASSIGN_OR_RETURN(pattern, Convert(std::move(pattern), kTextType, like.child(1)));
  if (like.similar()) {
    std::vector<ExprPtr> arguments;
    arguments.push_back(std::move(text));
    arguments.push_back(std::move(pattern));
    arguments.push_back(Expr::Constant(Value::String(escape), kTextType));
    ASSIGN_OR_RETURN(ExprPtr similar, CallOf("similar_to", std::move(arguments), like));
    return negate ? Not(std::move(similar)) : std::move(similar);
  }
  std::optional<LikePattern> known;
  if (IsConstant(*pattern) && !pattern->value.is_null()) {
    Result<LikePattern> compiled =
        LikePattern::Compile(pattern->value.string_value(), escape, like.folds_case());
    if (!compiled.ok()) {
      return Status(compiled.status().code(),
                    compiled.status().message() + AtPosition(like.child(1).position()));
    }
    known = *std::move(compiled);
  }
  if (IsNull(*pattern)) {
    return Expr::Constant(Value::Null(), kBooleanType);
  }
  const ExprPtr source = Clone(text);
  ExprPtr bound =
      Folded(Expr::Like(std::move(text), std::move(pattern), std::move(escape), like.folds_case()));
  if (negate) {
    return Not(std::move(bound));
  }
  return known && filter && bound->kind == ExprKind::kLike
             ? Narrowed(*known, *source, std::move(bound))
             : std::move(bound);
}

}  // namespace redbase::ql
