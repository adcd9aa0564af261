#include "ql/internal/expr_binder.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "common/batch.h"
#include "common/physical_value.h"
#include "common/type_text.h"
#include "parser/classic_echo.h"
#include "parser/type_name.h"
#include "ql/binder.h"
#include "ql/expr_eval.h"
#include "ql/internal/cast_kernels.h"
#include "ql/internal/functions/functions.h"

namespace redbase::ql {
namespace {

using parser::BinaryOp;

bool IsConstant(const Expr& expr) { return expr.kind == ExprKind::kConstant; }

bool IsKnownConstant(const Expr& expr) { return IsConstant(expr) && !expr.value.is_parameter(); }

bool CanFold(const Expr& expr) {
  if (expr.kind == ExprKind::kColumn || expr.value.is_parameter() ||
      (expr.kind == ExprKind::kFunction && !expr.function->stable)) {
    return false;
  }
  return std::all_of(expr.children.begin(), expr.children.end(),
                     [](const ExprPtr& child) { return IsKnownConstant(*child); });
}

// The number as PostgreSQL reads it: an integer, an exact decimal, or, when that has not digits
// enough, a double.
ExprPtr NumberOf(const parser::Literal& literal) {
  if (const auto* integer = std::get_if<int64_t>(&literal.value)) {
    const auto narrow = static_cast<int32_t>(*integer);
    return narrow == *integer ? Expr::Constant(Value::Int(narrow), kIntType)
                              : Expr::Constant(Value::Bigint(*integer), kBigintType);
  }
  if (Decimal decimal; common::ParseDecimal(literal.text, &decimal) == common::ParseOutcome::kOk) {
    const Value value = Value::OfDecimal(decimal);
    return Expr::Constant(value, DecimalTypeOf(value));
  }
  return Expr::Constant(Value::Double(std::get<double>(literal.value)), kDoubleType);
}

std::string SourceText(const parser::Expr& source) {
  switch (source.kind()) {
    case parser::Expr::Kind::kColumn:
      return source.column().name;
    case parser::Expr::Kind::kLiteral:
      return source.literal().text;
    default:
      return parser::PlanText(source);
  }
}

}  // namespace

ExprPtr Folded(ExprPtr expr) {
  if (expr->children.empty() ? expr->kind != ExprKind::kFunction : false) {
    return expr;
  }
  if (!CanFold(*expr)) {
    return expr;
  }
  Batch row(Schema(), 1);
  row.set_rows(1);
  Vector result;
  if (!Evaluate(*expr, row, &result).ok()) {
    return expr;  // it fails when it is asked for
  }
  return Expr::Constant(ValueAt(result, 0), expr->type);
}

Status ExprBinder::Error(Code code, const std::string& detail, const parser::Expr& source) const {
  return ErrorAt(code, texts_.unknown, detail, source.position());
}

Status ExprBinder::NoType(const parser::Expr& source) const {
  return {Code::kTypeMismatch, "could not determine data type of parameter " + SourceText(source) +
                                   AtPosition(source.position())};
}

Status ExprBinder::Mismatch(const parser::Expr& left, LogicalType left_type,
                            const parser::Expr& right, LogicalType right_type) const {
  return Error(Code::kTypeMismatch,
               SourceText(left) + " is " + KindName(left_type) + ", " + SourceText(right) + " is " +
                   KindName(right_type),
               right);
}

Result<ExprPtr> ExprBinder::Bind(const parser::Expr& expr) const {
  switch (expr.kind()) {
    case Kind::kColumn: {
      ASSIGN_OR_RETURN(const ColumnId column, scope_.Find(expr.column(), texts_));
      return columns_.Ref(column);
    }
    case Kind::kLiteral:
      return BindLiteral(expr.literal());
    case Kind::kUnary:
      return BindUnary(expr);
    case Kind::kBinary:
      return BindBinary(expr);
    case Kind::kCase:
      return BindCase(expr);
    case Kind::kCast:
      return BindCast(expr);
    case Kind::kFunction:
      return BindFunction(expr);
    case Kind::kSubquery:
      return BindSubquery(expr);
    case Kind::kRow:
      return Error(Code::kInvalidArgument, "a list of values is no value", expr);
    default:
      return BindBoolean(expr, /*negate=*/false, /*filter=*/false);
  }
}

Result<ExprPtr> ExprBinder::BindTyped(const parser::Expr& expr) const {
  ASSIGN_OR_RETURN(ExprPtr bound, Bind(expr));
  if (bound->type.id != TypeId::kUnknown) {
    return bound;
  }
  return ConvertUnknown(std::move(bound), kTextType, expr);
}

Result<ExprPtr> ExprBinder::BindLiteral(const parser::Literal& literal) const {
  if (literal.is_null()) {
    return Expr::Constant(Value::Null(), kUnknownType);
  }
  if (const auto* truth = std::get_if<bool>(&literal.value)) {
    return Expr::Boolean(*truth);
  }
  if (const auto* text = std::get_if<std::string>(&literal.value)) {
    return Expr::Constant(Value::String(*text), kUnknownType);
  }
  if (const parser::Parameter* const parameter = literal.parameter()) {
    return Expr::Constant(Value::Parameter(ParameterNumber{parameter->number}), kUnknownType);
  }
  return NumberOf(literal);
}

Result<std::vector<ExprPtr>> ExprBinder::BindAll(const parser::Expr& expr, size_t first) const {
  std::vector<ExprPtr> bound;
  for (size_t i = first; i < expr.children().size(); ++i) {
    ASSIGN_OR_RETURN(ExprPtr child, Bind(expr.child(i)));
    bound.push_back(std::move(child));
  }
  return bound;
}

Result<ExprPtr> ExprBinder::ConvertUnknown(ExprPtr expr, LogicalType type,
                                           const parser::Expr& source) const {
  if (expr->value.is_null()) {
    return Expr::Constant(Value::Null(), type);
  }
  if (expr->value.is_parameter()) {
    const parser::Parameter parameter{static_cast<uint32_t>(expr->value.parameter_number())};
    Result<Value> value =
        parameters_ != nullptr
            ? parameters_->Compared(parameter, type)
            : Result<Value>(
                  Status(Code::kInvalidArgument, "there is no parameter " + SourceText(source)));
    if (!value.ok()) {
      return Status(value.status().code(),
                    value.status().message() + AtPosition(source.position()));
    }
    return Expr::Constant(*std::move(value), type);
  }
  if (IsString(type.id)) {
    return Expr::Constant(std::move(expr->value), type);
  }
  Result<Value> value = ParseText(expr->value.string_value(), type);
  if (!value.ok()) {
    return Error(value.status().code(), value.status().message(), source);
  }
  return Expr::Constant(*std::move(value), type);
}

Result<ExprPtr> ExprBinder::Convert(ExprPtr expr, LogicalType type,
                                    const parser::Expr& source) const {
  if (expr->type == type) {
    return expr;
  }
  if (expr->type.id == TypeId::kUnknown) {
    return ConvertUnknown(std::move(expr), type, source);
  }
  const bool same_strings = IsString(type.id) && IsString(expr->type.id) && type.length == 0;
  if (same_strings) {
    expr->type = IsConstant(*expr) ? type : expr->type;
    return expr;
  }
  return Folded(Expr::Cast(std::move(expr), type));
}

Result<ExprPtr> ExprBinder::BindUnary(const parser::Expr& expr) const {
  ASSIGN_OR_RETURN(ExprPtr operand, Bind(expr.child(0)));
  if (operand->type.id == TypeId::kUnknown) {
    ASSIGN_OR_RETURN(operand, ConvertUnknown(std::move(operand), kDoubleType, expr.child(0)));
  }
  const LogicalType type = operand->type;
  std::vector<ExprPtr> arguments;
  arguments.push_back(std::move(operand));
  if (expr.unary() == parser::UnaryOp::kMinus && type.id == TypeId::kInterval) {
    return CallOf("-", std::move(arguments), expr);
  }
  const bool fits = expr.unary() == parser::UnaryOp::kBitNot
                        ? IsInteger(type.id)
                        : CategoryOf(type) == TypeCategory::kNumber;
  if (!fits) {
    return Error(Code::kTypeMismatch, SourceText(expr.child(0)) + " is " + KindName(type), expr);
  }
  switch (expr.unary()) {
    case parser::UnaryOp::kPlus:
      return std::move(arguments[0]);
    case parser::UnaryOp::kMinus:
      return Folded(Expr::Call(NegationOf(type), std::move(arguments), type));
    case parser::UnaryOp::kBitNot:
      break;
  }
  return Folded(Expr::Call(ComplementOf(type), std::move(arguments), type));
}

Result<ExprPtr> ExprBinder::BindBinary(const parser::Expr& expr) const {
  ASSIGN_OR_RETURN(ExprPtr left, Bind(expr.child(0)));
  for (size_t i = 0; i < expr.operators().size(); ++i) {
    const parser::Expr& source = expr.child(i + 1);
    ASSIGN_OR_RETURN(ExprPtr right, Bind(source));
    ASSIGN_OR_RETURN(left, BindOperator(std::move(left), expr.operators()[i], std::move(right),
                                        i == 0 ? expr.child(0) : expr, source));
  }
  return left;
}

Result<ExprPtr> ExprBinder::BindOperator(ExprPtr left, BinaryOp op, ExprPtr right,
                                         const parser::Expr& source,
                                         const parser::Expr& right_source) const {
  const bool numbers = CategoryOf(left->type) == TypeCategory::kNumber ||
                       CategoryOf(right->type) == TypeCategory::kNumber;
  const bool untyped = CategoryOf(left->type) == TypeCategory::kUnknown ||
                       CategoryOf(right->type) == TypeCategory::kUnknown;
  if (numbers && untyped && op != BinaryOp::kConcat) {
    const LogicalType type =
        CategoryOf(left->type) == TypeCategory::kNumber ? left->type : right->type;
    ASSIGN_OR_RETURN(left, Convert(std::move(left), type, source));
    ASSIGN_OR_RETURN(right, Convert(std::move(right), type, right_source));
  }
  const bool both_numbers = CategoryOf(left->type) == TypeCategory::kNumber &&
                            CategoryOf(right->type) == TypeCategory::kNumber;
  const LogicalType left_type = left->type;
  const LogicalType right_type = right->type;
  if (both_numbers) {
    if (const std::optional<ArithmeticTypes> types = TypesOfArithmetic(op, left_type, right_type)) {
      ASSIGN_OR_RETURN(left, Convert(std::move(left), types->left, source));
      ASSIGN_OR_RETURN(right, Convert(std::move(right), types->right, right_source));
      std::vector<ExprPtr> arguments;
      arguments.push_back(std::move(left));
      arguments.push_back(std::move(right));
      return Folded(
          Expr::Call(ArithmeticFunction(op, *types), std::move(arguments), types->result));
    }
  }
  const bool joins_text =
      op == BinaryOp::kConcat && left_type.id != TypeId::kBytea && right_type.id != TypeId::kBytea;
  if (joins_text) {
    ASSIGN_OR_RETURN(left, AsText(std::move(left), source));
    ASSIGN_OR_RETURN(right, AsText(std::move(right), right_source));
  }
  std::vector<ExprPtr> arguments;
  arguments.push_back(std::move(left));
  arguments.push_back(std::move(right));
  const std::string name(ToString(op));
  Result<ResolvedCall> call = ResolveCall(name, arguments);
  if (!call.ok()) {
    return Error(
        Code::kTypeMismatch,
        "there is no operator " + TypeName(left_type) + " " + name + " " + TypeName(right_type),
        right_source);
  }
  return CallOf(name, std::move(arguments), right_source);
}

Result<ExprPtr> ExprBinder::CallOf(std::string_view name, std::vector<ExprPtr> arguments,
                                   const parser::Expr& source) const {
  Result<ResolvedCall> call = ResolveCall(name, arguments);
  if (!call.ok()) {
    return Error(call.status().code(), call.status().message(), source);
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    ASSIGN_OR_RETURN(arguments[i], Convert(std::move(arguments[i]), call->parameters[i], source));
  }
  return Folded(Expr::Call(*call->function, std::move(arguments), call->result));
}

Result<LogicalType> ExprBinder::MakeAlike(std::vector<ExprPtr>* values,
                                          const std::vector<const parser::Expr*>& sources) const {
  LogicalType type = kUnknownType;
  for (size_t i = 0; i < values->size(); ++i) {
    const std::optional<LogicalType> common = CommonType(type, (*values)[i]->type);
    if (!common) {
      return Mismatch(*sources[0], type, *sources[i], (*values)[i]->type);
    }
    type = (*values)[i]->type.id == TypeId::kUnknown && type.id == TypeId::kUnknown ? kUnknownType
                                                                                    : *common;
  }
  if (type.id == TypeId::kUnknown) {
    type = kTextType;
  }
  for (size_t i = 0; i < values->size(); ++i) {
    ASSIGN_OR_RETURN((*values)[i], Convert(std::move((*values)[i]), type, *sources[i]));
  }
  return type;
}

Result<ExprPtr> ExprBinder::BindCase(const parser::Expr& expr) const {
  size_t next = expr.has_operand() ? 1 : 0;
  const size_t end = expr.children().size() - (expr.has_else() ? 1 : 0);
  std::vector<ExprPtr> conditions;
  std::vector<ExprPtr> values;
  std::vector<const parser::Expr*> sources;
  for (; next < end; next += 2) {
    const parser::Expr& when = expr.child(next);
    if (expr.has_operand()) {
      ASSIGN_OR_RETURN(ExprPtr condition,
                       CompareSources(expr.child(0), parser::ComparisonOp::kEq, when,
                                      /*negate=*/false, /*filter=*/false));
      conditions.push_back(std::move(condition));
    } else {
      ASSIGN_OR_RETURN(ExprPtr condition, BindFilter(when));
      conditions.push_back(std::move(condition));
    }
    ASSIGN_OR_RETURN(ExprPtr value, Bind(expr.child(next + 1)));
    values.push_back(std::move(value));
    sources.push_back(&expr.child(next + 1));
  }
  if (expr.has_else()) {
    ASSIGN_OR_RETURN(ExprPtr value, Bind(expr.child(end)));
    values.push_back(std::move(value));
    sources.push_back(&expr.child(end));
  } else {
    values.push_back(Expr::Constant(Value::Null(), kUnknownType));
    sources.push_back(&expr);
  }
  ASSIGN_OR_RETURN(const LogicalType type, MakeAlike(&values, sources));
  std::vector<ExprPtr> children;
  for (size_t i = 0; i < conditions.size(); ++i) {
    children.push_back(std::move(conditions[i]));
    children.push_back(std::move(values[i]));
  }
  children.push_back(std::move(values.back()));
  return Folded(Expr::Case(std::move(children), type));
}

Result<ExprPtr> ExprBinder::BindCast(const parser::Expr& expr) const {
  Result<LogicalType> type = parser::ResolveType(expr.type());
  if (!type.ok()) {
    return type.status();
  }
  ASSIGN_OR_RETURN(ExprPtr operand, Bind(expr.child(0)));
  if (operand->type.id == TypeId::kUnknown) {
    // A text that is longer than the type is cut, as any other.
    const LogicalType read = IsString(type->id) && operand->value.is_string() ? kTextType : *type;
    ASSIGN_OR_RETURN(operand, ConvertUnknown(std::move(operand), read, expr.child(0)));
  }
  if (operand->type == *type) {
    return operand;
  }
  if (!CanCast(operand->type, *type)) {
    return Error(Code::kTypeMismatch,
                 "cannot cast " + TypeName(operand->type) + " to " + TypeName(*type), expr);
  }
  return Folded(Expr::Cast(std::move(operand), *type));
}

namespace {

Status WrongLiteral(const Status& status, std::string_view text, const Column& column,
                    const parser::Literal& literal) {
  if (status.code() == Code::kTypeMismatch) {
    return ErrorAt(Code::kTypeMismatch, text,
                   "column " + column.name + " is " + TypeName(column.type) + ", value " +
                       literal.text + " is " + KindName(literal),
                   literal.position);
  }
  return ErrorAt(status.code(), text, "column " + column.name + ": " + status.message(),
                 literal.position);
}

}  // namespace

Result<Value> BindStored(const parser::Literal& literal, const Column& column,
                         std::string_view text, Parameters* parameters) {
  if (const parser::Parameter* const parameter = literal.parameter()) {
    Result<Value> value = parameters != nullptr
                              ? parameters->Stored(*parameter, column.type)
                              : Result<Value>(Status(Code::kInvalidArgument,
                                                     "there is no parameter " + literal.text));
    if (!value.ok()) {
      return Status(value.status().code(), value.status().message() + AtPosition(literal.position));
    }
    return value;
  }
  Result<Value> value = LiteralAs(literal, column.type);
  return value.ok() ? std::move(value) : WrongLiteral(value.status(), text, column, literal);
}

Result<ExprPtr> ExprBinder::Assigned(const parser::Expr& expr, const Column& target) const {
  if (expr.kind() == Kind::kLiteral) {
    ASSIGN_OR_RETURN(Value value, BindStored(expr.literal(), target, texts_.unknown, parameters_));
    return Expr::Constant(std::move(value), target.type);
  }
  ASSIGN_OR_RETURN(ExprPtr value, Bind(expr));
  if (value->type.id == TypeId::kUnknown) {
    return ConvertUnknown(std::move(value), target.type, expr);
  }
  const LogicalType from = value->type;
  const LogicalType to = target.type;
  // A column is stored in one like it; what is computed is rounded as a cast does.
  const bool loses_fraction = expr.kind() == Kind::kColumn && !IsInteger(from.id) &&
                              CategoryOf(from) == TypeCategory::kNumber && IsInteger(to.id);
  const bool classic_strings = expr.kind() == Kind::kColumn && IsString(to.id) != IsString(from.id);
  if (!ConvertsImplicitly(from, to, /*assign=*/true) || loses_fraction || classic_strings) {
    return Error(
        Code::kTypeMismatch,
        target.name + " is " + TypeName(to) + ", " + SourceText(expr) + " is " + TypeName(from),
        expr);
  }
  const bool fits = PhysicalTypeOf(to) == PhysicalTypeOf(from) && to.scale == from.scale &&
                    (to.id == from.id || IsString(to.id)) &&
                    (to.length >= from.length || to.length == 0);
  return fits ? std::move(value) : Folded(Expr::Assign(std::move(value), to));
}

// ---- Functions.

namespace {

// What PostgreSQL writes as a function, and is a form of its own.
constexpr std::string_view kCoalesce = "coalesce";
constexpr std::string_view kNullIf = "nullif";
constexpr std::string_view kGreatest = "greatest";
constexpr std::string_view kLeast = "least";

// Operators that have a name as well.
std::optional<BinaryOp> OperatorNamed(std::string_view name) {
  if (name == "mod") {
    return BinaryOp::kModulo;
  }
  return name == "power" || name == "pow" ? std::optional(BinaryOp::kPower) : std::nullopt;
}

}  // namespace

Result<ExprPtr> ExprBinder::BindSpecial(const parser::Expr& expr) const {
  const std::string& name = expr.function().name.text;
  const bool known = name == kCoalesce || name == kNullIf || name == kGreatest || name == kLeast;
  if (!known) {
    return ExprPtr();
  }
  ASSIGN_OR_RETURN(std::vector<ExprPtr> values, BindAll(expr, 0));
  if (values.empty() || (name == kNullIf && values.size() != 2)) {
    return Error(Code::kTypeMismatch, "wrong number of arguments of " + name, expr);
  }
  std::vector<const parser::Expr*> sources;
  for (const std::unique_ptr<parser::Expr>& child : expr.children()) {
    sources.push_back(child.get());
  }
  if (name == kNullIf) {
    ASSIGN_OR_RETURN(ExprPtr equal, CompareSources(expr.child(0), parser::ComparisonOp::kEq,
                                                   expr.child(1), false, false));
    ASSIGN_OR_RETURN(ExprPtr value, BindTyped(expr.child(0)));
    const LogicalType type = value->type;
    std::vector<ExprPtr> children;
    children.push_back(std::move(equal));
    children.push_back(Expr::Constant(Value::Null(), type));
    children.push_back(std::move(value));
    return Folded(Expr::Case(std::move(children), type));
  }
  ASSIGN_OR_RETURN(const LogicalType type, MakeAlike(&values, sources));
  if (name == kCoalesce) {
    return Folded(Expr::Coalesce(std::move(values), type));
  }
  return Folded(Expr::Call(ExtremeFunction(name == kGreatest), std::move(values), type));
}

Result<ExprPtr> ExprBinder::BindFunction(const parser::Expr& expr) const {
  const parser::FunctionCall& call = expr.function();
  if (calls_ != nullptr) {
    ASSIGN_OR_RETURN(ExprPtr aggregate, calls_->BindAggregate(expr));
    if (aggregate) {
      return aggregate;
    }
  }
  if (call.star || call.distinct || call.filter || !call.order_by.empty()) {
    return Error(Code::kTypeMismatch, call.name.text + " is no aggregate function", expr);
  }
  ASSIGN_OR_RETURN(ExprPtr special, BindSpecial(expr));
  if (special) {
    return special;
  }
  ASSIGN_OR_RETURN(std::vector<ExprPtr> arguments, BindAll(expr, 0));
  if (const std::optional<BinaryOp> op = OperatorNamed(call.name.text);
      op && arguments.size() == 2) {
    return BindOperator(std::move(arguments[0]), *op, std::move(arguments[1]), expr.child(0),
                        expr.child(1));
  }
  if (call.name.text == "concat" || call.name.text == "concat_ws") {
    for (size_t i = 0; i < arguments.size(); ++i) {
      ASSIGN_OR_RETURN(arguments[i], AsText(std::move(arguments[i]), expr.child(i)));
    }
  }
  return CallOf(call.name.text, std::move(arguments), expr);
}

// Any value as it is written.
Result<ExprPtr> ExprBinder::AsText(ExprPtr expr, const parser::Expr& source) const {
  return Convert(std::move(expr), kTextType, source);
}

Result<ExprPtr> ExprBinder::BindSubquery(const parser::Expr& expr) const {
  if (calls_ == nullptr) {
    return Error(Code::kInvalidArgument, "a subquery cannot stand here", expr);
  }
  std::vector<ExprPtr> operands;
  if (!expr.children().empty()) {
    const parser::Expr& operand = expr.child(0);
    if (operand.kind() == Kind::kRow) {
      ASSIGN_OR_RETURN(operands, BindAll(operand, 0));
    } else {
      ASSIGN_OR_RETURN(ExprPtr bound, Bind(operand));
      operands.push_back(std::move(bound));
    }
  }
  return calls_->BindSubquery(expr, std::move(operands));
}

}  // namespace redbase::ql
