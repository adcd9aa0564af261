#include "db/session.h"

#include <optional>
#include <utility>
#include <variant>

#include "common/name_match.h"
#include "db/internal/prepared_statement_impl.h"
#include "db/internal/results.h"
#include "db/internal/session_impl.h"
#include "db/internal/statement_cache.h"
#include "parser/parser.h"
#include "ql/binder.h"
#include "ql/planner.h"

namespace redbase::db {
namespace {

StatementResultPtr Text(std::string text) {
  return std::make_unique<TextResult>(ResultKind::kText, std::move(text));
}

// `select * from <view> where relName = "<name>"`, as if it had been typed.
parser::Query SelectFromView(const std::string& view, const std::string& relation) {
  parser::Select select;
  select.items.emplace_back();
  parser::TableRef table;
  table.relation = {view, {}};
  select.from.push_back(std::move(table));
  if (!relation.empty()) {
    select.where.push_back(parser::Expr::Comparison(
        parser::Expr(parser::ColumnRef{std::nullopt, "relName", {}}), parser::ComparisonOp::kEq,
        parser::Expr(parser::Literal{relation, "\"" + relation + "\"", {}})));
  }
  parser::Query query;
  query.body = std::move(select);
  return query;
}

StatementResultPtr Warning(const std::string& text) {
  return std::make_unique<TextResult>(ResultKind::kNone, "",
                                      std::vector<std::string>{"warning: " + text});
}

bool Changes(const parser::Statement& statement, ResultKind kind) {
  const auto* select = std::get_if<parser::Query>(&statement);
  const bool locks = select != nullptr && !select->locking.empty();
  return kind != ResultKind::kRows || locks;
}

// Waits as a statement or a transaction does.
template <typename Waiter>
TableLocks::Await AwaitAs(Waiter& waiter) {
  return [&waiter](TableLocks::Owner other, const common::Patience& patience) {
    return waiter.Await(std::move(other), patience);
  };
}

// What prepared statements with a plan give; nullopt for others.
std::optional<ResultKind> KindOfPlanned(const parser::Statement& statement) {
  if (std::holds_alternative<parser::Query>(statement)) {
    return ResultKind::kRows;
  }
  if (std::holds_alternative<parser::Insert>(statement)) {
    return ResultKind::kInserted;
  }
  if (std::holds_alternative<parser::Delete>(statement)) {
    return ResultKind::kDeleted;
  }
  if (std::holds_alternative<parser::Update>(statement)) {
    return ResultKind::kUpdated;
  }
  return std::nullopt;
}

// What a failed transaction still takes.
bool EndsOrIgnores(const parser::Statement& statement) {
  return std::holds_alternative<parser::Commit>(statement) ||
         std::holds_alternative<parser::Rollback>(statement) ||
         std::holds_alternative<parser::RollbackTo>(statement) ||
         std::holds_alternative<parser::Exit>(statement) ||
         std::holds_alternative<parser::Empty>(statement);
}

}  // namespace

Status AtPlace(const Status& status, parser::Position position) {
  return status.ok() ? status : Status(status.code(), status.message() + ql::AtPosition(position));
}

// What each kind of statement is done by.
struct Session::Impl::Dispatch {
  Impl& session;
  const parser::Statement& statement;

