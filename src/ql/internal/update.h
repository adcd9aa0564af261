// UpdateOperator: sets columns of the records whose RIDs its input gives, and gives
// the new rows out.
//
// The input is read to its end first, and the new values computed from the old
// rows, so that the statement never sees its own changes.  Then the entries of
// all old keys leave the indexes before the first new one enters, so that
// unique keys may change places.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "ql/internal/collect_sink.h"
#include "ql/internal/index_set.h"
#include "ql/internal/range_check.h"
#include "ql/internal/record_fetch.h"
#include "ql/operator.h"
#include "rm/record_file.h"

namespace redbase::ql {

// The relation of an update and the indexes that it does or does not touch.
struct UpdateTarget {
  sm::RelationPtr relation;
  rm::RecordFile* records;
  IndexSet touched;
  IndexSet others;
};

class UpdateOperator : public Operator {
 public:
  UpdateOperator(Schema schema, std::unique_ptr<Operator> input, const Update& update,
                 UpdateTarget target, ExecContext& context);

  BlockingInput blocking_input() override { return {input_.get(), &sink_}; }
  uint64_t changed_rows() const override { return updated_.load(std::memory_order_relaxed); }

 private:
  struct State;

  // Keeps the new values and RIDs.
  class NewValueSink : public CollectSink {
   public:
    NewValueSink(Schema schema, const Update& update, common::MemoryAccount* memory)
        : CollectSink(std::move(schema), memory), update_(update) {}
    Result<Accepted> Take(size_t worker, Batch* batch) override;

   private:
    const Update& update_;
  };

  // Locks all rows and refuses those that others were first to change; then takes the
  // touched indexes' entries of all old rows out.
  Status DoOpen() override;
  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;

  // The new rows of a chunk whose records are there still, and their places in it.
  Status MakeRows(const Batch& chunk, Batch* rows, std::vector<uint16_t>* places) const;
  Status ChangeChunk(Batch* chunk, State* state);
  Status UpdateRows(Batch* chunk, const std::vector<uint16_t>& stay, State* state);
  Status EraseMoved(State* state);

  const std::unique_ptr<Operator> input_;
  const Update& update_;
  ExecContext& context_;
  UpdateTarget target_;
  const std::vector<uint32_t> columns_;  // those assigned
  const RangeCheck range_;
  const RecordFetch fetch_;
  NewValueSink sink_;
  std::atomic<uint64_t> updated_{0};
};

}  // namespace redbase::ql
