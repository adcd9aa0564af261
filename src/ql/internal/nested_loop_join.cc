#include "ql/internal/nested_loop_join.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "ql/expr_eval.h"
#include "ql/internal/bound_condition.h"
#include "ql/internal/hash_join.h"

namespace redbase::ql {

// The place in the left batch, in the right chunks, and in the current matches.
struct NestedLoopJoinOperator::State : WorkerState {
  Batch left;
  size_t next_left = 0;  // of the selected rows
  size_t next_chunk = 0;
  size_t left_row = 0;  // of the current matches
  size_t chunk = 0;     // of the current matches
  std::vector<uint16_t> matches;
  size_t next_match = 0;
  std::vector<uint16_t> repeated;
  std::unique_ptr<BoundCondition> condition;

  // Of the kinds that give left rows without a match.
  bool has_match = false;  // the left row whose chunks are being looked at
  bool owes_row = false;   // left_row has none
  bool ended = false;
  bool is_last = false;
};

NestedLoopJoinOperator::NestedLoopJoinOperator(Schema schema, std::unique_ptr<Operator> left,
                                               std::unique_ptr<Operator> right,
                                               const NestedLoopJoin& join,
                                               const ExecContext& context)
    : Operator(std::move(schema), std::move(left)),
      right_(std::move(right)),
      join_(join),
      cancel_(context.cancel),
      right_rows_(right_->schema(), context.memory),
      unmatched_(context.memory) {}

Status NestedLoopJoinOperator::DoOpen() {
  return join_.kind == JoinKind::kFull ? unmatched_.Begin(right_rows_.rows()) : Status();
}

Result<std::unique_ptr<WorkerState>> NestedLoopJoinOperator::DoNewWorker(
    const WakeFunction& /*wake*/) {
  auto state = std::make_unique<State>();
  unmatched_.AddWorker();
  if (join_.condition) {
    const auto left_columns = static_cast<uint32_t>(child()->schema().size());
    state->condition = std::make_unique<BoundCondition>(*join_.condition, left_columns);
  }
  return std::unique_ptr<WorkerState>(std::move(state));
}

Result<Poll> NestedLoopJoinOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  if (join_.kind == JoinKind::kInner && right_rows_.rows().row_count() == 0) {
    return Poll::kEnd;
  }
  while (!self.ended && batch->rows() < batch->capacity()) {
    if (self.next_match < self.matches.size()) {
      EmitMatches(&self, batch);
      continue;
    }
    if (self.owes_row) {
      EmitUnmatched(&self, batch);
      continue;
    }
    ASSIGN_OR_RETURN(const bool more, NextChunk(&self));
    if (more) {
      continue;
    }
    if (batch->rows() > 0) {
      break;
    }
    ASSIGN_OR_RETURN(const Poll poll, child()->Next(self.child(), &self.left));
    if (poll == Poll::kBlocked) {
      return poll;
    }
    if (poll == Poll::kEnd) {
      self.ended = true;
      self.is_last = unmatched_.EndWorker();
    }
    self.next_left = 0;
    self.next_chunk = 0;
  }
  if (batch->rows() > 0) {
    batch->set_sequence(self.left.sequence());
    return Poll::kRows;
  }
  if (join_.kind == JoinKind::kFull && self.is_last &&
      unmatched_.Next(&self, child()->PartitionCount(), child()->schema().size(), batch)) {
    return Poll::kRows;
  }
  return Poll::kEnd;
}

Result<bool> NestedLoopJoinOperator::NextChunk(State* state) {
  State& self = *state;
  const std::vector<Batch>& chunks = right_rows_.rows().chunks();
  self.matches.clear();
  self.next_match = 0;
  if (self.next_left >= self.left.selected()) {
    return false;
  }
  // Long stretches may give no row at all.
  if (cancel_ != nullptr && cancel_->cancelled()) {
    return cancel_->Check();
  }
  self.left_row = self.left.RowAt(self.next_left);
  if (chunks.empty()) {
    self.owes_row = true;
    ++self.next_left;
    return true;
  }
  self.chunk = self.next_chunk;
  const Batch& chunk = chunks[self.chunk];
  if (self.condition) {
    if (self.chunk == 0) {
      self.condition->SetLeftRow(self.left, self.left_row);
    }
    RETURN_IF_ERROR(SelectRows(self.condition->expr(), chunk, &self.matches));
  } else {
    self.matches.resize(chunk.rows());
    std::iota(self.matches.begin(), self.matches.end(), uint16_t{0});
  }
  const bool is_last = ++self.next_chunk == chunks.size();
  if (is_last) {
    self.next_chunk = 0;
    ++self.next_left;
  }
  if (join_.kind != JoinKind::kInner) {
    RETURN_IF_ERROR(NoteMatches(&self));
    if (is_last) {
      self.owes_row = !std::exchange(self.has_match, false);
    }
  }
  return true;
}

Status NestedLoopJoinOperator::NoteMatches(State* state) {
  State& self = *state;
  if (self.matches.empty()) {
    return {};
  }
  if (join_.kind == JoinKind::kSingle && (self.has_match || self.matches.size() > 1)) {
    return SecondMatch();
  }
  self.has_match = true;
  for (size_t i = 0; join_.kind == JoinKind::kFull && i < self.matches.size(); ++i) {
    unmatched_.Note(static_cast<RowNumber>(self.chunk * kBatchCapacity + self.matches[i]));
  }
  return {};
}

void NestedLoopJoinOperator::EmitUnmatched(State* state, Batch* batch) const {
  State& self = *state;
  self.owes_row = false;
  const size_t place = batch->rows();
  const size_t left_columns = self.left.column_count();
  for (size_t c = 0; c < batch->column_count(); ++c) {
    Vector& column = batch->column(c);
    if (c < left_columns) {
      column.CopyRow(self.left.column(c), self.left_row, place);
      continue;
    }
    column.SetNull(place);
    if (column.physical() == PhysicalType::kString) {
      column.data<StringView>()[place] = StringView();
    }
  }
  batch->set_rows(place + 1);
}

void NestedLoopJoinOperator::EmitMatches(State* state, Batch* batch) const {
  State& self = *state;
  const size_t count =
      std::min(self.matches.size() - self.next_match, batch->capacity() - batch->rows());
  const std::span<const uint16_t> matches(self.matches.data() + self.next_match, count);
  self.repeated.assign(count, static_cast<uint16_t>(self.left_row));
  const size_t left_columns = self.left.column_count();
  for (size_t c = 0; c < left_columns; ++c) {
    batch->column(c).Gather(self.left.column(c), self.repeated, batch->rows());
  }
  const Batch& chunk = right_rows_.rows().chunks()[self.chunk];
  for (size_t c = left_columns; c < batch->column_count(); ++c) {
    batch->column(c).Gather(chunk.column(c - left_columns), matches, batch->rows());
  }
  batch->set_rows(batch->rows() + count);
  self.next_match += count;
}

}  // namespace redbase::ql