  Result<StatementResultPtr> operator()(const parser::Query& /*s*/) const {
    return session.Run(statement, ResultKind::kRows);
  }
  Result<StatementResultPtr> operator()(const parser::Insert& /*s*/) const {
    return session.Run(statement, ResultKind::kInserted);
  }
  Result<StatementResultPtr> operator()(const parser::Delete& /*s*/) const {
    return session.Run(statement, ResultKind::kDeleted);
  }
  Result<StatementResultPtr> operator()(const parser::Update& /*s*/) const {
    return session.Run(statement, ResultKind::kUpdated);
  }
  Result<StatementResultPtr> operator()(const parser::Load& /*s*/) const {
    return session.Run(statement, ResultKind::kNone);
  }
  Result<StatementResultPtr> operator()(const parser::Print& s) const {
    return session.Print(statement, s);
  }
  Result<StatementResultPtr> operator()(const parser::Help& s) const { return session.Help(s); }
  Result<StatementResultPtr> operator()(const parser::CreateTable& s) const {
    return session.Create(s);
  }
  Result<StatementResultPtr> operator()(const parser::CreateIndex& s) const {
    return session.Create(s);
  }
  Result<StatementResultPtr> operator()(const parser::DropTable& s) const {
    return session.Drop(s);
  }
  Result<StatementResultPtr> operator()(const parser::DropIndex& s) const {
    return session.Drop(s);
  }
  Result<StatementResultPtr> operator()(const parser::ResizeBuffer& s) const {
    return session.ResizeBuffer(s);
  }
  Result<StatementResultPtr> operator()(const parser::Set& s) const {
    RETURN_IF_ERROR(session.settings.Set(s.parameter.text, std::get<std::string>(s.value.value)));
    return Done();
  }
  Result<StatementResultPtr> operator()(const parser::QueryPlans& s) const {
    session.settings.query_plans = s.on;
    return Text(s.on ? "Query plan display turned on.\n" : "Query plan display turned off.\n");
  }
  Result<StatementResultPtr> operator()(const parser::ResetIo& /*s*/) const {
    session.database_.pool.ResetStatistics();
    return Text("Statistics reset.\n");
  }
  Result<StatementResultPtr> operator()(const parser::ResetBuffer& /*s*/) const {
    RETURN_IF_ERROR(session.database_.pool.Clear());
    return Text("Everything kicked out of Buffer!\n");
  }
  Result<StatementResultPtr> operator()(const parser::Begin& s) const {
    return session.BeginTransaction(s.modes);
  }
  Result<StatementResultPtr> operator()(const parser::Commit& /*s*/) const {
    return session.EndTransaction(/*commit=*/true);
  }
  Result<StatementResultPtr> operator()(const parser::Rollback& /*s*/) const {
    return session.EndTransaction(/*commit=*/false);
  }
  Result<StatementResultPtr> operator()(const parser::Savepoint& s) const {
    return session.InTransaction("savepoint", [this, &s](SessionTransaction& transaction) {
      RETURN_IF_ERROR(session.PutBufferIn());
      transaction.SetSavepoint(s.name.text);
      return Status();
    });
  }
  Result<StatementResultPtr> operator()(const parser::RollbackTo& s) const {
    return session.InTransaction("rollback to savepoint", [&s](SessionTransaction& transaction) {
      return AtPlace(transaction.RollbackTo(s.savepoint.text), s.savepoint.position);
    });
  }
  Result<StatementResultPtr> operator()(const parser::Release& s) const {
    return session.InTransaction("release savepoint", [&s](SessionTransaction& transaction) {
      return AtPlace(transaction.ReleaseSavepoint(s.savepoint.text), s.savepoint.position);
    });
  }
  Result<StatementResultPtr> operator()(const parser::LockTable& s) const {
    return session.LockNamed(s);
  }
  Result<StatementResultPtr> operator()(const parser::Checkpoint& /*s*/) const {
    return session.Checkpoint();
  }
  Result<StatementResultPtr> operator()(const parser::Backup& s) const {
    return session.Backup(std::get<std::string>(s.path.value));
  }
  Result<StatementResultPtr> operator()(const parser::Exit& /*s*/) const {
    return StatementResultPtr(std::make_unique<TextResult>(ResultKind::kExit));
  }
  Result<StatementResultPtr> operator()(const parser::Empty& /*s*/) const { return Done(); }
  Result<StatementResultPtr> operator()(const parser::Shell& /*s*/) const {
    return Status(Code::kInvalidArgument, "! commands are the shell's, not the database's");
  }
};

Session::Impl::Impl(Database::Impl& database)
    : database_(database),
      texts_(std::make_unique<StatementCache>()),
      locker_(database.table_locks) {}
Session::Impl::~Impl() = default;

Result<StatementResultPtr> Session::Impl::Execute(std::string_view text) {
  if (PreparedStatement::Impl* const known = texts_->Find(text)) {
    return Execute(*known, {});
  }
  Result<parser::Statement> statement = parser::ParseStatement(text);
  if (!statement.ok()) {
    NoteFailure();
    return statement.status();
  }
  if (!StatementCache::Takes(text) || !KindOfPlanned(*statement)) {
    return Execute(*statement);
  }
  auto kept = std::make_unique<PreparedStatement::Impl>(*this, *std::move(statement));
  kept->plan.emplace(*database_.nodes, kept->statement);
  return Execute(texts_->Keep(text, std::move(kept)), {});
}

Result<StatementResultPtr> Session::Impl::Execute(const parser::Statement& statement) {
  cancel.Clear();
  RETURN_IF_ERROR(Admit(statement));
  Result<StatementResultPtr> result = std::visit(Dispatch{*this, statement}, statement);
  if (!result.ok()) {
    NoteFailure();
  }
  return result;
}

Result<std::unique_ptr<PreparedStatement>> Session::Impl::Prepare(parser::Statement statement) {
  RETURN_IF_ERROR(Admit(statement));
  auto prepared = std::make_unique<PreparedStatement::Impl>(*this, std::move(statement));
  if (KindOfPlanned(prepared->statement)) {
    ASSIGN_OR_RETURN(const StatementLock::Hold hold, Lock(/*changes=*/false));
    CachedPlan& plan = prepared->plan.emplace(*database_.nodes, prepared->statement);
    RETURN_IF_ERROR(plan.Refresh(transaction_ ? transaction_->known_as().get() : nullptr,
                                 /*view=*/nullptr, settings.optimize_query));
    prepared->bound.resize(plan.parameters().count());
  }
  return std::make_unique<PreparedStatement>(std::move(prepared));
}

Result<StatementResultPtr> Session::Impl::Execute(PreparedStatement::Impl& prepared,
                                                  std::span<const Value> values) {
  if (!prepared.plan) {
    return Execute(prepared.statement);
  }
  cancel.Clear();
  RETURN_IF_ERROR(Admit(prepared.statement));
  Result<StatementResultPtr> result = Run(prepared, values);
  if (!result.ok()) {
    NoteFailure();
  }
  return result;
}

Result<uint64_t> Session::Impl::RunToEnd(PreparedStatement::Impl& prepared,
                                         std::span<const Value> values) {
  if (Buffers(prepared)) {
    Result<uint64_t> rows = Buffer(*prepared.plan, values);
    if (!rows.ok()) {
      NoteFailure();
    }
    if (!rows.ok() || *rows > 0) {
      return rows;
    }
  }
  ASSIGN_OR_RETURN(const StatementResultPtr result, Execute(prepared, values));
  while (true) {
    ASSIGN_OR_RETURN(const Batch* const rows, result->NextView());
    if (rows == nullptr) {
      StartBuffering(prepared);
      return result->changed_rows();
    }
  }
}

bool Session::Impl::Buffers(const PreparedStatement::Impl& prepared) const {
  return transaction_ && prepared.plan &&
         transaction_->buffer().IsOpenFor(prepared.plan->direct().get()) &&
         !transaction_->running() &&
         prepared.plan->IsGood(transaction_->known_as().get(), /*view=*/nullptr,
                               settings.optimize_query);
}

void Session::Impl::StartBuffering(const PreparedStatement::Impl& prepared) {
  if (transaction_ && prepared.plan) {
    transaction_->buffer().Open(prepared.plan->direct());
  }
}

Result<uint64_t> Session::Impl::Buffer(CachedPlan& insert, std::span<const Value> values) {
  cancel.Clear();
  RETURN_IF_ERROR(insert.SetValues(values));
  ql::DeferredInsert& rows = *insert.direct()->deferred();
  const uint64_t count = rows.Keep();
  if (rows.full()) {
    RETURN_IF_ERROR(PutBufferIn());
  }
  return count;
}

Status Session::Impl::PutBufferIn(bool commits) {
  if (!transaction_) {
    return {};
  }
  ex::StatementOptions options = Options(nullptr);
  if (commits) {
    options.cancel = nullptr;  // it is too late
  }
  return transaction_->PutBufferIn(options, patience());
}

sm::SnapshotPtr Session::Impl::Seen() const {
  return database_.nodes->catalog().SeenBy(transaction_ ? transaction_->known_as().get() : nullptr);
}

sm::SnapshotPtr Session::Impl::Seen(const ex::ClusterStatement& statement) const {
  return database_.nodes->catalog().SeenBy(statement.transaction().get());
}

Status Session::Impl::Admit(const parser::Statement& statement) const {
  if (transaction_ && transaction_->running()) {
    return {Code::kInvalidArgument, "the last statement of the transaction has not ended"};
  }
  if (transaction_state() == TransactionState::kFailed && !EndsOrIgnores(statement)) {
    return {Code::kInvalidArgument,
            "current transaction is aborted, commands ignored until end of transaction block"};
  }
  return {};
}

void Session::Impl::NoteFailure() {
  if (transaction_ && !transaction_->running()) {
    transaction_->Fail();
  }
}

Result<StatementLock::Hold> Session::Impl::Lock(bool changes, StatementLock::Mode mode) {
  if (!transaction_) {
    return database_.statements.Take(mode, patience());
  }
  if (transaction_->read_only() && changes) {
    return Status(Code::kInvalidArgument, "cannot change anything in a read-only transaction");
  }
  RETURN_IF_ERROR(transaction_->Lock(mode, patience()));
  return StatementLock::Hold();
}

Result<std::unique_ptr<ex::ClusterStatement>> Session::Impl::Begin(common::MemoryAccount* memory) {
  if (!transaction_) {
    return database_.nodes->Begin(Options(memory));
  }
  RETURN_IF_ERROR(PutBufferIn());
  transaction_->buffer().Close();
  return transaction_->Begin(Options(memory));
}

Result<StatementResultPtr> Session::Impl::BeginTransaction(const parser::TransactionModes& modes) {
  if (transaction_) {
    return Warning("there is already a transaction in progress");
  }
  transaction_ =
      std::make_unique<SessionTransaction>(*database_.nodes, database_.statements, modes);
  return Done();
}

Result<StatementResultPtr> Session::Impl::EndTransaction(bool commit) {
  if (!transaction_) {
    return Warning("there is no transaction in progress");
  }
  Status put = commit ? PutBufferIn(/*commits=*/true) : Status();
  const std::unique_ptr<SessionTransaction> ended = std::move(transaction_);
  RETURN_IF_ERROR(put);
  const bool failed = ended->state() == TransactionState::kFailed;
  RETURN_IF_ERROR(commit ? ended->Commit(settings.synchronous_commit) : ended->Rollback());
  return commit && failed ? Warning("the transaction had failed: it was rolled back") : Done();
}

template <typename Action>
Result<StatementResultPtr> Session::Impl::InTransaction(const std::string& what, Action action) {
  if (!transaction_) {
    return Status(Code::kInvalidArgument, what + " can only be used in a transaction");
  }
  RETURN_IF_ERROR(action(*transaction_));
  return Done();
}

Result<StatementResultPtr> Session::Impl::LockNamed(const parser::LockTable& statement) {
  return InTransaction("lock table", [&](SessionTransaction& transaction) -> Status {
    for (const parser::Identifier& name : statement.tables) {
      Status locked = LockTable(name, statement, &transaction);
      const bool waited = locked.code() == Code::kUnavailable || locked.code() == Code::kDeadlock;
      if (statement.nowait && waited) {
        return {Code::kUnavailable,
                "could not obtain lock on relation " + common::QuotedName(name.text)};
      }
      RETURN_IF_ERROR(locked);
    }
    return {};
  });
}

Status Session::Impl::LockTable(const parser::Identifier& name, const parser::LockTable& statement,
                                SessionTransaction* transaction) {
  const common::Patience patience{&cancel, statement.nowait ? 1 : settings.lock_timeout};
  const bool only_reads = statement.mode == TableLocks::Mode::kAccessShare;
  RETURN_IF_ERROR(Lock(/*changes=*/!only_reads).status());
  const Result<sm::RelationPtr> relation = Seen()->Find(name.text);
  RETURN_IF_ERROR(AtPlace(relation.status(), name.position));
  if ((*relation)->kind != sm::RelationKind::kTable) {
    return AtPlace(
        {Code::kInvalidArgument, common::QuotedName((*relation)->name) + " is not a table"},
        name.position);
  }
  return LockRelation(name, statement.mode, transaction->known_as(), patience,
                      AwaitAs(*transaction))
      .status();
}

Result<Session::Impl::LockedRelation> Session::Impl::LockRelation(const parser::Identifier& name,
                                                                  TableLocks::Mode mode,
                                                                  const TableLocks::Owner& by,
                                                                  const common::Patience& patience,
                                                                  const TableLocks::Await& await) {
  const sm::Catalog& catalog = database_.nodes->catalog();
  while (true) {
    LockedRelation found{catalog.SeenBy(by.get()), nullptr};
    Result<sm::RelationPtr> relation = found.catalog->Find(name.text);
    RETURN_IF_ERROR(AtPlace(relation.status(), name.position));
    found.relation = *std::move(relation);
    RETURN_IF_ERROR(
        database_.table_locks.Lock(&locker_, {found.relation->name, mode}, by, patience, await));
    if (catalog.VersionSeenBy(by.get()) == found.catalog->version()) {
      return found;
    }
  }
}

Status Session::Impl::LockTables(const TableUses& uses, ex::ClusterStatement& statement) {
  for (const TableUse& use : uses) {
    RETURN_IF_ERROR(database_.table_locks.Lock(&locker_, use, statement.transaction(), patience(),
                                               AwaitAs(statement)));
  }
  return {};
}

Result<StatementResultPtr> Session::Impl::Checkpoint() {
  ASSIGN_OR_RETURN(const StatementLock::Hold hold, Lock(/*changes=*/false));
  RETURN_IF_ERROR(database_.nodes->Checkpoint());
  return Done();
}

Result<StatementResultPtr> Session::Impl::Backup(const std::string& path) {
  if (transaction_) {
    return Status(Code::kInvalidArgument, "backup cannot run inside a transaction");
  }
  ASSIGN_OR_RETURN(const StatementLock::Hold hold, Lock(/*changes=*/false));
  const std::string place = path.starts_with('/') ? path : database_.path + "/" + path;
  RETURN_IF_ERROR(database_.nodes->Backup(place, &cancel).Annotate("cannot back up to " + place));
  return Done();
}

ex::StatementOptions Session::Impl::Options(common::MemoryAccount* memory) const {
  return {memory, &cancel, database_.path, settings.synchronous_commit};
}

std::unique_ptr<common::MemoryAccount> Session::Impl::NewMemory() {
  return std::make_unique<common::MemoryAccount>("statement", database_.options.statement_memory,
                                                 &database_.memory);
}

// Planned with the catalog as the statement's transaction sees it; what the plan uses is then
// locked, and planned anew if it was changed before that.
Result<StatementResultPtr> Session::Impl::Run(const parser::Statement& statement, ResultKind kind) {
  QueryResult::Parts parts;
  parts.kind = kind;
  ASSIGN_OR_RETURN(parts.hold, Lock(Changes(statement, kind)));
  parts.memory = NewMemory();
  ASSIGN_OR_RETURN(parts.statement, Begin(parts.memory.get()));
  const tx::TransactionState* const by = parts.statement->transaction().get();
  const sm::Catalog& catalog = database_.nodes->catalog();
  uint64_t version = 0;
  do {
    const sm::SnapshotPtr seen = catalog.SeenBy(by);
    version = seen->version();
    const ql::Planner planner(*seen, database_.nodes->statistics(),
                              {settings.optimize_query, &parts.statement->view()});
    ASSIGN_OR_RETURN(parts.plan, planner.Plan(statement));
    RETURN_IF_ERROR(LockTables(UsesOf(*parts.plan), *parts.statement));
  } while (catalog.VersionSeenBy(by) != version);
  return Start(statement, std::move(parts));
}

Result<StatementResultPtr> Session::Impl::Run(PreparedStatement::Impl& prepared,
                                              std::span<const Value> values) {
  QueryResult::Parts parts;
  parts.kind = *KindOfPlanned(prepared.statement);
  ASSIGN_OR_RETURN(parts.hold, Lock(Changes(prepared.statement, parts.kind)));
  ASSIGN_OR_RETURN(parts.statement, Begin(nullptr));
  const tx::TransactionState* const by = parts.statement->transaction().get();
  CachedPlan& plan = *prepared.plan;
  do {
    RETURN_IF_ERROR(plan.Refresh(by, &parts.statement->view(), settings.optimize_query));
    RETURN_IF_ERROR(LockTables(plan.uses(), *parts.statement));
  } while (!plan.IsCurrent(by));
  RETURN_IF_ERROR(plan.MakeReady());
  ASSIGN_OR_RETURN(parts.plan, plan.With(values, parts.statement->view()));
  parts.direct = plan.direct();
  if (!parts.direct) {  // which takes no memory that grows with anything
    parts.memory = NewMemory();
    parts.statement->UseMemory(parts.memory.get());
  }
  return Start(prepared.statement, std::move(parts));
}

Result<StatementResultPtr> Session::Impl::Start(const parser::Statement& statement,
                                                QueryResult::Parts parts) {
  parts.statement->NoteReads(*parts.plan);
  if (!parts.direct) {
    ASSIGN_OR_RETURN(parts.query, parts.statement->Run(*parts.plan));
  }
  if (!std::holds_alternative<parser::Query>(statement)) {
    parts.nodes = NodesOf(*parts.plan);
  }
  parts.patience = patience();
  parts.transaction = transaction_.get();
  return StatementResultPtr(std::make_unique<QueryResult>(std::move(parts)));
}

Result<StatementResultPtr> Session::Impl::Help(const parser::Help& statement) {
  if (!statement.table) {
    return Run(SelectFromView("relcat", ""), ResultKind::kRows);
  }
  Result<sm::RelationPtr> relation = Seen()->Find(statement.table->text);
  RETURN_IF_ERROR(AtPlace(relation.status(), statement.table->position));
  return Run(SelectFromView("attrcat", (*relation)->name), ResultKind::kRows);
}

Result<StatementResultPtr> Session::Impl::Print(const parser::Statement& statement,
                                                const parser::Print& print) {
  using Target = parser::Print::Target;
  if (print.target == Target::kRelation) {
    return Run(statement, ResultKind::kRows);
  }
  ASSIGN_OR_RETURN(const StatementLock::Hold hold, Lock(/*changes=*/false));
  if (print.target == Target::kBuffer) {
    return Text(DescribeBuffer(database_.pool, record_page_size()));
  }
  if (print.target == Target::kIo) {
    return Text(DescribeIo(database_.pool.statistics()));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<ex::ClusterStatement> reader, Begin(nullptr));
  const Result<LockedRelation> locked =
      LockRelation(print.relation, TableLocks::Mode::kAccessShare, reader->transaction(),
                   patience(), AwaitAs(*reader));
  RETURN_IF_ERROR(locked.status());
  if (locked->relation->kind == sm::RelationKind::kView) {
    return Status(Code::kInvalidArgument,
                  common::QuotedName(locked->relation->name) + " is a view: it has no pages");
  }
  ASSIGN_OR_RETURN(std::string text,
                   Draw(*database_.nodes, *locked->catalog, *locked->relation, print));
  return Text(std::move(text));
}

size_t Session::Impl::record_page_size() const {
  return database_.nodes->catalog().options().record_page_size;
}

Result<StatementResultPtr> Session::Impl::ResizeBuffer(const parser::ResizeBuffer& statement) {
  const auto page_size = static_cast<int64_t>(record_page_size());
  if (statement.pages < 1 || statement.pages > (int64_t{1} << 46) / page_size) {
    return Status(Code::kInvalidArgument,
                  "PF warning: not a number of buffer pages: " + std::to_string(statement.pages) +
                      ql::AtPosition(statement.position));
  }
  ASSIGN_OR_RETURN(const StatementLock::Hold hold,
                   Lock(/*changes=*/true, StatementLock::Mode::kAlone));
  const Status resized = database_.ResizeBuffer(static_cast<size_t>(statement.pages * page_size));
  if (!resized.ok()) {
    return Status(resized.code(), resized.message() + ql::AtPosition(statement.position));
  }
  return Done();
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

Result<StatementResultPtr> Session::Execute(const parser::Statement& statement) {
  return impl_->Execute(statement);
}

Result<StatementResultPtr> Session::Execute(std::string_view text) { return impl_->Execute(text); }

Result<std::unique_ptr<PreparedStatement>> Session::Prepare(std::string_view text) {
  Result<parser::Statement> statement = parser::ParseStatement(text);
  Result<std::unique_ptr<PreparedStatement>> prepared =
      statement.ok() ? impl_->Prepare(*std::move(statement))
                     : Result<std::unique_ptr<PreparedStatement>>(statement.status());
  if (!prepared.ok()) {
    impl_->NoteFailure();
  }
  return prepared;
}

TransactionState Session::transaction_state() const { return impl_->transaction_state(); }
void Session::NoteFailure() { impl_->NoteFailure(); }

Settings& Session::settings() { return impl_->settings; }
common::CancelToken& Session::cancel_token() { return impl_->cancel; }

}  // namespace redbase::db
