#include "ql/internal/hash_semi_join.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "ql/internal/join_pairs.h"

namespace redbase::ql {

struct HashSemiJoinOperator::State : WorkerState {
  State(const HashJoin& join, const Schema& left_schema, const Schema& right_schema)
      : residual(join.residual.get(), left_schema, right_schema) {}

  PairFilter residual;
  Batch left;
  std::vector<uint64_t> hashes;       // of the left batch's selected rows
  std::vector<RowNumber> candidates;  // of each, the next right row to look at
  std::vector<uint16_t> waiting;      // selected rows without a match that have one
  RowPairs pairs;
  std::vector<Mark> marks;          // by row of the left batch
  std::vector<RowNumber> all_rows;  // of the table; made when needed
};

HashSemiJoinOperator::HashSemiJoinOperator(Schema schema, std::unique_ptr<Operator> left,
                                           std::unique_ptr<Operator> right, const HashJoin& join,
                                           const ExecContext& context)
    : Operator(std::move(schema), std::move(left)),
      right_(std::move(right)),
      join_(join),
      cancel_(context.cancel),
      table_(right_->schema(), join.right_keys, join.kind == JoinKind::kMark, context.memory) {}

Result<std::unique_ptr<WorkerState>> HashSemiJoinOperator::DoNewWorker(
    const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(
      std::make_unique<State>(join_, child()->schema(), right_->schema()));
}

Status HashSemiJoinOperator::CheckCancelled() const {
  return cancel_ == nullptr ? Status() : cancel_->Check();
}

Result<Poll> HashSemiJoinOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  if (table_.empty() && join_.kind == JoinKind::kSemi) {
    return Poll::kEnd;
  }
  while (true) {
    ASSIGN_OR_RETURN(const Poll poll, child()->Next(self.child(), &self.left));
    if (poll != Poll::kRows) {
      return poll;
    }
    self.marks.assign(self.left.rows(), Mark::kNoMatch);
    if (!table_.empty()) {
      RETURN_IF_ERROR(FindMatches(&self));
      if (join_.kind == JoinKind::kMark) {
        RETURN_IF_ERROR(FindUnknown(&self));
      }
    }
    GiveMarked(join_.kind, self.marks, &self.left, batch);
    if (batch->selected() > 0) {
      return Poll::kRows;
    }
  }
}

// Looks at one right row for each left row at a time, until it has a match or no more.
Status HashSemiJoinOperator::FindMatches(State* state) const {
  State& self = *state;
  HashKeys(join_.left_keys, self.left, &self.hashes);
  self.candidates.resize(self.hashes.size());
  for (size_t i = 0; i < self.hashes.size(); ++i) {
    self.candidates[i] = table_.First(self.hashes[i]);
  }
  self.waiting.resize(self.hashes.size());
  std::iota(self.waiting.begin(), self.waiting.end(), uint16_t{0});
  while (!self.waiting.empty()) {
    RETURN_IF_ERROR(CheckCancelled());
    FindCandidates(&self);
    for (size_t k = 0; k < join_.left_keys.size() && self.pairs.size() > 0; ++k) {
      KeepEqual(self.left, join_.left_keys[k], table_.rows(), join_.right_keys[k], &self.pairs);
    }
    RETURN_IF_ERROR(self.residual.Keep(self.left, table_.rows(), &self.pairs));
    for (const uint16_t row : self.pairs.left) {
      self.marks[row] = Mark::kMatch;
    }
    self.waiting.erase(std::remove_if(self.waiting.begin(), self.waiting.end(),
                                      [&self](uint16_t i) {
                                        return self.marks[self.left.RowAt(i)] == Mark::kMatch;
                                      }),
                       self.waiting.end());
  }
  return {};
}

void HashSemiJoinOperator::FindCandidates(State* state) const {
  State& self = *state;
  self.pairs.clear();
  size_t kept = 0;
  for (const uint16_t i : self.waiting) {
    RowNumber row = self.candidates[i];
    while (row != JoinTable::kNoRow && table_.HashOf(row) != self.hashes[i]) {
      row = table_.Next(row);
    }
    if (row != JoinTable::kNoRow) {
      self.pairs.left.push_back(static_cast<uint16_t>(self.left.RowAt(i)));
      self.pairs.right.push_back(row);
      self.candidates[i] = table_.Next(row);
      self.waiting[kept++] = i;
    }
  }
  self.waiting.resize(kept);
}

Status HashSemiJoinOperator::FindUnknown(State* state) const {
  State& self = *state;
  // With one key alone it is enough that there is a null.
  const bool simple = join_.left_keys.size() == 1 && join_.residual == nullptr;
  for (size_t i = 0; i < self.left.selected(); ++i) {
    const size_t row = self.left.RowAt(i);
    if (self.marks[row] == Mark::kMatch) {
      continue;
    }
    const bool has_null = HasNullKey(self.left, row);
    if (!has_null && table_.null_rows().empty()) {
      continue;
    }
    bool unknown = simple;
    if (!simple && has_null && self.all_rows.empty()) {
      for (const RowRun& run : table_.rows().runs()) {
        for (RowNumber r = run.first; r < run.first + run.count; ++r) {
          self.all_rows.push_back(r);
        }
      }
    }
    if (!simple) {
      ASSIGN_OR_RETURN(
          unknown,
          MayMatch(row, has_null ? std::span<const RowNumber>(self.all_rows) : table_.null_rows(),
                   &self));
    }
    self.marks[row] = unknown ? Mark::kUnknown : Mark::kNoMatch;
  }
  return {};
}

Result<bool> HashSemiJoinOperator::MayMatch(size_t row, std::span<const RowNumber> candidates,
                                            State* state) const {
  State& self = *state;
  while (!candidates.empty()) {
    RETURN_IF_ERROR(CheckCancelled());
    const size_t count = std::min(kBatchCapacity, candidates.size());
    self.pairs.left.assign(count, static_cast<uint16_t>(row));
    self.pairs.right.assign(candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(count));
    candidates = candidates.subspan(count);
    for (size_t k = 0; k < join_.left_keys.size() && self.pairs.size() > 0; ++k) {
      KeepEqualOrNull(self.left, join_.left_keys[k], table_.rows(), join_.right_keys[k],
                      &self.pairs);
    }
    RETURN_IF_ERROR(self.residual.Keep(self.left, table_.rows(), &self.pairs));
    if (self.pairs.size() > 0) {
      return true;
    }
  }
  return false;
}

bool HashSemiJoinOperator::HasNullKey(const Batch& left, size_t row) const {
  return std::any_of(join_.left_keys.begin(), join_.left_keys.end(),
                     [&](uint32_t key) { return !left.column(key).IsValid(row); });
}

}  // namespace redbase::ql
