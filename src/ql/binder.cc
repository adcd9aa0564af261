#include "ql/binder.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "common/name_match.h"
#include "common/type_text.h"
#include "ql/internal/query_binder.h"

namespace redbase::ql {
namespace {

constexpr std::string_view kWrongCount = "QL warning: incorrect attribute count";
constexpr ScopeTexts kInsertTexts{"QL warning: incorrect attribute type",
                                  "QL warning: incorrect attribute type"};

Status NotYet(const char* what, parser::Position position) {
  return {Code::kInvalidArgument, std::string(what) + " is not known yet" + AtPosition(position)};
}

// The scope of a statement that changes one relation.
Scope ScopeOf(const logical::Get& get, const std::string& name) {
  ScopeRelation relation{name, {}};
  for (size_t i = 0; i < get.columns.size(); ++i) {
    relation.columns.push_back({get.relation->schema[i].name, get.columns[i]});
  }
  Scope scope;
  scope.Add(std::move(relation));
  return scope;
}

Result<Value> NumberAs(const parser::Literal& literal, LogicalType type) {
  if (const auto* integer = std::get_if<int64_t>(&literal.value)) {
    if (PhysicalTypeOf(type) == PhysicalType::kFloat32) {
      return Value::Real(static_cast<float>(*integer));
    }
    return Value::Bigint(*integer).CastTo(type);
  }
  if (type.id == TypeId::kDecimal || type.id == TypeId::kDouble) {
    return ParseText(literal.text, type);
  }
  const bool whole = literal.text.find_first_not_of("+-0123456789") == std::string::npos;
  if (IsInteger(type.id) && whole) {
    return Status(Code::kInvalidArgument,
                  literal.text + " is out of range for type " + TypeName(type));
  }
  if (PhysicalTypeOf(type) != PhysicalType::kFloat32) {
    return Status(Code::kTypeMismatch, literal.text + " is not " + TypeName(type));
  }
  const auto narrow = static_cast<float>(std::get<double>(literal.value));
  if (std::isinf(narrow)) {
    return Status(Code::kInvalidArgument, literal.text + " is out of range for real");
  }
  return Value::Real(narrow);
}

}  // namespace

std::string KindName(const parser::Literal& literal) {
  if (literal.is_null()) {
    return "null";
  }
  if (std::holds_alternative<bool>(literal.value)) {
    return "a boolean";
  }
  return literal.is_string() ? "a string" : "a number";
}

Result<Value> LiteralAs(const parser::Literal& literal, LogicalType type) {
  if (literal.is_null()) {
    return Value::Null();
  }
  if (literal.parameter() != nullptr) {
    return Status(Code::kInvalidArgument, "there is no parameter " + literal.text);
  }
  if (const auto* truth = std::get_if<bool>(&literal.value)) {
    return Value::Boolean(*truth).CastTo(type);
  }
  if (const auto* text = std::get_if<std::string>(&literal.value)) {
    if (IsString(type.id)) {
      return Value::String(*text).CastTo(type);
    }
    if (type.id == TypeId::kInt || type.id == TypeId::kReal) {
      return Value::String(*text).CastTo(type);  // refused, as the classic language says
    }
    Result<Value> value = ParseText(*text, type);
    // A text that is no number is of another kind.
    if (!value.ok() && IsNumber(type.id) && value.status().code() == Code::kInvalidArgument) {
      return Status(Code::kTypeMismatch, value.status().message());
    }
    return value;
  }
  if (IsString(type.id)) {
    return Status(Code::kTypeMismatch, literal.text + " is not a string");
  }
  if (!IsNumber(type.id)) {
    return Status(Code::kTypeMismatch, literal.text + " is not " + TypeName(type));
  }
  return NumberAs(literal, type);
}

Result<sm::RelationPtr> Binder::FindTable(const parser::Identifier& name) const {
  ASSIGN_OR_RETURN(sm::RelationPtr relation, context_.FindRelation(name));
  if (relation->kind != sm::RelationKind::kTable) {
    return ErrorAt(Code::kInvalidArgument, "QL warning: cannot change system catalog",
                   relation->name, name.position);
  }
  return relation;
}

Result<BoundQuery> Binder::Bind(const parser::Query& query) const {
  return QueryBinder(&context_, nullptr, nullptr).Bind(query);
}

Result<BoundQuery> Binder::Bind(const parser::Print& statement) const {
  ASSIGN_OR_RETURN(sm::RelationPtr relation, context_.FindRelation(statement.relation));
  BoundQuery bound;
  logical::Get get;
  for (const Column& column : relation->schema.columns()) {
    get.columns.push_back(context_.columns.Add({column.name, column.type, relation->name}));
    bound.names.push_back(column.name);
  }
  get.relation = std::move(relation);
  bound.outputs = get.columns;
  bound.plan = logical::MakeGet(std::move(get));
  return bound;
}

// ---- Insert.

Result<std::vector<uint32_t>> Binder::TargetColumns(const parser::Insert& statement,
                                                    const sm::Relation& relation) const {
  std::vector<uint32_t> columns;
  for (const parser::Identifier& name : statement.columns) {
    Result<uint32_t> column = relation.FindColumn(name.text);
    if (!column.ok()) {
      return Status(column.status().code(), column.status().message() + AtPosition(name.position));
    }
    if (std::find(columns.begin(), columns.end(), *column) != columns.end()) {
      return ErrorAt(Code::kInvalidArgument, kWrongCount, name.text + " is named twice",
                     name.position);
    }
    columns.push_back(*column);
  }
  for (uint32_t i = 0; i < relation.schema.size() && statement.columns.empty(); ++i) {
    columns.push_back(i);
  }
  return columns;
}

Result<BoundInsert> Binder::Bind(const parser::Insert& statement) const {
  BoundInsert bound;
  ASSIGN_OR_RETURN(bound.relation, FindTable(statement.table));
  ASSIGN_OR_RETURN(const std::vector<uint32_t> columns, TargetColumns(statement, *bound.relation));
  if (statement.query) {
    RETURN_IF_ERROR(BindSource(statement, columns, &bound));
  } else {
    RETURN_IF_ERROR(BindRows(statement, columns, &bound));
  }
  return bound;
}

Status Binder::BindRows(const parser::Insert& statement, const std::vector<uint32_t>& columns,
                        BoundInsert* bound) const {
  const sm::Relation& relation = *bound->relation;
  std::vector<std::vector<ExprPtr>> rows;
  rows.reserve(statement.rows.size());
  for (const std::vector<parser::Expr>& row : statement.rows) {
    if (row.size() != columns.size()) {
      const std::string wanted =
          statement.columns.empty()
              ? relation.name + " has " + std::to_string(columns.size()) + " columns"
              : std::to_string(columns.size()) + " columns are named";
      return ErrorAt(Code::kInvalidArgument, kWrongCount,
                     wanted + ", " + std::to_string(row.size()) + " values are given",
                     row[0].position());
    }
    ASSIGN_OR_RETURN(std::vector<ExprPtr> values, BindRow(row, columns, relation));
    rows.push_back(std::move(values));
  }
  const bool constant = std::all_of(rows.begin(), rows.end(), [](const auto& row) {
    return std::all_of(row.begin(), row.end(),
                       [](const ExprPtr& value) { return value->kind == ExprKind::kConstant; });
  });
  if (!constant) {
    std::vector<ColumnId> ids;
    for (const Column& column : relation.schema.columns()) {
      ids.push_back(context_.columns.Add({column.name, column.type, ""}));
    }
    bound->source = logical::MakeValues(std::move(rows), std::move(ids));
    return {};
  }
  for (std::vector<ExprPtr>& row : rows) {
    std::vector<Value> values;
    values.reserve(row.size());
    for (ExprPtr& value : row) {
      values.push_back(std::move(value->value));
    }
    bound->rows.push_back(std::move(values));
  }
  return {};
}

Result<std::vector<ExprPtr>> Binder::BindRow(const std::vector<parser::Expr>& row,
                                             const std::vector<uint32_t>& columns,
                                             const sm::Relation& relation) const {
  const Scope none;
  const ExprBinder exprs(none, context_.columns, kInsertTexts, context_.parameters, nullptr);
  std::vector<ExprPtr> values(relation.schema.size());
  for (size_t i = 0; i < row.size(); ++i) {
    ASSIGN_OR_RETURN(values[columns[i]], exprs.Assigned(row[i], relation.schema[columns[i]]));
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) {
      values[i] = Expr::Constant(Value::Null(), relation.schema[i].type);
    }
  }
  return values;
}

