#include "ex/internal/local_relation.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "ix/key_encoding.h"
#include "ql/index_build.h"
#include "rm/record_scan.h"

namespace redbase::ex {

namespace {

Status ResolveScan(const sm::Catalog& catalog, ql::IndexScan* scan) {
  ASSIGN_OR_RETURN(const sm::RelationPtr relation, FindRelation(catalog, scan->relation));
  const sm::IndexInfo* const index = FindIndex(*relation, scan->index.columns);
  if (index == nullptr) {
    return {Code::kNotFound, "SM warning: index does not exist: " + scan->index.name};
  }
  scan->index = *index;
  return {};
}

// Looks each row of a batch up in one index.
Status CheckEntries(const Batch& batch, const sm::IndexInfo& index, const ix::BPlusTree& tree) {
  std::string key;
  for (size_t i = 0; i < batch.selected(); ++i) {
    const size_t row = batch.RowAt(i);
    key.clear();
    ix::EncodeKey(tree.options().key, batch, index.columns, row, &key);
    // Only the row's own entry: a key may be that of all rows.
    ASSIGN_OR_RETURN(const bool found, tree.Contains(key, batch.rids()[row]));
    if (!found) {
      return {Code::kCorruption, "index " + index.name + " lacks a record's entry"};
    }
  }
  return {};
}

Status CheckBatch(sm::Catalog& catalog, const sm::Relation& relation, const Batch& batch) {
  for (size_t i = 0; relation.range && i < batch.selected(); ++i) {
    const Value value = batch.GetValue(relation.range->column, batch.RowAt(i));
    if (!relation.range->Contains(value)) {
      return {Code::kCorruption, relation.schema[relation.range->column].name + " " +
                                     value.ToString() + " is out of the node's range"};
    }
  }
  for (const sm::IndexInfo& index : relation.indexes) {
    ASSIGN_OR_RETURN(const ix::BPlusTree* const tree, catalog.Tree(relation, index));
    RETURN_IF_ERROR(CheckEntries(batch, index, *tree));
  }
  return {};
}

}  // namespace

Result<sm::RelationPtr> FindRelation(const sm::Catalog& catalog, const std::string& name) {
  ASSIGN_OR_RETURN(sm::RelationPtr relation, catalog.Find(name));
  if (relation->name != name) {
    return Status(Code::kNotFound, "SM warning: relation does not exist: " + name);
  }
  return relation;
}

const sm::IndexInfo* FindIndex(const sm::Relation& relation, const std::vector<uint32_t>& columns) {
  const auto found =
      std::find_if(relation.indexes.begin(), relation.indexes.end(),
                   [&columns](const sm::IndexInfo& index) { return index.columns == columns; });
  return found == relation.indexes.end() ? nullptr : &*found;
}

Status ResolveIndexes(const sm::Catalog& catalog, ql::PlanNode* plan) {
  if (auto* scan = std::get_if<ql::IndexScan>(&plan->detail)) {
    RETURN_IF_ERROR(ResolveScan(catalog, scan));
  }
  if (auto* join = std::get_if<ql::IndexJoin>(&plan->detail)) {
    RETURN_IF_ERROR(ResolveScan(catalog, &join->inner));
  }
  for (const ql::PlanPtr& child : plan->children) {
    RETURN_IF_ERROR(ResolveIndexes(catalog, child.get()));
  }
  return {};
}

Status CreateFilledIndex(ql::ExecContext& context, const sm::Relation& relation,
                         const std::vector<uint32_t>& columns, bool unique) {
  sm::Catalog& catalog = *context.catalog;
  ASSIGN_OR_RETURN(const sm::IndexInfo index,
                   catalog.CreateIndex(*context.transaction, relation, columns, unique));
  ASSIGN_OR_RETURN(const sm::RelationPtr changed, FindRelation(catalog, relation.name));
  return ql::BuildIndex(context, *changed, index);
}

Status CheckRows(sm::Catalog& catalog, const sm::Relation& relation) {
  ASSIGN_OR_RETURN(rm::RecordFile* const records, catalog.Records(relation));
  std::vector<uint32_t> all(relation.schema.size());
  std::iota(all.begin(), all.end(), 0U);
  rm::MorselSource morsels(*records);
  rm::RecordScan scan(*records, all, {}, /*with_rids=*/true);
  Batch batch(relation.schema);
  uint64_t rows = 0;
  while (const std::optional<rm::Morsel> morsel = morsels.Take()) {
    scan.Start(*morsel);
    while (true) {
      ASSIGN_OR_RETURN(const bool more, scan.Next(&batch));
      if (!more) {
        break;
      }
      rows += batch.selected();
      RETURN_IF_ERROR(CheckBatch(catalog, relation, batch));
    }
  }
  for (const sm::IndexInfo& index : relation.indexes) {
    ASSIGN_OR_RETURN(const ix::BPlusTree* const tree, catalog.Tree(relation, index));
    if (tree->statistics().entries != rows) {
      return {Code::kCorruption, "index " + index.name + " has " +
                                     std::to_string(tree->statistics().entries) + " entries for " +
                                     std::to_string(rows) + " records"};
    }
  }
  return {};
}

}  // namespace redbase::ex
