#include "ex/internal/cluster.h"

#include <algorithm>

namespace redbase::ex {

namespace {

// Attempts to deliver what must take effect before it is kept for later.
constexpr int kAttempts = 3;

// Actions for nodes 1 ... n, taken one by one by whoever has time.
class NodeActions {
 public:
  NodeActions(uint32_t count, std::function<Status(uint32_t)> action)
      : action_(std::move(action)), outcomes_(count) {}

  void Run() EXCLUDES(mutex_) {
    while (true) {
      const size_t i = next_.fetch_add(1);
      if (i >= outcomes_.size()) {
        return;
      }
      outcomes_[i] = action_(static_cast<uint32_t>(i) + 1);
      const common::MutexLock lock(mutex_);
      ++done_;
      all_done_.NotifyAll();
    }
  }

  Status Wait() EXCLUDES(mutex_) {
    const common::MutexLock lock(mutex_);
    while (done_ < outcomes_.size()) {
      all_done_.Wait(mutex_);
    }
    Status first;
    for (Status& outcome : outcomes_) {
      first.Update(std::move(outcome));
    }
    return first;
  }

 private:
  const std::function<Status(uint32_t)> action_;
  std::atomic<size_t> next_{0};
  std::vector<Status> outcomes_;
  common::Mutex mutex_;
  common::CondVar all_done_;
  size_t done_ GUARDED_BY(mutex_) = 0;
};

}  // namespace

Status OnNode(uint32_t node, Status status) {
  if (status.ok() || status.code() == Code::kCancelled) {
    return status;
  }
  return std::move(status).Annotate("data node " + std::to_string(node));
}

Result<Reply> Cluster::Call(uint32_t node, const Request& request,
                            const CallContext& context) const {
  Result<Reply> reply = transport_->Call(node, request, context);
  return reply.ok() ? std::move(reply) : OnNode(node, std::move(reply).status());
}

Result<Reply> Cluster::Ask(uint32_t node, RequestBody body, StatementId of) const {
  CallContext context;
  context.memory = &memory_;
  return Call(node, {of, std::move(body)}, context);
}

Status Cluster::ForEachNode(const std::function<Status(uint32_t node)>& action) const {
  // The last of those who help may end after this function: it touches nothing
  // but the shared actions then.
  const auto actions = std::make_shared<NodeActions>(node_count(), action);
  const unsigned helpers =
      std::min(options_.executor->worker_count(), std::max(node_count(), 1U) - 1);
  for (unsigned i = 0; i < helpers; ++i) {
    options_.executor->Submit([actions] { actions->Run(); });
  }
  actions->Run();
  return actions->Wait();
}

Status Cluster::Insist(uint32_t node, Request request) {
  Status status;
  for (int i = 0; i < kAttempts; ++i) {
    status = Ask(node, request.body, request.statement).status();
    if (status.code() != Code::kUnavailable) {
      return status;
    }
  }
  const common::MutexLock lock(mutex_);
  kept_.push_back({node, std::move(request)});
  return status;
}

void Cluster::GiveUp(const Status& why) {
  const common::MutexLock lock(mutex_);
  given_up_.Update(Status(why.code(),
                          "whether the last transaction was committed will be known "
                          "when the database is opened again: " +
                              why.message()));
}

void Cluster::NoteEnded(tx::GlobalId global) {
  const common::MutexLock lock(mutex_);
  ended_.push_back(global);
}

std::vector<tx::GlobalId> Cluster::TakeEnded() {
  const common::MutexLock lock(mutex_);
  return std::exchange(ended_, {});
}

Status Cluster::Checkpoint() {
  const std::vector<tx::GlobalId> ended = TakeEnded();
  Status nodes =
      ForEachNode([this](uint32_t node) { return Ask(node, CheckpointRequest()).status(); });
  if (!nodes.ok()) {
    for (const tx::GlobalId global : ended) {
      NoteEnded(global);
    }
    return nodes;
  }
  master_->log().Forget(ended);
  return master_->Checkpoint();
}

Status Cluster::SyncLogs() {
  Status status =
      ForEachNode([this](uint32_t node) { return Ask(node, SyncLogRequest()).status(); });
  status.Update(master_->log().MakeDurable());
  may_sync_later_.store(status.ok(), std::memory_order_relaxed);
  return status;
}

Status Cluster::DeliverKept() {
  std::vector<Kept> kept;
  {
    const common::MutexLock lock(mutex_);
    RETURN_IF_ERROR(given_up_);
    if (kept_.empty()) {
      return {};
    }
    kept.swap(kept_);
    ++delivering_;
  }
  Status first;
  for (Kept& each : kept) {
    Status status = Ask(each.node, each.request.body, each.request.statement).status();
    if (status.code() == Code::kUnavailable) {
      const common::MutexLock lock(mutex_);
      kept_.push_back(std::move(each));
    }
    first.Update(std::move(status));
  }
  std::vector<std::function<void()>> actions;
  {
    const common::MutexLock lock(mutex_);
    --delivering_;
    actions = TakeWhenDelivered();
  }
  for (const std::function<void()>& action : actions) {
    action();
  }
  return first;
}

std::vector<std::function<void()>> Cluster::TakeWhenDelivered() {
  return kept_.empty() && delivering_ == 0 ? std::exchange(when_delivered_, {})
                                           : std::vector<std::function<void()>>();
}

void Cluster::WhenDelivered(std::function<void()> action) {
  std::vector<std::function<void()>> actions;
  {
    const common::MutexLock lock(mutex_);
    when_delivered_.push_back(std::move(action));
    actions = TakeWhenDelivered();
  }
  for (const std::function<void()>& each : actions) {
    each();
  }
}

}  // namespace redbase::ex
