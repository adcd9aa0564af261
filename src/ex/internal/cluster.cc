#include "ex/internal/cluster.h"

#include <algorithm>

namespace redbase::ex {

namespace {

// Attempts to deliver the end of a statement before it is kept for later.
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

Result<Reply> Cluster::Ask(uint32_t node, RequestBody body) const {
  CallContext context;
  context.memory = &memory_;
  return Call(node, {kNoStatement, std::move(body)}, context);
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

Status Cluster::Deliver(const End& end) const {
  CallContext context;
  context.memory = &memory_;
  Request request;
  request.statement = end.statement;
  request.body = end.commit ? RequestBody(CommitRequest()) : RequestBody(RollbackRequest());
  return Call(end.node, request, context).status();
}

Status Cluster::EndStatement(uint32_t node, StatementId statement, bool commit) {
  const End end{node, statement, commit};
  Status status;
  for (int i = 0; i < kAttempts; ++i) {
    status = Deliver(end);
    if (status.code() != Code::kUnavailable) {
      return status;
    }
  }
  const common::MutexLock lock(mutex_);
  undelivered_.push_back(end);
  return status;
}

Status Cluster::DeliverEnds() {
  std::vector<End> ends;
  {
    const common::MutexLock lock(mutex_);
    ends.swap(undelivered_);
  }
  Status first;
  for (const End& end : ends) {
    Status status = Deliver(end);
    if (status.code() == Code::kUnavailable) {
      const common::MutexLock lock(mutex_);
      undelivered_.push_back(end);
    }
    first.Update(std::move(status));
  }
  return first;
}

}  // namespace redbase::ex
