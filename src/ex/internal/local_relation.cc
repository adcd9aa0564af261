#include "ex/internal/local_relation.h"

#include <algorithm>
#include <utility>

#include "ql/index_build.h"

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

}  // namespace

Result<sm::RelationPtr> FindRelation(const sm::Catalog& catalog, const std::string& name) {
  ASSIGN_OR_RETURN(sm::RelationPtr relation, catalog.Find(name));
  if (relation->name != name) {
    return Status(Code::kNotFound, "SM warning: relation does not exist: " + name);
  }
  return relation;
}

Status DiffersFromMaster(const std::string& relation) {
  return {Code::kCorruption,
          "relation " + relation + " is not what the master's catalog says it is"};
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

}  // namespace redbase::ex
