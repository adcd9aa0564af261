// ClusterStatistics: sizes of relations for the planner, summed over the nodes.
//
// The nodes are asked once for each relation after a statement has changed any.
// Thread-safe.
#pragma once

#include <cstdint>
#include <map>

#include "common/sync.h"
#include "ex/internal/cluster.h"
#include "ql/planner.h"

namespace redbase::ex {

class ClusterStatistics : public ql::Statistics {
 public:
  explicit ClusterStatistics(Cluster& cluster) : cluster_(cluster) {}

  double RowCount(const sm::Relation& relation) const override;
  double PageCount(const sm::Relation& relation) const override;

 private:
  RelationSize SizeOf(const sm::Relation& relation) const EXCLUDES(mutex_);
  RelationSize Measure(const sm::Relation& relation) const;

  Cluster& cluster_;
  mutable common::Mutex mutex_;
  mutable std::map<sm::ObjectId, RelationSize> sizes_ GUARDED_BY(mutex_);
  // Cluster::changes when they were measured.
  mutable uint64_t changes_ GUARDED_BY(mutex_) = 0;
};

// The part of a relation that is on a node.
Result<RelationSize> SizeOnNode(Cluster& cluster, const sm::Relation& relation, uint32_t node);
// Of a relation that is on the master.
Result<RelationSize> SizeOnMaster(Cluster& cluster, const sm::Relation& relation);

}  // namespace redbase::ex
