#include "sm/internal/system_relations.h"

#include <utility>

namespace redbase::sm {

namespace {

constexpr LogicalType kInt{TypeId::kInt, 0};
constexpr LogicalType kBigint{TypeId::kBigint, 0};
constexpr LogicalType kText{TypeId::kVarchar, 0};
constexpr LogicalType kName{TypeId::kVarchar, kMaxNameLength};
// The width that the classic layout prints names with.  Longer names stand in
// such columns too: nothing stores the rows of a view.
constexpr LogicalType kClassicName{TypeId::kClassicString, 25};

using Columns = std::vector<std::pair<const char*, LogicalType>>;

RelationPtr Make(ObjectId id, std::string name, RelationKind kind, const Columns& columns) {
  Relation relation;
  relation.id = id;
  relation.name = std::move(name);
  relation.kind = kind;
  for (const auto& [column, type] : columns) {
    relation.schema.Add({column, type, relation.name});
  }
  return std::make_shared<const Relation>(std::move(relation));
}

RelationPtr MakeSystem(ObjectId id, const char* name, const Columns& columns) {
  return Make(id, name, RelationKind::kSystem, columns);
}

RelationPtr MakeView(ObjectId id, const char* name, const Columns& columns) {
  return Make(id, name, RelationKind::kView, columns);
}

}  // namespace

std::vector<RelationPtr> BuiltInRelations() {
  static const std::vector<RelationPtr> kAll = {
      MakeSystem(kSysRelations, "sys_relations",
                 {{"id", kInt},
                  {"name", kName},
                  {"kind", kInt},
                  {"generation", kInt},
                  {"column_count", kInt},
                  {"partition_column", kInt},
                  {"partition_view", kInt},
                  {"range_column", kInt},
                  {"range_start", kText},
                  {"range_end", kText}}),
      MakeSystem(kSysColumns, "sys_columns",
                 {{"relation_id", kInt},
                  {"position", kInt},
                  {"name", kName},
                  {"type", kInt},
                  {"length", kInt},
                  {"collation", kInt},
                  {"default_value", kText}}),
      MakeSystem(kSysIndexes, "sys_indexes",
                 {{"id", kInt},
                  {"relation_id", kInt},
                  {"name", kName},
                  {"is_unique", kInt},
                  {"generation", kInt},
                  {"key_columns", kText}}),
      MakeSystem(kSysPartitions, "sys_partitions",
                 {{"relation_id", kInt},
                  {"partition_number", kInt},
                  {"node", kInt},
                  {"start_value", kText},
                  {"end_value", kText}}),
      MakeSystem(kSysSequences, "sys_sequences",
                 {{"id", kInt}, {"name", kName}, {"next_value", kBigint}}),
      MakeView(kRelcat, "relcat",
               {{"relName", kClassicName},
                {"tupleLength", kInt},
                {"attrCount", kInt},
                {"indexCount", kInt},
                {"distributed", kInt},
                {"attrName", kClassicName}}),
      MakeView(kAttrcat, "attrcat",
               {{"relName", kClassicName},
                {"attrName", kClassicName},
                {"offset", kInt},
                {"attrType", kInt},
                {"attrLength", kInt},
                {"indexNo", kInt}}),
      MakeView(kDbinfo, "dbinfo", {{"distributed", kInt}, {"numberNodes", kInt}}),
  };
  return kAll;
}

RelationPtr SystemRelation(ObjectId id) {
  return BuiltInRelations()[static_cast<uint32_t>(id) - static_cast<uint32_t>(kSysRelations)];
}

std::string PartitionViewName(const Relation& relation) {
  return relation.name + "_partitions_" + relation.schema[relation.partitioning->column()].name;
}

RelationPtr PartitionView(const Relation& relation) {
  const LogicalType type = relation.partitioning->type();
  return Make(*relation.partition_view, PartitionViewName(relation), RelationKind::kView,
              {{"node", kInt}, {"startValue", type}, {"endValue", type}});
}

std::vector<LogicalType> TypesOf(const Schema& schema) {
  std::vector<LogicalType> types;
  types.reserve(schema.size());
  for (const Column& column : schema.columns()) {
    types.push_back(column.type);
  }
  return types;
}

}  // namespace redbase::sm
