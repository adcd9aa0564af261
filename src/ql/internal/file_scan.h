// FileScanOperator: the records of a relation, morsel by morsel.
#pragma once

#include <memory>
#include <optional>

#include "ql/operator.h"
#include "rm/record_scan.h"

namespace redbase::ql {

class FileScanOperator : public Operator {
 public:
  FileScanOperator(Schema schema, const FileScan& scan, const rm::RecordFile& records,
                   const common::CancelToken* cancel, const tx::View* view)
      : Operator(std::move(schema), nullptr),
        scan_(scan),
        records_(records),
        cancel_(cancel),
        view_(view) {}

  size_t MaxWorkers() const override;

 private:
  struct State;

  Status DoOpen() override;
  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;

  const FileScan& scan_;
  const rm::RecordFile& records_;
  const common::CancelToken* const cancel_;
  const tx::View* const view_;
  std::optional<rm::MorselSource> morsels_;
};

}  // namespace redbase::ql
