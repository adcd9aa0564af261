// Relation: what the catalog knows of one relation, as of one catalog version.
//
// Relations are immutable and shared: a statement keeps the ones it was bound to.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/schema.h"
#include "common/value.h"
#include "sm/partition_vector.h"
#include "tx/oracle.h"

namespace redbase::sm {

// Names a relation, index or view within a database.
enum class ObjectId : uint32_t {};

enum class RelationKind : uint8_t {
  kTable = 0,   // a user's
  kSystem = 1,  // holds the catalog; changed by the catalog only
  kView = 2,    // computed from the catalog: relcat, attrcat, dbinfo, ...
};

struct IndexInfo {
  ObjectId id{0};
  std::string name;
  std::vector<uint32_t> columns;  // positions in the relation, in key order
  bool unique = false;
  uint32_t generation = 1;  // its file is <id>.<generation>
  // Who has made it since the database was opened: who does not see that, may look for
  // older rows than it has entries for.
  tx::Stamp made{};

  bool IsUsableFor(const tx::View& view) const { return made.by == nullptr || view.Sees(made); }

  // As far as the catalog stores it.
  bool operator==(const IndexInfo& other) const {
    return id == other.id && name == other.name && columns == other.columns &&
           unique == other.unique && generation == other.generation;
  }
};

struct Relation {
  ObjectId id{0};
  std::string name;
  RelationKind kind = RelationKind::kTable;
  Schema schema;
  std::vector<IndexInfo> indexes;
  // How its rows are spread over partitions.  Such a relation has no records of
  // its own in this catalog's database.
  std::optional<PartitionVector> partitioning;
  // This relation is a fragment: the rows it may hold.
  std::optional<PartitionRange> range;
  // The view that shows `partitioning`.
  std::optional<ObjectId> partition_view;
  uint32_t generation = 1;  // its file is <id>.<generation>

  // The index whose first column is `column`, a unique one if there is one;
  // null when there is none.
  const IndexInfo* IndexOn(uint32_t column) const;
  // An exact match wins; else case does not matter when that is unambiguous.
  // kNotFound, with a near name when there is one, or kInvalidArgument when
  // several match: "SM warning: invalid attribute: ...".
  Result<uint32_t> FindColumn(std::string_view column) const;

  bool operator==(const Relation&) const = default;
};

using RelationPtr = std::shared_ptr<const Relation>;

}  // namespace redbase::sm
