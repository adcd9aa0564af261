#include "ex/internal/cluster_statistics.h"

namespace redbase::ex {

namespace {

// Where nothing is known: a view, or a node that does not answer.
constexpr RelationSize kGuess = {100, 1, 0};

}  // namespace

Result<RelationSize> SizeOnNode(Cluster& cluster, const sm::Relation& relation, uint32_t node) {
  ASSIGN_OR_RETURN(const Reply reply, cluster.Ask(node, SizeRequest{relation.name}));
  const auto* size = std::get_if<RelationSize>(&reply);
  return size != nullptr ? Result<RelationSize>(*size)
                         : Status(Code::kInternal, "a node answers something else");
}

Result<RelationSize> SizeOnMaster(Cluster& cluster, const sm::Relation& relation) {
  ASSIGN_OR_RETURN(const rm::RecordFileStatistics statistics,
                   cluster.master().StatisticsOf(relation));
  return RelationSize{statistics.records, statistics.pages, statistics.bytes};
}

double ClusterStatistics::RowCount(const sm::Relation& relation) const {
  return static_cast<double>(SizeOf(relation).rows);
}

double ClusterStatistics::PageCount(const sm::Relation& relation) const {
  return static_cast<double>(SizeOf(relation).pages);
}

RelationSize ClusterStatistics::SizeOf(const sm::Relation& relation) const {
  if (!relation.partitioning) {
    return Measure(relation);  // two counters
  }
  const uint64_t changes = cluster_.changes();
  {
    const common::MutexLock lock(mutex_);
    if (changes_ != changes) {
      sizes_.clear();
      changes_ = changes;
    }
    const auto found = sizes_.find(relation.id);
    if (found != sizes_.end()) {
      return found->second;
    }
  }
  const RelationSize size = Measure(relation);
  const common::MutexLock lock(mutex_);
  if (changes_ == changes) {
    sizes_[relation.id] = size;
  }
  return size;
}

RelationSize ClusterStatistics::Measure(const sm::Relation& relation) const {
  if (relation.kind == sm::RelationKind::kView) {
    return kGuess;
  }
  if (!relation.partitioning) {
    const Result<RelationSize> size = SizeOnMaster(cluster_, relation);
    return size.ok() ? *size : kGuess;
  }
  RelationSize sum;
  for (const uint32_t partition : relation.partitioning->AllPartitions()) {
    const Result<RelationSize> size = SizeOnNode(cluster_, relation, NodeOfPartition(partition));
    const RelationSize& part = size.ok() ? *size : kGuess;
    sum.rows += part.rows;
    sum.pages += part.pages;
    sum.bytes += part.bytes;
  }
  return sum;
}

}  // namespace redbase::ex
