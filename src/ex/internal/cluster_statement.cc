#include "ex/internal/cluster_statement.h"

#include <algorithm>
#include <utility>

#include "ex/internal/local_relation.h"
#include "ex/route.h"
#include "ex/shuffle_data.h"

namespace redbase::ex {

namespace {

// Pages of a relation, and rows, for which waking threads pays.
constexpr double kManyPages = 16;
constexpr double kManyRows = 4096;
// An exchange's queues, on all nodes, are this part of a statement's memory.
constexpr size_t kMemoryShare = 4;

// Adds the node's name to the errors of a stream.
class NamedStream : public FragmentStream {
 public:
  NamedStream(std::unique_ptr<FragmentStream> inner, uint32_t node)
      : inner_(std::move(inner)), node_(node) {}

  Status Send(Batch* batch) override { return OnNode(node_, inner_->Send(batch)); }
  Result<ql::Accepted> MayGoOn(const ql::WakeFunction& wake) override {
    Result<ql::Accepted> accepted = inner_->MayGoOn(wake);
    return accepted.ok() ? std::move(accepted) : OnNode(node_, std::move(accepted).status());
  }
  void EndInput() override { inner_->EndInput(); }
  Result<ql::Poll> Receive(Batch* batch, const ql::WakeFunction& wake) override {
    Result<ql::Poll> poll = inner_->Receive(batch, wake);
    return poll.ok() ? std::move(poll) : OnNode(node_, std::move(poll).status());
  }
  FragmentSummary summary() const override { return inner_->summary(); }

