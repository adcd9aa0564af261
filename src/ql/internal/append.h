// AppendOperator: the rows of several inputs, one input after another.
//
// Every worker reads the inputs in their order, each as long as it gives rows; those with
// fewer workers are left to the first ones.  All wait until the first worker has begun, so
// that somebody stands before the rows of those that leave an input out.  The partitions of
// the rows are numbered through all inputs, so that the rows of an input come behind those
// of the inputs before it.
#pragma once

#include <memory>
#include <vector>

#include "common/sync.h"
#include "ql/operator.h"

namespace redbase::ql {

class AppendOperator : public Operator {
 public:
  AppendOperator(Schema schema, std::vector<std::unique_ptr<Operator>> inputs);

  size_t MaxWorkers() const override;
  std::vector<Operator*> branches() override;
  uint32_t PartitionCount() const override;

 private:
  struct State;

  Status DoOpen() override;
  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  Status DoClose() override;
  // Whether the first worker has begun; else `wake` is called when it does.
  bool FirstHasBegun(const WakeFunction& wake) EXCLUDES(mutex_);
  void BeginFirst() EXCLUDES(mutex_);

  const std::vector<std::unique_ptr<Operator>> inputs_;
  std::vector<uint64_t> bases_;  // of each input: what its sequences are raised by
  size_t workers_ = 0;

  common::Mutex mutex_;
  bool first_has_begun_ GUARDED_BY(mutex_) = false;
  std::vector<WakeFunction> waiting_ GUARDED_BY(mutex_);
};

}  // namespace redbase::ql
