#include "ex/comm_layer.h"

#include <utility>

#include "ex/internal/cluster.h"
#include "ex/internal/cluster_copy.h"
#include "ex/internal/cluster_statement.h"
#include "ex/internal/cluster_statistics.h"
#include "ex/internal/cluster_transaction.h"
#include "ex/internal/node_check.h"
#include "ex/local_node.h"
#include "sm/database_directory.h"

namespace redbase::ex {

class CommLayer::Impl {
 public:
  Impl(const CommLayerOptions& options, std::unique_ptr<sm::Catalog> master)
      : cluster_(options, std::move(master)), statistics_(cluster_) {}

  Status OpenNodes();
  Cluster& cluster() { return cluster_; }
  const tx::RecoveryReport& recovery() const { return recovery_; }
  const ql::Statistics& statistics() const { return statistics_; }

  // A drawing of each part of the relation.  Where only some parts can be drawn
  // (a page that only one node has), those; else the first failure.
  Result<std::vector<std::pair<uint32_t, std::string>>> Draw(const sm::Relation& relation,
                                                             const RequestBody& request);
  void Check(common::CheckReport* report);

 private:
  void Watch(sm::Catalog& catalog);

  Cluster cluster_;
  ClusterStatistics statistics_;
  tx::RecoveryReport recovery_;
};

// Adds what recovery did, and hears of the log's growth.
void CommLayer::Impl::Watch(sm::Catalog& catalog) {
  recovery_ += catalog.recovery();
  catalog.log().SetUndoMemory(cluster_.options().undo_memory);
  catalog.log().log().SetLoggedFirst(cluster_.options().bulk_pages_logged);
  if (cluster_.options().on_log_alarm) {
    catalog.log().log().SetAlarm(cluster_.options().log_alarm_bytes,
                                 cluster_.options().on_log_alarm);
  }
}

Status CommLayer::Impl::OpenNodes() {
  const CommLayerOptions& options = cluster_.options();
  LocalNode::Options resources;
  resources.env = options.env;
  resources.executor = options.executor;
  resources.pool = options.pool;
  sm::Catalog& catalog = cluster_.master();
  Watch(catalog);
  const LocalNode::Master master{
      catalog.path(), catalog.options().database_id,
      [&catalog](tx::GlobalId global) -> Result<bool> { return catalog.log().IsDecided(global); }};
  std::vector<std::unique_ptr<DataNode>> nodes;
  for (uint32_t number = 1; number <= cluster_.node_count(); ++number) {
    ASSIGN_OR_RETURN(std::unique_ptr<LocalNode> node, LocalNode::Open(resources, master, number));
    Watch(node->catalog());
    nodes.push_back(std::move(node));
  }
  // Every node has settled, durably, what was prepared there.
  catalog.log().Forget(catalog.log().Decided());
  std::unique_ptr<Transport> transport = std::make_unique<InProcessTransport>(std::move(nodes));
  if (options.wrap_transport) {
    transport = options.wrap_transport(std::move(transport));
  }
  cluster_.SetTransport(std::move(transport));
  return {};
}

Result<std::vector<std::pair<uint32_t, std::string>>> CommLayer::Impl::Draw(
    const sm::Relation& relation, const RequestBody& request) {
  std::vector<std::pair<uint32_t, std::string>> drawings;
  Status first;
  for (const uint32_t partition : relation.partitioning->AllPartitions()) {
    const uint32_t node = NodeOfPartition(partition);
    Result<Reply> reply = cluster_.Ask(node, request);
    if (!reply.ok()) {
      first.Update(std::move(reply).status());
    } else if (auto* drawing = std::get_if<std::string>(&*reply)) {
      drawings.emplace_back(node, std::move(*drawing));
    }
  }
  if (drawings.empty() && !first.ok()) {
    return first;
  }
  return drawings;
}

void CommLayer::Impl::Check(common::CheckReport* report) {
  CheckMaster(cluster_.master(), report);
  std::vector<common::CheckReport> found(cluster_.node_count());
  report->Note(cluster_.ForEachNode([&](uint32_t node) -> Status {
    ASSIGN_OR_RETURN(Reply reply,
                     cluster_.Ask(node, ValidateRequest{FragmentsOf(cluster_.master(), node)}));
    found[node - 1] = std::get<common::CheckReport>(std::move(reply));
    return {};
  }));
  for (uint32_t node = 1; node <= found.size(); ++node) {
    found[node - 1].Annotate(0, "data node " + std::to_string(node));
    report->Add(std::move(found[node - 1]));
  }
}

CommLayer::CommLayer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CommLayer::~CommLayer() = default;

Result<std::unique_ptr<CommLayer>> CommLayer::Open(const CommLayerOptions& options,
                                                   const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<sm::Catalog> master, sm::Catalog::Open(*options.pool, path));
  auto impl = std::make_unique<Impl>(options, std::move(master));
  RETURN_IF_ERROR(impl->OpenNodes());
  return std::make_unique<CommLayer>(std::move(impl));
}

