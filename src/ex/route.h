// Route: the exchange that sends each row of its source to the partition it
// belongs to, where a fragment takes it in; gives out what the fragments do.
//
// With ql::Route::moved_only: gives out all rows of its source; those that have
// left their partitions are sent once the source has ended.
//
// The source is an input that is read whole before Route is opened.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ex/internal/partition_streams.h"
#include "ex/internal/partition_writer.h"
#include "ql/operator.h"
#include "ql/plan.h"

namespace redbase::ex {

class MovedRowsSink;

class Route : public ql::Operator {
 public:
  // `route` is a ql::Route; it, `starter` and `memory` outlive the operator.
  Route(const ql::PlanNode& route, std::unique_ptr<ql::Operator> source, FragmentStarter& starter,
        common::MemoryAccount* memory);
  ~Route() override;

  ql::BlockingInput blocking_input() override { return {source_.get(), sink_.get()}; }
  uint32_t PartitionCount() const override { return partitions_; }
  // Rows that moved are counted by the update that moved them.
  uint64_t changed_rows() const override { return moved_ ? 0 : streams_.changed_rows(); }
  std::vector<std::string> Notices() const override { return streams_.notices(); }

 private:
  struct State;

  Status DoOpen() override;
  Result<std::unique_ptr<ql::WorkerState>> DoNewWorker(const ql::WakeFunction& wake) override;
  Result<ql::Poll> DoNext(ql::WorkerState* state, Batch* batch) override;
  Status DoClose() override;

  const std::unique_ptr<ql::Operator> source_;
  const uint32_t partitions_;
  PartitionWriter writer_;
  std::unique_ptr<ql::Sink> sink_;
  MovedRowsSink* moved_ = nullptr;  // sink_, with moved_only
  size_t next_moved_ = 0;
  PartitionStreams streams_;
};

}  // namespace redbase::ex
