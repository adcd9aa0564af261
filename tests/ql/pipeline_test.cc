#include "ql/pipeline.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <memory>
#include <utility>

#include "common/batch.h"
#include "tests/support/expect_status.h"

namespace redbase::ql {
namespace {

const Schema& Numbers() {
  static const Schema schema({{"a", {TypeId::kInt, 0}, "t"}});
  return schema;
}

// Keeps tasks until the test runs them.
class ManualExecutor : public common::Executor {
 public:
  void Submit(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  unsigned worker_count() const override { return 1; }

  void RunTask() {
    ASSERT_FALSE(tasks_.empty());
    const std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    task();
  }

 private:
  std::deque<std::function<void()>> tasks_;
};

// Two workers; each takes one place of the source and gives a row there as often
// as it is asked, until it is to fail.
class TwoWorkerSource : public Operator {
 public:
  TwoWorkerSource() : Operator(Numbers(), nullptr) {}
  size_t MaxWorkers() const override { return 2; }

  // The worker that is at this place fails when it is asked the next time.
  void FailAt(uint64_t place) { fails_[place] = true; }

 private:
  struct State : WorkerState {
    bool placed = false;
  };

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& /*wake*/) override {
    return std::unique_ptr<WorkerState>(std::make_unique<State>());
  }
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override {
    auto& self = *static_cast<State*>(state);
    if (!self.placed) {
      self.placed = true;
      self.Advance(next_place_++);
    }
    if (fails_[self.position()]) {
      return Status(Code::kIoError, "place " + std::to_string(self.position()));
    }
    batch->column(0).data<int32_t>()[0] = 1;
    batch->set_rows(1);
    batch->set_sequence(self.position());
    return Poll::kRows;
  }

  uint64_t next_place_ = 0;
  std::array<bool, 2> fails_{};
};

// Tells the workers that are to wait to do so, and never wakes them.
class StubbornSink : public Sink {
 public:
  Status Begin(std::vector<PipelineWorker> /*workers*/) override { return {}; }
  Result<Accepted> Take(size_t worker, Batch* /*batch*/) override {
    return waits_[worker] ? Accepted::kWait : Accepted::kGoOn;
  }
  void SetWaits(size_t worker) { waits_[worker] = true; }

 private:
  std::array<bool, 2> waits_{};
};

class PipelineTest : public ::testing::Test {
 protected:
  void Start() {
    context_.executor = &executor_;
    auto started = PipelineRun::Start(source_, sink_, context_);
    ASSERT_OK(started);
    run_ = *std::move(started);
    // Worker 0 is at place 0, worker 1 at place 1.
    ASSERT_EQ(run_->Step(), PipelineRun::Progress::kStepped);
    executor_.RunTask();
  }
  ~PipelineTest() override {
    run_->Stop();
    EXPECT_OK(source_.Close());
  }
  // Steps until there is nothing to do, at most some times.
  PipelineRun::Progress StepOn() {
    PipelineRun::Progress progress = PipelineRun::Progress::kStepped;
    for (int i = 0; i < 10 && progress == PipelineRun::Progress::kStepped; ++i) {
      progress = run_->Step();
    }
    return progress;
  }

  ManualExecutor executor_;
  TwoWorkerSource source_;
  StubbornSink sink_;
  ExecContext context_;
  std::shared_ptr<PipelineRun> run_;
};

TEST_F(PipelineTest, FailureEndsWorkersThatWaitBehindIt) {
  sink_.SetWaits(1);
  Start();
  source_.FailAt(0);
  EXPECT_EQ(StepOn(), PipelineRun::Progress::kEnded);
  EXPECT_EQ(run_->Finish().message(), "place 0");
}

TEST_F(PipelineTest, WorkersThatWaitBeforeAFailureGoOn) {
  sink_.SetWaits(0);
  source_.FailAt(1);
  Start();
  ASSERT_EQ(run_->Step(), PipelineRun::Progress::kStepped);
  ASSERT_EQ(run_->Step(), PipelineRun::Progress::kStepped);
  source_.FailAt(0);
  EXPECT_EQ(StepOn(), PipelineRun::Progress::kEnded);
  EXPECT_EQ(run_->Finish().message(), "place 0");
}

}  // namespace
}  // namespace redbase::ql
