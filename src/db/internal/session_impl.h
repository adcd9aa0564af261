// Session::Impl: runs statements of each kind.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/cancel_token.h"
#include "db/internal/database_impl.h"
#include "db/internal/results.h"
#include "db/internal/session_transaction.h"
#include "db/session.h"
#include "db/settings.h"
#include "parser/ast.h"

namespace redbase::db {

class CachedPlan;      // db/internal/cached_plan.h
class StatementCache;  // db/internal/statement_cache.h

using StatementResultPtr = std::unique_ptr<StatementResult>;

class Session::Impl {
 public:
  explicit Impl(Database::Impl& database);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<StatementResultPtr> Execute(const parser::Statement& statement);
  Result<StatementResultPtr> Execute(std::string_view text);
  Result<std::unique_ptr<PreparedStatement>> Prepare(parser::Statement statement);
  Result<StatementResultPtr> Execute(PreparedStatement::Impl& prepared,
                                     std::span<const Value> values);
  // The number of rows changed.
  Result<uint64_t> RunToEnd(PreparedStatement::Impl& prepared, std::span<const Value> values);
  void NoteFailure();
  TransactionState transaction_state() const {
    return transaction_ ? transaction_->state() : TransactionState::kIdle;
  }

  Settings settings;
  common::CancelToken cancel;

 private:
  struct Dispatch;

  // Whether the state of the transaction allows the statement.
  Status Admit(const parser::Statement& statement) const;
  // The lock for a statement; the transaction, where there is one, holds it instead.
  // One that is read-only takes nothing that `changes` anything.
  Result<StatementLock::Hold> Lock(bool changes,
                                   StatementLock::Mode mode = StatementLock::Mode::kShared);
  common::Patience patience() const { return {&cancel, settings.lock_timeout}; }
  // What the transaction, or the statement, sees of the catalog.
  sm::SnapshotPtr Seen() const;
  sm::SnapshotPtr Seen(const ex::ClusterStatement& statement) const;
  // Locks tables, waiting for others who have, to do that with them.
  Status LockTables(const TableUses& uses, ex::ClusterStatement& statement);
  struct LockedRelation {
    sm::SnapshotPtr catalog;
    sm::RelationPtr relation;
  };
  // The relation of this name, locked, and what the transaction then sees of the catalog.
  Result<LockedRelation> LockRelation(const parser::Identifier& name, TableLocks::Mode mode,
                                      const TableLocks::Owner& by, const common::Patience& patience,
                                      const TableLocks::Await& await);
  // Whether the transaction takes the rows of this insert into its buffer; that it does so
  // from now on, if it can; and its rows with these values, 0 when it has to run instead.
  bool Buffers(const PreparedStatement::Impl& prepared) const;
  void StartBuffering(const PreparedStatement::Impl& prepared);
  Result<uint64_t> Buffer(CachedPlan& insert, std::span<const Value> values);
  // In the transaction, or as one of its own.
  Result<std::unique_ptr<ex::ClusterStatement>> Begin(common::MemoryAccount* memory);
  std::unique_ptr<common::MemoryAccount> NewMemory();

  Result<StatementResultPtr> BeginTransaction(const parser::TransactionModes& modes);
  Result<StatementResultPtr> EndTransaction(bool commit);
  // Does `action` on the transaction; `what` is refused outside of one.
  template <typename Action>
  Result<StatementResultPtr> InTransaction(const std::string& what, Action action);
  Result<StatementResultPtr> LockNamed(const parser::LockTable& statement);
  Status LockTable(const parser::Identifier& name, const parser::LockTable& statement,
                   SessionTransaction* transaction);
  Result<StatementResultPtr> Checkpoint();
  Result<StatementResultPtr> Backup(const std::string& path);

  // Plans and starts a query; changes exclude other statements.
  Result<StatementResultPtr> Run(const parser::Statement& statement, ResultKind kind);
  Result<StatementResultPtr> Run(PreparedStatement::Impl& prepared, std::span<const Value> values);
  // Starts the plan in `parts`.
  Result<StatementResultPtr> Start(const parser::Statement& statement, QueryResult::Parts parts);
  Result<StatementResultPtr> Help(const parser::Help& statement);
  Result<StatementResultPtr> Print(const parser::Statement& statement, const parser::Print& print);
  Result<StatementResultPtr> Create(const parser::CreateTable& statement);
  Result<StatementResultPtr> Drop(const parser::DropTable& statement);
  Result<StatementResultPtr> Create(const parser::CreateIndex& statement);
  Result<StatementResultPtr> Drop(const parser::DropIndex& statement);
  Result<StatementResultPtr> ResizeBuffer(const parser::ResizeBuffer& statement);

  // One change of the catalog as a statement of its own.  `change` is given the statement.
  template <typename Change>
  Result<StatementResultPtr> ChangeCatalog(Change change);
  // The same of an index, of a relation that is locked in this mode.
  template <typename Change>
  Result<StatementResultPtr> ChangeIndex(const parser::Identifier& table,
                                         const std::vector<parser::Identifier>& columns,
                                         TableLocks::Mode mode, Change change);

  // What statements of the transaction have left in its buffer, before it may be seen.
  Status PutBufferIn(bool commits = false);

  ex::StatementOptions Options(common::MemoryAccount* memory) const;
  size_t record_page_size() const;

  Database::Impl& database_;
  const std::unique_ptr<StatementCache> texts_;
  TableLocks::Locker locker_;
  // Last: it ends first.
  std::unique_ptr<SessionTransaction> transaction_;
};

// What a statement gives that has neither rows nor a text.
inline StatementResultPtr Done() { return std::make_unique<TextResult>(ResultKind::kNone); }
// The same failure, saying where in the statement it is.
Status AtPlace(const Status& status, parser::Position position);

// The data nodes whose rows a plan gives out one after another; empty when its
// rows are not sectioned.
std::vector<uint32_t> NodesOf(const ql::PlanNode& plan);

// Texts for `print partitions`, `print page` and `print tree` of a relation of the catalog,
// for `print buffer`, for `print io`.
Result<std::string> Draw(ex::CommLayer& nodes, const sm::CatalogSnapshot& catalog,
                         const sm::Relation& relation, const parser::Print& print);
std::string DescribeBuffer(const pf::BufferPool& pool, size_t page_size);
std::string DescribeIo(const pf::IoStatistics& statistics);

}  // namespace redbase::db
