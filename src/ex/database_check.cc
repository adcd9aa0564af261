#include "ex/database_check.h"

#include <memory>
#include <utility>
#include <vector>

#include "ex/internal/node_check.h"
#include "ex/local_node.h"
#include "sm/database_directory.h"

namespace redbase::ex {

namespace {

class Check {
 public:
  Check(const CommLayerOptions& options, const std::string& path)
      : options_(options), path_(path) {}

  Status Run() {
    RETURN_IF_ERROR(RunMaster());
    ASSIGN_OR_RETURN(const std::vector<uint32_t> numbers, Nodes());
    for (const uint32_t number : numbers) {
      common::CheckReport found;
      RETURN_IF_ERROR(master_ != nullptr ? RunNode(number, &found) : RunAlone(number, &found));
      found.Annotate(0, "data node " + std::to_string(number));
      result_.report.Add(std::move(found));
    }
    Close(numbers.size());
    return {};
  }

  DatabaseCheck TakeResult() { return std::move(result_); }

 private:
  // Whether a failure to open says that something is wrong, and not that it cannot be told.
  static bool IsProblem(const Status& status) {
    return status.code() != Code::kUnavailable && status.code() != Code::kNoMemory &&
           status.code() != Code::kNotFound;
  }

  Status RunMaster() {
    // What may not be read is not damaged.
    const Result<sm::DatabaseOptions> control = sm::ReadControlFile(*options_.env, path_);
    if (!control.ok() && control.status().code() != Code::kCorruption) {
      return control.status();
    }
    RETURN_IF_ERROR(options_.env->CheckWritable(path_));
    Result<std::unique_ptr<sm::Catalog>> opened = sm::Catalog::Open(*options_.pool, path_);
    if (opened.ok()) {
      master_ = *std::move(opened);
      result_.recovery += master_->recovery();
      CheckMaster(*master_, &result_.report);
      return {};
    }
    if (!IsProblem(opened.status())) {
      return opened.status();
    }
    result_.report.Note(opened.status());
    sm::CheckFilesOnDisk(*options_.env, path_, &result_.report);
    return {};
  }

  Result<std::vector<uint32_t>> Nodes() {
    if (master_ == nullptr) {
      return sm::FindNodes(*options_.env, path_);
    }
    std::vector<uint32_t> numbers;
    for (uint32_t number = 1; number <= master_->options().node_count; ++number) {
      numbers.push_back(number);
    }
    return numbers;
  }

  Status RunNode(uint32_t number, common::CheckReport* report) {
    const LocalNode::Master master{
        path_, master_->options().database_id,
        [this](tx::GlobalId global) -> Result<bool> { return master_->log().IsDecided(global); }};
    auto node = LocalNode::Open({options_.env, options_.executor, options_.pool}, master, number);
    if (!node.ok()) {
      return NoteUnopened(number, node.status(), report);
    }
    result_.recovery += (*node)->catalog().recovery();
    CheckNode((*node)->catalog(), report);
    CheckFragments((*node)->catalog(), FragmentsOf(*master_, number), report);
    nodes_.push_back(*std::move(node));
    return {};
  }

  // Without the master, a node is a database of its own.
  Status RunAlone(uint32_t number, common::CheckReport* report) {
    auto catalog = sm::Catalog::Open(*options_.pool, sm::NodePath(path_, number));
    if (!catalog.ok()) {
      return NoteUnopened(number, catalog.status(), report);
    }
    result_.recovery += (*catalog)->recovery();
    CheckNode(**catalog, report);
    report->Note((*catalog)->Close());
    return {};
  }

  Status NoteUnopened(uint32_t number, const Status& status, common::CheckReport* report) {
    // A node may wait for what its master has decided, which nobody can read now.
    if (!IsProblem(status) && master_ != nullptr) {
      return status;
    }
    // What LocalNode says names the node already.
    (master_ != nullptr ? &result_.report : report)->Note(status);
    const std::string path = sm::NodePath(path_, number);
    if (options_.env->Exists(path)) {
      sm::CheckFilesOnDisk(*options_.env, path, report);
    }
    return {};
  }

  void Close(size_t node_count) {
    if (master_ == nullptr) {
      return;
    }
    for (const std::unique_ptr<LocalNode>& node : nodes_) {
      result_.report.Note(node->catalog().Close());
    }
    // A node that could not be opened may still ask what was decided.
    if (nodes_.size() == node_count) {
      master_->log().Forget(master_->log().Decided());
    }
    result_.report.Note(master_->Close());
  }

  const CommLayerOptions& options_;
  const std::string path_;
  DatabaseCheck result_;
  std::unique_ptr<sm::Catalog> master_;  // null: it could not be opened
  std::vector<std::unique_ptr<LocalNode>> nodes_;
};

}  // namespace

Result<DatabaseCheck> CheckDatabase(const CommLayerOptions& options, const std::string& path) {
  Check check(options, path);
  RETURN_IF_ERROR(check.Run());
  return check.TakeResult();
}

}  // namespace redbase::ex
