// ValuesOperator: literal rows.
#pragma once

#include <memory>
#include <vector>

#include "ql/operator.h"

namespace redbase::ql {

class ValuesOperator : public Operator {
 public:
  ValuesOperator(Schema schema, const std::vector<std::vector<Value>>& rows)
      : Operator(std::move(schema), nullptr), rows_(rows) {}

 private:
  struct State;

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;

  const std::vector<std::vector<Value>>& rows_;
};

}  // namespace redbase::ql
