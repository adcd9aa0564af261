#include "ql/internal/sort.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace redbase::ql {

namespace {

// Rows of a range: enough for its worker to be worth waking.
constexpr size_t kRowsPerRange = 16 * kBatchCapacity;

}  // namespace

// The place in the current range.
struct SortOperator::State : WorkerState {
  const Range* range = nullptr;
  size_t number = 0;
  uint64_t rows = 0;         // still wanted
  std::vector<size_t> next;  // entry of each part
  std::vector<size_t> heap;  // parts that have one, the part with the first one in front
  std::vector<RowNumber> gathered;
};

SortOperator::SortOperator(Schema schema, std::unique_ptr<Operator> input, const Sort& sort,
                           const ExecContext& context)
    : Operator(std::move(schema), nullptr),
      input_(std::move(input)),
      sort_(sort),
      cancel_(context.cancel),
      memory_(context.memory),
      order_(this->schema(), sort.keys),
      sink_(*this) {}

Status SortOperator::SortSink::Begin(std::vector<PipelineWorker> workers) {
  for (size_t i = 0; i < workers.size(); ++i) {
    owner_.parts_.push_back({std::make_unique<RowSorter>(owner_.schema(), owner_.order_,
                                                         owner_.sort_.limit, owner_.memory_),
                             0});
  }
  return {};
}

Result<Accepted> SortOperator::SortSink::Take(size_t worker, Batch* batch) {
  RETURN_IF_ERROR(owner_.parts_[worker].sorter->Add(batch));
  return Accepted::kGoOn;
}

Status SortOperator::SortSink::End(size_t worker) { return owner_.parts_[worker].sorter->Sort(); }

Status SortOperator::CutRanges() {
  std::vector<RowStore> stores;
  size_t longest = 0;
  size_t total = 0;
  size_t chunks = 0;
  for (size_t p = 0; p < parts_.size(); ++p) {
    RowSorter& sorter = *parts_[p].sorter;
    parts_[p].base = static_cast<RowNumber>(chunks * kBatchCapacity);
    chunks += sorter.rows().chunks().size();
    total += sorter.entries().size();
    longest = sorter.entries().size() > parts_[longest].sorter->entries().size() ? p : longest;
    stores.push_back(std::move(sorter.rows()));
  }
  rows_ = std::make_unique<RowStore>(RowStore::Combine(std::move(stores)));
  // Entries of the longest part, at equal distances, are where the ranges begin.
  const std::vector<SortEntry>& splitters = parts_[longest].sorter->entries();
  const size_t count = std::min(splitters.size(), total / kRowsPerRange + 1);
  uint64_t wanted = sort_.limit.value_or(std::numeric_limits<uint64_t>::max());
  std::vector<size_t> begin(parts_.size(), 0);
  for (size_t i = 1; i <= count && wanted > 0; ++i) {
    Range range{begin, {}, 0};
    for (size_t p = 0; p < parts_.size(); ++p) {
      range.end.push_back(i == count
                              ? parts_[p].sorter->entries().size()
                              : LowerBound(p, longest, splitters[i * splitters.size() / count]));
      range.rows += range.end[p] - range.begin[p];
    }
    begin = range.end;
    range.rows = std::min(range.rows, wanted);
    wanted -= range.rows;
    ranges_.push_back(std::move(range));
  }
  return {};
}

size_t SortOperator::LowerBound(size_t part, size_t other_part, const SortEntry& other) const {
  const std::vector<SortEntry>& entries = parts_[part].sorter->entries();
  const auto found = std::partition_point(
      entries.begin(), entries.end(),
      [&](const SortEntry& entry) { return Precedes(part, entry, other_part, other); });
  return static_cast<size_t>(found - entries.begin());
}

bool SortOperator::Precedes(size_t part_a, const SortEntry& a, size_t part_b,
                            const SortEntry& b) const {
  if (a.prefix != b.prefix) {
    return a.prefix < b.prefix;
  }
  if (!order_.prefix_is_exact()) {
    const RowNumber row_a = a.row + parts_[part_a].base;
    const RowNumber row_b = b.row + parts_[part_b].base;
    const std::vector<Batch>& chunks = rows_->chunks();
    const int order = order_.Compare(chunks[row_a / kBatchCapacity], row_a % kBatchCapacity,
                                     chunks[row_b / kBatchCapacity], row_b % kBatchCapacity);
    if (order != 0) {
      return order < 0;
    }
  }
  if (part_a == part_b) {
    return a.row < b.row;
  }
  return parts_[part_a].sorter->SequenceOf(a) < parts_[part_b].sorter->SequenceOf(b);
}

Result<std::unique_ptr<WorkerState>> SortOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>());
}

Result<Poll> SortOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  while (self.rows == 0) {
    self.number = next_range_.fetch_add(1);
    if (self.number >= ranges_.size()) {
      return Poll::kEnd;
    }
    self.Advance(self.number);
    self.range = &ranges_[self.number];
    self.rows = self.range->rows;
    self.next = self.range->begin;
    self.heap.clear();
    const auto later = [&](size_t a, size_t b) {
      return Precedes(b, parts_[b].sorter->entries()[self.next[b]], a,
                      parts_[a].sorter->entries()[self.next[a]]);
    };
    for (size_t p = 0; p < parts_.size(); ++p) {
      if (self.next[p] < self.range->end[p]) {
        self.heap.push_back(p);
        std::push_heap(self.heap.begin(), self.heap.end(), later);
      }
    }
  }
  Merge(&self);
  for (size_t c = 0; c < schema().size(); ++c) {
    rows_->Gather(c, self.gathered, &batch->column(c));
  }
  batch->set_rows(self.gathered.size());
  batch->set_sequence(self.number);
  return Poll::kRows;
}

void SortOperator::Merge(State* state) const {
  State& self = *state;
  const auto entry_of = [&](size_t part) -> const SortEntry& {
    return parts_[part].sorter->entries()[self.next[part]];
  };
  const auto later = [&](size_t a, size_t b) { return Precedes(b, entry_of(b), a, entry_of(a)); };
  const auto count = static_cast<size_t>(std::min<uint64_t>(self.rows, kBatchCapacity));
  self.gathered.clear();
  while (self.gathered.size() < count) {
    const size_t part = self.heap.front();
    self.gathered.push_back(entry_of(part).row + parts_[part].base);
    if (self.heap.size() == 1) {
      ++self.next[part];
      continue;
    }
    std::pop_heap(self.heap.begin(), self.heap.end(), later);
    if (++self.next[part] < self.range->end[part]) {
      std::push_heap(self.heap.begin(), self.heap.end(), later);
    } else {
      self.heap.pop_back();
    }
  }
  self.rows -= count;
}

}  // namespace redbase::ql
