#include "ql/query.h"

#include <utility>

#include "ql/internal/ordered_buffer.h"
#include "ql/operator.h"
#include "ql/pipeline.h"
#include "ql/sink.h"

namespace redbase::ql {

namespace {

// Keeps the last pipeline's batches until they are asked for.
class ResultSink : public Sink {
 public:
  explicit ResultSink(common::MemoryAccount* memory) : buffer_(memory) {}

  Status Begin(std::vector<PipelineWorker> workers) override {
    buffer_.Begin(std::move(workers));
    return {};
  }
  void Start(size_t worker) override { buffer_.Start(worker); }
  Result<Accepted> Take(size_t worker, Batch* batch) override {
    return buffer_.Push(worker, batch);
  }
  Status End(size_t worker) override {
    buffer_.End(worker);
    return {};
  }
  void PositionChanged() override { buffer_.PositionChanged(); }

  bool Pop(Batch* batch) { return buffer_.Pop(batch); }

 private:
  OrderedBuffer buffer_;
};

// Calls `visit` with each operator of the tree.
template <typename Visit>
void VisitOperators(Operator& root, Visit visit) {
  for (Operator* op = &root; op != nullptr; op = op->child()) {
    visit(*op);
    for (Operator* branch : op->branches()) {
      VisitOperators(*branch, visit);
    }
    const BlockingInput input = op->blocking_input();
    if (input.source != nullptr) {
      VisitOperators(*input.source, visit);
    }
  }
}

}  // namespace

class Query::Impl {
 public:
  Impl(std::unique_ptr<Operator> root, ExecContext& context)
      : context_(context),
        root_(std::move(root)),
        result_(context.memory),
        pipelines_(CutPipelines(*root_)) {
    pipelines_.push_back({root_.get(), &result_});
  }
  ~Impl() {
    // Whoever wants to know of a failure asks for rows until the end.
    static_cast<void>(StopPipeline());
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Operator& root() const { return *root_; }

  // Without `wake`, waits instead of answering kBlocked.
  Result<Ready> Next(Batch* batch, const WakeFunction* wake) {
    Result<Ready> ready = Drive(batch, wake);
    if (!ready.ok() && failure_.ok()) {
      failure_ = ready.status();
      static_cast<void>(StopPipeline());
    }
    return ready;
  }

 private:
  Result<Ready> Drive(Batch* batch, const WakeFunction* wake) {
    RETURN_IF_ERROR(failure_);
    while (current_ < pipelines_.size()) {
      RETURN_IF_ERROR(StartPipeline());
      const uint64_t events = run_->events();
      if (result_.Pop(batch)) {
        return Ready::kRows;
      }
      const PipelineRun::Progress progress = run_->Step();
      if (progress == PipelineRun::Progress::kEnded) {
        RETURN_IF_ERROR(run_->Finish());
        if (result_.Pop(batch)) {
          return Ready::kRows;
        }
        RETURN_IF_ERROR(StopPipeline());
        ++current_;
      } else if (progress == PipelineRun::Progress::kWaiting) {
        if (wake == nullptr) {
          run_->Wait(events);
        } else if (run_->WakeAfter(events, *wake)) {
          return Ready::kBlocked;
        }
      }
    }
    return Ready::kEnd;
  }

  Status StartPipeline() {
    if (run_ != nullptr) {
      return {};
    }
    const Pipeline& pipeline = pipelines_[current_];
    started_ = true;
    ASSIGN_OR_RETURN(run_, PipelineRun::Start(*pipeline.source, *pipeline.sink, context_));
    return {};
  }

  Status StopPipeline() {
    if (!started_) {
      return {};
    }
    started_ = false;
    if (run_ != nullptr) {
      run_->Stop();
      run_ = nullptr;
    }
    return pipelines_[current_].source->Close();
  }

  ExecContext& context_;
  std::unique_ptr<Operator> root_;
  ResultSink result_;
  std::vector<Pipeline> pipelines_;
  size_t current_ = 0;
  bool started_ = false;
  std::shared_ptr<PipelineRun> run_;  // of the current pipeline
  Status failure_;
};

Query::Query(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Query::~Query() = default;

Result<std::unique_ptr<Query>> Query::Start(const PlanNode& plan, ExecContext& context) {
  ASSIGN_OR_RETURN(std::unique_ptr<Operator> root, BuildOperator(plan, context));
  return std::make_unique<Query>(std::make_unique<Impl>(std::move(root), context));
}

const Schema& Query::schema() const { return impl_->root().schema(); }

Result<bool> Query::Next(Batch* batch) {
  ASSIGN_OR_RETURN(const Ready ready, impl_->Next(batch, nullptr));
  return ready == Ready::kRows;
}

Result<Query::Ready> Query::TryNext(Batch* batch, const WakeFunction& wake) {
  return impl_->Next(batch, &wake);
}

uint64_t Query::changed_rows() const {
  uint64_t rows = 0;
  VisitOperators(impl_->root(), [&rows](const Operator& op) { rows += op.changed_rows(); });
  return rows;
}

std::vector<std::string> Query::notices() const {
  std::vector<std::string> notices;
  VisitOperators(impl_->root(), [&notices](const Operator& op) {
    const std::vector<std::string> more = op.Notices();
    notices.insert(notices.end(), more.begin(), more.end());
  });
  return notices;
}

}  // namespace redbase::ql
