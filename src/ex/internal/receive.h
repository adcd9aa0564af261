// Receive: the source of a fragment whose rows are sent to it.
#pragma once

#include <memory>

#include "ex/internal/input_channel.h"
#include "ql/operator.h"

namespace redbase::ex {

class Receive : public ql::Operator {
 public:
  // `input` outlives the operator.
  Receive(Schema schema, InputChannel& input)
      : Operator(std::move(schema), nullptr), input_(input) {}

 private:
  Result<std::unique_ptr<ql::WorkerState>> DoNewWorker(const ql::WakeFunction& wake) override {
    input_.SetReader(wake);
    return std::make_unique<ql::WorkerState>();
  }
  Result<ql::Poll> DoNext(ql::WorkerState* /*state*/, Batch* batch) override {
    return input_.Pop(batch);
  }

  InputChannel& input_;
};

}  // namespace redbase::ex
