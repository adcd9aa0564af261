#include "ql/internal/index_join.h"

#include <algorithm>
#include <span>
#include <utility>

#include "ix/index_scan.h"
#include "ql/expr_eval.h"
#include "ql/internal/compare_kernels.h"

namespace redbase::ql {

// Pairs (outer_rows[i], rids[i]) wait from next_pair on.
struct IndexJoinOperator::State : WorkerState {
  Batch outer;
  size_t next_outer = 0;  // of the selected rows
  std::vector<uint16_t> outer_rows;
  std::vector<Rid> rids;
  size_t next_pair = 0;
  std::string key;
  Batch records;                   // of the pairs being emitted
  std::vector<uint16_t> of_outer;  // the outer row of each of them
};

IndexJoinOperator::IndexJoinOperator(Schema schema, std::unique_ptr<Operator> outer,
                                     const IndexJoin& join, sm::RelationPtr relation,
                                     const rm::RecordFile& records, const ix::BPlusTree& tree,
                                     const tx::View* view)
    : Operator(std::move(schema), std::move(outer)),
      join_(join),
      tree_(tree),
      view_(view),
      fetch_(records, std::move(relation), join.inner.projection, join.inner.predicates, view,
             join.inner.index.columns) {}

Result<std::unique_ptr<WorkerState>> IndexJoinOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>());
}

Result<Poll> IndexJoinOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  while (true) {
    ASSIGN_OR_RETURN(const bool pairs, FindPairs(&self));
    if (!pairs) {
      ASSIGN_OR_RETURN(const Poll poll, child()->Next(self.child(), &self.outer));
      if (poll != Poll::kRows) {
        return poll;
      }
      self.next_outer = 0;
      continue;
    }
    RETURN_IF_ERROR(FetchPairs(&self));
    if (self.records.selected() == 0) {
      continue;
    }
    Emit(&self, batch);
    if (join_.residual) {
      RETURN_IF_ERROR(Select(*join_.residual, batch));
    }
    if (batch->selected() > 0) {
      return Poll::kRows;
    }
  }
}

Result<bool> IndexJoinOperator::FindPairs(State* state) const {
  State& self = *state;
  if (self.next_pair == self.rids.size()) {
    self.next_pair = 0;
    self.rids.clear();
    self.outer_rows.clear();
    while (self.next_outer < self.outer.selected() && self.rids.size() < kBatchCapacity) {
      RETURN_IF_ERROR(LookUp(self.outer.RowAt(self.next_outer++), state));
    }
  }
  return self.next_pair < self.rids.size();
}

Status IndexJoinOperator::LookUp(size_t outer_row, State* state) const {
  State& self = *state;
  for (const uint32_t column : join_.outer_keys) {
    if (!self.outer.column(column).IsValid(outer_row)) {
      return {};
    }
  }
  const size_t first = self.rids.size();
  const std::span<const ix::KeyColumn> key(tree_.options().key);
  self.key.clear();
  ix::EncodeKey(key.first(join_.outer_keys.size()), self.outer, join_.outer_keys, outer_row,
                &self.key);
  if (join_.outer_keys.size() == key.size()) {
    RETURN_IF_ERROR(tree_.Lookup(self.key, &self.rids));
  } else {
    std::string end = ix::PrefixSuccessor(self.key);
    ix::KeyRange range{self.key, std::nullopt};
    if (!end.empty()) {
      range.upper = std::move(end);
    }
    ix::IndexScan entries(tree_, std::move(range));
    bool more = true;
    while (more) {
      ASSIGN_OR_RETURN(more, entries.Next(kBatchCapacity, &self.rids));
    }
  }
  // Looked at after the tree: what left it before is there.
  if (view_ != nullptr && tree_.has_removed()) {
    RETURN_IF_ERROR(tree_.AddRemoved(self.key, first, &self.rids));
  }
  self.outer_rows.resize(self.rids.size(), static_cast<uint16_t>(outer_row));
  return {};
}

Status IndexJoinOperator::FetchPairs(State* state) const {
  State& self = *state;
  const size_t count = std::min(self.rids.size() - self.next_pair, kBatchCapacity);
  const std::span<const Rid> rids(self.rids.data() + self.next_pair, count);
  RETURN_IF_ERROR(fetch_.Fetch(rids, &self.records));
  // Records that are gone were left out; the others are in order.
  self.of_outer.clear();
  for (size_t i = 0; i < count && self.of_outer.size() < self.records.rows(); ++i) {
    if (self.records.rids()[self.of_outer.size()] == rids[i]) {
      self.of_outer.push_back(self.outer_rows[self.next_pair + i]);
    }
  }
  self.next_pair += count;
  return KeepEqualKeys(state);
}

Status IndexJoinOperator::KeepEqualKeys(State* state) const {
  State& self = *state;
  for (size_t k = 0; k < join_.outer_keys.size() && self.records.selected() > 0; ++k) {
    const Vector& outer = self.outer.column(join_.outer_keys[k]);
    const Vector& inner = self.records.column(fetch_.PlaceOf(join_.inner.index.columns[k]));
    Vector wanted(outer.type(), self.of_outer.size());
    wanted.Gather(outer, self.of_outer, 0);
    const Rows rows = self.records.has_selection() ? Rows::Of(self.records.selection())
                                                   : Rows{nullptr, self.records.rows()};
    std::vector<uint16_t> storage;
    std::vector<uint16_t> equal;
    const Rows valid = WithoutNulls({&inner, false}, rows, &storage);
    CompareRows(CompareOp::kEq, {&wanted, false}, {&inner, false}, valid, &equal);
    self.records.SetSelection(std::move(equal));
  }
  return {};
}

void IndexJoinOperator::Emit(State* state, Batch* batch) const {
  State& self = *state;
  batch->Clear();
  const size_t outer_columns = self.outer.column_count();
  for (size_t c = 0; c < outer_columns; ++c) {
    batch->column(c).Gather(self.outer.column(c), self.of_outer, 0);
  }
  for (size_t c = outer_columns; c < batch->column_count(); ++c) {
    std::swap(batch->column(c), self.records.column(c - outer_columns));
  }
  batch->set_rows(self.of_outer.size());
  if (self.records.has_selection()) {
    batch->SetSelection({self.records.selection().begin(), self.records.selection().end()});
  }
  batch->set_sequence(self.outer.sequence());
}

}  // namespace redbase::ql
