// SetOperationOperator: rows of the left input that occur, or do not occur, in the right one
// as well; equal rows one after another where the first of them is in the left input.
//
// It counts: both inputs, one after the other, are grouped by all columns, and how often a
// group occurs in each decides how often it is given out.
//
//   SetOperation <- Aggregate(count of left, count of right) <- Append <- Project(+ side) <- left
//                                                                      <- Project(+ side) <- right
#pragma once

#include <memory>
#include <vector>

#include "ql/operator.h"

namespace redbase::ql {

// What the operators below a set operation refer to; a base, so that it outlives them.
struct SetOperationParts {
  struct Expressions {
    std::vector<ExprPtr> left;
    std::vector<ExprPtr> right;
    Aggregate counts;
  };
  std::unique_ptr<Expressions> expressions;
};

class SetOperationOperator : private SetOperationParts, public Operator {
 public:
  static std::unique_ptr<Operator> Make(const Schema& schema, std::unique_ptr<Operator> left,
                                        std::unique_ptr<Operator> right,
                                        const SetOperation& operation, const ExecContext& context);

  SetOperationOperator(const Schema& schema, SetOperationParts parts,
                       std::unique_ptr<Operator> counted, const SetOperation& operation)
      : SetOperationParts(std::move(parts)),
        Operator(schema, std::move(counted)),
        operation_(operation) {}

 private:
  struct State;

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  // The next rows to give out, at most a batch, as often as they are given.
  void FillRows(State* state) const;
  uint64_t TimesOf(uint64_t left, uint64_t right) const;

  const SetOperation& operation_;
};

}  // namespace redbase::ql
