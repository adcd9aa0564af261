// NestedLoopJoinOperator: every pair of rows of two inputs that satisfies a
// condition, or every pair.  The right input is kept in memory; the condition is
// evaluated for one left row and a whole chunk of right rows at a time.  Kinds kInner, kLeft,
// kFull and kSingle; the others are NestedLoopSemiJoinOperator's.
#pragma once

#include <memory>

#include "ql/internal/collect_sink.h"
#include "ql/internal/unmatched_rows.h"
#include "ql/operator.h"

namespace redbase::ql {

class NestedLoopJoinOperator : public Operator {
 public:
  NestedLoopJoinOperator(Schema schema, std::unique_ptr<Operator> left,
                         std::unique_ptr<Operator> right, const NestedLoopJoin& join,
                         const ExecContext& context);

  BlockingInput blocking_input() override { return {right_.get(), &right_rows_}; }
  uint32_t PartitionCount() const override {
    return child()->PartitionCount() + (join_.kind == JoinKind::kFull ? 1 : 0);
  }

 private:
  struct State;

  Status DoOpen() override;
  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  // Goes to the next chunk of right rows, or the next left row and the first
  // chunk, and notes which right rows match; false after the last left row.
  Result<bool> NextChunk(State* state);
  // For kinds that must know which rows have a match.
  Status NoteMatches(State* state);
  // Appends the left row that has no match.
  void EmitUnmatched(State* state, Batch* batch) const;
  // Appends matches to `batch`, as many as fit.
  void EmitMatches(State* state, Batch* batch) const;

  const std::unique_ptr<Operator> right_;
  const NestedLoopJoin& join_;
  const common::CancelToken* const cancel_;
  CollectSink right_rows_;
  UnmatchedRows unmatched_;  // kFull
};

}  // namespace redbase::ql
