// TableAssembly: tables put together from the rows of the system relations.
//
// Nothing is taken on trust: the rows may come from a damaged file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/batch.h"
#include "common/result.h"
#include "sm/relation.h"

namespace redbase::sm {

class TableAssembly {
 public:
  // Takes the rows of one system relation.  Those of sys_relations come first,
  // then the columns, then partitions and indexes.  kCorruption: the row that
  // does not fit.
  Status AddRows(ObjectId system_relation, const Batch& rows);
  // kCorruption when something is missing.
  Result<std::vector<RelationPtr>> Finish() &&;

 private:
  // Bounds are text until the column's type is known.
  struct Partition {
    std::optional<std::string> start;
    std::optional<std::string> end;
  };
  struct Draft {
    Relation relation;
    std::vector<Column> columns;  // by position; no name yet when not seen
    std::optional<uint32_t> partition_column;
    std::map<uint32_t, Partition> partitions;
    std::optional<uint32_t> range_column;
    Partition range;
  };

  Status AddTable(const Batch& rows, size_t row);
  Status AddColumn(const Batch& rows, size_t row);
  Status AddPartition(const Batch& rows, size_t row);
  Status AddIndex(const Batch& rows, size_t row);
  // The table that a row belongs to; null when there is none.
  Draft* Find(uint32_t id);
  static Status FinishColumns(Draft* draft);
  static Status FinishPartitioning(Draft* draft);
  static Status FinishRange(Draft* draft);
  static Status FinishIndexes(Draft* draft);

  std::map<ObjectId, Draft> drafts_;
};

}  // namespace redbase::sm
