// FilterOperator: passes on the rows of its child that satisfy the predicate.
#pragma once

#include <memory>

#include "ql/operator.h"

namespace redbase::ql {

class FilterOperator : public Operator {
 public:
  // Rows are not moved: the batch's selection shrinks.
  FilterOperator(Schema schema, std::unique_ptr<Operator> child, const Expr& predicate)
      : Operator(std::move(schema), std::move(child)), predicate_(predicate) {}

 private:
  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;

  const Expr& predicate_;
};

}  // namespace redbase::ql
