// Database::Impl: what the sessions of one database share.
#pragma once

#include <memory>
#include <string>

#include "common/background_worker.h"
#include "common/memory_account.h"
#include "db/database.h"
#include "db/internal/checkpointer.h"
#include "db/internal/helper_threads.h"
#include "db/internal/statement_lock.h"
#include "db/internal/table_locks.h"
#include "ex/comm_layer.h"
#include "pf/buffer_pool.h"  // NOLINT(layers): the database owns the pool
#include "pf/log.h"          // NOLINT(layers): and the log it writes to

namespace redbase::db {

// Members in the order they are made; they go in the reverse one.
class Database::Impl {
 public:
  // `helpers` of those that `wanted` asks for find room in its buffer pool.
  Impl(common::Env& environment, std::string where, const DatabaseOptions& wanted,
       unsigned helpers);

  // Makes durable what was committed without waiting; tries again later after a failure.
  void SyncLogs();
  // Requires: no statement runs.
  Status ResizeBuffer(size_t bytes);

  common::Env& env;
  const std::string path;
  const DatabaseOptions options;
  common::MemoryAccount memory;
  pf::NullLog log;  // of no file: each node's have their own
  pf::BufferPool pool;
  HelperThreads helpers;
  std::unique_ptr<ex::CommLayer> nodes;
  Checkpointer checkpointer;            // uses the nodes, as the next one does
  common::BackgroundWorker log_syncer;  // for commits that do not wait
  RecoverySummary recovery;
  StatementLock statements{env};
  TableLocks table_locks;
};

}  // namespace redbase::db
