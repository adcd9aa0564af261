#include "ql/binder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "common/compare.h"
#include "common/text.h"
#include "ix/key_encoding.h"
#include "ql/internal/comparison.h"
#include "ql/internal/like_pattern.h"
#include "sm/name_match.h"

namespace redbase::ql {
namespace {

using parser::Position;

Status ErrorAt(Code code, std::string_view text, const std::string& detail, Position position) {
  return Status(code, std::string(text) + ": " + detail + AtPosition(position));
}

std::string NameOf(const parser::ColumnRef& ref) {
  return ref.relation ? ref.relation->text + "." + ref.name : ref.name;
}

// A column that a name may mean.
struct Match {
  uint32_t relation;
  uint32_t column;
};

// Looks columns up in the relations of a block.  The classic texts differ by
// where a name stands, so the caller gives them.
class Scope {
 public:
  Scope(const QueryBlock& block, std::string_view unknown, std::string_view unknown_qualified)
      : block_(block), unknown_(unknown), unknown_qualified_(unknown_qualified) {}

  // The block column that the reference means.
  Result<uint32_t> Find(const parser::ColumnRef& ref) const {
    if (ref.relation) {
      return FindQualified(ref);
    }
    const std::vector<Match> matches = Matches(ref.name);
    if (matches.empty()) {
      return ErrorAt(Code::kNotFound, unknown_, sm::QuotedName(ref.name) + Hint(ref.name),
                     ref.position);
    }
    if (matches.size() > 1) {
      return Ambiguous(ref, matches);
    }
    return block_.Base(matches[0].relation) + matches[0].column;
  }

 private:
  std::vector<Match> Matches(const std::string& name) const {
    std::vector<Match> exact;
    std::vector<Match> folded;
    const std::string wanted = sm::FoldCase(name);
    for (uint32_t r = 0; r < block_.from.size(); ++r) {
      const Schema& schema = block_.from[r]->schema;
      for (uint32_t c = 0; c < schema.size(); ++c) {
        if (schema[c].name == name) {
          exact.push_back({r, c});
        } else if (sm::FoldCase(schema[c].name) == wanted) {
          folded.push_back({r, c});
        }
      }
    }
    return exact.empty() ? folded : exact;
  }

  Result<uint32_t> FindQualified(const parser::ColumnRef& ref) const {
    const std::optional<uint32_t> relation = FindInFrom(ref.relation->text);
    if (!relation) {
      return ErrorAt(Code::kNotFound, unknown_qualified_,
                     NameOf(ref) + " (" + ref.relation->text + " is not in the from list)",
                     ref.position);
    }
    Result<uint32_t> column = block_.from[*relation]->FindColumn(ref.name);
    if (!column.ok()) {
      std::vector<std::string_view> names;
      for (const Column& c : block_.from[*relation]->schema.columns()) {
        names.push_back(c.name);
      }
      return ErrorAt(column.status().code(), unknown_qualified_,
                     NameOf(ref) + sm::DidYouMean(ref.name, names), ref.position);
    }
    return block_.Base(*relation) + *column;
  }

  std::optional<uint32_t> FindInFrom(const std::string& name) const {
    std::vector<std::string_view> names;
    for (const sm::RelationPtr& relation : block_.from) {
      names.push_back(relation->name);
    }
    const std::vector<size_t> found = sm::MatchName(name, names);
    if (found.size() != 1) {
      return std::nullopt;
    }
    return static_cast<uint32_t>(found[0]);
  }

  Status Ambiguous(const parser::ColumnRef& ref, const std::vector<Match>& matches) const {
    const auto full_name = [&](const Match& m) {
      return block_.from[m.relation]->name + "." + block_.from[m.relation]->schema[m.column].name;
    };
    return ErrorAt(Code::kInvalidArgument, unknown_,
                   sm::QuotedName(ref.name) + " is ambiguous, it may be " + full_name(matches[0]) +
                       " or " + full_name(matches[1]),
                   ref.position);
  }

  std::string Hint(const std::string& name) const {
    std::vector<std::string_view> names;
    for (const sm::RelationPtr& relation : block_.from) {
      for (const Column& column : relation->schema.columns()) {
        names.push_back(column.name);
      }
    }
    return sm::DidYouMean(name, names);
  }

