#include "ex/internal/cluster_copy.h"

#include <algorithm>
#include <utility>

#include "common/check_report.h"
#include "common/executor.h"
#include "ex/comm_layer.h"
#include "pf/log.h"  // NOLINT(layers): the copy has a pool of its own
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
  // Not by those who help statements: it takes its time.
  Status status;
  for (uint32_t node = 1; node <= cluster_.node_count(); ++node) {
    const Request request{{}, CopyRequest{sm::NodePath(directory_, node), step}};
    status.Update(cluster_.Call(node, request, context).status());
    if (!status.ok() && step != CopyStep::kEnd) {
      break;
    }
  }
  return status;
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
  common::CheckReport report;
  for (uint32_t node = 0; node <= cluster_.node_count(); ++node) {
    if (cancel_ != nullptr) {
      RETURN_IF_ERROR(cancel_->Check());
    }
    sm::CheckFilesOnDisk(*cluster_.options().env,
                         node == 0 ? directory_ : sm::NodePath(directory_, node), &report);
  }
  return report.First();
}

}  // namespace redbase::ex