 private:
  const std::unique_ptr<FragmentStream> inner_;
  const uint32_t node_;
};

}  // namespace

ClusterStatementImpl::ClusterStatementImpl(Cluster& cluster, const ql::Statistics& statistics,
                                           const StatementOptions& options)
    : cluster_(cluster),
      statistics_(statistics),
      own_(std::in_place, cluster, statistics, SnapshotScope::kStatement),
      transaction_(*own_) {
  SetUp(options);
}

ClusterStatementImpl::ClusterStatementImpl(Cluster& cluster, const ql::Statistics& statistics,
                                           const StatementOptions& options,
                                           ClusterTransactionImpl& transaction)
    : cluster_(cluster), statistics_(statistics), transaction_(transaction) {
  SetUp(options);
}

void ClusterStatementImpl::Begin() {
  id_ = transaction_.BeginStatement();
  view_ = transaction_.ViewOf(id_.number);
}

Status ClusterStatementImpl::Restart(Status failure, const common::Patience& patience) {
  const bool waits = failure.code() == Code::kMustWait;
  if (!waits && (failure.code() != Code::kConflict || !transaction_.sees_anew())) {
    return failure;
  }
  RETURN_IF_ERROR(transaction_.TakeBack(id_.number));
  if (waits) {
    RETURN_IF_ERROR(transaction_.AwaitBlocker(patience));
  }
  RETURN_IF_ERROR(cluster_.DeliverKept());
  Begin();
  return {};
}

void ClusterStatementImpl::SetUp(const StatementOptions& options) {
  Begin();
  if (own_) {
    own_->SetSynchronous(options.synchronous_commit);
  }
  context_.env = cluster_.options().env;
  context_.executor = cluster_.options().executor;
  context_.catalog = &cluster_.master();
  context_.transaction = &transaction_.on_master();
  context_.view = &view_;
  context_.cancel = options.cancel;
  context_.exchanges = this;
  context_.working_directory = options.working_directory;
  UseMemory(options.memory != nullptr ? options.memory : &own_memory_);
}

void ClusterStatementImpl::UseMemory(common::MemoryAccount* memory) {
  context_.memory = memory;
  const size_t queues = kMemoryShare * std::max(cluster_.node_count(), 1U);
  queue_bytes_ =
      std::min(cluster_.options().exchange_queue_bytes, context_.memory->limit() / queues);
}

ClusterStatementImpl::~ClusterStatementImpl() {
  if (active_) {
    // Nobody is left to hear of a failure; who wants to, calls Rollback.
    static_cast<void>(Rollback());
  }
}

CallContext ClusterStatementImpl::call_context() const {
  CallContext context;
  context.memory = context_.memory;
  context.cancel = context_.cancel;
  context.whole = transaction_.whole();
  context.view = view_;
  return context;
}

Result<std::unique_ptr<ql::Query>> ClusterStatementImpl::Run(const ql::PlanNode& plan) {
  if (ql::ChangesRows(plan)) {
    changed_ = true;
  }
  return ql::Query::Start(plan, context_);
}

Result<Batch*> ClusterStatementImpl::Run(ql::DirectPlan& plan) {
  changed_ = changed_ || plan.changes();
  return plan.Run(context_);
}

Result<std::unique_ptr<ql::Operator>> ClusterStatementImpl::MakeExchange(
    const ql::PlanNode& node, std::unique_ptr<ql::Operator> source, ql::ExecContext& context) {
  FragmentStarter& starter = *this;
  if (node.As<ql::Gather>() != nullptr) {
    return std::unique_ptr<ql::Operator>(std::make_unique<ShuffleData>(node, starter));
  }
  if (node.As<ql::Route>() != nullptr) {
    return std::unique_ptr<ql::Operator>(
        std::make_unique<Route>(node, std::move(source), starter, context.memory));
  }
  return Status(Code::kInternal, "bad plan: rows are received where nobody sends any");
}

Result<std::unique_ptr<FragmentStream>> ClusterStatementImpl::StartFragment(
    uint32_t partition, const ql::PlanNode& plan, const std::vector<std::string>& relations,
    bool run_ahead) {
  const uint32_t node = NodeOfPartition(partition);
  FragmentRequest request;
  request.statement = id_;
  request.plan = plan.Clone();
  request.queue_bytes = queue_bytes_;
  request.run_ahead = run_ahead;
  for (const std::string& name : relations) {
    ASSIGN_OR_RETURN(const sm::RelationPtr relation, FindRelation(cluster_.master(), name));
    if (!relation->partitioning) {
      return Status(Code::kInternal, "bad plan: " + name + " is not distributed");
    }
    request.relations.push_back(
        {name, ShapeFingerprint(relation->schema, relation->partitioning->RangeOf(partition))});
  }
  transaction_.Touch(node, id_.number, ql::ChangesRows(plan));
  Result<std::unique_ptr<FragmentStream>> stream =
      cluster_.transport().RunFragment(node, std::move(request), call_context());
  if (!stream.ok()) {
    return OnNode(node, std::move(stream).status());
  }
  return std::unique_ptr<FragmentStream>(std::make_unique<NamedStream>(*std::move(stream), node));
}

bool ClusterStatementImpl::IsLong(const ql::PlanNode& plan) const {
  if (plan.estimated_rows > kManyRows) {
    return true;
  }
  if (const auto* scan = plan.As<ql::FileScan>()) {
    const Result<sm::RelationPtr> relation = cluster_.master().Find(scan->relation);
    return relation.ok() && statistics_.PageCount(**relation) > kManyPages;
  }
  return std::any_of(plan.children.begin(), plan.children.end(),
                     [this](const ql::PlanPtr& child) { return IsLong(*child); });
}

Status ClusterStatementImpl::Tell(uint32_t node, RequestBody body) {
  transaction_.Touch(node, id_.number, /*changes=*/true);
  return cluster_.Call(node, {id_, std::move(body)}, call_context()).status();
}

Status ClusterStatementImpl::TellAll(const std::function<RequestBody(uint32_t node)>& body) {
  for (uint32_t node = 1; node <= cluster_.node_count(); ++node) {
    RETURN_IF_ERROR(Tell(node, body(node)));
  }
  return {};
}

Status ClusterStatementImpl::TellAllAtOnce(const RequestBody& body) {
  return cluster_.ForEachNode([this, &body](uint32_t node) { return Tell(node, body); });
}

Status ClusterStatementImpl::CreateTable(const sm::TableDefinition& definition) {
  changed_ = true;
  RETURN_IF_ERROR(cluster_.master().CreateTable(transaction_.on_master(), definition));
  if (!definition.partitioning) {
    return {};
  }
  return TellAll([&definition](uint32_t node) {
    sm::TableDefinition fragment = definition;
    fragment.range = definition.partitioning->RangeOf(node);
    fragment.partitioning.reset();
    return CreateTableRequest{std::move(fragment)};
  });
}

Status ClusterStatementImpl::DropTable(std::string_view name) {
  changed_ = true;
  ASSIGN_OR_RETURN(const sm::RelationPtr relation, cluster_.master().Find(name));
  // What was changed of it is not to be found any more at the end, and nobody changes it now.
  RETURN_IF_ERROR(transaction_.CheckReads());
  RETURN_IF_ERROR(cluster_.master().DropTable(transaction_.on_master(), relation->name));
  if (!relation->partitioning) {
    return {};
  }
  return TellAll([&relation](uint32_t /*node*/) { return DropTableRequest{relation->name}; });
}

Status ClusterStatementImpl::CreateIndex(std::string_view name,
                                         const std::vector<uint32_t>& columns, bool unique) {
  Status made = MakeIndex(name, columns, unique);
  if (made.code() == Code::kConstraint) {
    transaction_.NoteAllRead(std::string(name));
  }
  return made;
}

Status ClusterStatementImpl::MakeIndex(std::string_view name, const std::vector<uint32_t>& columns,
                                       bool unique) {
  changed_ = true;
  sm::Catalog& master = cluster_.master();
  ASSIGN_OR_RETURN(const sm::RelationPtr relation, master.Find(name));
  if (!relation->partitioning) {
    return CreateFilledIndex(context_, *relation, columns, unique);
  }
  const uint32_t partition_column = relation->partitioning->column();
  if (unique && std::find(columns.begin(), columns.end(), partition_column) == columns.end()) {
    return {Code::kInvalidArgument, "EX warning: a unique index on the distributed relation " +
                                        relation->name + " must include " +
                                        relation->schema[partition_column].name +
                                        ", by which it is distributed"};
  }
  RETURN_IF_ERROR(
      master.CreateIndex(transaction_.on_master(), *relation, columns, unique).status());
  return TellAllAtOnce(CreateIndexRequest{relation->name, columns, unique});
}

Status ClusterStatementImpl::DropIndex(std::string_view name,
                                       const std::vector<uint32_t>& columns) {
  changed_ = true;
  sm::Catalog& master = cluster_.master();
  ASSIGN_OR_RETURN(const sm::RelationPtr relation, master.Find(name));
  const sm::IndexInfo* const index = FindIndex(*relation, columns);
  if (index == nullptr) {
    return {Code::kNotFound, "SM warning: index does not exist: " + std::string(name)};
  }
  RETURN_IF_ERROR(master.DropIndex(transaction_.on_master(), *relation, *index));
  if (!relation->partitioning) {
    return {};
  }
  return TellAll([&](uint32_t /*node*/) { return DropIndexRequest{relation->name, columns}; });
}

Status ClusterStatementImpl::Commit() {
  active_ = false;
  transaction_.EndStatement(changed_);
  return own_ ? own_->Commit() : Status();
}

Status ClusterStatementImpl::Rollback() {
  active_ = false;
  return own_ ? own_->Rollback() : transaction_.TakeBack(id_.number);
}

}  // namespace redbase::ex
