#include "sm/catalog.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>

#include "common/name_match.h"
#include "common/sync.h"
#include "rm/record_page.h"
#include "sm/catalog_snapshot.h"
#include "sm/internal/catalog_records.h"
#include "sm/internal/database_lock.h"
#include "sm/internal/database_recovery.h"
#include "sm/internal/definition_check.h"
#include "sm/internal/relation_files.h"
#include "sm/internal/system_relations.h"
#include "sm/internal/views.h"

namespace redbase::sm {

namespace {

constexpr uint32_t kTreePageSize = 8192;
// What the few small pages of an empty catalog take, and some more.
constexpr size_t kCreationPoolBytes = size_t{1} << 20;

Status CannotChange(const Relation& relation) {
  return {Code::kInvalidArgument,
          "SM warning: cannot change system catalog: " + common::QuotedName(relation.name)};
}

// "T(a, b)".
std::string DescribeKey(const Relation& relation, const std::vector<uint32_t>& columns) {
  std::string key;
  for (const uint32_t column : columns) {
    key += (key.empty() ? "" : ", ") + relation.schema[column].name;
  }
  return common::QuotedName(relation.name + "(" + key + ")");
}

// "<relation>_<columns>_idx", cut and numbered where that is too long or taken.
std::string NewIndexName(const Relation& table, const std::vector<uint32_t>& columns,
                         const CatalogSnapshot& snapshot) {
  constexpr size_t kRoomForEnd = 12;
  std::string stem = table.name;
  for (const uint32_t column : columns) {
    stem += "_" + table.schema[column].name;
  }
  stem.resize(std::min(stem.size(), kMaxNameLength - kRoomForEnd));
  std::string name = stem + "_idx";
  for (uint32_t number = 1; snapshot.HasIndexNamed(name); ++number) {
    name = stem + "_idx" + std::to_string(number);
  }
  return name;
}

}  // namespace

class Catalog::Impl {
 public:
  // Without a log: a database being made.
  Impl(pf::BufferPool& pool, const std::string& path, const DatabaseOptions& options,
       std::unique_ptr<tx::TransactionLog> log)
      : env_(pool.env()),
        path_(path),
        options_(options),
        log_(std::move(log)),
        files_(pool, log_ == nullptr ? own_targets_ : log_->undo_targets(), log_.get(), path,
               options),
        records_(files_) {}

  static Status Create(common::Env& env, const std::string& path, const DatabaseOptions& options);
  Status Recover(pf::BufferPool& pool, const Outcome& outcome);
  Status Load(std::unique_ptr<common::FileLock> lock) EXCLUDES(mutex_);

  const std::string& path() const { return path_; }
  const DatabaseOptions& options() const { return options_; }
  tx::TransactionLog& log() { return *log_; }
  const tx::RecoveryReport& recovery() const { return recovery_; }
  RelationFiles& files() { return files_; }
  SnapshotPtr SeenBy(const tx::TransactionState* transaction) const EXCLUDES(mutex_);
  uint64_t VersionSeenBy(const tx::TransactionState* transaction) const EXCLUDES(mutex_);
  SnapshotPtr snapshot() const EXCLUDES(mutex_) {
    const common::MutexLock lock(mutex_);
    return snapshot_;
  }

  Status CreateTable(tx::Transaction& transaction, const TableDefinition& definition);
  Status DropTable(tx::Transaction& transaction, std::string_view name);
  Result<IndexInfo> CreateIndex(tx::Transaction& transaction, const Relation& relation,
                                const std::vector<uint32_t>& columns, bool unique);
  Status DropIndex(tx::Transaction& transaction, const Relation& relation, const IndexInfo& index);

  Status Flush();
  Status Checkpoint();
  Status Close();
  void CheckCatalog(common::CheckReport* report);
  SoundFiles CheckFiles(const Relation& table, common::CheckReport* report);
  Status Validate();

