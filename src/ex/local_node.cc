#include "ex/local_node.h"

#include <utility>
#include <variant>

#include "ex/internal/fragment_run.h"
#include "ex/internal/local_relation.h"
#include "ex/internal/marked_transaction.h"
#include "ex/internal/node_check.h"
#include "sm/database_directory.h"

namespace redbase::ex {

namespace {

class LocalStream : public FragmentStream {
 public:
  explicit LocalStream(std::shared_ptr<FragmentRun> run) : run_(std::move(run)) {}
  ~LocalStream() override { run_->Stop(); }

  Status Send(Batch* batch) override { return run_->Send(batch); }
  Result<ql::Accepted> MayGoOn(const ql::WakeFunction& wake) override {
    return run_->MayGoOn(wake);
  }
  void EndInput() override { run_->EndInput(); }
  Result<ql::Poll> Receive(Batch* batch, const ql::WakeFunction& wake) override {
    return run_->Receive(batch, wake);
  }
  FragmentSummary summary() const override { return run_->summary(); }

 private:
  const std::shared_ptr<FragmentRun> run_;
};

// The reply that says only that a request was done.  A copy of what is there: g++
// with sanitizers takes the unused bytes of a temporary for uninitialized ones.
Reply Nothing() {
  static const Reply kNothing;
  return kNothing;
}

// `outcome`, but no failure when there was nothing to do.
Result<Reply> DoneUnlessAbsent(Status outcome) {
  if (!outcome.ok() && outcome.code() != Code::kNotFound) {
    return outcome;
  }
  return Nothing();
}

}  // namespace

// Answers one request.
struct LocalNode::Call {
  LocalNode& node;
  StatementId statement;
  const CallContext& context;

  tx::Transaction& transaction() const { return node.TransactionOf(statement, context); }
  sm::Catalog& catalog() const { return *node.catalog_; }

  Result<Reply> operator()(const CreateTableRequest& request) const {
    RETURN_IF_ERROR(catalog().CreateTable(transaction(), request.definition));
    return Nothing();
  }

  Result<Reply> operator()(const DropTableRequest& request) const {
    // The statement has a part here even when there is nothing to drop.
    tx::Transaction& own = transaction();
    const Result<sm::RelationPtr> relation = FindRelation(catalog(), request.relation);
    return DoneUnlessAbsent(relation.ok() ? catalog().DropTable(own, request.relation)
                                          : relation.status());
  }

  Result<Reply> operator()(const CreateIndexRequest& request) const {
    ASSIGN_OR_RETURN(const sm::RelationPtr relation, FindRelation(catalog(), request.relation));
    common::InlineExecutor no_helpers;
    ql::ExecContext execution;
    execution.env = node.options_.env;
    execution.executor = &no_helpers;
    execution.catalog = node.catalog_.get();
    execution.transaction = &transaction();
    execution.memory = context.memory;
    execution.cancel = context.cancel;
    execution.view = &context.view;
    RETURN_IF_ERROR(CreateFilledIndex(execution, *relation, request.columns, request.unique));
    return Nothing();
  }

  Result<Reply> operator()(const DropIndexRequest& request) const {
    tx::Transaction& own = transaction();
    const Result<sm::RelationPtr> relation = FindRelation(catalog(), request.relation);
    if (!relation.ok()) {
      return DoneUnlessAbsent(relation.status());
    }
    const sm::IndexInfo* const index = FindIndex(**relation, request.columns);
    return DoneUnlessAbsent(index == nullptr ? Status()
                                             : catalog().DropIndex(own, **relation, *index));
  }

  Result<Reply> operator()(const PrepareRequest& request) const {
    MarkedTransaction* const known = node.FindTransaction(statement.transaction);
    if (known == nullptr) {
      return Status(Code::kInternal, "a transaction to prepare is not known");
    }
    RETURN_IF_ERROR(known->transaction().Prepare(request.global));
    return Nothing();
  }

  Result<Reply> operator()(const CommitRequest& request) const {
    if (const auto taken = node.TakeTransaction(statement.transaction)) {
      taken->transaction().SetSynchronous(request.synchronous);
      RETURN_IF_ERROR(taken->transaction().Commit());
    }
    return Nothing();
  }

