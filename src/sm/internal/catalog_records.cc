#include "sm/internal/catalog_records.h"

#include <utility>

#include "rm/record_scan.h"
#include "sm/internal/bound_text.h"
#include "sm/internal/stored_type.h"
#include "sm/internal/system_relations.h"
#include "sm/internal/table_assembly.h"

namespace redbase::sm {

namespace {

using Row = std::vector<Value>;

Value Number(uint32_t n) { return Value::Int(static_cast<int32_t>(n)); }
Value Number(ObjectId id) { return Number(static_cast<uint32_t>(id)); }

Value Bound(const std::optional<Value>& bound) {
  return bound ? Value::String(BoundToText(*bound)) : Value::Null();
}

Row TableRow(const Relation& table) {
  const auto& partitioning = table.partitioning;
  const auto& range = table.range;
  return {Number(table.id),
          Value::String(table.name),
          Number(static_cast<uint32_t>(table.kind)),
          Number(table.generation),
          Number(static_cast<uint32_t>(table.schema.size())),
          partitioning ? Number(partitioning->column()) : Value::Null(),
          table.partition_view ? Number(*table.partition_view) : Value::Null(),
          range ? Number(range->column) : Value::Null(),
          range ? Bound(range->lower) : Value::Null(),
          range ? Bound(range->upper) : Value::Null()};
}

std::vector<Row> ColumnRows(const Relation& table) {
  std::vector<Row> rows;
  for (uint32_t i = 0; i < table.schema.size(); ++i) {
    const Column& column = table.schema[i];
    rows.push_back({Number(table.id), Number(i), Value::String(column.name),
                    Number(static_cast<uint32_t>(column.type.id)),
                    Number(StoredLength(column.type)), Value::Null(), Value::Null()});
  }
  return rows;
}

std::vector<Row> PartitionRows(const Relation& table) {
  std::vector<Row> rows;
  for (const uint32_t partition : table.partitioning->AllPartitions()) {
    const PartitionRange range = table.partitioning->RangeOf(partition);
    rows.push_back({Number(table.id), Number(partition), Number(partition), Bound(range.lower),
                    Bound(range.upper)});
  }
  return rows;
}

Row IndexRow(const Relation& table, const IndexInfo& index) {
  std::string key_columns;
  for (const uint32_t column : index.columns) {
    key_columns += (key_columns.empty() ? "" : ",") + std::to_string(column);
  }
  return {Number(index.id),          Number(table.id),
          Value::String(index.name), Number(index.unique ? 1 : 0),
          Number(index.generation),  Value::String(std::move(key_columns))};
}

// Hands every batch of a file's records, or of those that satisfy the
// predicates, to `take`.
template <typename Take>
Status ScanAll(const rm::RecordFile& file, std::vector<rm::ColumnPredicate> predicates, Take take) {
  std::vector<uint32_t> projection(file.types().size());
  for (uint32_t i = 0; i < projection.size(); ++i) {
    projection[i] = i;
  }
  rm::MorselSource morsels(file);
  rm::RecordScan scan(file, std::move(projection), std::move(predicates), true);
  Batch batch;
  while (const auto morsel = morsels.Take()) {
    scan.Start(*morsel);
    while (true) {
      ASSIGN_OR_RETURN(const bool more, scan.Next(&batch));
      if (!more) {
        break;
      }
      RETURN_IF_ERROR(take(batch));
    }
  }
  return {};
}

}  // namespace

Status CatalogRecords::Create(tx::Transaction& transaction) {
  for (const RelationPtr& relation : BuiltInRelations()) {
    if (relation->kind == RelationKind::kSystem) {
      RETURN_IF_ERROR(files_.CreateRecords(*relation));
    }
  }
  const Row next_id = {Number(1), Value::String("object_id"),
                       Value::Bigint(static_cast<uint32_t>(kFirstUserObject))};
  return InsertRows(transaction, kSysSequences, {next_id});
}

Result<std::vector<RelationPtr>> CatalogRecords::ReadTables() const {
  TableAssembly assembly;
  for (const ObjectId id : {kSysRelations, kSysColumns, kSysPartitions, kSysIndexes}) {
    const RelationPtr system = SystemRelation(id);
    ASSIGN_OR_RETURN(const rm::RecordFile* const file, files_.Records(*system));
    const Status status =
        ScanAll(*file, {}, [&](const Batch& batch) { return assembly.AddRows(id, batch); });
    if (!status.ok()) {
      return status.Annotate(system->name);
    }
  }
  return std::move(assembly).Finish();
}

Result<ObjectId> CatalogRecords::ReadNextId() const {
  const RelationPtr system = SystemRelation(kSysSequences);
  ASSIGN_OR_RETURN(const rm::RecordFile* const file, files_.Records(*system));
  int64_t next = 0;
  RETURN_IF_ERROR(ScanAll(*file, {}, [&next](const Batch& batch) {
    for (size_t i = 0; i < batch.selected(); ++i) {
      next = batch.column(SysSequencesColumn::kNextValue).data<int64_t>()[batch.RowAt(i)];
    }
    return Status();
  }));
  if (next < static_cast<uint32_t>(kFirstUserObject) || next > INT32_MAX) {
    return Status(Code::kCorruption,
                  system->name + ": the next object id is " + std::to_string(next));
  }
  return ObjectId{static_cast<uint32_t>(next)};
}

Status CatalogRecords::InsertTable(tx::Transaction& transaction, const Relation& table) {
  RETURN_IF_ERROR(InsertRows(transaction, kSysRelations, {TableRow(table)}));
  RETURN_IF_ERROR(InsertRows(transaction, kSysColumns, ColumnRows(table)));
  return table.partitioning ? InsertRows(transaction, kSysPartitions, PartitionRows(table))
                            : Status();
}

Status CatalogRecords::EraseTable(tx::Transaction& transaction, const Relation& table) {
  RETURN_IF_ERROR(EraseRows(transaction, kSysIndexes, SysIndexesColumn::kRelation, table.id));
  RETURN_IF_ERROR(EraseRows(transaction, kSysPartitions, SysPartitionsColumn::kRelation, table.id));
  RETURN_IF_ERROR(EraseRows(transaction, kSysColumns, SysColumnsColumn::kRelation, table.id));
  return EraseRows(transaction, kSysRelations, SysRelationsColumn::kId, table.id);
}

Status CatalogRecords::InsertIndex(tx::Transaction& transaction, const Relation& table,
                                   const IndexInfo& index) {
  return InsertRows(transaction, kSysIndexes, {IndexRow(table, index)});
}

Status CatalogRecords::EraseIndex(tx::Transaction& transaction, const IndexInfo& index) {
  return EraseRows(transaction, kSysIndexes, SysIndexesColumn::kId, index.id);
}

Status CatalogRecords::WriteNextId(tx::Transaction& transaction, ObjectId next) {
  ASSIGN_OR_RETURN(rm::RecordFile* const file, files_.Records(*SystemRelation(kSysSequences)));
  std::vector<Rid> rids;
  RETURN_IF_ERROR(ScanAll(*file, {}, [&rids](const Batch& batch) {
    for (size_t i = 0; i < batch.selected(); ++i) {
      rids.push_back(batch.rids()[batch.RowAt(i)]);
    }
    return Status();
  }));
  Batch values(Schema({SystemRelation(kSysSequences)->schema[SysSequencesColumn::kNextValue]}), 1);
  values.set_rows(1);
  values.SetValue(0, 0, Value::Bigint(static_cast<uint32_t>(next)));
  const std::vector<uint32_t> columns = {SysSequencesColumn::kNextValue};
  return file->Update(transaction, rids, columns, values);
}

Status CatalogRecords::InsertRows(tx::Transaction& transaction, ObjectId relation,
                                  const std::vector<Row>& rows) {
  const RelationPtr system = SystemRelation(relation);
  ASSIGN_OR_RETURN(rm::RecordFile* const file, files_.Records(*system));
  Batch batch(system->schema, rows.size());
  batch.set_rows(rows.size());
  for (size_t row = 0; row < rows.size(); ++row) {
    for (size_t column = 0; column < rows[row].size(); ++column) {
      batch.SetValue(column, row, rows[row][column]);
    }
  }
  const Status status = file->Insert(transaction, batch, nullptr);
  return status.Annotate(system->name);
}

Status CatalogRecords::EraseRows(tx::Transaction& transaction, ObjectId relation, uint32_t column,
                                 ObjectId id) {
  const RelationPtr system = SystemRelation(relation);
  ASSIGN_OR_RETURN(rm::RecordFile* const file, files_.Records(*system));
  rm::ColumnPredicate has_id;
  has_id.column = column;
  has_id.value = Number(id);
  std::vector<Rid> rids;
  Status status = ScanAll(*file, {has_id}, [&rids](const Batch& batch) {
    for (size_t i = 0; i < batch.selected(); ++i) {
      rids.push_back(batch.rids()[batch.RowAt(i)]);
    }
    return Status();
  });
  if (status.ok() && !rids.empty()) {
    status = file->Erase(transaction, rids);
  }
  return std::move(status).Annotate(system->name);
}

}  // namespace redbase::sm