Status Binder::BindSource(const parser::Insert& statement, const std::vector<uint32_t>& columns,
                          BoundInsert* bound) const {
  ASSIGN_OR_RETURN(BoundQuery query, Bind(*statement.query));
  const Schema& schema = bound->relation->schema;
  if (query.outputs.size() != columns.size()) {
    return ErrorAt(Code::kInvalidArgument, kWrongCount,
                   std::to_string(columns.size()) + " columns are wanted, the query gives " +
                       std::to_string(query.outputs.size()),
                   statement.query->position);
  }
  std::vector<ExprPtr> values;
  std::vector<ColumnId> ids;
  for (const Column& column : schema.columns()) {
    values.push_back(Expr::Constant(Value::Null(), column.type));
    ids.push_back(context_.columns.Add({column.name, column.type, ""}));
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    const Column& target = schema[columns[i]];
    const LogicalType from = context_.columns.TypeOf(query.outputs[i]);
    if (!ConvertsImplicitly(from, target.type, /*assign=*/true)) {
      return ErrorAt(Code::kTypeMismatch, kInsertTexts.unknown,
                     "column " + target.name + " is " + TypeName(target.type) + ", " +
                         query.names[i] + " is " + TypeName(from),
                     statement.query->position);
    }
    ExprPtr value = context_.columns.Ref(query.outputs[i]);
    values[columns[i]] =
        from == target.type ? std::move(value) : Expr::Assign(std::move(value), target.type);
  }
  bound->source = logical::MakeProject(std::move(query.plan), std::move(values), std::move(ids));
  return {};
}