  Result<Reply> operator()(const RollbackRequest& /*request*/) const {
    if (const auto taken = node.TakeTransaction(statement.transaction)) {
      RETURN_IF_ERROR(taken->transaction().Rollback());
    }
    return Nothing();
  }

  Result<Reply> operator()(const RollbackToRequest& request) const {
    if (MarkedTransaction* const found = node.FindTransaction(statement.transaction)) {
      RETURN_IF_ERROR(found->RollbackTo(request.statement));
    }
    return Nothing();
  }

  Result<Reply> operator()(const CheckReadsRequest& request) const {
    RETURN_IF_ERROR(request.reads->Check(catalog(), context.view));
    return Nothing();
  }

  Result<Reply> operator()(const SizeRequest& request) const {
    ASSIGN_OR_RETURN(const sm::RelationPtr relation, FindRelation(catalog(), request.relation));
    ASSIGN_OR_RETURN(const rm::RecordFileStatistics statistics, catalog().StatisticsOf(*relation));
    return Reply(RelationSize{statistics.records, statistics.pages, statistics.bytes});
  }

  Result<Reply> operator()(const DrawPageRequest& request) const {
    ASSIGN_OR_RETURN(const sm::RelationPtr relation, FindRelation(catalog(), request.relation));
    ASSIGN_OR_RETURN(const rm::RecordFile* const records, catalog().Records(*relation));
    ASSIGN_OR_RETURN(std::string drawing, records->DrawPage(request.page, relation->schema));
    return Reply(std::move(drawing));
  }

  Result<Reply> operator()(const DrawTreeRequest& request) const {
    ASSIGN_OR_RETURN(const sm::RelationPtr relation, FindRelation(catalog(), request.relation));
    const sm::IndexInfo* const index = FindIndex(*relation, request.columns);
    if (index == nullptr) {
      return Status(Code::kNotFound, "SM warning: index does not exist: " + request.relation);
    }
    ASSIGN_OR_RETURN(const ix::BPlusTree* const tree, catalog().Tree(*relation, *index));
    ASSIGN_OR_RETURN(std::string drawing, tree->Draw());
    return Reply(std::move(drawing));
  }

  Result<Reply> operator()(const FlushRequest& /*request*/) const {
    RETURN_IF_ERROR(catalog().Flush());
    return Nothing();
  }

  Result<Reply> operator()(const SyncLogRequest& /*request*/) const {
    RETURN_IF_ERROR(catalog().log().MakeDurable());
    return Nothing();
  }

  Result<Reply> operator()(const CheckpointRequest& /*request*/) const {
    RETURN_IF_ERROR(catalog().Checkpoint());
    return Nothing();
  }

  Result<Reply> operator()(const CopyRequest& request) const {
    if (request.step == CopyStep::kEnd) {
      static_cast<void>(node.TakeCopy(request.directory));
      return Nothing();
    }
    common::Env& env = *node.options_.env;
    std::unique_ptr<sm::CatalogCopy> copy = node.TakeCopy(request.directory);
    if (request.step == CopyStep::kFiles) {
      RETURN_IF_ERROR(env.CreateDirectory(request.directory));
      copy = std::make_unique<sm::CatalogCopy>(env, catalog(), request.directory);
      RETURN_IF_ERROR(copy->CopyFiles(context.cancel));
    } else if (copy == nullptr) {
      return Status(Code::kInternal, "a copy to go on with is not known");
    } else if (request.step == CopyStep::kMoment) {
      copy->NoteEnd();
    } else {
      RETURN_IF_ERROR(copy->CopyLog(context.cancel));
    }
    node.KeepCopy(request.directory, std::move(copy));
    return Nothing();
  }

  Result<Reply> operator()(const CloseRequest& /*request*/) const {
    RETURN_IF_ERROR(catalog().Close());
    return Nothing();
  }

