#include "ql/ddl_binder.h"

#include <string>
#include <utility>

#include "parser/type_name.h"
#include "ql/binder.h"

namespace redbase::ql {
namespace {

Status RefuseAt(Code code, const std::string& text, parser::Position position) {
  return Status(code, text + AtPosition(position));
}

Result<uint32_t> FindDistributed(const parser::Identifier& name,
                                 const std::vector<Column>& columns) {
  sm::Relation relation;  // for its rule of finding columns
  relation.schema = Schema(columns);
  Result<uint32_t> column = relation.FindColumn(name.text);
  if (!column.ok()) {
    return RefuseAt(Code::kNotFound,
                    "create: attribute name for distribute is not valid: \"" + name.text + "\"",
                    name.position);
  }
  return column;
}

Result<Value> BindBound(const parser::Literal& literal, const Column& column) {
  constexpr const char* kText = "EX warning: invalid value in partition vector: ";
  Result<Value> value = LiteralAs(literal, column.type);
  if (!value.ok()) {
    return RefuseAt(
        value.status().code(),
        kText + literal.text + ", column " + column.name + " is " + TypeName(column.type),
        literal.position);
  }
  if (value->is_null()) {
    return RefuseAt(Code::kInvalidArgument, std::string(kText) + "null", literal.position);
  }
  return value;
}

Result<sm::PartitionVector> BindDistribute(const parser::Distribute& distribute,
                                           const std::vector<Column>& columns,
                                           uint32_t node_count) {
  ASSIGN_OR_RETURN(const uint32_t column, FindDistributed(distribute.attribute, columns));
  const size_t given = distribute.values.size();
  if (node_count == 0 || given != node_count - 1) {
    const std::string wanted = node_count == 0 ? "the database is not distributed"
                                               : std::to_string(node_count) + " nodes need " +
                                                     std::to_string(node_count - 1) + ", " +
                                                     std::to_string(given) + " given";
    return RefuseAt(Code::kInvalidArgument,
                    "EX warning: incorrect number of data values: " + wanted,
                    distribute.attribute.position);
  }
  std::vector<Value> bounds;
  for (const parser::Literal& literal : distribute.values) {
    ASSIGN_OR_RETURN(Value value, BindBound(literal, columns[column]));
    if (!bounds.empty() && Value::Compare(bounds.back(), value) >= 0) {
      return RefuseAt(Code::kInvalidArgument,
                      "EX warning: invalid value in partition vector: " + literal.text +
                          " is not above the value before it",
                      literal.position);
    }
    bounds.push_back(std::move(value));
  }
  return sm::PartitionVector(column, columns[column].type, std::move(bounds));
}

}  // namespace

Result<sm::TableDefinition> BindCreateTable(const parser::CreateTable& statement,
                                            uint32_t node_count) {
  sm::TableDefinition definition;
  definition.name = statement.table.text;
  for (const parser::ColumnDefinition& column : statement.columns) {
    ASSIGN_OR_RETURN(const LogicalType type, parser::ResolveType(column.type));
    definition.columns.push_back({column.name.text, type, statement.table.text});
  }
  if (statement.distribute) {
    ASSIGN_OR_RETURN(definition.partitioning,
                     BindDistribute(*statement.distribute, definition.columns, node_count));
  }
  return definition;
}

Result<BoundIndex> BindIndex(const sm::CatalogSnapshot& catalog, const parser::Identifier& table,
                             const std::vector<parser::Identifier>& columns) {
  BoundIndex bound;
  Result<sm::RelationPtr> relation = catalog.Find(table.text);
  if (!relation.ok()) {
    return RefuseAt(relation.status().code(), relation.status().message(), table.position);
  }
  bound.relation = *std::move(relation);
  for (const parser::Identifier& name : columns) {
    Result<uint32_t> column = bound.relation->FindColumn(name.text);
    if (!column.ok()) {
      return RefuseAt(column.status().code(), column.status().message(), name.position);
    }
    bound.columns.push_back(*column);
  }
  return bound;
}

Result<sm::IndexInfo> FindIndex(const BoundIndex& bound) {
  for (const sm::IndexInfo& index : bound.relation->indexes) {
    if (index.columns == bound.columns) {
      return index;
    }
  }
  std::string names;
  for (const uint32_t column : bound.columns) {
    names += (names.empty() ? "" : ", ") + bound.relation->schema[column].name;
  }
  return Status(Code::kNotFound,
                "SM warning: index does not exist: " + bound.relation->name + "(" + names + ")");
}

}  // namespace redbase::ql
