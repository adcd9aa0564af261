// NestedLoopJoinOperator: every pair of rows of two inputs that satisfies a
// condition, or every pair.  The right input is kept in memory; the condition is
// evaluated for one left row and a whole chunk of right rows at a time.
#pragma once

#include <memory>

#include "ql/internal/collect_sink.h"
#include "ql/operator.h"

namespace redbase::ql {

class NestedLoopJoinOperator : public Operator {
 public:
  NestedLoopJoinOperator(Schema schema, std::unique_ptr<Operator> left,
                         std::unique_ptr<Operator> right, const NestedLoopJoin& join,
                         const ExecContext& context);

  BlockingInput blocking_input() override { return {right_.get(), &right_rows_}; }

 private:
  struct State;

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  // Goes to the next chunk of right rows, or the next left row and the first
  // chunk, and notes which right rows match; false after the last left row.
  Result<bool> NextChunk(State* state) const;
  // Appends matches to `batch`, as many as fit.
  void EmitMatches(State* state, Batch* batch) const;

  const std::unique_ptr<Operator> right_;
  const NestedLoopJoin& join_;
  const common::CancelToken* const cancel_;
  CollectSink right_rows_;
};

}  // namespace redbase::ql