  Result<Reply> operator()(const ValidateRequest& request) const {
    common::CheckReport report;
    CheckNode(catalog(), &report);
    CheckFragments(catalog(), request.fragments, &report);
    return Reply(std::move(report));
  }
};

std::unique_ptr<sm::CatalogCopy> LocalNode::TakeCopy(const std::string& directory) {
  const common::MutexLock lock(mutex_);
  const auto found = copies_.find(directory);
  std::unique_ptr<sm::CatalogCopy> copy;
  if (found != copies_.end()) {
    copy = std::move(found->second);
    copies_.erase(found);
  }
  return copy;
}

void LocalNode::KeepCopy(const std::string& directory, std::unique_ptr<sm::CatalogCopy> copy) {
  const common::MutexLock lock(mutex_);
  copies_[directory] = std::move(copy);
}

Result<std::unique_ptr<LocalNode>> LocalNode::Open(const Options& options, const Master& master,
                                                   uint32_t number) {
  const std::string name = "data node " + std::to_string(number);
  const std::string path = sm::NodePath(master.path, number);
  Result<std::unique_ptr<sm::Catalog>> catalog =
      sm::Catalog::Open(*options.pool, path, master.outcome);
  if (!catalog.ok()) {
    const Status& status = catalog.status();
    const Code code = status.code() == Code::kNotFound ? Code::kCorruption : status.code();
    return Status(code, name + ": " + status.message());
  }
  const sm::DatabaseOptions& identity = (*catalog)->options();
  if (identity.node_number != number ||
      identity.database_id != sm::NodeDatabaseId(master.database_id, number)) {
    return Status(Code::kCorruption, name + ": " + path + " is not this database's");
  }
  return std::make_unique<LocalNode>(options, *std::move(catalog));
}

LocalNode::LocalNode(const Options& options, std::unique_ptr<sm::Catalog> catalog)
    : options_(options), catalog_(std::move(catalog)) {}

LocalNode::~LocalNode() = default;

tx::Transaction& LocalNode::TransactionOf(StatementId statement, const CallContext& context) {
  const common::MutexLock lock(mutex_);
  std::unique_ptr<MarkedTransaction>& found = transactions_[statement.transaction];
  if (found == nullptr) {
    found = std::make_unique<MarkedTransaction>(catalog_->log(), context.whole);
  }
  found->BeginStatement(statement.number);
  return found->transaction();
}

MarkedTransaction* LocalNode::FindTransaction(TransactionId id) {
  const common::MutexLock lock(mutex_);
  const auto found = transactions_.find(id);
  return found == transactions_.end() ? nullptr : found->second.get();
}

std::unique_ptr<MarkedTransaction> LocalNode::TakeTransaction(TransactionId id) {
  const common::MutexLock lock(mutex_);
  const auto found = transactions_.find(id);
  if (found == transactions_.end()) {
    return nullptr;
  }
  std::unique_ptr<MarkedTransaction> transaction = std::move(found->second);
  transactions_.erase(found);
  return transaction;
}

Result<Reply> LocalNode::Handle(const Request& request, const CallContext& context) {
  return std::visit(Call{*this, request.statement, context}, request.body);
}

Result<std::unique_ptr<FragmentStream>> LocalNode::RunFragment(FragmentRequest request,
                                                               const CallContext& context) {
  for (const RelationShape& shape : request.relations) {
    RETURN_IF_ERROR(CheckShape(shape));
  }
  RETURN_IF_ERROR(ResolveIndexes(*catalog_, request.plan.get()));
  NodeResources resources;
  resources.env = options_.env;
  resources.executor = options_.executor;
  resources.catalog = catalog_.get();
  resources.transaction = &TransactionOf(request.statement, context);
  ASSIGN_OR_RETURN(std::shared_ptr<FragmentRun> run,
                   FragmentRun::Start(std::move(request), resources, context));
  return std::unique_ptr<FragmentStream>(std::make_unique<LocalStream>(std::move(run)));
}

Status LocalNode::CheckShape(const RelationShape& shape) const {
  ASSIGN_OR_RETURN(const sm::RelationPtr relation, FindRelation(*catalog_, shape.relation));
  const bool same = ShapeFingerprint(relation->schema, relation->range) == shape.fingerprint;
  return same ? Status() : DiffersFromMaster(shape.relation);
}

}  // namespace redbase::ex
