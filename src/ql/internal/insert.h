// InsertOperator: puts the rows of its input into a relation, in the input's order,
// and gives them out again when asked to.
//
// Workers hand batches over in any order; whoever finds the next one in order
// puts it in.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "ql/internal/index_set.h"
#include "ql/internal/ordered_buffer.h"
#include "ql/internal/range_check.h"
#include "ql/internal/row_store.h"
#include "ql/operator.h"
#include "ql/sink.h"
#include "rm/record_file.h"

namespace redbase::ql {

// Checks batches and puts them into the relation's records and indexes.
// One thread at a time.
class RowInserter {
 public:
  RowInserter(const Insert& insert, const sm::Relation& relation, rm::RecordFile& records,
              IndexSet indexes, ExecContext& context);

  Status Insert(const Batch& rows);
  // After the last row.
  Status Finish();
  // Whether an insert of this row, later on in the transaction, is going to succeed; until
  // EndReservations.
  Result<bool> Reserve(const Batch& rows, size_t row) { return indexes_.Reserve(rows, row); }
  void EndReservations() { indexes_.EndReservations(); }

 private:
  ExecContext& context_;
  rm::RecordFile& records_;
  const RangeCheck range_;
  IndexSet indexes_;
  std::optional<rm::BulkAppender> appender_;
  std::vector<Rid> rids_;
};

class InsertOperator : public Operator {
 public:
  InsertOperator(Schema schema, std::unique_ptr<Operator> input, const Insert& insert,
                 std::unique_ptr<RowInserter> inserter, common::MemoryAccount* memory);

  BlockingInput blocking_input() override { return {input_.get(), &sink_}; }
  uint64_t changed_rows() const override { return sink_.inserted(); }

 private:
  struct State;

  class InsertSink : public Sink {
   public:
    InsertSink(const Schema& schema, bool returning, std::unique_ptr<RowInserter> inserter,
               common::MemoryAccount* memory);

    Status Begin(std::vector<PipelineWorker> workers) override;
    void Start(size_t worker) override { waiting_.Start(worker); }
    Result<Accepted> Take(size_t worker, Batch* batch) override EXCLUDES(mutex_);
    Status End(size_t worker) override EXCLUDES(mutex_);
    void PositionChanged() override { waiting_.PositionChanged(); }
    Status Finish() override EXCLUDES(mutex_);

    uint64_t inserted() const { return inserted_.load(std::memory_order_relaxed); }
    // Of the rows to give out.  Requires: finished.
    RowStore& given() { return given_; }

   private:
    // Inserts what is next in order, unless another worker is at it.
    Status InsertReady() EXCLUDES(mutex_);
    Status InsertBatch(const Batch& batch) REQUIRES(mutex_);

    const bool returning_;
    OrderedBuffer waiting_;
    std::atomic<uint64_t> inserted_{0};
    common::Mutex mutex_;
    Batch next_ GUARDED_BY(mutex_);
    std::unique_ptr<RowInserter> inserter_ GUARDED_BY(mutex_);
    RowStore given_;
  };

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;

  const std::unique_ptr<Operator> input_;
  InsertSink sink_;
};

}  // namespace redbase::ql
