// CommLayer: one database over all its nodes - the master and N data nodes, or
// the master alone.
//
// It gives statements: a ClusterStatement runs plans and catalog changes on
// whichever nodes they concern, and commits or takes back all of them together; and
// transactions of several statements.
// It reaches data nodes through a Transport only.
//
// Thread-safe, as the catalog is: others are kept from what changes of it concern.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/batch.h"
#include "common/cancel_token.h"
#include "common/check_report.h"
#include "common/env.h"
#include "common/executor.h"
#include "common/memory_account.h"
#include "common/patience.h"
#include "common/result.h"
#include "pf/buffer_pool.h"  // NOLINT(layers): the pool is only passed on
#include "ql/direct_plan.h"
#include "ql/planner.h"
#include "ql/query.h"
#include "sm/catalog.h"

namespace redbase::ex {

class Transport;

struct CommLayerOptions {
  common::Env* env = nullptr;
  common::Executor* executor = nullptr;
  pf::BufferPool* pool = nullptr;
  // Wraps the transport to the nodes, e.g. to record messages; may be null.
  std::function<std::unique_ptr<Transport>(std::unique_ptr<Transport>)> wrap_transport;
  // tx::TransactionLog::SetUndoMemory, pf::WriteAheadLog::SetLoggedFirst.
  size_t undo_memory = size_t{4} << 20;
  size_t bulk_pages_logged = 16;
  // Called when the log of a node has grown by this much since its last checkpoint; with
  // locks of the log held.
  uint64_t log_alarm_bytes = 0;
  std::function<void()> on_log_alarm;
  // Called when a statement that has changed something is committed.
  std::function<void()> on_change;
  // Called when a transaction was committed that did not wait for the disk.
  std::function<void()> on_unsynced_commit;
  // Rows on their way to or from one fragment, in bytes; less when a statement's
  // memory is small.
  size_t exchange_queue_bytes = size_t{512} << 10;
};

struct StatementOptions {
  common::MemoryAccount* memory = nullptr;
  const common::CancelToken* cancel = nullptr;
  std::string_view working_directory;
  // Of a statement that is a transaction of its own: see ClusterTransaction.
  bool synchronous_commit = true;
};

// Rows and bytes of one partition of a relation.
struct PartitionSize {
  uint32_t partition = 0;  // from 1; 0 for a relation that is on the master
  uint64_t rows = 0;
  uint64_t bytes = 0;
};

// One statement on all nodes: a transaction of its own, or one of several in a
// ClusterTransaction.  On each node that it touches it has a part, begun with the first
// message to it.
//
// States: active -> committed | rolled back.  After a failure the caller rolls
// back.  A statement of one thread; its queries use others.
class ClusterStatement {
 public:
  virtual ~ClusterStatement() = default;  // rolls back what was not committed

  // The plan's rows.  The query ends before Commit, Rollback or the destructor.
  virtual Result<std::unique_ptr<ql::Query>> Run(const ql::PlanNode& plan) = 0;
  // The same at once, as ql::DirectPlan::Run.
  virtual Result<Batch*> Run(ql::DirectPlan& plan) = 0;
  // After `failure` of a query, which has ended, or of a direct plan: makes the statement
  // begin again where that helps, else gives the failure back.  It helps after the end of
  // another transaction that is in its way (kMustWait), which is waited for, and with a new
  // snapshot (kConflict).  What was done is taken back, but row locks stay.  Errors, too, of
  // tx::Oracle::AwaitBlocker.
  virtual Status Restart(Status failure, const common::Patience& patience) = 0;
  // What others know of its transaction.
  virtual std::shared_ptr<const tx::TransactionState> transaction() const = 0;
  // What it sees; another one once it has begun again.
  virtual const tx::View& view() const = 0;
  // It is going to run this plan, or one made of it.
  virtual void NoteReads(const ql::PlanNode& plan) = 0;
  // The plan has failed with kConstraint: keys that it met count as read.
  virtual void NoteKeysRead(const ql::PlanNode& plan) = 0;
  // In place of what the options said.  Requires: it has run nothing yet.
  virtual void UseMemory(common::MemoryAccount* memory) = 0;
  // Waits for the end of another transaction, and begins again.  Errors of
  // tx::Oracle::AwaitBlocker.  Requires: nothing was done yet.
  virtual Status Await(std::shared_ptr<const tx::TransactionState> other,
                       const common::Patience& patience) = 0;
  virtual Status CreateTable(const sm::TableDefinition& definition) = 0;
  virtual Status DropTable(std::string_view name) = 0;
  virtual Status CreateIndex(std::string_view relation, const std::vector<uint32_t>& columns,
                             bool unique) = 0;
  virtual Status DropIndex(std::string_view relation, const std::vector<uint32_t>& columns) = 0;
  // Each ends the statement, also when it fails.  Commit: on all nodes, or, with
  // an error, on none; of a statement among several: it is done, as far as the
  // transaction will be.  Rollback takes back this statement alone.
  virtual Status Commit() = 0;
  virtual Status Rollback() = 0;
};

// What the statements of a transaction see: what was committed before the first of them
// began, or before each.
enum class SnapshotScope : uint8_t {
  kTransaction,
  kStatement,
  // As kTransaction; and when it has changed something, then nobody else has changed what it
  // has read, when it commits (ql::ReadSet).
  kSerializable,
};

// A point of a transaction to roll back to.
enum class TransactionMark : uint64_t {};

// Several statements, done on all nodes or on none.
//
// States: active -> committed | rolled back.  When something could not be taken back,
// every call reports that until the transaction ends, and Commit rolls back.  Of one
// thread, as its statements are.
class ClusterTransaction {
 public:
  virtual ~ClusterTransaction() = default;  // rolls back what was not committed

