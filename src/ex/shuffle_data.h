// ShuffleData: the classic name of the exchange that gathers: runs a fragment on
// each of some partitions and gives out the rows, partition after partition.
//
// All fragments are started when it is opened.  Where there is much to do, those
// whose turn has not come run ahead on threads of the executor, as far as their
// queues allow; the others run when their rows are asked for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ex/internal/partition_streams.h"
#include "ql/operator.h"
#include "ql/plan.h"

namespace redbase::ex {

class ShuffleData : public ql::Operator {
 public:
  // `gather` is a ql::Gather; it and `starter` outlive the operator.
  ShuffleData(const ql::PlanNode& gather, FragmentStarter& starter)
      : Operator(gather.schema, nullptr), gather_(gather), starter_(starter) {}

  uint32_t PartitionCount() const override;
  uint64_t changed_rows() const override { return streams_.changed_rows(); }
  std::vector<std::string> Notices() const override { return streams_.notices(); }

 private:
  struct State;

  Status DoOpen() override;
  Result<std::unique_ptr<ql::WorkerState>> DoNewWorker(const ql::WakeFunction& wake) override;
  Result<ql::Poll> DoNext(ql::WorkerState* state, Batch* batch) override;
  Status DoClose() override;

  const ql::PlanNode& gather_;
  FragmentStarter& starter_;
  PartitionStreams streams_;
};

}  // namespace redbase::ex
