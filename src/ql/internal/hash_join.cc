#include "ql/internal/hash_join.h"

#include <algorithm>
#include <utility>

#include "ql/expr_eval.h"
#include "ql/internal/join_pairs.h"

namespace redbase::ql {

// The place in the left batch's rows and in the chain of the current one.
struct HashJoinOperator::State : WorkerState {
  State(const HashJoin& join, const Schema& left_schema, const Schema& right_schema)
      : residual(join.residual.get(), left_schema, right_schema) {}

  Batch left;
  std::vector<uint64_t> hashes;  // of the left batch's selected rows
  size_t next = 0;               // of them
  RowNumber candidate = JoinTable::kNoRow;
  RowPairs pairs;

  // Of the kinds that give rows without a match.
  PairFilter residual;
  std::vector<bool> matched;  // by row of the left batch
  size_t settled = 0;         // selected rows that are in the output, or were
  RowPairs output;
  size_t given = 0;  // of the output
  bool ended = false;
  bool is_last = false;
};

HashJoinOperator::HashJoinOperator(Schema schema, std::unique_ptr<Operator> left,
                                   std::unique_ptr<Operator> right, const HashJoin& join,
                                   common::MemoryAccount* memory)
    : Operator(std::move(schema), std::move(left)),
      right_(std::move(right)),
      join_(join),
      table_(right_->schema(), join.right_keys, join.kind == JoinKind::kFull, memory),
      unmatched_(memory) {}

Status HashJoinOperator::DoOpen() {
  return join_.kind == JoinKind::kFull ? unmatched_.Begin(table_.rows()) : Status();
}

Result<std::unique_ptr<WorkerState>> HashJoinOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  unmatched_.AddWorker();
  return std::unique_ptr<WorkerState>(
      std::make_unique<State>(join_, child()->schema(), right_->schema()));
}

Result<Poll> HashJoinOperator::DoNext(WorkerState* state, Batch* batch) {
  auto* const self = static_cast<State*>(state);
  return gives_unmatched() ? NextOuter(self, batch) : NextInner(self, batch);
}

Result<Poll> HashJoinOperator::NextInner(State* state, Batch* batch) const {
  State& self = *state;
  if (table_.empty()) {
    return Poll::kEnd;
  }
  while (true) {
    if (!FindPairs(&self)) {
      Poll poll = Poll::kEnd;
      ASSIGN_OR_RETURN(const bool taken, TakeLeft(&self, &poll));
      if (!taken) {
        return poll;
      }
      continue;
    }
    KeepEqualPairs(&self);
    if (self.pairs.size() == 0) {
      continue;
    }
    batch->Clear();
    GatherPairs(self.left, table_.rows(), self.pairs, batch);
    if (join_.residual) {
      RETURN_IF_ERROR(Select(*join_.residual, batch));
    }
    if (batch->selected() > 0) {
      return Poll::kRows;
    }
  }
}

Result<Poll> HashJoinOperator::NextOuter(State* state, Batch* batch) {
  State& self = *state;
  while (!self.ended) {
    if (self.given < self.output.size()) {
      GiveOutput(&self, batch);
      return Poll::kRows;
    }
    if (FindPairs(&self) || self.settled < self.left.selected()) {
      KeepEqualPairs(&self);
      RETURN_IF_ERROR(self.residual.Keep(self.left, table_.rows(), &self.pairs));
      RETURN_IF_ERROR(AddUnmatched(&self));
      continue;
    }
    Poll poll = Poll::kEnd;
    ASSIGN_OR_RETURN(const bool taken, TakeLeft(&self, &poll));
    if (!taken && poll == Poll::kBlocked) {
      return poll;
    }
    if (!taken) {
      self.ended = true;
      self.is_last = unmatched_.EndWorker();
    }
  }
  if (join_.kind == JoinKind::kFull && self.is_last &&
      unmatched_.Next(&self, child()->PartitionCount(), child()->schema().size(), batch)) {
    return Poll::kRows;
  }
  return Poll::kEnd;
}

Result<bool> HashJoinOperator::TakeLeft(State* state, Poll* poll) const {
  State& self = *state;
  ASSIGN_OR_RETURN(*poll, child()->Next(self.child(), &self.left));
  if (*poll != Poll::kRows) {
    return false;
  }
  if (!gives_unmatched()) {
    DropNullKeys(join_.left_keys, &self.left);
  }
  HashKeys(join_.left_keys, self.left, &self.hashes);
  self.matched.assign(gives_unmatched() ? self.left.rows() : 0, false);
  self.settled = 0;
  self.next = 0;
  const bool any = !self.hashes.empty() && !table_.empty();
  self.candidate = any ? table_.First(self.hashes[0]) : JoinTable::kNoRow;
  return true;
}

// A null key has the hash of nulls; where a row has it by chance, KeepEqualPairs drops it.
bool HashJoinOperator::FindPairs(State* state) const {
  State& self = *state;
  self.pairs.clear();
  if (table_.empty()) {
    self.next = self.hashes.size();
    return false;
  }
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

void HashJoinOperator::KeepEqualPairs(State* state) const {
  State& self = *state;
  for (size_t k = 0; k < join_.left_keys.size() && self.pairs.size() > 0; ++k) {
    KeepEqual(self.left, join_.left_keys[k], table_.rows(), join_.right_keys[k], &self.pairs);
  }
}

Status HashJoinOperator::AddUnmatched(State* state) {
  State& self = *state;
  for (size_t i = 0; i < self.pairs.size(); ++i) {
    const size_t row = self.pairs.left[i];
    if (join_.kind == JoinKind::kSingle && self.matched[row]) {
      return SecondMatch();
    }
    self.matched[row] = true;
    if (join_.kind == JoinKind::kFull) {
      unmatched_.Note(self.pairs.right[i]);
    }
  }
  self.output.clear();
  self.given = 0;
  size_t pair = 0;
  const auto add_pairs_of = [&self, &pair](size_t row) {
    for (; pair < self.pairs.size() && self.pairs.left[pair] == row; ++pair) {
      self.output.left.push_back(self.pairs.left[pair]);
      self.output.right.push_back(self.pairs.right[pair]);
    }
  };
  for (; self.settled < self.next; ++self.settled) {
    const size_t row = self.left.RowAt(self.settled);
    add_pairs_of(row);
    if (!self.matched[row]) {
      self.output.left.push_back(static_cast<uint16_t>(row));
      self.output.right.push_back(JoinTable::kNoRow);
    }
  }
  // Of the row whose chain is not at its end.
  if (self.settled < self.left.selected()) {
    add_pairs_of(self.left.RowAt(self.settled));
  }
  return {};
}

void HashJoinOperator::GiveOutput(State* state, Batch* batch) const {
  State& self = *state;
  const size_t count = std::min(kBatchCapacity, self.output.size() - self.given);
  const auto first = static_cast<ptrdiff_t>(self.given);
  const auto last = static_cast<ptrdiff_t>(self.given + count);
  RowPairs some;
  some.left.assign(self.output.left.begin() + first, self.output.left.begin() + last);
  some.right.assign(self.output.right.begin() + first, self.output.right.begin() + last);
  batch->Clear();
  GatherPairs(self.left, table_.rows(), some, batch);
  self.given += count;
}

Status SecondMatch() {
  return {Code::kInvalidArgument, "more than one row returned by a subquery used as an expression"};
}

}  // namespace redbase::ql
