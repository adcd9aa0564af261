// HashJoinOperator: for each row of its child (the left input), the rows of the
// right input with equal keys, found in a table that a pipeline of its own builds.
#pragma once

#include <memory>

#include "ql/internal/join_table.h"
#include "ql/operator.h"

namespace redbase::ql {

class HashJoinOperator : public Operator {
 public:
  HashJoinOperator(Schema schema, std::unique_ptr<Operator> left, std::unique_ptr<Operator> right,
                   const HashJoin& join, common::MemoryAccount* memory);

  BlockingInput blocking_input() override { return {right_.get(), &table_}; }

 private:
  struct State;

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  // Pairs of equal hashes, at most a batch of them; false when the left batch is
  // used up and there are none.
  bool FindPairs(State* state) const;
  void EmitPairs(const State& state, Batch* batch) const;

  const std::unique_ptr<Operator> right_;
  const HashJoin& join_;
  JoinTable table_;
};

}  // namespace redbase::ql