  const QueryBlock& block_;
  std::string_view unknown_;
  std::string_view unknown_qualified_;
};

constexpr size_t kMaxSelectItems = 1664;
constexpr std::string_view kInvalidCondition = "QL warning: invalid condition";
constexpr std::string_view kInvalidUpdate = "QL warning: invalid update attribute";

bool IsReal(LogicalType type) { return type.id == TypeId::kReal || type.id == TypeId::kDouble; }

std::string KindName(LogicalType type) { return IsString(type.id) ? "a string" : "a number"; }

std::string KindName(const parser::Literal& literal) {
  if (literal.is_null()) {
    return "null";
  }
  return std::holds_alternative<std::string>(literal.value) ? "a string" : "a number";
}

Status NoParameter(const parser::Literal& literal) {
  return {Code::kInvalidArgument, "there is no parameter " + literal.text};
}

// What `use`, a function of Parameters, answers for the literal, which is a parameter.
template <typename Use>
Result<Value> BindParameter(const parser::Literal& literal, LogicalType type,
                            Parameters* parameters, Use use) {
  Result<Value> value = parameters != nullptr ? (parameters->*use)(*literal.parameter(), type)
                                              : Result<Value>(NoParameter(literal));
  if (!value.ok()) {
    return Status(value.status().code(), value.status().message() + AtPosition(literal.position));
  }
  return value;
}

// Binds the conditions of a `where`, with every `not` moved down to the comparisons: what
// then stands there is monotone, so unknown and false need not be told apart, but for
// constants.
class ConditionBinder {
 public:
  ConditionBinder(const QueryBlock& block, Parameters* parameters)
      : scope_(block, kInvalidCondition, kInvalidCondition),
        columns_(block.BlockSchema()),
        parameters_(parameters) {}

  // The condition, or that it does not hold; a constant where no column decides.
  Result<ExprPtr> Bind(const parser::Expr& condition, bool negate) const {
    using Kind = parser::Expr::Kind;
    switch (condition.kind()) {
      case Kind::kComparison:
        return BindComparison(condition, negate);
      case Kind::kNot:
        return Bind(condition.child(0), !negate);
      case Kind::kAnd:
      case Kind::kOr:
        return BindList(condition, negate);
      case Kind::kBetween:
        return BindBetween(condition, negate != condition.negated());
      case Kind::kIn:
        return BindIn(condition, negate != condition.negated());
      case Kind::kLike:
        return BindLike(condition, negate != condition.negated());
      case Kind::kColumn:
      case Kind::kLiteral:
        break;
    }
    return Status(Code::kInternal, "a condition that is none");
  }

 private:
  // All of them, or any; constants that do not decide are left out.
  static ExprPtr Combine(bool all, std::vector<ExprPtr> parts) {
    std::vector<ExprPtr> open;
    for (ExprPtr& part : parts) {
      const bool constant = part->kind == ExprKind::kConstant;
      if (constant && IsTrue(*part) != all) {
        return std::move(part);
      }
      if (!constant) {
        open.push_back(std::move(part));
      }
    }
    if (open.empty()) {
      return Truth(all);
    }
    return all ? Expr::And(std::move(open)) : Expr::Or(std::move(open));
  }

  Result<ExprPtr> BindList(const parser::Expr& list, bool negate) const {
    std::vector<ExprPtr> parts;
    for (const std::unique_ptr<parser::Expr>& child : list.children()) {
      ASSIGN_OR_RETURN(ExprPtr part, Bind(*child, negate));
      parts.push_back(std::move(part));
    }
    return Combine((list.kind() == parser::Expr::Kind::kAnd) != negate, std::move(parts));
  }

  Result<ExprPtr> BindBetween(const parser::Expr& between, bool negate) const {
    const parser::Expr& operand = between.child(0);
    std::vector<ExprPtr> parts;
    ASSIGN_OR_RETURN(ExprPtr low,
                     Compare(operand, negate ? CompareOp::kLt : CompareOp::kGe, between.child(1)));
    parts.push_back(std::move(low));
    ASSIGN_OR_RETURN(ExprPtr high,
                     Compare(operand, negate ? CompareOp::kGt : CompareOp::kLe, between.child(2)));
    parts.push_back(std::move(high));
    return Combine(!negate, std::move(parts));
  }

