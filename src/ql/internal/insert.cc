#include "ql/internal/insert.h"

#include <utility>

namespace redbase::ql {

RowInserter::RowInserter(const ql::Insert& insert, const sm::Relation& relation,
                         rm::RecordFile& records, IndexSet indexes, ExecContext& context)
    : context_(context), records_(records), range_(relation), indexes_(std::move(indexes)) {
  if (insert.bulk) {
    appender_.emplace(records, *context.transaction);
  }
}

Status RowInserter::Insert(const Batch& rows) {
  RETURN_IF_ERROR(range_.Require(rows));
  rids_.clear();
  std::vector<Rid>* rids = indexes_.empty() ? nullptr : &rids_;
  RETURN_IF_ERROR(appender_ ? appender_->Append(rows, rids)
                            : records_.Insert(*context_.transaction, rows, rids));
  return indexes_.Insert(rows, rids_);
}

Status RowInserter::Finish() {
  if (appender_) {
    RETURN_IF_ERROR(appender_->Finish());
  }
  return indexes_.Apply();
}

InsertOperator::InsertSink::InsertSink(const Schema& schema, bool returning,
                                       std::unique_ptr<RowInserter> inserter,
                                       common::MemoryAccount* memory)
    : returning_(returning),
      waiting_(memory),
      inserter_(std::move(inserter)),
      given_(schema, memory) {}

Status InsertOperator::InsertSink::Begin(std::vector<PipelineWorker> workers) {
  waiting_.Begin(std::move(workers));
  return {};
}

Result<Accepted> InsertOperator::InsertSink::Take(size_t worker, Batch* batch) {
  ASSIGN_OR_RETURN(const Accepted accepted, waiting_.Push(worker, batch));
  RETURN_IF_ERROR(InsertReady());
  return accepted;
}

Status InsertOperator::InsertSink::End(size_t worker) {
  waiting_.End(worker);
  return InsertReady();
}

Status InsertOperator::InsertSink::Finish() {
  RETURN_IF_ERROR(InsertReady());
  const common::MutexLock lock(mutex_);
  return inserter_->Finish();
}

Status InsertOperator::InsertSink::InsertReady() {
  // Whoever finds the lock taken leaves its batch to the one who has it: that one
  // looks again after giving the lock back.
  while (waiting_.HasReady() && mutex_.TryLock()) {
    Status status;
    while (status.ok() && waiting_.Pop(&next_)) {
      status = InsertBatch(next_);
    }
    mutex_.Unlock();
    RETURN_IF_ERROR(status);
  }
  return {};
}

Status InsertOperator::InsertSink::InsertBatch(const Batch& batch) {
  RETURN_IF_ERROR(inserter_->Insert(batch));
  inserted_.fetch_add(batch.selected(), std::memory_order_relaxed);
  return returning_ ? given_.Append(batch) : Status();
}

struct InsertOperator::State : WorkerState {
  size_t next = 0;  // chunk
};

InsertOperator::InsertOperator(Schema schema, std::unique_ptr<Operator> input, const Insert& insert,
                               std::unique_ptr<RowInserter> inserter, common::MemoryAccount* memory)
    : Operator(std::move(schema), nullptr),
      input_(std::move(input)),
      sink_(input_->schema(), insert.returning, std::move(inserter), memory) {}

Result<std::unique_ptr<WorkerState>> InsertOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>());
}

Result<Poll> InsertOperator::DoNext(WorkerState* state, Batch* batch) {
  size_t& next = static_cast<State*>(state)->next;
  std::vector<Batch>& chunks = sink_.given().chunks();
  if (next == chunks.size()) {
    return Poll::kEnd;
  }
  // A copy: the chunk stays charged to the statement.
  batch->Append(chunks[next++]);
  return Poll::kRows;
}

}  // namespace redbase::ql