 private:
  // The next free id, for this transaction or none.
  Result<ObjectId> TakeId(tx::Transaction& transaction) EXCLUDES(mutex_);
  // Makes the snapshot the current one until the transaction is rolled back.
  void Publish(tx::Transaction& transaction, std::shared_ptr<CatalogSnapshot> snapshot)
      EXCLUDES(mutex_);
  // What one transaction has changed is back at `snapshot` / is for all to see.
  void GoBack(SnapshotPtr snapshot) EXCLUDES(mutex_);
  void Settle() EXCLUDES(mutex_);
  void RemoveOnRollback(tx::Transaction& transaction, FileName file);
  void RemoveOnCommit(tx::Transaction& transaction, std::vector<FileName> files);
  Status RemoveOrphans(const CatalogSnapshot& snapshot) EXCLUDES(mutex_);
  // The current state of a table that may be changed.
  Result<RelationPtr> CurrentTable(const Relation& relation) const;
  Status CheckKey(const Relation& table, const std::vector<uint32_t>& columns) const;
  // Whether the file is in order.
  bool CheckRecords(const Relation& table, common::CheckReport* report);
  bool CheckTree(const Relation& table, const IndexInfo& index, common::CheckReport* report);
  Status CompareWithStored();

  common::Env& env_;
  const std::string path_;
  const DatabaseOptions options_;
  std::unique_ptr<common::FileLock> lock_;
  tx::UndoTargets own_targets_;  // without a log
  const std::unique_ptr<tx::TransactionLog> log_;
  tx::RecoveryReport recovery_;
  RelationFiles files_;
  CatalogRecords records_;

