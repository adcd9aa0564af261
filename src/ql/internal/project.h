// ProjectOperator: computes expressions over the rows of its child.
#pragma once

#include <memory>
#include <vector>

#include "ql/operator.h"

namespace redbase::ql {

class ProjectOperator : public Operator {
 public:
  ProjectOperator(Schema schema, std::unique_ptr<Operator> child,
                  const std::vector<ExprPtr>& expressions);

 private:
  struct State;

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;

  const std::vector<ExprPtr>& expressions_;
  // A column that no later expression reads is handed over instead of copied.
  std::vector<bool> hand_over_;
};

}  // namespace redbase::ql
