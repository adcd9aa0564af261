#include "ex/route.h"

#include <utility>

#include "ex/internal/moved_rows_sink.h"
#include "ex/internal/route_sink.h"

namespace redbase::ex {

struct Route::State : ql::WorkerState {
  explicit State(ql::WakeFunction w) : wake(std::move(w)) {}
  const ql::WakeFunction wake;
};

namespace {

// Rows for which waking threads pays.
constexpr double kManyRows = 4096;

const ql::PlanNode& LeafOf(const ql::PlanNode& plan) {
  return plan.children.empty() ? plan : LeafOf(*plan.children[0]);
}

}  // namespace

Route::Route(const ql::PlanNode& route, std::unique_ptr<ql::Operator> source,
             FragmentStarter& starter, common::MemoryAccount* memory)
    : Operator(route.schema, nullptr),
      source_(std::move(source)),
      partitions_(std::get<ql::Route>(route.detail).vector.partition_count()),
      writer_(route, starter) {
  const auto& detail = std::get<ql::Route>(route.detail);
  const Schema& rows = LeafOf(*route.children[1]).schema;
  if (route.children[0]->estimated_rows >= kManyRows) {
    writer_.RunAhead();
  }
  if (detail.moved_only) {
    auto moved = std::make_unique<MovedRowsSink>(RowSplitter(rows, detail.vector), writer_, memory);
    moved_ = moved.get();
    sink_ = std::move(moved);
  } else {
    sink_ = std::make_unique<RouteSink>(rows, detail.vector, writer_, memory);
  }
}

Route::~Route() = default;

Status Route::DoOpen() {
  streams_ = writer_.TakeStreams();
  streams_.ReadFirstRowsAhead();
  return {};
}

Result<std::unique_ptr<ql::WorkerState>> Route::DoNewWorker(const ql::WakeFunction& wake) {
  return std::unique_ptr<ql::WorkerState>(std::make_unique<State>(wake));
}

Result<ql::Poll> Route::DoNext(ql::WorkerState* state, Batch* batch) {
  const ql::WakeFunction& wake = static_cast<State*>(state)->wake;
  ASSIGN_OR_RETURN(ql::Poll poll, streams_.Next(batch, wake));
  if (moved_ == nullptr || poll == ql::Poll::kBlocked) {
    return poll;
  }
  while (poll == ql::Poll::kRows) {  // the moved rows in their new places
    ASSIGN_OR_RETURN(poll, streams_.Next(batch, wake));
  }
  if (poll == ql::Poll::kBlocked || next_moved_ == moved_->rows().size()) {
    return poll;
  }
  *batch = std::move(moved_->rows()[next_moved_++]);
  return ql::Poll::kRows;
}

Status Route::DoClose() {
  streams_.Close();
  return {};
}

}  // namespace redbase::ex