  mutable common::Mutex mutex_;
  SnapshotPtr snapshot_ GUARDED_BY(mutex_);   // with the changes of `changer_`
  SnapshotPtr committed_ GUARDED_BY(mutex_);  // without
  uint64_t last_version_ GUARDED_BY(mutex_) = 1;
  // Null when nobody has changed anything.  Written with the mutex held, as the next one is.
  std::atomic<const tx::TransactionState*> changer_{nullptr};
  std::atomic<uint64_t> committed_version_{1};
  ObjectId next_id_ GUARDED_BY(mutex_) = kFirstUserObject;
};

Status Catalog::Impl::Create(common::Env& env, const std::string& path,
                             const DatabaseOptions& options) {
  pf::NullLog log;
  pf::BufferPool pool(env, log, {kCreationPoolBytes, false});
  Impl impl(pool, path, options, nullptr);
  tx::Transaction transaction(impl.own_targets_);
  RETURN_IF_ERROR(impl.records_.Create(transaction));
  RETURN_IF_ERROR(transaction.Commit());
  RETURN_IF_ERROR(impl.files_.Close());
  RETURN_IF_ERROR(tx::TransactionLog::Create(env, path, options.database_id, log.next()));
  // Last: with it the directory is a database.  Syncs the names, too.
  return WriteControlFile(env, path, options);
}

Status Catalog::Impl::Recover(pf::BufferPool& pool, const Outcome& outcome) {
  DatabaseRecovery files(pool, *log_, path_, options_);
  RETURN_IF_ERROR(files.List());
  tx::Recovery recovery(*log_, pool, files);
  RETURN_IF_ERROR(recovery.Redo());
  if (recovery.report().was_needed) {
    if (recovery.has_prepared() && !outcome) {
      return {Code::kUnavailable,
              "it has transactions of which the database it belongs to knows the outcome: "
              "open that one first"};
    }
    RETURN_IF_ERROR(recovery.TakeBack(outcome));
    // Nothing is open: all pages are on the disk.
    RETURN_IF_ERROR(log_->Checkpoint([this] { return env_.SyncDirectory(path_); }));
    RETURN_IF_ERROR(log_->log().ForgetPageCopies());
  }
  recovery_ = recovery.report();
  return {};
}

Status Catalog::Impl::Load(std::unique_ptr<common::FileLock> lock) {
  lock_ = std::move(lock);
  ASSIGN_OR_RETURN(const std::vector<RelationPtr> tables, records_.ReadTables());
  ASSIGN_OR_RETURN(SnapshotPtr snapshot, CatalogSnapshot::Build(tables));
  ASSIGN_OR_RETURN(const ObjectId next_id, records_.ReadNextId());
  {
    const common::MutexLock guard(mutex_);
    next_id_ = next_id;
    snapshot_ = snapshot;
    committed_ = snapshot;
  }
  return RemoveOrphans(*snapshot);
}

Status Catalog::Impl::RemoveOrphans(const CatalogSnapshot& snapshot) {
  std::set<FileName> known;
  for (const auto& entry : snapshot.relations()) {
    known.insert({entry.second->id, entry.second->generation});
    for (const IndexInfo& index : entry.second->indexes) {
      known.insert({index.id, index.generation});
    }
  }
  ASSIGN_OR_RETURN(const std::vector<common::DirEntry> entries, env_.List(path_));
  for (const common::DirEntry& entry : entries) {
    const std::optional<FileName> file = ParseFileName(entry.name);
    if (!file) {
      continue;
    }
    if (entry.is_regular && known.find(*file) == known.end()) {
      // One that cannot be removed does no harm: its id is not used again.
      static_cast<void>(files_.Remove(*file));
    }
    const common::MutexLock guard(mutex_);
    next_id_ = std::max(next_id_, ObjectId{static_cast<uint32_t>(file->id) + 1});
  }
  return {};
}

Result<ObjectId> Catalog::Impl::TakeId(tx::Transaction& transaction) {
  ObjectId id;
  ObjectId next;
  {
    const common::MutexLock lock(mutex_);
    id = next_id_;
    next = ObjectId{static_cast<uint32_t>(id) + 1};
    if (static_cast<uint32_t>(next) > static_cast<uint32_t>(INT32_MAX)) {
      return Status(Code::kInvalidArgument, "all object numbers of the database are used up");
    }
    // Not taken back by a rollback, unlike what the next line writes.
    next_id_ = next;
  }
  RETURN_IF_ERROR(records_.WriteNextId(transaction, next));
  return id;
}

SnapshotPtr Catalog::Impl::SeenBy(const tx::TransactionState* transaction) const {
  const common::MutexLock lock(mutex_);
  return transaction != nullptr && transaction == changer_ ? snapshot_ : committed_;
}

uint64_t Catalog::Impl::VersionSeenBy(const tx::TransactionState* transaction) const {
  return transaction != nullptr && transaction == changer_
             ? snapshot()->version()
             : committed_version_.load(std::memory_order_acquire);
}

void Catalog::Impl::GoBack(SnapshotPtr snapshot) {
  const common::MutexLock lock(mutex_);
  snapshot_ = std::move(snapshot);
  if (snapshot_ == committed_) {
    changer_ = nullptr;
  }
}

void Catalog::Impl::Settle() {
  const common::MutexLock lock(mutex_);
  committed_ = snapshot_;
  changer_ = nullptr;
  committed_version_.store(committed_->version(), std::memory_order_release);
}

void Catalog::Impl::Publish(tx::Transaction& transaction,
                            std::shared_ptr<CatalogSnapshot> snapshot) {
  // Actions run newest first, so the last one brings back the oldest state.
  transaction.OnRollback([this, before = this->snapshot()] { GoBack(before); });
  transaction.OnCommit([this] { Settle(); });
  const common::MutexLock lock(mutex_);
  snapshot->set_version(++last_version_);
  snapshot_ = std::move(snapshot);
  changer_ = &transaction.state();
}

void Catalog::Impl::RemoveOnRollback(tx::Transaction& transaction, FileName file) {
  // A file that cannot be removed is an orphan, removed at the next open.
  transaction.OnRollback([this, file] { static_cast<void>(files_.Remove(file)); });
}

void Catalog::Impl::RemoveOnCommit(tx::Transaction& transaction, std::vector<FileName> files) {
  transaction.OnCommit([this, files = std::move(files)] {
    for (const FileName file : files) {
      static_cast<void>(files_.Remove(file));
    }
  });
}

Status Catalog::Impl::CreateTable(tx::Transaction& transaction, const TableDefinition& definition) {
  const SnapshotPtr before = snapshot();
  RETURN_IF_ERROR(CheckDefinition(definition, *before, options_));
  Relation table;
  ASSIGN_OR_RETURN(table.id, TakeId(transaction));
  table.name = definition.name;
  for (Column column : definition.columns) {
    column.relation = definition.name;
    table.schema.Add(std::move(column));
  }
  table.partitioning = definition.partitioning;
  table.range = definition.range;
  if (table.partitioning) {
    ASSIGN_OR_RETURN(const ObjectId view, TakeId(transaction));
    table.partition_view = view;
  } else {
    RemoveOnRollback(transaction, {table.id, table.generation});
    RETURN_IF_ERROR(files_.CreateRecords(table));
  }
  RETURN_IF_ERROR(records_.InsertTable(transaction, table));
  Publish(transaction, before->With(std::make_shared<const Relation>(std::move(table))));
  return {};
}

Status Catalog::Impl::DropTable(tx::Transaction& transaction, std::string_view name) {
  const SnapshotPtr before = snapshot();
  ASSIGN_OR_RETURN(const RelationPtr table, before->Find(name));
  if (table->kind != RelationKind::kTable) {
    return CannotChange(*table);
  }
  RETURN_IF_ERROR(records_.EraseTable(transaction, *table));
  std::vector<FileName> dropped = {{table->id, table->generation}};
  for (const IndexInfo& index : table->indexes) {
    dropped.push_back({index.id, index.generation});
  }
  RemoveOnCommit(transaction, std::move(dropped));
  Publish(transaction, before->Without(*table));
  return {};
}

Result<RelationPtr> Catalog::Impl::CurrentTable(const Relation& relation) const {
  const RelationPtr current = snapshot()->FindById(relation.id);
  if (current == nullptr) {
    return Status(Code::kNotFound,
                  "SM warning: relation does not exist: " + common::QuotedName(relation.name));
  }
  return current->kind == RelationKind::kTable ? Result<RelationPtr>(current)
                                               : CannotChange(*current);
}

Status Catalog::Impl::CheckKey(const Relation& table, const std::vector<uint32_t>& columns) const {
  std::set<uint32_t> distinct;
  for (const uint32_t column : columns) {
    if (column >= table.schema.size()) {
      return {Code::kInvalidArgument,
              "SM warning: invalid attribute: " + common::QuotedName(table.name) +
                  " has no attribute number " + std::to_string(column)};
    }
    if (!distinct.insert(column).second) {
      return {Code::kInvalidArgument,
              "SM warning: invalid attribute: " + common::QuotedName(table.schema[column].name) +
                  " stands twice in the key"};
    }
  }
  if (columns.empty()) {
    return {Code::kInvalidArgument, "SM warning: invalid attribute: an index has at least one"};
  }
  for (const IndexInfo& index : table.indexes) {
    if (index.columns == columns) {
      return {Code::kAlreadyExists,
              "SM warning: index already exists: " + DescribeKey(table, columns)};
    }
  }
  return {};
}

Result<IndexInfo> Catalog::Impl::CreateIndex(tx::Transaction& transaction, const Relation& relation,
                                             const std::vector<uint32_t>& columns, bool unique) {
  ASSIGN_OR_RETURN(const RelationPtr table, CurrentTable(relation));
  RETURN_IF_ERROR(CheckKey(*table, columns));
  const SnapshotPtr before = snapshot();
  IndexInfo index;
  ASSIGN_OR_RETURN(index.id, TakeId(transaction));
  index.name = NewIndexName(*table, columns, *before);
  index.columns = columns;
  index.unique = unique;
  index.made = transaction.stamp();
  if (!table->partitioning) {
    RemoveOnRollback(transaction, {index.id, index.generation});
    RETURN_IF_ERROR(files_.CreateTree(*table, index));
  }
  RETURN_IF_ERROR(records_.InsertIndex(transaction, *table, index));
  auto changed = std::make_shared<Relation>(*table);
  changed->indexes.push_back(index);
  Publish(transaction, before->With(std::move(changed)));
  return index;
}

Status Catalog::Impl::DropIndex(tx::Transaction& transaction, const Relation& relation,
                                const IndexInfo& index) {
  ASSIGN_OR_RETURN(const RelationPtr table, CurrentTable(relation));
  auto changed = std::make_shared<Relation>(*table);
  const auto is_it = [&index](const IndexInfo& each) { return each.id == index.id; };
  const auto found = std::find_if(changed->indexes.begin(), changed->indexes.end(), is_it);
  if (found == changed->indexes.end()) {
    return {Code::kNotFound, "SM warning: index does not exist: " + common::QuotedName(index.name)};
  }
  changed->indexes.erase(found);
  RETURN_IF_ERROR(records_.EraseIndex(transaction, index));
  RemoveOnCommit(transaction, {{index.id, index.generation}});
  Publish(transaction, snapshot()->With(std::move(changed)));
  return {};
}

Status Catalog::Impl::Flush() {
  RETURN_IF_ERROR(files_.Flush());
  return env_.SyncDirectory(path_);
}

Status Catalog::Impl::Checkpoint() {
  return log_->Checkpoint([this]() -> Status {
    RETURN_IF_ERROR(files_.WritePages());
    return env_.SyncDirectory(path_);
  });
}

// The last checkpoint leaves nothing to recover.
Status Catalog::Impl::Close() {
  Status status = files_.Close();
  if (status.ok() && log_->has_changes()) {
    status = log_->Checkpoint([this] { return env_.SyncDirectory(path_); });
    if (status.ok()) {
      status = log_->log().ForgetPageCopies();
    }
  }
  lock_.reset();
  return status;
}

bool Catalog::Impl::CheckRecords(const Relation& table, common::CheckReport* report) {
  const Result<rm::RecordFile*> records = files_.Records(table);
  common::CheckReport found;
  if (records.ok()) {
    (*records)->Check(&found);
  } else {
    report->Note(records.status());
    files_.CheckOnDisk({table.id, table.generation}, &found);
  }
  const bool sound = records.ok() && found.problems.empty();
  found.Annotate(0, "relation " + common::QuotedName(table.name));
  report->Add(std::move(found));
  return sound;
}

bool Catalog::Impl::CheckTree(const Relation& table, const IndexInfo& index,
                              common::CheckReport* report) {
  const Result<ix::BPlusTree*> tree = files_.Tree(table, index);
  common::CheckReport found;
  if (tree.ok()) {
    (*tree)->Check(&found);
  } else {
    report->Note(tree.status());
    files_.CheckOnDisk({index.id, index.generation}, &found);
  }
  const bool sound = tree.ok() && found.problems.empty();
  found.Annotate(0, "index " + common::QuotedName(index.name));
  report->Add(std::move(found));
  return sound;
}

SoundFiles Catalog::Impl::CheckFiles(const Relation& table, common::CheckReport* report) {
  SoundFiles sound;
  sound.records = CheckRecords(table, report);
  for (const IndexInfo& index : table.indexes) {
    if (CheckTree(table, index, report)) {
      sound.indexes.push_back(index);
    }
  }
  return sound;
}

Status Catalog::Impl::CompareWithStored() {
  const SnapshotPtr current = snapshot();
  ASSIGN_OR_RETURN(const std::vector<RelationPtr> tables, records_.ReadTables());
  ASSIGN_OR_RETURN(const SnapshotPtr stored, CatalogSnapshot::Build(tables));
  const auto same = [](const auto& a, const auto& b) {
    return a.first == b.first && *a.second == *b.second;
  };
  if (!std::equal(current->relations().begin(), current->relations().end(),
                  stored->relations().begin(), stored->relations().end(), same)) {
    return {Code::kInternal, "the catalog in memory is not the one in the system relations"};
  }
  return {};
}

void Catalog::Impl::CheckCatalog(common::CheckReport* report) {
  report->Note(CompareWithStored());
  log_->log().Check(report);
}

Status Catalog::Impl::Validate() {
  common::CheckReport report;
  CheckCatalog(&report);
  for (const auto& entry : snapshot()->relations()) {
    if (entry.second->kind != RelationKind::kView && !entry.second->partitioning) {
      CheckFiles(*entry.second, &report);
    }
  }
  return report.First();
}

Catalog::Catalog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Catalog::~Catalog() = default;

Status Catalog::Create(common::Env& env, const std::string& path, const DatabaseOptions& options) {
  DatabaseOptions full = options;
  while (full.database_id == 0) {
    full.database_id = env.RandomSeed();
  }
  full.record_page_size = options.record_page_size != 0
                              ? options.record_page_size
                              : static_cast<uint32_t>(rm::kDefaultPageSize);
  full.tree_page_size = options.tree_page_size != 0 ? options.tree_page_size : kTreePageSize;
  for (const uint32_t size : {full.record_page_size, full.tree_page_size}) {
    if (!pf::IsPageSize(size)) {
      return {Code::kInvalidArgument,
              "invalid page size " + std::to_string(size) + ": a power of two from " +
                  std::to_string(pf::kMinPageSize) + " to " + std::to_string(pf::kMaxPageSize)};
    }
  }
  return Impl::Create(env, path, full);
}

Result<std::unique_ptr<Catalog>> Catalog::Open(pf::BufferPool& pool, const std::string& path,
                                               const Outcome& outcome) {
  common::Env& env = pool.env();
  // No lock file is to be made in a directory that is no database.
  RETURN_IF_ERROR(ReadControlFile(env, path).status());
  ASSIGN_OR_RETURN(std::unique_ptr<common::FileLock> lock, LockDatabase(env, path));
  // Again: the one that held the lock may have destroyed the database.
  ASSIGN_OR_RETURN(const DatabaseOptions options, ReadControlFile(env, path));
  ASSIGN_OR_RETURN(auto log, tx::TransactionLog::Open(env, path, options.database_id));
  auto impl = std::make_unique<Impl>(pool, path, options, std::move(log));
  RETURN_IF_ERROR(impl->Recover(pool, outcome).Annotate("database " + common::QuotedName(path)));
  RETURN_IF_ERROR(impl->Load(std::move(lock)).Annotate("database " + common::QuotedName(path)));
  return std::make_unique<Catalog>(std::move(impl));
}

const std::string& Catalog::path() const { return impl_->path(); }
const DatabaseOptions& Catalog::options() const { return impl_->options(); }
tx::TransactionLog& Catalog::log() { return impl_->log(); }
const tx::RecoveryReport& Catalog::recovery() const { return impl_->recovery(); }
SnapshotPtr Catalog::SeenBy(const tx::TransactionState* transaction) const {
  return impl_->SeenBy(transaction);
}
uint64_t Catalog::VersionSeenBy(const tx::TransactionState* transaction) const {
  return impl_->VersionSeenBy(transaction);
}

Result<RelationPtr> Catalog::Find(std::string_view name) const {
  return impl_->snapshot()->Find(name);
}

std::vector<RelationPtr> Catalog::Relations(bool with_system) const {
  std::vector<RelationPtr> relations;
  for (const auto& entry : impl_->snapshot()->relations()) {
    if (with_system || entry.second->kind == RelationKind::kTable) {
      relations.push_back(entry.second);
    }
  }
  return relations;
}

Result<rm::RecordFile*> Catalog::Records(const Relation& relation) {
  return impl_->files().Records(relation);
}

Result<ix::BPlusTree*> Catalog::Tree(const Relation& relation, const IndexInfo& index) {
  return impl_->files().Tree(relation, index);
}

Result<rm::RecordFileStatistics> Catalog::StatisticsOf(const Relation& relation) {
  return impl_->files().StatisticsOf(relation);
}

Result<std::vector<Batch>> Catalog::ViewRows(const Relation& view,
                                             const CatalogSnapshot& seen) const {
  return RowsOfView(view, seen, impl_->options());
}

Status Catalog::CreateTable(tx::Transaction& transaction, const TableDefinition& definition) {
  return impl_->CreateTable(transaction, definition);
}

Status Catalog::DropTable(tx::Transaction& transaction, std::string_view name) {
  return impl_->DropTable(transaction, name);
}

Result<IndexInfo> Catalog::CreateIndex(tx::Transaction& transaction, const Relation& relation,
                                       const std::vector<uint32_t>& columns, bool unique) {
  return impl_->CreateIndex(transaction, relation, columns, unique);
}

Status Catalog::DropIndex(tx::Transaction& transaction, const Relation& relation,
                          const IndexInfo& index) {
  return impl_->DropIndex(transaction, relation, index);
}

Status Catalog::Flush() { return impl_->Flush(); }
Status Catalog::Checkpoint() { return impl_->Checkpoint(); }
Status Catalog::Close() { return impl_->Close(); }
void Catalog::CheckCatalog(common::CheckReport* report) { impl_->CheckCatalog(report); }
SoundFiles Catalog::CheckFiles(const Relation& relation, common::CheckReport* report) {
  return impl_->CheckFiles(relation, report);
}
Status Catalog::Validate() { return impl_->Validate(); }

}  // namespace redbase::sm