sm::Catalog& CommLayer::catalog() { return impl_->cluster().master(); }

const tx::RecoveryReport& CommLayer::recovery() const { return impl_->recovery(); }

const ql::Statistics& CommLayer::statistics() { return impl_->statistics(); }

uint32_t CommLayer::node_count() const { return impl_->cluster().node_count(); }

Result<std::unique_ptr<ClusterStatement>> CommLayer::Begin(const StatementOptions& options) {
  RETURN_IF_ERROR(impl_->cluster().DeliverKept());
  return std::unique_ptr<ClusterStatement>(
      std::make_unique<ClusterStatementImpl>(impl_->cluster(), impl_->statistics(), options));
}

std::unique_ptr<ClusterTransaction> CommLayer::BeginTransaction(SnapshotScope scope) {
  return std::make_unique<ClusterTransactionImpl>(impl_->cluster(), impl_->statistics(), scope);
}

Result<std::vector<PartitionSize>> CommLayer::PartitionSizes(const sm::Relation& relation) {
  std::vector<PartitionSize> sizes;
  if (!relation.partitioning) {
    ASSIGN_OR_RETURN(const RelationSize size, SizeOnMaster(impl_->cluster(), relation));
    sizes.push_back({0, size.rows, size.bytes});
    return sizes;
  }
  for (const uint32_t partition : relation.partitioning->AllPartitions()) {
    ASSIGN_OR_RETURN(const RelationSize size,
                     SizeOnNode(impl_->cluster(), relation, NodeOfPartition(partition)));
    sizes.push_back({partition, size.rows, size.bytes});
  }
  return sizes;
}

Result<std::vector<std::pair<uint32_t, std::string>>> CommLayer::DrawPage(
    const sm::Relation& relation, PageNum page) {
  if (relation.partitioning) {
    return impl_->Draw(relation, DrawPageRequest{relation.name, page});
  }
  ASSIGN_OR_RETURN(const rm::RecordFile* const records, catalog().Records(relation));
  ASSIGN_OR_RETURN(std::string drawing, records->DrawPage(page, relation.schema));
  return std::vector<std::pair<uint32_t, std::string>>{{0, std::move(drawing)}};
}

Result<std::vector<std::pair<uint32_t, std::string>>> CommLayer::DrawTree(
    const sm::Relation& relation, const sm::IndexInfo& index) {
  if (relation.partitioning) {
    return impl_->Draw(relation, DrawTreeRequest{relation.name, index.columns});
  }
  ASSIGN_OR_RETURN(const ix::BPlusTree* const tree, catalog().Tree(relation, index));
  ASSIGN_OR_RETURN(std::string drawing, tree->Draw());
  return std::vector<std::pair<uint32_t, std::string>>{{0, std::move(drawing)}};
}

Status CommLayer::Flush() {
  RETURN_IF_ERROR(catalog().Flush());
  return impl_->cluster().ForEachNode(
      [this](uint32_t node) { return impl_->cluster().Ask(node, FlushRequest()).status(); });
}

Status CommLayer::SyncLogs() { return impl_->cluster().SyncLogs(); }

Status CommLayer::Checkpoint() { return impl_->cluster().Checkpoint(); }

Status CommLayer::Backup(const std::string& path, const common::CancelToken* cancel) {
  if (const uint32_t number = catalog().options().node_number; number != 0) {
    return {Code::kInvalidArgument, "this is data node " + std::to_string(number) +
                                        " of another database: back that one up"};
  }
  Cluster& cluster = impl_->cluster();
  RETURN_IF_ERROR(cluster.DeliverKept());
  RETURN_IF_ERROR(Checkpoint());  // so that recovering the copy takes no time
  return sm::MakeWholeDirectory(
      *cluster.options().env, path, "dbbackup",
      [&](const std::string& directory) { return ClusterCopy(cluster, directory, cancel).Make(); });
}

Status CommLayer::Close() {
  // Every node is closed, whatever happens to another.
  Cluster& cluster = impl_->cluster();
  Status status = cluster.DeliverKept();
  const std::vector<tx::GlobalId> ended = cluster.TakeEnded();
  status.Update(cluster.ForEachNode(
      [&cluster](uint32_t node) { return cluster.Ask(node, CloseRequest()).status(); }));
  if (status.ok()) {
    catalog().log().Forget(ended);
  }
  status.Update(catalog().Close());
  return status;
}

void CommLayer::Check(common::CheckReport* report) { impl_->Check(report); }

Status CommLayer::Validate() {
  common::CheckReport report;
  Check(&report);
  return report.First();
}

}  // namespace redbase::ex
