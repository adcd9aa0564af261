#include "sm/internal/views.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>

#include "sm/internal/system_relations.h"

namespace redbase::sm {

namespace {

class RowCollector {
 public:
  explicit RowCollector(const Schema& schema) : schema_(schema) {}

  void Add(std::initializer_list<Value> row) {
    if (batches_.empty() || batches_.back().rows() == kBatchCapacity) {
      batches_.emplace_back(schema_);
    }
    Batch& batch = batches_.back();
    const size_t number = batch.rows();
    batch.set_rows(number + 1);
    size_t column = 0;
    for (const Value& value : row) {
      batch.SetValue(column++, number, value);
    }
  }
  std::vector<Batch> Take() { return std::move(batches_); }

 private:
  const Schema& schema_;
  std::vector<Batch> batches_;
};

Value Number(uint64_t n) {
  constexpr uint64_t kLargest = std::numeric_limits<int32_t>::max();
  return Value::Int(static_cast<int32_t>(std::min(n, kLargest)));
}

// What relcat and attrcat tell of, in their order.
std::vector<RelationPtr> Listed(const CatalogSnapshot& snapshot) {
  std::vector<RelationPtr> listed = {snapshot.FindById(kRelcat), snapshot.FindById(kAttrcat)};
  for (const auto& entry : snapshot.relations()) {
    if (entry.second->kind == RelationKind::kTable) {
      listed.push_back(entry.second);
    }
  }
  return listed;
}

void CollectRelcat(const CatalogSnapshot& snapshot, RowCollector* rows) {
  for (const RelationPtr& relation : Listed(snapshot)) {
    uint64_t length = 0;
    for (const Column& column : relation->schema.columns()) {
      length += ClassicLength(column.type);
    }
    const bool distributed = relation->partitioning.has_value();
    rows->Add({Value::String(relation->name), Number(length), Number(relation->schema.size()),
               Number(relation->indexes.size()), Number(distributed ? 1 : 0),
               Value::String(distributed ? relation->schema[relation->partitioning->column()].name
                                         : "NA")});
  }
}

void CollectAttrcat(const CatalogSnapshot& snapshot, RowCollector* rows) {
  for (const RelationPtr& relation : Listed(snapshot)) {
    uint64_t offset = 0;
    for (uint32_t i = 0; i < relation->schema.size(); ++i) {
      const Column& column = relation->schema[i];
      const uint32_t length = ClassicLength(column.type);
      rows->Add({Value::String(relation->name), Value::String(column.name), Number(offset),
                 Value::Int(ClassicTypeCode(column.type.id)), Number(length),
                 relation->IndexOn(i) != nullptr ? Number(i) : Value::Int(-1)});
      offset += length;
    }
  }
}

void CollectPartitions(const PartitionVector& partitioning, RowCollector* rows) {
  for (const uint32_t partition : partitioning.AllPartitions()) {
    PartitionRange range = partitioning.RangeOf(partition);
    rows->Add({Number(partition), range.lower.value_or(Value::Null()),
               range.upper.value_or(Value::Null())});
  }
}

}  // namespace

std::vector<Batch> RowsOfView(const Relation& view, const CatalogSnapshot& snapshot,
                              const DatabaseOptions& options) {
  RowCollector rows(view.schema);
  if (view.id == kRelcat) {
    CollectRelcat(snapshot, &rows);
  } else if (view.id == kAttrcat) {
    CollectAttrcat(snapshot, &rows);
  } else if (view.id == kDbinfo) {
    rows.Add({Number(options.node_count > 0 ? 1 : 0), Number(options.node_count)});
  } else if (const RelationPtr table = snapshot.TableOfView(view.id)) {
    CollectPartitions(*table->partitioning, &rows);
  }
  return rows.Take();
}

}  // namespace redbase::sm
