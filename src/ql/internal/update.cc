#include "ql/internal/update.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "ql/expr_eval.h"
#include "ql/internal/lock_rows.h"
#include "ql/internal/rid_sink.h"

namespace redbase::ql {

namespace {

std::vector<uint32_t> AssignedColumns(const Update& update) {
  std::vector<uint32_t> columns;
  for (const Assignment& assignment : update.assignments) {
    columns.push_back(assignment.column);
  }
  return columns;
}

// The RIDs of the selected rows.
std::vector<Rid> SelectedRids(const Batch& batch) {
  std::vector<Rid> rids;
  rids.reserve(batch.selected());
  for (size_t i = 0; i < batch.selected(); ++i) {
    rids.push_back(batch.rids()[batch.RowAt(i)]);
  }
  return rids;
}

}  // namespace

struct UpdateOperator::State : WorkerState {
  size_t next = 0;  // chunk
  Batch rows;       // new rows of the relation
  std::vector<uint16_t> places;
  std::vector<uint16_t> moved;  // of rows
};

UpdateOperator::UpdateOperator(Schema schema, std::unique_ptr<Operator> input, const Update& update,
                               UpdateTarget target, ExecContext& context)
    : Operator(std::move(schema), nullptr),
      input_(std::move(input)),
      update_(update),
      context_(context),
      target_(std::move(target)),
      columns_(AssignedColumns(update)),
      range_(*target_.relation),
      fetch_(*target_.records, target_.relation, AllColumns(target_.relation->schema), {}, nullptr),
      sink_(target_.relation->schema.Project(columns_), update, context.memory) {}

Result<Accepted> UpdateOperator::NewValueSink::Take(size_t worker, Batch* batch) {
  RETURN_IF_ERROR(RequireRids(*batch));
  Batch values(schema(), batch->capacity());
  for (size_t i = 0; i < update_.assignments.size(); ++i) {
    RETURN_IF_ERROR(Evaluate(*update_.assignments[i].value, *batch, &values.column(i)));
  }
  values.set_rows(batch->rows());
  if (batch->has_selection()) {
    values.SetSelection({batch->selection().begin(), batch->selection().end()});
  }
  values.rids() = std::move(batch->rids());
  values.set_sequence(batch->sequence());
  return CollectSink::Take(worker, &values);
}

Status UpdateOperator::DoOpen() {
  const rm::RowLock lock = update_.moves || target_.touched.has_unique()
                               ? rm::RowLock::kUpdate
                               : rm::RowLock::kNoKeyUpdate;
  for (const Batch& chunk : sink_.rows().chunks()) {
    RETURN_IF_ERROR(LockForChange(*target_.records, chunk.rids(), lock, context_));
  }
  if (target_.touched.empty()) {
    return {};
  }
  Batch old;
  for (const Batch& chunk : sink_.rows().chunks()) {
    if (context_.cancel != nullptr) {
      RETURN_IF_ERROR(context_.cancel->Check());
    }
    RETURN_IF_ERROR(fetch_.Fetch(chunk.rids(), &old));
    RETURN_IF_ERROR(target_.touched.Erase(old, old.rids()));
  }
  return target_.touched.Apply();
}

Result<std::unique_ptr<WorkerState>> UpdateOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>());
}

Result<Poll> UpdateOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  std::vector<Batch>& chunks = sink_.rows().chunks();
  while (self.next < chunks.size()) {
    RETURN_IF_ERROR(ChangeChunk(&chunks[self.next++], &self));
    if (self.next == chunks.size()) {
      RETURN_IF_ERROR(target_.touched.Apply());
      RETURN_IF_ERROR(target_.others.Apply());
    }
    if (self.rows.rows() == 0) {
      continue;
    }
    for (size_t c = 0; c < self.rows.column_count(); ++c) {
      std::swap(batch->column(c), self.rows.column(c));
    }
    if (update_.moves) {
      uint8_t* moved = batch->column(batch->column_count() - 1).data<uint8_t>();
      std::fill_n(moved, self.rows.rows(), uint8_t{0});
      for (const uint16_t row : self.moved) {
        moved[row] = 1;
      }
    }
    batch->set_rows(self.rows.rows());
    updated_.fetch_add(batch->rows(), std::memory_order_relaxed);
    return Poll::kRows;
  }
  return Poll::kEnd;
}

Status UpdateOperator::MakeRows(const Batch& chunk, Batch* rows,
                                std::vector<uint16_t>* places) const {
  RETURN_IF_ERROR(fetch_.Fetch(chunk.rids(), rows));
  // Records that are gone were left out; the others are in order.
  places->clear();
  for (size_t i = 0; i < chunk.rows() && places->size() < rows->rows(); ++i) {
    if (rows->rids()[places->size()] == chunk.rids()[i]) {
      places->push_back(static_cast<uint16_t>(i));
    }
  }
  for (size_t i = 0; i < columns_.size(); ++i) {
    Vector& column = rows->column(columns_[i]);
    column.Reset(column.type(), rows->capacity());
    column.Gather(chunk.column(i), *places, 0);
  }
  return {};
}

Status UpdateOperator::ChangeChunk(Batch* chunk, State* state) {
  State& self = *state;
  RETURN_IF_ERROR(MakeRows(*chunk, &self.rows, &self.places));
  self.moved.clear();
  std::vector<uint16_t> stay;
  if (update_.moves && range_.restricts()) {
    RETURN_IF_ERROR(range_.Inside(self.rows, &stay));
  } else {
    RETURN_IF_ERROR(range_.Require(self.rows));
    stay.resize(self.rows.rows());
    std::iota(stay.begin(), stay.end(), uint16_t{0});
  }
  for (size_t row = 0, next = 0; row < self.rows.rows(); ++row) {
    if (next < stay.size() && stay[next] == row) {
      ++next;
    } else {
      self.moved.push_back(static_cast<uint16_t>(row));
    }
  }
  RETURN_IF_ERROR(UpdateRows(chunk, stay, state));
  return self.moved.empty() ? Status() : EraseMoved(state);
}

Status UpdateOperator::UpdateRows(Batch* chunk, const std::vector<uint16_t>& stay, State* state) {
  if (stay.empty()) {
    return {};
  }
  Batch& rows = state->rows;
  rows.SetSelection(stay);
  const std::vector<Rid> rids = SelectedRids(rows);
  std::vector<uint16_t> places;
  places.reserve(stay.size());
  for (const uint16_t row : stay) {
    places.push_back(state->places[row]);
  }
  chunk->SetSelection(std::move(places));
  RETURN_IF_ERROR(target_.records->Update(*context_.transaction, rids, columns_, *chunk));
  return target_.touched.Insert(rows, rids);
}

Status UpdateOperator::EraseMoved(State* state) {
  Batch& rows = state->rows;
  rows.SetSelection(state->moved);
  const std::vector<Rid> rids = SelectedRids(rows);
  // The touched indexes' entries are out already; the others' keys are unchanged.
  RETURN_IF_ERROR(target_.others.Erase(rows, rids));
  return target_.records->Erase(*context_.transaction, rids);
}

}  // namespace redbase::ql
