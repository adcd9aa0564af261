// Catalog: the relations, indexes and views of one database, and their files.
//
// What the catalog knows lies in system relations, records like any others, in
// files of the database's directory:
//
//   redbase.control        identity and options (sm/control_file.h)
//   redbase.lock           held by the process that has the database open
//   wal.*                  the write-ahead log (pf/write_ahead_log.h)
//   <id>.<generation>      one file a relation or index
//   data.1 ... data.N      the data nodes of a distributed database
//
// sys_relations, sys_columns, sys_indexes, sys_partitions and sys_sequences hold the
// facts (sm/internal/system_relations.h); relcat, attrcat, dbinfo and
// <rel>_partitions_<attr> are views with the classic columns.
// A cache of Relation objects is built from them at open and kept in step.
//
// Changes belong to a transaction: rolled back, files made are removed and the
// cache is as before; files dropped are unlinked after commit.  After a change that
// failed the caller rolls back, to a savepoint before it at least.  Transactions end
// before the catalog is closed.  Statements are planned with what their transaction sees
// of the catalog (SeenBy); a plan that runs finds its relations as they are now, and its
// transaction keeps others from changing them meanwhile.
//
// Object ids are never used again.  Files that no object has, left by a process
// that died, are removed at open; files of other names are let alone.
//
// Messages begin as the classic ones do, with the component: `SM warning: relation
// does not exist: "student2" (did you mean "student"?)`.
//
// Thread-safe.  Changes to the catalog are made by one transaction at a time, which nobody
// else uses the relations concerned beside; of an index that is made only nobody may change
// them.  The caller sees to that.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/batch.h"
#include "common/cancel_token.h"
#include "common/check_report.h"
#include "common/env.h"
#include "common/result.h"
#include "common/schema.h"
#include "ix/bplus_tree.h"
#include "pf/buffer_pool.h"  // NOLINT(layers): the pool is only passed on
#include "rm/record_file.h"
#include "sm/catalog_snapshot.h"
#include "sm/control_file.h"
#include "sm/relation.h"
#include "tx/recovery.h"
#include "tx/transaction.h"
#include "tx/transaction_log.h"

namespace redbase::sm {

struct TableDefinition {
  std::string name;
  std::vector<Column> columns;
  std::optional<PartitionVector> partitioning;
  std::optional<PartitionRange> range;
};

// Which files of a relation are in order.
struct SoundFiles {
  bool records = false;
  std::vector<IndexInfo> indexes;
};

class Catalog {
  class Impl;

 public:
  // Makes the files of an empty database in the directory `path`, which exists
  // and is empty.  Syncs them.  An id of 0 is drawn, page sizes of 0 are the
  // defaults.  A failure may leave files: see sm/database_directory.h.
  static Status Create(common::Env& env, const std::string& path, const DatabaseOptions& options);
  // Says whether a transaction prepared under this id was committed.
  using Outcome = std::function<Result<bool>(tx::GlobalId global)>;
  // Brings the database to its last commit, if it was not closed.  kNotFound when there
  // is no database at `path`; kUnavailable, naming the process, when another one has it
  // open, or when the outcome of a transaction is another database's to say and there is
  // no `outcome`.
  static Result<std::unique_ptr<Catalog>> Open(pf::BufferPool& pool, const std::string& path,
                                               const Outcome& outcome = {});
  explicit Catalog(std::unique_ptr<Impl> impl);  // use Open
  // Writes what is not, as far as it can; Close reports failures.
  ~Catalog();

  const std::string& path() const;
  const DatabaseOptions& options() const;
  // Transactions of the database begin with it.
  tx::TransactionLog& log();
  // All relations, as that transaction sees them: with its own changes, else as of the last
  // commit.  Null: one that has changed nothing.
  SnapshotPtr SeenBy(const tx::TransactionState* transaction) const;
  // Of what it sees.
  uint64_t VersionSeenBy(const tx::TransactionState* transaction) const;

  // As they are now, changes of any transaction under way included.  Errors as
  // CatalogSnapshot::Find.
  Result<RelationPtr> Find(std::string_view name) const;
  // Tables in the order of their creation; views and system relations too
  // when asked for.
  std::vector<RelationPtr> Relations(bool with_system) const;

  // The records of a table or system relation; opened at first use.
  // Requires: not a view, and not partitioned here.
  Result<rm::RecordFile*> Records(const Relation& relation);
  Result<ix::BPlusTree*> Tree(const Relation& relation, const IndexInfo& index);
  // Of such a relation, which may have been dropped.
  Result<rm::RecordFileStatistics> StatisticsOf(const Relation& relation);
  // The rows of a view that is among these.
  Result<std::vector<Batch>> ViewRows(const Relation& view, const CatalogSnapshot& seen) const;

  // kAlreadyExists, kInvalidArgument (names, columns, sizes, partitions: named).
  Status CreateTable(tx::Transaction& transaction, const TableDefinition& definition);
  // kNotFound; kInvalidArgument for a view or system relation.
  Status DropTable(tx::Transaction& transaction, std::string_view name);
  // An empty index; the caller fills its tree.  kAlreadyExists when one on these
  // columns is there.  On a relation partitioned here only the fact is noted.
  // The relation may be an older state of what is there now.
  Result<IndexInfo> CreateIndex(tx::Transaction& transaction, const Relation& relation,
                                const std::vector<uint32_t>& columns, bool unique);
  Status DropIndex(tx::Transaction& transaction, const Relation& relation, const IndexInfo& index);

  // Writes all files and syncs.  Requires: nobody changes anything.
  Status Flush();
  // Makes recovery short; statements may go on meanwhile.
  Status Checkpoint();
  // What recovery did when the database was opened.
  const tx::RecoveryReport& recovery() const;
  // Flush, close all files, give the lock back.  Nothing but the destructor may
  // be called then.
  Status Close();
  // Checks the system relations against what is in memory, and the log.  For this and the
  // next two nobody may change anything.
  void CheckCatalog(common::CheckReport* report);
  // Checks the structure of a relation's files.  Requires: as for Records.
  SoundFiles CheckFiles(const Relation& relation, common::CheckReport* report);
  // The first problem that these find, of all relations.
  Status Validate();

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace redbase::sm
