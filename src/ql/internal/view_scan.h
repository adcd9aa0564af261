// ViewScanOperator: the rows of a view of the catalog.
#pragma once

#include <memory>
#include <vector>

#include "ql/operator.h"

namespace redbase::ql {

class ViewScanOperator : public Operator {
 public:
  // `seen` has the view.
  ViewScanOperator(Schema schema, const FileScan& scan, sm::RelationPtr view, sm::SnapshotPtr seen,
                   const sm::Catalog& catalog);

 private:
  struct State;

  Status DoOpen() override;
  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;

  const FileScan& scan_;
  const sm::RelationPtr view_;
  const sm::SnapshotPtr seen_;
  const sm::Catalog& catalog_;
  const ExprPtr predicate_;  // over all columns of the view; may be null
  std::vector<Batch> rows_;
};

}  // namespace redbase::ql