Result<BoundLoad> Binder::Bind(const parser::Load& statement) const {
  BoundLoad bound;
  ASSIGN_OR_RETURN(bound.relation, context_.FindRelation(statement.table));
  if (bound.relation->kind != sm::RelationKind::kTable) {
    return ErrorAt(Code::kInvalidArgument, "SM warning: cannot change system catalog",
                   bound.relation->name, statement.table.position);
  }
  bound.path = std::get<std::string>(statement.path.value);
  return bound;
}

// ---- Delete and update.

Result<BoundTarget> Binder::BindTarget(const parser::Identifier& name,
                                       const std::optional<parser::Identifier>& alias) const {
  BoundTarget target;
  ASSIGN_OR_RETURN(target.get.relation, FindTable(name));
  const std::string& shown = alias ? alias->text : target.get.relation->name;
  for (const Column& column : target.get.relation->schema.columns()) {
    target.get.columns.push_back(context_.columns.Add({column.name, column.type, shown}));
  }
  return target;
}

namespace {

Status BindWhere(const std::vector<parser::Expr>& where, const Scope& scope, BindContext& context,
                 std::vector<ExprPtr>* conjuncts) {
  const ExprBinder exprs(scope, context.columns, kConditionTexts, context.parameters, nullptr);
  for (const parser::Expr& condition : where) {
    ASSIGN_OR_RETURN(ExprPtr bound, exprs.BindFilter(condition));
    AddConjuncts(std::move(bound), conjuncts);
  }
  return {};
}

}  // namespace

Result<BoundDelete> Binder::Bind(const parser::Delete& statement) const {
  if (!statement.using_tables.empty()) {
    return NotYet("delete ... using", statement.using_tables[0].position);
  }
  ASSIGN_OR_RETURN(BoundTarget target, BindTarget(statement.table, statement.alias));
  const Scope scope = ScopeOf(target.get, context_.columns[target.get.columns[0]].relation);
  RETURN_IF_ERROR(BindWhere(statement.where, scope, context_, &target.conjuncts));
  return BoundDelete{std::move(target)};
}

Result<BoundUpdate> Binder::Bind(const parser::Update& statement) const {
  if (!statement.from.empty()) {
    return NotYet("update ... from", statement.from[0].position);
  }
  BoundUpdate bound;
  ASSIGN_OR_RETURN(bound.target, BindTarget(statement.table, statement.alias));
  const logical::Get& get = bound.target.get;
  const Schema& columns = get.relation->schema;
  const ColumnId base = get.columns[0];
  const Scope scope = ScopeOf(get, context_.columns[base].relation);
  const ExprBinder exprs(scope, context_.columns, kUpdateTexts, context_.parameters, nullptr);
  for (const parser::Assignment& assignment : statement.assignments) {
    ASSIGN_OR_RETURN(const ColumnId id, scope.Find(assignment.column, kUpdateTexts));
    const uint32_t column = id - base;
    for (const Assignment& other : bound.assignments) {
      if (other.column == column) {
        return ErrorAt(Code::kInvalidArgument, kUpdateTexts.unknown,
                       columns[column].name + " is set twice", assignment.column.position);
      }
    }
    ASSIGN_OR_RETURN(ExprPtr value, exprs.Assigned(assignment.value, columns[column]));
    VisitColumns(*value, [base](uint32_t& c) { c -= base; });
    bound.assignments.push_back({column, std::move(value)});
  }
  // Record files take columns in their order.
  std::sort(bound.assignments.begin(), bound.assignments.end(),
            [](const Assignment& a, const Assignment& b) { return a.column < b.column; });
  RETURN_IF_ERROR(BindWhere(statement.where, scope, context_, &bound.target.conjuncts));
  return bound;
}

}  // namespace redbase::ql
