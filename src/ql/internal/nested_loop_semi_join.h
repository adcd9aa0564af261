// NestedLoopSemiJoinOperator: the rows of its child (the left input) with or without a match
// in the right input, or all of them with a mark: kinds kSemi, kAnti and kMark of
// NestedLoopJoin.  The mark is unknown when the condition is true for no right row and
// unknown for one.
#pragma once

#include <memory>

#include "ql/internal/collect_sink.h"
#include "ql/internal/left_marks.h"
#include "ql/operator.h"

namespace redbase::ql {

class NestedLoopSemiJoinOperator : public Operator {
 public:
  NestedLoopSemiJoinOperator(Schema schema, std::unique_ptr<Operator> left,
                             std::unique_ptr<Operator> right, const NestedLoopJoin& join,
                             const ExecContext& context);

  BlockingInput blocking_input() override { return {right_.get(), &right_rows_}; }

 private:
  struct State;

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  // For one left row.
  Result<Mark> FindMatch(size_t row, State* state) const;
  // For that row and a chunk of right rows.
  Result<Mark> MatchChunk(const Batch& chunk, State* state) const;

  const std::unique_ptr<Operator> right_;
  const NestedLoopJoin& join_;
  const common::CancelToken* const cancel_;
  CollectSink right_rows_;
};

}  // namespace redbase::ql
