// HashSemiJoinOperator: the rows of its child (the left input) with or without a match in
// the right input, or all of them with a mark: kinds kSemi, kAnti and kMark of HashJoin.
//
// A right row is a match when all keys are equal and the residual is true.  The mark is
// unknown when there is no match, but there is a right row with which the residual is true
// and every key is equal or null on one side: what `x in (select y ...)` says, or with
// several keys a row of them.
#pragma once

#include <memory>

#include "ql/internal/join_table.h"
#include "ql/internal/left_marks.h"
#include "ql/operator.h"

namespace redbase::ql {

class HashSemiJoinOperator : public Operator {
 public:
  HashSemiJoinOperator(Schema schema, std::unique_ptr<Operator> left,
                       std::unique_ptr<Operator> right, const HashJoin& join,
                       const ExecContext& context);

  BlockingInput blocking_input() override { return {right_.get(), &table_}; }

 private:
  struct State;

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  Status FindMatches(State* state) const;
  // Of the rows that wait for one, the next right row with the hash.
  void FindCandidates(State* state) const;
  // For rows without a match.
  Status FindUnknown(State* state) const;
  // Whether one of `candidates` agrees with the row but for nulls.
  Result<bool> MayMatch(size_t row, std::span<const RowNumber> candidates, State* state) const;
  bool HasNullKey(const Batch& left, size_t row) const;
  Status CheckCancelled() const;

  const std::unique_ptr<Operator> right_;
  const HashJoin& join_;
  const common::CancelToken* const cancel_;
  JoinTable table_;
};

}  // namespace redbase::ql
