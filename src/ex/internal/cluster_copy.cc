#include "ex/internal/cluster_copy.h"

#include <algorithm>
#include <utility>

#include "common/executor.h"
#include "ex/comm_layer.h"
#include "pf/log.h"
#include "sm/database_directory.h"

namespace redbase::ex {

namespace {

// For the recovery of a copy.
constexpr size_t kMostBufferBytes = size_t{32} << 20;

}  // namespace

ClusterCopy::ClusterCopy(Cluster& cluster, std::string directory, const common::CancelToken* cancel)
    : cluster_(cluster),
      directory_(std::move(directory)),
      cancel_(cancel),
      master_(*cluster.options().env, cluster.master(), directory_) {}

ClusterCopy::~ClusterCopy() {
  // A node that does not hear it keeps more of its log than it needs.
  static_cast<void>(AskNodes(CopyStep::kEnd));
}

Status ClusterCopy::AskNodes(CopyStep step) {
  CallContext context;
  context.cancel = step == CopyStep::kEnd ? nullptr : cancel_;
  return cluster_.ForEachNode([&](uint32_t node) {
    const Request request{{}, CopyRequest{sm::NodePath(directory_, node), step}};
    return cluster_.Call(node, request, context).status();
  });
}

Status ClusterCopy::Make() {
  RETURN_IF_ERROR(AskNodes(CopyStep::kFiles));
  RETURN_IF_ERROR(master_.CopyFiles(cancel_));
  RETURN_IF_ERROR(NoteEnd());
  RETURN_IF_ERROR(AskNodes(CopyStep::kLog));
  RETURN_IF_ERROR(master_.CopyLog(cancel_));
  RETURN_IF_ERROR(Recover());
  return CheckPages();
}

Status ClusterCopy::NoteEnd() {
  const common::ExclusiveLatchLock nobody_commits(cluster_.commits());
  RETURN_IF_ERROR(AskNodes(CopyStep::kMoment));
  master_.NoteEnd();
  return {};
}

Status ClusterCopy::Recover() {
  common::InlineExecutor executor;
  pf::NullLog log;
  const size_t bytes = std::min(cluster_.options().pool->budget_bytes(), kMostBufferBytes);
  pf::BufferPool pool(*cluster_.options().env, log, {bytes, /*background_writer=*/false});
  CommLayerOptions options;
  options.env = cluster_.options().env;
  options.executor = &executor;
  options.pool = &pool;
  ASSIGN_OR_RETURN(const std::unique_ptr<CommLayer> copy, CommLayer::Open(options, directory_));
  return copy->Close();
}

Status ClusterCopy::CheckPages() {
  common::Env& env = *cluster_.options().env;
  RETURN_IF_ERROR(cluster_.ForEachNode(
      [&](uint32_t node) { return sm::CheckPagesOnDisk(env, sm::NodePath(directory_, node)); }));
  return sm::CheckPagesOnDisk(env, directory_);
}

}  // namespace redbase::ex