  Result<ExprPtr> BindIn(const parser::Expr& in, bool negate) const {
    std::vector<ExprPtr> parts;
    for (size_t i = 1; i < in.children().size(); ++i) {
      ASSIGN_OR_RETURN(ExprPtr part,
                       Compare(in.child(0), negate ? CompareOp::kNe : CompareOp::kEq, in.child(i)));
      parts.push_back(std::move(part));
    }
    return Combine(negate, std::move(parts));
  }

  // One side of `like`; `other` says the type of a parameter.
  Result<ExprPtr> BindText(const parser::Expr& side, const parser::Expr& other) const {
    if (side.kind() == parser::Expr::Kind::kColumn) {
      ASSIGN_OR_RETURN(const uint32_t column, scope_.Find(side.column()));
      if (!IsString(columns_[column].type.id)) {
        return ErrorAt(Code::kTypeMismatch, kInvalidCondition,
                       columns_[column].name + " is " + KindName(columns_[column].type) +
                           ", like takes strings",
                       side.position());
      }
      return Expr::ColumnRef(column, columns_[column].type);
    }
    const parser::Literal& literal = side.literal();
    const LogicalType any{TypeId::kVarchar, 0};
    if (literal.parameter() != nullptr) {
      if (other.kind() == parser::Expr::Kind::kLiteral && other.literal().parameter() != nullptr) {
        return NoType(literal);
      }
      ASSIGN_OR_RETURN(Value value,
                       BindParameter(literal, any, parameters_, &Parameters::Compared));
      return Expr::Constant(std::move(value), any);
    }
    if (literal.is_null()) {
      return Expr::Constant(Value::Null(), any);
    }
    const auto* text = std::get_if<std::string>(&literal.value);
    if (text == nullptr) {
      return ErrorAt(Code::kTypeMismatch, kInvalidCondition,
                     literal.text + " is a number, like takes strings", literal.position);
    }
    return Expr::Constant(Value::String(*text), any);
  }

  Result<ExprPtr> BindLike(const parser::Expr& like, bool negate) const {
    std::string escape = "\\";
    if (like.children().size() > 2) {
      const parser::Literal& literal = like.child(2).literal();
      escape = std::get<std::string>(literal.value);
      if (const int64_t characters = common::CountUtf8(escape);
          characters != 0 && characters != 1) {
        return ErrorAt(Code::kInvalidArgument, kInvalidCondition,
                       literal.text + " is no escape character: it must be one or none",
                       literal.position);
      }
    }
    ASSIGN_OR_RETURN(ExprPtr text, BindText(like.child(0), like.child(1)));
    ASSIGN_OR_RETURN(ExprPtr pattern, BindText(like.child(1), like.child(0)));
    const bool is_known = pattern->kind == ExprKind::kConstant && !pattern->value.is_parameter();
    if (!is_known) {
      ExprPtr bound = Expr::Like(std::move(text), std::move(pattern), escape, like.folds_case());
      return negate ? Expr::Not(std::move(bound)) : std::move(bound);
    }
    if (pattern->value.is_null()) {
      return Truth(false);  // unknown
    }
    const Result<LikePattern> compiled =
        LikePattern::Compile(pattern->value.string_value(), escape, like.folds_case());
    if (!compiled.ok()) {
      return Status(compiled.status().code(),
                    compiled.status().message() + AtPosition(like.child(1).position()));
    }
    if (text->kind == ExprKind::kConstant && !text->value.is_parameter()) {
      return Truth(!text->value.is_null() &&
                   compiled->Matches(text->value.string_value()) != negate);
    }
    ExprPtr bound =
        Expr::Like(text->Clone(), std::move(pattern), std::move(escape), like.folds_case());
    return negate ? Expr::Not(std::move(bound)) : Narrowed(*compiled, *text, std::move(bound));
  }

