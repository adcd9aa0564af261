// DeleteOperator: erases the records whose RIDs its input gives, and gives them out.
//
// The input is read to its end first, so that the statement never sees its own
// changes.
#pragma once

#include <atomic>
#include <memory>

#include "ql/internal/index_set.h"
#include "ql/internal/record_fetch.h"
#include "ql/internal/rid_sink.h"
#include "ql/operator.h"
#include "rm/record_file.h"

namespace redbase::ql {

class DeleteOperator : public Operator {
 public:
  DeleteOperator(Schema schema, std::unique_ptr<Operator> input, const sm::RelationPtr& relation,
                 rm::RecordFile& records, IndexSet indexes, ExecContext& context);

  BlockingInput blocking_input() override { return {input_.get(), &victims_}; }
  uint64_t changed_rows() const override { return erased_.load(std::memory_order_relaxed); }

 private:
  struct State;

  // Locks all rows and refuses those that others were first to change.
  Status DoOpen() override;
  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;

  const std::unique_ptr<Operator> input_;
  ExecContext& context_;
  rm::RecordFile& records_;
  const RecordFetch fetch_;
  IndexSet indexes_;
  RidSink victims_;
  std::atomic<uint64_t> erased_{0};
};

}  // namespace redbase::ql