  // Requires: the last statement has ended, before Commit, Rollback and RollbackTo,
  // too.
  virtual Result<std::unique_ptr<ClusterStatement>> Begin(const StatementOptions& options) = 0;
  // Costs nothing, and stays good for any number of RollbackTo it or later ones.
  virtual TransactionMark Mark() const = 0;
  virtual Status RollbackTo(TransactionMark mark) = 0;
  // Runs `wait`, which waits for the ends of all other transactions; kDeadlock when one of
  // them waits for this one.
  virtual Status AwaitAll(const std::function<Status()>& wait) = 0;
  // What others know of it.
  virtual std::shared_ptr<const tx::TransactionState> state() const = 0;
  // Waits for the end of another transaction.  Errors of tx::Oracle::AwaitBlocker.
  virtual Status Await(std::shared_ptr<const tx::TransactionState> other,
                       const common::Patience& patience) = 0;
  // Whether Commit waits for the disk; at first it does.  If not, the next SyncLogs makes
  // the commit durable, and a crash before may lose the whole of it.  Where several
  // databases were changed it waits all the same.
  virtual void SetSynchronous(bool synchronous) = 0;
  // Each ends the transaction, also when it fails.  Commit: on all nodes, or, with an
  // error, on none.  kConflict: what a serializable one has read was changed.
  virtual Status Commit() = 0;
  virtual Status Rollback() = 0;
};

class CommLayer {
  class Impl;

 public:
  // Opens the database at `path` with all its nodes.  kUnavailable when it is
  // in use; kCorruption, naming the node, when a node is missing or not its own.
  static Result<std::unique_ptr<CommLayer>> Open(const CommLayerOptions& options,
                                                 const std::string& path);
  explicit CommLayer(std::unique_ptr<Impl> impl);  // use Open
  ~CommLayer();

  // The master's.
  sm::Catalog& catalog();
  const ql::Statistics& statistics();
  // What opening did on all nodes together.
  const tx::RecoveryReport& recovery() const;
  // 0: not distributed.
  uint32_t node_count() const;

  // A statement that is a transaction of its own.
  Result<std::unique_ptr<ClusterStatement>> Begin(const StatementOptions& options);
  // Says nothing to any node.
  std::unique_ptr<ClusterTransaction> BeginTransaction(
      SnapshotScope scope = SnapshotScope::kTransaction);

  Result<std::vector<PartitionSize>> PartitionSizes(const sm::Relation& relation);
  // Drawings, one per node that holds a part of the relation; see rm::RecordFile
  // and ix::BPlusTree.  The number is that of the data node, 0 for the master.
  Result<std::vector<std::pair<uint32_t, std::string>>> DrawPage(const sm::Relation& relation,
                                                                 PageNum page);
  Result<std::vector<std::pair<uint32_t, std::string>>> DrawTree(const sm::Relation& relation,
                                                                 const sm::IndexInfo& index);

  Status Flush();
  // Makes all commits durable.  After a failure commits wait for the disk, and so report
  // it, until it succeeds.
  Status SyncLogs();
  // Makes recovery short; statements may go on meanwhile.
  Status Checkpoint();
  // Copies the database with all its nodes into a new directory, which is a whole database
  // or not there.  Requires: no statement and no transaction is under way meanwhile.
  Status Backup(const std::string& path, const common::CancelToken* cancel);
  Status Close();
  // Checks every node: catalog, log and files, the rows against their range and their
  // indexes, the fragments against the master's catalog.  Requires: nobody changes
  // anything.
  void Check(common::CheckReport* report);
  // The first problem.
  Status Validate();

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace redbase::ex
