#include "sm/catalog_snapshot.h"

#include <utility>

#include "common/name_match.h"
#include "sm/internal/system_relations.h"

namespace redbase::sm {

bool CatalogSnapshot::Add(const RelationPtr& relation) {
  const bool new_id = by_id_.emplace(relation->id, relation).second;
  return by_name_.emplace(relation->name, relation).second && new_id;
}

bool CatalogSnapshot::AddTable(const RelationPtr& table) {
  const bool added = Add(table);
  return (!table->partition_view || Add(PartitionView(*table))) && added;
}

void CatalogSnapshot::Remove(const Relation& table) {
  by_id_.erase(table.id);
  by_name_.erase(table.name);
  if (table.partition_view) {
    by_id_.erase(*table.partition_view);
    by_name_.erase(PartitionViewName(table));
  }
}

Result<SnapshotPtr> CatalogSnapshot::Build(const std::vector<RelationPtr>& tables) {
  auto snapshot = std::make_shared<CatalogSnapshot>();
  for (const RelationPtr& relation : BuiltInRelations()) {
    snapshot->Add(relation);
  }
  for (const RelationPtr& table : tables) {
    if (!snapshot->AddTable(table)) {
      return Status(Code::kCorruption, "sys_relations: two relations are called " +
                                           common::QuotedName(table->name) + " or have number " +
                                           std::to_string(static_cast<uint32_t>(table->id)));
    }
  }
  return SnapshotPtr(std::move(snapshot));
}

Result<RelationPtr> CatalogSnapshot::Find(std::string_view name) const {
  if (RelationPtr exact = FindExact(name)) {
    return exact;
  }
  std::vector<std::string_view> names;
  names.reserve(by_name_.size());
  for (const auto& entry : by_name_) {
    names.push_back(entry.first);
  }
  const std::vector<size_t> matches = common::MatchName(name, names);
  if (matches.size() == 1) {
    return FindExact(names[matches[0]]);
  }
  if (matches.empty()) {
    return Status(Code::kNotFound, "SM warning: relation does not exist: " +
                                       common::QuotedName(name) + common::DidYouMean(name, names));
  }
  return Status(Code::kInvalidArgument,
                "SM warning: relation does not exist: " + common::QuotedName(name) + " may be " +
                    common::QuotedName(names[matches[0]]) + " or " +
                    common::QuotedName(names[matches[1]]));
}

RelationPtr CatalogSnapshot::FindExact(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

RelationPtr CatalogSnapshot::FindById(ObjectId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

RelationPtr CatalogSnapshot::TableOfView(ObjectId view) const {
  for (const auto& entry : by_id_) {
    if (entry.second->partition_view == view) {
      return entry.second;
    }
  }
  return nullptr;
}

bool CatalogSnapshot::HasIndexNamed(std::string_view name) const {
  for (const auto& entry : by_id_) {
    for (const IndexInfo& index : entry.second->indexes) {
      if (index.name == name) {
        return true;
      }
    }
  }
  return false;
}

std::shared_ptr<CatalogSnapshot> CatalogSnapshot::With(const RelationPtr& table) const {
  auto snapshot = std::make_shared<CatalogSnapshot>(*this);
  if (const RelationPtr old = FindById(table->id)) {
    snapshot->Remove(*old);
  }
  snapshot->AddTable(table);
  return snapshot;
}

std::shared_ptr<CatalogSnapshot> CatalogSnapshot::Without(const Relation& table) const {
  auto snapshot = std::make_shared<CatalogSnapshot>(*this);
  snapshot->Remove(table);
  return snapshot;
}

}  // namespace redbase::sm
