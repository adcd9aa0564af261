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
  Batch records;
};

IndexScanOperator::IndexScanOperator(Schema schema, const IndexScan& scan, sm::RelationPtr relation,
                                     const rm::RecordFile& records, const ix::BPlusTree& tree)
    : Operator(std::move(schema), nullptr),
      scan_(scan),
      tree_(tree),
      fetch_(records, std::move(relation), scan.projection, scan.predicates) {}

Result<std::unique_ptr<WorkerState>> IndexScanOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  auto state = std::make_unique<State>();
  std::optional<ix::KeyRange> range = MakeKeyRange(tree_.options().key, scan_.lower, scan_.upper);
  if (range) {
    state->entries.emplace(tree_, std::move(*range));
  }
  return std::unique_ptr<WorkerState>(std::move(state));
}

Result<bool> IndexScanOperator::NextRids(State* state) const {
  state->rids.clear();
  if (!state->entries) {
    return false;
  }
  ASSIGN_OR_RETURN(const bool more, state->entries->Next(state->step, &state->rids));
  if (!more) {
    state->entries.reset();
  }
  state->step = kBatchCapacity;
  return more || !state->rids.empty();
}

Result<Poll> IndexScanOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  while (true) {
    ASSIGN_OR_RETURN(const bool more, NextRids(&self));
    if (!more) {
      return Poll::kEnd;
    }
    if (self.rids.empty()) {
      continue;
    }
    RETURN_IF_ERROR(fetch_.Fetch(self.rids, &self.records));
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
