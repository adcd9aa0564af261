// Database: an open database, plain or distributed; the way into the engine for
// programs.
//
//     ASSIGN_OR_RETURN(auto database, db::Database::Open(env, "uni", {}));
//     const std::unique_ptr<db::Session> session = database->Connect();
//     ASSIGN_OR_RETURN(auto result, session->Execute("select * from student;"));
//
// Thread-safe; a Session belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/cancel_token.h"
#include "common/env.h"
#include "common/result.h"

namespace redbase::db {

class Session;

struct DatabaseOptions {
  // Open refuses less than ten of the database's largest pages.
  size_t buffer_bytes = size_t{256} << 20;
  // Threads that help statements, as far as the buffer has room for their pages;
  // 0: one less than the processors.
  unsigned threads = 0;
  // What the operators of one statement may hold.
  size_t statement_memory = size_t{1} << 30;
  // What each transaction may hold on each node of what it would take back; the rest is read
  // from the log when it is needed.
  size_t undo_memory = size_t{4} << 20;
  // Pages of a bulk load, or of an index that is built, that go to the log; the others are
  // written and synced instead before the statement ends.
  size_t bulk_pages_logged = 16;
  // How far the log of a node grows, and how long a change waits, before a checkpoint
  // makes recovery short again.
  uint64_t checkpoint_bytes = uint64_t{64} << 20;
  int64_t checkpoint_micros = int64_t{300} * 1000 * 1000;
  // After what time at most a commit with `synchronous_commit` off is synced; syncing
  // itself takes its time.
  int64_t log_sync_micros = int64_t{100} * 1000;
};

// What opening a database that was not closed has done.
struct RecoverySummary {
  bool was_needed = false;
  uint64_t log_bytes = 0;       // read
  uint64_t page_changes = 0;    // redone, or found to be there
  uint64_t pages_repaired = 0;  // torn by the crash
  uint64_t taken_back = 0;      // transactions that had not committed, by node
  int64_t micros = 0;
};

// What checking a database has found.
struct CheckSummary {
  RecoverySummary recovery;
  uint64_t relations = 0;
  uint64_t indexes = 0;
  uint64_t pages = 0;
  std::vector<std::string> problems;  // none: it is in order

  // "5 relations, 3 indexes, 120 pages checked: no problems".
  std::string ToString() const;
};

class Database {
  class Impl;

 public:
  // Makes the database at `path` with `node_count` data nodes (0: a plain one),
  // whole or not at all.  `page_size` 0 means the defaults.  `cancel` may be null.
  static Status Create(common::Env& env, const std::string& path, uint32_t node_count,
                       uint32_t page_size, const common::CancelToken* cancel = nullptr);
  // Removes it; refuses what is not a database, is in use, or holds other files.
  static Status Destroy(common::Env& env, const std::string& path);

  // Looks at everything in a database that nobody has open: every page, catalog, log,
  // rows against indexes and partitions, on each node.  Says what is wrong, and repairs
  // nothing but what any opening does: a database that was not closed is recovered.  Fails
  // when it cannot be told: no database, in use.
  static Result<CheckSummary> Check(common::Env& env, const std::string& path,
                                    const DatabaseOptions& options);

  // Copies a database that nobody has open, a backup say, to a new place and checks the
  // copy: with problems, nothing is made.  `cancel` may be null.
  static Result<CheckSummary> Restore(common::Env& env, const std::string& backup,
                                      const std::string& path, const DatabaseOptions& options,
                                      const common::CancelToken* cancel = nullptr);

  static Result<std::unique_ptr<Database>> Open(common::Env& env, const std::string& path,
                                                const DatabaseOptions& options);
  explicit Database(std::unique_ptr<Impl> impl);  // use Open
  // Writes everything, as far as it can; Close reports failures.
  ~Database();

  // Requires: closed or destroyed before the database is.
  std::unique_ptr<Session> Connect();

  const std::string& path() const;
  const RecoverySummary& recovery() const;
  // Writes everything and gives the database free.  Nothing but the destructor
  // may be called then.
  Status Close();

 private:
  friend class Session;
  std::unique_ptr<Impl> impl_;
};

}  // namespace redbase::db
