// The relations that every database has: their ids, names and columns.
//
// System relations hold the catalog; their files have page size
// kSystemPageSize and generation 1.  Columns that are null until something needs
// them: sys_columns.collation and default_value.  A change of any of this is a
// new version of the control file.
//
//   sys_relations   one row a table
//   sys_columns     one row a column, by position
//   sys_indexes     one row an index; key_columns is "2,0": positions in key order
//   sys_partitions  one row a partition of a partitioned table; bounds as
//                   internal/bound_text.h writes them, null where open
//   sys_sequences   one row: the next object id
//
// Views are computed by internal/views.h.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sm/relation.h"

namespace redbase::sm {

inline constexpr ObjectId kSysRelations{1};
inline constexpr ObjectId kSysColumns{2};
inline constexpr ObjectId kSysIndexes{3};
inline constexpr ObjectId kSysPartitions{4};
inline constexpr ObjectId kSysSequences{5};
inline constexpr ObjectId kRelcat{11};
inline constexpr ObjectId kAttrcat{12};
inline constexpr ObjectId kDbinfo{13};
// Users' objects are numbered from here.
inline constexpr ObjectId kFirstUserObject{101};

inline constexpr size_t kSystemPageSize = 4096;

// Columns of the system relations, by position.
struct SysRelationsColumn {
  enum : uint32_t {
    kId,
    kName,
    kKind,
    kGeneration,
    kColumnCount,
    kPartitionColumn,
    kPartitionView,
    kRangeColumn,
    kRangeStart,
    kRangeEnd
  };
};
struct SysColumnsColumn {
  enum : uint32_t { kRelation, kPosition, kName, kType, kLength, kCollation, kDefaultValue };
};
struct SysIndexesColumn {
  enum : uint32_t { kId, kRelation, kName, kIsUnique, kGeneration, kKeyColumns };
};
struct SysPartitionsColumn {
  enum : uint32_t { kRelation, kNumber, kNode, kStart, kEnd };
};
struct SysSequencesColumn {
  enum : uint32_t { kId, kName, kNextValue };
};

// All of them, ordered by id.
std::vector<RelationPtr> BuiltInRelations();
// Requires: the id of a system relation.
RelationPtr SystemRelation(ObjectId id);

// "<relation>_partitions_<column>".  Requires: relation.partitioning.
std::string PartitionViewName(const Relation& relation);
// node, startValue, endValue.  Requires: relation.partitioning, partition_view.
RelationPtr PartitionView(const Relation& relation);

std::vector<LogicalType> TypesOf(const Schema& schema);

}  // namespace redbase::sm
