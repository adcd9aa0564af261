// Locks of the rows that a statement reads in order to change them, or to keep others from
// that.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "common/rid.h"
#include "ql/exec_context.h"
#include "ql/internal/record_fetch.h"
#include "ql/internal/rid_sink.h"
#include "ql/operator.h"
#include "rm/record_file.h"

namespace redbase::ql {

// Locks the records for the statement's transaction, and then makes sure that they are what
// the statement sees of them.  kMustWait when another transaction has one; kConflict when
// somebody was first to change one.
Status LockForChange(rm::RecordFile& records, std::span<const Rid> rids, rm::RowLock lock,
                     const ExecContext& context);

// Reads its input to the end, locks all rows and then gives them out, in the order of their
// RIDs.  Errors as LockForChange; kUnavailable with LockedRows::kNoWait.
class LockRowsOperator : public Operator {
 public:
  LockRowsOperator(Schema schema, std::unique_ptr<Operator> input, const LockRows& lock,
                   const sm::RelationPtr& relation, rm::RecordFile& records, ExecContext& context);

  BlockingInput blocking_input() override { return {input_.get(), &rows_}; }

 private:
  struct State;

  Status DoOpen() override;
  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  Status Lock();
  Status AfterChangers(const Status& overtaken) const;

  const std::unique_ptr<Operator> input_;
  const LockRows& lock_;
  const ExecContext& context_;
  const sm::RelationPtr relation_;
  rm::RecordFile& records_;
  const RecordFetch fetch_;
  RidSink rows_;
  std::vector<Rid> locked_;
};

}  // namespace redbase::ql
