#include "ql/internal/hash_join.h"

#include <utility>

#include "ql/expr_eval.h"

namespace redbase::ql {

// The place in the left batch's rows and in the chain of the current one.
struct HashJoinOperator::State : WorkerState {
  Batch left;
  std::vector<uint64_t> hashes;  // of the left batch's selected rows
  size_t next = 0;               // of them
  RowNumber candidate = JoinTable::kNoRow;
  RowPairs pairs;
};

HashJoinOperator::HashJoinOperator(Schema schema, std::unique_ptr<Operator> left,
                                   std::unique_ptr<Operator> right, const HashJoin& join,
                                   common::MemoryAccount* memory)
    : Operator(std::move(schema), std::move(left)),
      right_(std::move(right)),
      join_(join),
      table_(right_->schema(), join.right_keys, memory) {}

Result<std::unique_ptr<WorkerState>> HashJoinOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>());
}

Result<Poll> HashJoinOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  if (table_.empty()) {
    return Poll::kEnd;
  }
  while (true) {
    if (!FindPairs(&self)) {
      ASSIGN_OR_RETURN(const Poll poll, child()->Next(self.child(), &self.left));
      if (poll != Poll::kRows) {
        return poll;
      }
      DropNullKeys(join_.left_keys, &self.left);
      HashKeys(join_.left_keys, self.left, &self.hashes);
      self.next = 0;
      self.candidate = self.hashes.empty() ? JoinTable::kNoRow : table_.First(self.hashes[0]);
      continue;
    }
    for (size_t k = 0; k < join_.left_keys.size() && self.pairs.size() > 0; ++k) {
      KeepEqual(self.left, join_.left_keys[k], table_.rows(), join_.right_keys[k], &self.pairs);
    }
    if (self.pairs.size() == 0) {
      continue;
    }
    EmitPairs(self, batch);
    if (join_.residual) {
      RETURN_IF_ERROR(Select(*join_.residual, batch));
    }
    if (batch->selected() > 0) {
      return Poll::kRows;
    }
  }
}

bool HashJoinOperator::FindPairs(State* state) const {
  State& self = *state;
  self.pairs.clear();
  while (self.next < self.hashes.size() && self.pairs.size() < kBatchCapacity) {
    if (self.candidate == JoinTable::kNoRow) {
      if (++self.next < self.hashes.size()) {
        self.candidate = table_.First(self.hashes[self.next]);
      }
      continue;
    }
    if (table_.HashOf(self.candidate) == self.hashes[self.next]) {
      self.pairs.left.push_back(static_cast<uint16_t>(self.left.RowAt(self.next)));
      self.pairs.right.push_back(self.candidate);
    }
    self.candidate = table_.Next(self.candidate);
  }
  return self.pairs.size() > 0;
}

void HashJoinOperator::EmitPairs(const State& state, Batch* batch) const {
  batch->Clear();
  const size_t left_columns = state.left.column_count();
  for (size_t c = 0; c < left_columns; ++c) {
    batch->column(c).Gather(state.left.column(c), state.pairs.left, 0);
  }
  for (size_t c = left_columns; c < batch->column_count(); ++c) {
    table_.rows().Gather(c - left_columns, state.pairs.right, &batch->column(c));
  }
  batch->set_rows(state.pairs.size());
  batch->set_sequence(state.left.sequence());
}

}  // namespace redbase::ql
