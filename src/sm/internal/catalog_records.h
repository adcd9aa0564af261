// CatalogRecords: the system relations of one database, read and changed.
//
// Changes go through the statement's transaction, which takes them back too.
//
// Invariants, checked by ReadTables():
//   (1) every column, index and partition belongs to a table of sys_relations;
//   (2) a table's columns are at positions 0 to column_count - 1, each once;
//   (3) its partitions are numbered from 1, each ends where the next begins, and
//       the first start and the last end are open.
//
// Changes are made by one thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "common/result.h"
#include "sm/internal/relation_files.h"
#include "sm/relation.h"
#include "tx/transaction.h"

namespace redbase::sm {

class CatalogRecords {
 public:
  explicit CatalogRecords(RelationFiles& files) : files_(files) {}

  // Makes the files of the system relations, without tables.
  Status Create(tx::Transaction& transaction);

  // All tables with their indexes, ordered by id.  kCorruption, naming the
  // system relation, when what they say does not fit together.
  Result<std::vector<RelationPtr>> ReadTables() const;
  Result<ObjectId> ReadNextId() const;

  Status InsertTable(tx::Transaction& transaction, const Relation& table);
  // With its columns, indexes and partitions.
  Status EraseTable(tx::Transaction& transaction, const Relation& table);
  Status InsertIndex(tx::Transaction& transaction, const Relation& table, const IndexInfo& index);
  Status EraseIndex(tx::Transaction& transaction, const IndexInfo& index);
  Status WriteNextId(tx::Transaction& transaction, ObjectId next);

 private:
  Status InsertRows(tx::Transaction& transaction, ObjectId relation,
                    const std::vector<std::vector<Value>>& rows);
  // The rows whose int column `column` is `id`.
  Status EraseRows(tx::Transaction& transaction, ObjectId relation, uint32_t column, ObjectId id);

  RelationFiles& files_;
};

}  // namespace redbase::sm