  // `like` and what a scan can use of it: a range of texts that begin alike.
  static ExprPtr Narrowed(const LikePattern& pattern, const Expr& text, ExprPtr like) {
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

  Result<ExprPtr> BindComparison(const parser::Expr& comparison, bool negate) const {
    using Op = parser::ComparisonOp;
    const parser::Expr& left = comparison.child(0);
    if (comparison.op() != Op::kIsNull && comparison.op() != Op::kIsNotNull) {
      const CompareOp op = ToCompareOp(comparison.op());
      return Compare(left, negate ? Negated(op) : op, comparison.child(1));
    }
    const bool wants_null = (comparison.op() == Op::kIsNull) != negate;
    if (left.kind() == parser::Expr::Kind::kLiteral) {
      if (left.literal().parameter() != nullptr) {
        return NoType(left.literal());
      }
      return Truth(left.literal().is_null() == wants_null);
    }
    ASSIGN_OR_RETURN(const uint32_t column, scope_.Find(left.column()));
    ExprPtr is_null = Expr::IsNull(Expr::ColumnRef(column, columns_[column].type));
    return wants_null ? std::move(is_null) : Expr::Not(std::move(is_null));
  }

  // `left op right`, of columns and literals in any order.
  Result<ExprPtr> Compare(const parser::Expr& left, CompareOp op, const parser::Expr& right) const {
    const bool left_is_literal = left.kind() == parser::Expr::Kind::kLiteral;
    const bool right_is_literal = right.kind() == parser::Expr::Kind::kLiteral;
    if (left_is_literal && right_is_literal) {
      return CompareLiterals(left.literal(), op, right.literal());
    }
    if (left_is_literal) {
      return CompareToLiteral(right.column(), Flip(op), left.literal());
    }
    return right_is_literal ? CompareToLiteral(left.column(), op, right.literal())
                            : CompareColumns(left.column(), op, right.column());
  }

  Result<ExprPtr> CompareToLiteral(const parser::ColumnRef& ref, CompareOp op,
                                   const parser::Literal& literal) const {
    ASSIGN_OR_RETURN(const uint32_t column, scope_.Find(ref));
    const Column& definition = columns_[column];
    if (literal.parameter() != nullptr) {
      ASSIGN_OR_RETURN(Value value,
                       BindParameter(literal, definition.type, parameters_, &Parameters::Compared));
      return Expr::Compare(op, Expr::ColumnRef(column, definition.type),
                           Expr::Constant(std::move(value), definition.type));
    }
    if (!literal.is_null() &&
        std::holds_alternative<std::string>(literal.value) != IsString(definition.type.id)) {
      return ErrorAt(Code::kTypeMismatch, kInvalidCondition,
                     definition.name + " is " + KindName(definition.type) + ", " + literal.text +
                         " is " + KindName(literal),
                     literal.position);
    }
    return CompareWithLiteral(Expr::ColumnRef(column, definition.type), op, literal);
  }

  Result<ExprPtr> CompareColumns(const parser::ColumnRef& left_ref, CompareOp op,
                                 const parser::ColumnRef& right_ref) const {
    ASSIGN_OR_RETURN(const uint32_t left, scope_.Find(left_ref));
    ASSIGN_OR_RETURN(const uint32_t right, scope_.Find(right_ref));
    if (IsString(columns_[left].type.id) != IsString(columns_[right].type.id)) {
      return ErrorAt(Code::kTypeMismatch, kInvalidCondition,
                     columns_[left].name + " is " + KindName(columns_[left].type) + ", " +
                         columns_[right].name + " is " + KindName(columns_[right].type),
                     right_ref.position);
    }
    return Expr::Compare(op, Expr::ColumnRef(left, columns_[left].type),
                         Expr::ColumnRef(right, columns_[right].type));
  }

  static Result<ExprPtr> CompareLiterals(const parser::Literal& left, CompareOp op,
                                         const parser::Literal& right) {
    for (const parser::Literal* literal : {&left, &right}) {
      if (literal->parameter() != nullptr) {
        return NoType(*literal);
      }
    }
    if (left.is_null() || right.is_null()) {
      return Truth(false);  // unknown
    }
    if (std::holds_alternative<std::string>(left.value) !=
        std::holds_alternative<std::string>(right.value)) {
      return ErrorAt(
          Code::kTypeMismatch, kInvalidCondition,
          left.text + " is " + KindName(left) + ", " + right.text + " is " + KindName(right),
          right.position);
    }
    return Truth(Holds(op, Value::Compare(ValueOf(left), ValueOf(right))));
  }

  static Value ValueOf(const parser::Literal& literal) {
    if (const auto* integer = std::get_if<int64_t>(&literal.value)) {
      return Value::Bigint(*integer);
    }
    const auto* real = std::get_if<double>(&literal.value);
    return real != nullptr ? Value::Double(*real)
                           : Value::String(std::get<std::string>(literal.value));
  }

  static Status NoType(const parser::Literal& parameter) {
    return {Code::kTypeMismatch, "could not determine data type of parameter " + parameter.text +
                                     AtPosition(parameter.position)};
  }

  static ExprPtr Truth(bool truth) {
    return Expr::Constant(Value::Int(truth ? 1 : 0), {TypeId::kBoolean});
  }
  static bool IsTrue(const Expr& constant) { return constant.value == Value::Int(1); }

  static CompareOp Negated(CompareOp op) {
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

  const Scope scope_;
  const Schema columns_;
  Parameters* const parameters_;
};

Status BindWhere(const std::vector<parser::Expr>& where, Parameters* parameters,
                 QueryBlock* block) {
  const ConditionBinder binder(*block, parameters);
  for (const parser::Expr& condition : where) {
    ASSIGN_OR_RETURN(ExprPtr bound, binder.Bind(condition, /*negate=*/false));
    block->AddCondition(std::move(bound));
  }
  return {};
}

void OutputAll(QueryBlock* block) {
  for (uint32_t i = 0; i < block->ColumnCount(); ++i) {
    block->outputs.push_back(i);
  }
}

Status WrongLiteral(const Status& status, std::string_view classic, const Column& column,
                    const parser::Literal& literal) {
  if (status.code() == Code::kTypeMismatch) {
    return ErrorAt(Code::kTypeMismatch, classic,
                   "column " + column.name + " is " + TypeName(column.type) + ", value " +
                       literal.text + " is " + KindName(literal),
                   literal.position);
  }
  return ErrorAt(status.code(), classic, "column " + column.name + ": " + status.message(),
                 literal.position);
}

// A value that is stored in the column; `classic` begins the message when it cannot be.
Result<Value> BindStored(const parser::Literal& literal, const Column& column,
                         std::string_view classic, Parameters* parameters) {
  if (literal.parameter() != nullptr) {
    return BindParameter(literal, column.type, parameters, &Parameters::Stored);
  }
  Result<Value> value = LiteralAs(literal, column.type);
  return value.ok() ? std::move(value) : WrongLiteral(value.status(), classic, column, literal);
}

Result<std::vector<Value>> BindRow(const std::vector<parser::Literal>& row,
                                   const sm::Relation& relation, Parameters* parameters) {
  if (row.size() != relation.schema.size()) {
    return ErrorAt(Code::kInvalidArgument, "QL warning: incorrect attribute count",
                   relation.name + " has " + std::to_string(relation.schema.size()) + " columns, " +
                       std::to_string(row.size()) + " values are given",
                   row[0].position);
  }
  std::vector<Value> values;
  values.reserve(row.size());
  for (size_t i = 0; i < row.size(); ++i) {
    ASSIGN_OR_RETURN(Value value, BindStored(row[i], relation.schema[i],
                                             "QL warning: incorrect attribute type", parameters));
    values.push_back(std::move(value));
  }
  return values;
}

// The value of `column = ...`: a literal of its type, or a column of one like it.
Result<ExprPtr> BindAssigned(const parser::Expr& value, const Column& target, const Scope& scope,
                             const Schema& columns, Parameters* parameters) {
  if (value.kind() == parser::Expr::Kind::kLiteral) {
    ASSIGN_OR_RETURN(Value constant,
                     BindStored(value.literal(), target, kInvalidUpdate, parameters));
    return Expr::Constant(std::move(constant), target.type);
  }
  ASSIGN_OR_RETURN(const uint32_t source, scope.Find(value.column()));
  ExprPtr column = Expr::ColumnRef(source, columns[source].type);
  if (PhysicalTypeOf(target.type) == PhysicalTypeOf(columns[source].type) &&
      target.type.length >= columns[source].type.length) {
    return column;
  }
  const bool loses_fraction = IsReal(columns[source].type) && !IsReal(target.type);
  if (IsString(target.type.id) != IsString(columns[source].type.id) || loses_fraction) {
    return ErrorAt(Code::kTypeMismatch, kInvalidUpdate,
                   target.name + " is " + TypeName(target.type) + ", " + columns[source].name +
                       " is " + TypeName(columns[source].type),
                   value.position());
  }
  return Expr::Cast(std::move(column), target.type);
}

}  // namespace

std::string AtPosition(Position position) {
  return " at line " + std::to_string(position.line) + ", column " +
         std::to_string(position.column);
}

Result<Value> LiteralAs(const parser::Literal& literal, LogicalType type) {
  if (literal.is_null()) {
    return Value::Null();
  }
  if (literal.parameter() != nullptr) {
    return NoParameter(literal);
  }
  if (const auto* text = std::get_if<std::string>(&literal.value)) {
    return Value::String(*text).CastTo(type);
  }
  if (IsString(type.id)) {
    return Status(Code::kTypeMismatch, literal.text + " is not a string");
  }
  if (const auto* integer = std::get_if<int64_t>(&literal.value)) {
    if (PhysicalTypeOf(type) == PhysicalType::kFloat32) {
      return Value::Real(static_cast<float>(*integer));
    }
    return Value::Bigint(*integer).CastTo(type);
  }
  const double real = std::get<double>(literal.value);
  if (PhysicalTypeOf(type) != PhysicalType::kFloat32) {
    return Status(Code::kTypeMismatch, literal.text + " is not " + TypeName(type));
  }
  const auto narrow = static_cast<float>(real);
  if (std::isinf(narrow)) {
    return Status(Code::kInvalidArgument, literal.text + " is out of range for real");
  }
  return Value::Real(narrow);
}

Result<sm::RelationPtr> Binder::FindRelation(const parser::Identifier& name) const {
  Result<sm::RelationPtr> relation = catalog_.Find(name.text);
  if (!relation.ok()) {
    return Status(relation.status().code(),
                  relation.status().message() + AtPosition(name.position));
  }
  const auto is_newer = [this](const sm::IndexInfo& index) {
    return view_ != nullptr && !index.IsUsableFor(*view_);
  };
  if (std::any_of((*relation)->indexes.begin(), (*relation)->indexes.end(), is_newer)) {
    auto older = std::make_shared<sm::Relation>(**relation);
    std::erase_if(older->indexes, is_newer);
    return sm::RelationPtr(std::move(older));
  }
  return relation;
}

Result<sm::RelationPtr> Binder::FindTable(const parser::Identifier& name) const {
  ASSIGN_OR_RETURN(sm::RelationPtr relation, FindRelation(name));
  if (relation->kind != sm::RelationKind::kTable) {
    return ErrorAt(Code::kInvalidArgument, "QL warning: cannot change system catalog",
                   relation->name, name.position);
  }
  return relation;
}

namespace {

Status BindLocking(const parser::RowLocking& locking, const parser::Select& select,
                   QueryBlock* block) {
  block->locking.resize(block->from.size());
  const auto lock = [&](size_t r) -> Status {
    if (block->from[r]->kind != sm::RelationKind::kTable) {
      return ErrorAt(Code::kInvalidArgument, "QL warning: cannot lock rows of a system catalog",
                     block->from[r]->name, select.from[r].position);
    }
    const RowLocking wanted{static_cast<rm::RowLock>(locking.strength),
                            static_cast<LockedRows>(locking.locked_rows)};
    std::optional<RowLocking>& own = block->locking[r];
    own = own ? RowLocking{std::max(own->lock, wanted.lock),
                           std::max(own->locked_rows, wanted.locked_rows)}
              : wanted;
    return {};
  };
  for (size_t r = 0; r < block->from.size() && locking.of.empty(); ++r) {
    RETURN_IF_ERROR(lock(r));
  }
  for (const parser::Identifier& name : locking.of) {
    const auto found = std::find_if(block->from.begin(), block->from.end(), [&](const auto& from) {
      return sm::FoldCase(from->name) == sm::FoldCase(name.text);
    });
    if (found == block->from.end()) {
      return ErrorAt(Code::kNotFound, "QL warning: relation in for clause is not in from clause",
                     name.text, name.position);
    }
    RETURN_IF_ERROR(lock(static_cast<size_t>(found - block->from.begin())));
  }
  return {};
}

}  // namespace

Result<QueryBlock> Binder::Bind(const parser::Select& statement) const {
  QueryBlock block;
  for (const parser::Identifier& name : statement.from) {
    ASSIGN_OR_RETURN(sm::RelationPtr relation, FindRelation(name));
    for (const sm::RelationPtr& other : block.from) {
      if (other->id == relation->id) {
        return ErrorAt(Code::kInvalidArgument, "QL warning: invalid from clause in select",
                       relation->name + " is named twice", name.position);
      }
    }
    block.from.push_back(std::move(relation));
  }
  if (statement.items.size() > kMaxSelectItems) {
    return ErrorAt(Code::kInvalidArgument, "QL warning: invalid attribute",
                   "a select list has at most " + std::to_string(kMaxSelectItems) +
                       " entries, not " + std::to_string(statement.items.size()),
                   statement.items[kMaxSelectItems].position);
  }
  const Scope scope(block, "QL warning: invalid attribute", "SM warning: invalid attribute");
  for (const parser::ColumnRef& item : statement.items) {
    ASSIGN_OR_RETURN(const uint32_t column, scope.Find(item));
    block.outputs.push_back(column);
  }
  if (statement.star) {
    OutputAll(&block);
  }
  RETURN_IF_ERROR(BindWhere(statement.where, parameters_, &block));
  for (const parser::RowLocking& locking : statement.locking) {
    RETURN_IF_ERROR(BindLocking(locking, statement, &block));
  }
  return block;
}

Result<QueryBlock> Binder::Bind(const parser::Print& statement) const {
  QueryBlock block;
  ASSIGN_OR_RETURN(sm::RelationPtr relation, FindRelation(statement.relation));
  block.from.push_back(std::move(relation));
  OutputAll(&block);
  return block;
}

Result<BoundInsert> Binder::Bind(const parser::Insert& statement) const {
  BoundInsert bound;
  ASSIGN_OR_RETURN(bound.relation, FindTable(statement.table));
  for (const std::vector<parser::Literal>& row : statement.rows) {
    ASSIGN_OR_RETURN(std::vector<Value> values, BindRow(row, *bound.relation, parameters_));
    bound.rows.push_back(std::move(values));
  }
  return bound;
}

Result<BoundLoad> Binder::Bind(const parser::Load& statement) const {
  BoundLoad bound;
  ASSIGN_OR_RETURN(bound.relation, FindRelation(statement.table));
  if (bound.relation->kind != sm::RelationKind::kTable) {
    return ErrorAt(Code::kInvalidArgument, "SM warning: cannot change system catalog",
                   bound.relation->name, statement.table.position);
  }
  bound.path = std::get<std::string>(statement.path.value);
  return bound;
}

Result<QueryBlock> Binder::BindTable(const parser::Identifier& name,
                                     const std::vector<parser::Expr>& where) const {
  QueryBlock block;
  ASSIGN_OR_RETURN(sm::RelationPtr relation, FindTable(name));
  block.from.push_back(std::move(relation));
  OutputAll(&block);
  RETURN_IF_ERROR(BindWhere(where, parameters_, &block));
  return block;
}

Result<BoundDelete> Binder::Bind(const parser::Delete& statement) const {
  ASSIGN_OR_RETURN(QueryBlock block, BindTable(statement.table, statement.where));
  return BoundDelete{std::move(block)};
}

Result<BoundUpdate> Binder::Bind(const parser::Update& statement) const {
  BoundUpdate bound;
  ASSIGN_OR_RETURN(bound.block, BindTable(statement.table, {}));
  const Schema& columns = bound.block.from[0]->schema;
  const Scope scope(bound.block, kInvalidUpdate, kInvalidUpdate);
  for (const parser::Assignment& assignment : statement.assignments) {
    ASSIGN_OR_RETURN(const uint32_t column, scope.Find(assignment.column));
    for (const Assignment& other : bound.assignments) {
      if (other.column == column) {
        return ErrorAt(Code::kInvalidArgument, kInvalidUpdate,
                       columns[column].name + " is set twice", assignment.column.position);
      }
    }
    ASSIGN_OR_RETURN(ExprPtr value,
                     BindAssigned(assignment.value, columns[column], scope, columns, parameters_));
    bound.assignments.push_back({column, std::move(value)});
  }
  // Record files take columns in their order.
  std::sort(bound.assignments.begin(), bound.assignments.end(),
            [](const Assignment& a, const Assignment& b) { return a.column < b.column; });
  RETURN_IF_ERROR(BindWhere(statement.where, parameters_, &bound.block));
  return bound;
}

}  // namespace redbase::ql
