// HashJoinOperator: for each row of its child (the left input), the rows of the
// right input with equal keys, found in a table that a pipeline of its own builds.
// Kinds kInner, kLeft, kFull and kSingle; the others are HashSemiJoinOperator's.
#pragma once

#include <memory>

#include "ql/internal/join_table.h"
#include "ql/internal/unmatched_rows.h"
#include "ql/operator.h"

namespace redbase::ql {

class HashJoinOperator : public Operator {
 public:
  HashJoinOperator(Schema schema, std::unique_ptr<Operator> left, std::unique_ptr<Operator> right,
                   const HashJoin& join, common::MemoryAccount* memory);

  BlockingInput blocking_input() override { return {right_.get(), &table_}; }
  uint32_t PartitionCount() const override {
    return child()->PartitionCount() + (join_.kind == JoinKind::kFull ? 1 : 0);
  }

 private:
  struct State;

  Status DoOpen() override;
  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  Result<Poll> NextInner(State* state, Batch* batch) const;
  // For the kinds that give left rows without a match.
  Result<Poll> NextOuter(State* state, Batch* batch);
  // Takes the next left batch; false, with `poll`, when there is none now.
  Result<bool> TakeLeft(State* state, Poll* poll) const;
  // Pairs of equal hashes, at most a batch of them; false when the left batch is
  // used up and there are none.
  bool FindPairs(State* state) const;
  void KeepEqualPairs(State* state) const;
  // Notes matches, and puts left rows that have none between the pairs.
  Status AddUnmatched(State* state);
  void GiveOutput(State* state, Batch* batch) const;
  bool gives_unmatched() const { return join_.kind != JoinKind::kInner; }

  const std::unique_ptr<Operator> right_;
  const HashJoin& join_;
  JoinTable table_;
  UnmatchedRows unmatched_;  // kFull
};

// The error of kSingle.
Status SecondMatch();

}  // namespace redbase::ql
