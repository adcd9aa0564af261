#include "ql/internal/index_scan.h"

#include <algorithm>
#include <utility>

namespace redbase::ql {

namespace {

// A small first step: most ranges are short.
constexpr size_t kFirstStep = 128;

bool HasNull(const std::optional<KeyBound>& bound) {
  return bound && std::any_of(bound->values.begin(), bound->values.end(),
                              [](const Value& value) { return value.is_null(); });
}

std::string Encode(std::span<const ix::KeyColumn> key, const KeyBound& bound) {
  std::string bytes;
  ix::EncodeKeyPrefix(key, bound.values, &bytes);
  return bytes;
}

}  // namespace

std::optional<ix::KeyRange> MakeKeyRange(std::span<const ix::KeyColumn> key,
                                         const std::optional<KeyBound>& lower,
                                         const std::optional<KeyBound>& upper) {
  if (HasNull(lower) || HasNull(upper)) {
    return std::nullopt;
  }
  ix::KeyRange range;
  if (lower) {
    range.lower = Encode(key, *lower);
    if (!lower->inclusive) {
      range.lower = ix::PrefixSuccessor(*range.lower);
      if (range.lower->empty()) {
        return std::nullopt;
      }
    }
  }
  if (upper) {
    range.upper = Encode(key, *upper);
    if (upper->inclusive) {
      range.upper = ix::PrefixSuccessor(*range.upper);
      if (range.upper->empty()) {
        range.upper.reset();
      }
    }
  }
  return range;
}

struct IndexScanOperator::State : WorkerState {
  std::optional<ix::IndexScan> entries;  // absent at the end
  size_t step = kFirstStep;
  std::vector<Rid> rids;
  std::vector<std::string> keys;
  bool keyed = false;
  Batch records;
};

IndexScanOperator::IndexScanOperator(Schema schema, const IndexScan& scan, sm::RelationPtr relation,
                                     const rm::RecordFile& records, const ix::BPlusTree& tree,
                                     const tx::View* view)
    : Operator(std::move(schema), nullptr),
      scan_(scan),
      tree_(tree),
      view_(view),
      fetch_(records, relation, scan.projection, scan.predicates, view),
      keyed_fetch_(records, std::move(relation), scan.projection, scan.predicates, view,
                   scan.index.columns) {}

bool IndexScanOperator::KeysMayDiffer() const {
  return view_ != nullptr && (fetch_.has_versions() || tree_.has_removed());
}

Result<std::unique_ptr<WorkerState>> IndexScanOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  auto state = std::make_unique<State>();
  std::optional<ix::KeyRange> range = MakeKeyRange(tree_.options().key, scan_.lower, scan_.upper);
  if (range) {
    state->entries.emplace(
        tree_, std::move(*range), ix::Direction::kForward,
        view_ != nullptr ? ix::IndexScan::Entries::kAlsoRemoved : ix::IndexScan::Entries::kPresent);
  }
  return std::unique_ptr<WorkerState>(std::move(state));
}

Result<bool> IndexScanOperator::NextRids(State* state) const {
  if (!state->entries) {
    return false;
  }
  state->rids.clear();
  state->keys.clear();
  state->keyed = state->keyed || KeysMayDiffer();
  ASSIGN_OR_RETURN(const bool more, state->entries->Next(state->step, &state->rids,
                                                         state->keyed ? &state->keys : nullptr));
  if (!more) {
    state->entries.reset();
  }
  return more;
}

Status IndexScanOperator::FetchRecords(State* state) const {
  State& self = *state;
  RETURN_IF_ERROR((self.keyed ? keyed_fetch_ : fetch_).Fetch(self.rids, &self.records));
  // A change that came before a record was read shows now.
  if (!self.keyed && KeysMayDiffer()) {
    self.keyed = true;
    self.entries->Repeat();
    self.records.Clear();
    return {};
  }
  self.step = kBatchCapacity;
  return self.keyed ? KeepEqualKeys(state) : Status();
}

Status IndexScanOperator::KeepEqualKeys(State* state) const {
  State& self = *state;
  std::vector<uint32_t> places;
  for (const uint32_t column : scan_.index.columns) {
    places.push_back(keyed_fetch_.PlaceOf(column));
  }
  std::vector<uint16_t> kept;
  std::string key;
  // Records that are not seen were left out; the others are in order.
  size_t entry = 0;
  std::vector<const std::string*> keys;
  for (size_t row = 0; row < self.records.rows(); ++row, ++entry) {
    while (self.rids[entry] != self.records.rids()[row]) {
      ++entry;
    }
    keys.push_back(&self.keys[entry]);
  }
  for (size_t i = 0; i < self.records.selected(); ++i) {
    const size_t row = self.records.RowAt(i);
    key.clear();
    ix::EncodeKey(tree_.options().key, self.records, places, row, &key);
    if (key == *keys[row]) {
      kept.push_back(static_cast<uint16_t>(row));
    }
  }
  self.records.SetSelection(std::move(kept));
  return {};
}

Result<Poll> IndexScanOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  while (true) {
    ASSIGN_OR_RETURN(const bool more, NextRids(&self));
    if (!more) {
      return Poll::kEnd;
    }
    RETURN_IF_ERROR(FetchRecords(&self));
    if (self.records.selected() > 0) {
      break;
    }
  }
  for (size_t i = 0; i < batch->column_count(); ++i) {
    std::swap(batch->column(i), self.records.column(i));
  }
  batch->set_rows(self.records.rows());
  if (self.records.has_selection()) {
    batch->SetSelection({self.records.selection().begin(), self.records.selection().end()});
  }
  if (scan_.with_rids) {
    batch->rids() = std::move(self.records.rids());
  }
  return Poll::kRows;
}

}  // namespace redbase::ql
