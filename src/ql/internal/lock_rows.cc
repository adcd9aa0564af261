#include "ql/internal/lock_rows.h"

#include <algorithm>
#include <utility>

#include "common/name_match.h"

namespace redbase::ql {

Status LockForChange(rm::RecordFile& records, std::span<const Rid> rids, rm::RowLock lock,
                     const ExecContext& context) {
  RETURN_IF_ERROR(records.Lock(*context.transaction, rids, lock));
  return context.view != nullptr ? records.CheckNotOvertaken(rids, *context.view) : Status();
}

namespace {

// The columns of unique indexes: what a key share lock keeps as it is.
std::vector<uint32_t> KeyColumns(const sm::Relation& relation) {
  std::vector<uint32_t> columns;
  for (const sm::IndexInfo& index : relation.indexes) {
    if (index.unique) {
      columns.insert(columns.end(), index.columns.begin(), index.columns.end());
    }
  }
  return columns;
}

}  // namespace

struct LockRowsOperator::State : WorkerState {
  size_t next = 0;  // of locked_
};

LockRowsOperator::LockRowsOperator(Schema schema, std::unique_ptr<Operator> input,
                                   const LockRows& lock, const sm::RelationPtr& relation,
                                   rm::RecordFile& records, ExecContext& context)
    : Operator(std::move(schema), nullptr),
      input_(std::move(input)),
      lock_(lock),
      context_(context),
      relation_(relation),
      records_(records),
      fetch_(records, relation, lock.projection, {}, context.view),
      rows_(context.memory) {}

Status LockRowsOperator::Lock() {
  if (lock_.locked_rows == LockedRows::kSkip) {
    records_.LockFree(*context_.transaction, rows_.rids(), lock_.lock, &locked_);
    return {};
  }
  locked_ = rows_.rids();
  Status status = records_.Lock(*context_.transaction, locked_, lock_.lock);
  if (status.code() == Code::kMustWait && lock_.locked_rows == LockedRows::kNoWait) {
    return {Code::kUnavailable,
            "could not obtain lock on row in relation " + common::QuotedName(relation_->name)};
  }
  return status;
}

Status LockRowsOperator::DoOpen() {
  RETURN_IF_ERROR(Lock());
  if (context_.view == nullptr) {
    return {};
  }
  if (lock_.lock != rm::RowLock::kKeyShare) {
    return records_.CheckNotOvertaken(locked_, *context_.view);
  }
  const std::vector<uint32_t> keys = KeyColumns(*relation_);
  const Status status = records_.CheckNotOvertaken(locked_, *context_.view, &keys);
  return status.ok() ? status : AfterChangers(status);
}

// The lock goes together with that of one who changes a record, whose change may yet be of
// the key, or look like it.
Status LockRowsOperator::AfterChangers(const Status& overtaken) const {
  tx::TransactionState& own = context_.transaction->state();
  for (const Rid rid : locked_) {
    ASSIGN_OR_RETURN(auto changer, records_.ChangerOf(rid));
    if (changer != nullptr && changer.get() != &own) {
      return own.BlockedBy(std::move(changer));
    }
  }
  return overtaken;
}

Result<std::unique_ptr<WorkerState>> LockRowsOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>());
}

Result<Poll> LockRowsOperator::DoNext(WorkerState* state, Batch* batch) {
  size_t& next = static_cast<State*>(state)->next;
  while (next < locked_.size()) {
    const size_t count = std::min(locked_.size() - next, kBatchCapacity);
    RETURN_IF_ERROR(fetch_.Fetch(std::span(locked_).subspan(next, count), batch));
    next += count;
    if (batch->rows() > 0) {
      return Poll::kRows;
    }
  }
  return Poll::kEnd;
}

}  // namespace redbase::ql
