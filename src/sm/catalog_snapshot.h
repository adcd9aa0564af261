// CatalogSnapshot: all relations of a database as of one catalog version.
//
// Immutable, once it is the catalog's.  A change of the catalog is another snapshot;
// taking the change back is the old one again.
//
// Invariant: no two relations have the same name or id.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "sm/relation.h"

namespace redbase::sm {

class CatalogSnapshot {
 public:
  // The built-in relations and `tables`, and the views of these.
  // kCorruption when two have the same name or id.
  static Result<std::shared_ptr<const CatalogSnapshot>> Build(
      const std::vector<RelationPtr>& tables);

  // Different for each change that was ever made.
  uint64_t version() const { return version_; }
  void set_version(uint64_t version) { version_ = version; }

  // By the rule for names (Relation::FindColumn); kNotFound: "relation does not
  // exist: NAME", with a near name when there is one.
  Result<RelationPtr> Find(std::string_view name) const;
  // Null when there is none.
  RelationPtr FindExact(std::string_view name) const;
  RelationPtr FindById(ObjectId id) const;
  // Ordered by id.
  const std::map<ObjectId, RelationPtr>& relations() const { return by_id_; }
  // The table whose partitions the view shows; null for another view.
  RelationPtr TableOfView(ObjectId view) const;
  bool HasIndexNamed(std::string_view name) const;

  // This with the table put in place of the one with its id, or added.
  // Requires: its name, and its view's, are free.
  std::shared_ptr<CatalogSnapshot> With(const RelationPtr& table) const;
  std::shared_ptr<CatalogSnapshot> Without(const Relation& table) const;

 private:
  bool Add(const RelationPtr& relation);
  bool AddTable(const RelationPtr& table);
  void Remove(const Relation& table);

  uint64_t version_ = 1;
  std::map<ObjectId, RelationPtr> by_id_;
  std::map<std::string, RelationPtr, std::less<>> by_name_;
};

using SnapshotPtr = std::shared_ptr<const CatalogSnapshot>;

}  // namespace redbase::sm
