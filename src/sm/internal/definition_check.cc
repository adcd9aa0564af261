#include "sm/internal/definition_check.h"

#include <set>
#include <string>
#include <string_view>

#include "common/name_match.h"
#include "sm/internal/system_relations.h"

namespace redbase::sm {

namespace {

Status Refuse(const std::string& message) { return {Code::kInvalidArgument, message}; }

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

Status CheckName(std::string_view name) {
  if (name.size() > kMaxNameLength) {
    return Refuse("create: relation name or attribute name too long: " + common::QuotedName(name) +
                  " has " + std::to_string(name.size()) + " characters, at most " +
                  std::to_string(kMaxNameLength));
  }
  bool valid = !name.empty() && IsLetter(name[0]);
  for (const char c : name) {
    valid = valid && (IsLetter(c) || (c >= '0' && c <= '9'));
  }
  return valid ? Status()
               : Refuse("create: invalid name: " + common::QuotedName(name) +
                        " (a letter first, then letters, digits and _)");
}

Status CheckDigits(const Column& column) {
  const LogicalType type = column.type;
  return type.length >= 1 && type.length <= kMaxDecimalPrecision && type.scale <= type.length
             ? Status()
             : Refuse("create: no decimal: " + common::QuotedName(column.name) + " " +
                      TypeName(type) +
                      ", which has from 1 to 38 digits, all of them behind the point at most");
}

Status CheckLength(const Column& column) {
  if (column.type.id == TypeId::kDecimal) {
    return CheckDigits(column);
  }
  if (column.type.id == TypeId::kUnknown) {
    return Refuse("create: " + common::QuotedName(column.name) + " is of no known type");
  }
  const uint32_t length = column.type.length;
  const bool classic = column.type.id == TypeId::kClassicString;
  const uint32_t most = classic ? kMaxClassicStringLength : kMaxVarcharLength;
  const bool needed = classic || column.type.id == TypeId::kChar;
  if (!IsString(column.type.id) || (length <= most && !(needed && length == 0))) {
    return {};
  }
  return Refuse("create: invalid length for string attribute: " + common::QuotedName(column.name) +
                " " + TypeName(column.type) + ", not from 1 to " + std::to_string(most));
}

Status CheckColumns(const std::vector<Column>& columns) {
  if (columns.empty()) {
    return Refuse("create: a relation has at least one attribute");
  }
  if (columns.size() > kMaxColumns) {
    return Refuse("create: too many elements: " + std::to_string(columns.size()) +
                  " attributes, at most " + std::to_string(kMaxColumns));
  }
  std::set<std::string_view> names;
  for (const Column& column : columns) {
    RETURN_IF_ERROR(CheckName(column.name));
    if (!names.insert(column.name).second) {
      return Refuse("create: duplicated attribute name: " + common::QuotedName(column.name));
    }
    RETURN_IF_ERROR(CheckLength(column));
  }
  return {};
}

Status CheckPartitioning(const TableDefinition& definition, const DatabaseOptions& options) {
  const PartitionVector& vector = *definition.partitioning;
  if (vector.column() >= definition.columns.size() ||
      definition.columns[vector.column()].type != vector.type()) {
    return Refuse("create: attribute name for distribute is not valid");
  }
  if (options.node_count == 0) {
    return Refuse("EX warning: incorrect number of data values: the database is not distributed");
  }
  if (vector.partition_count() != options.node_count) {
    return Refuse(
        "EX warning: incorrect number of data values: " + std::to_string(vector.bounds().size()) +
        ", with " + std::to_string(options.node_count) + " data nodes it takes " +
        std::to_string(options.node_count - 1));
  }
  return {};
}

Status Exists(const std::string& name, const std::string& detail) {
  return {Code::kAlreadyExists,
          "SM warning: relation exists: " + common::QuotedName(name) + detail};
}

}  // namespace

Status CheckDefinition(const TableDefinition& definition, const CatalogSnapshot& snapshot,
                       const DatabaseOptions& options) {
  RETURN_IF_ERROR(CheckName(definition.name));
  RETURN_IF_ERROR(CheckColumns(definition.columns));
  if (snapshot.FindExact(definition.name) != nullptr) {
    return Exists(definition.name, "");
  }
  if (!definition.partitioning) {
    return {};
  }
  RETURN_IF_ERROR(CheckPartitioning(definition, options));
  Relation relation;
  relation.name = definition.name;
  relation.schema = Schema(definition.columns);
  relation.partitioning = definition.partitioning;
  const std::string view = PartitionViewName(relation);
  if (snapshot.FindExact(view) != nullptr) {
    return Exists(view, ", the name of the view that is to show the partitions of " +
                            common::QuotedName(definition.name));
  }
  return {};
}

}  // namespace redbase::sm
