#include "ql/internal/collected_aggregates.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>

#include "ql/internal/sort_order.h"

namespace redbase::ql {

namespace {

// Bytes of strings that are not wanted any more before they are left behind.
constexpr size_t kMostGarbage = size_t{1} << 20;

std::vector<uint32_t> Numbers(size_t count) {
  std::vector<uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}

// For groups of another state: to[i] + 1 at from[i], 0 for those that are not merged.
std::vector<GroupNumber> TargetsOf(std::span<const GroupNumber> from,
                                   std::span<const GroupNumber> to) {
  std::vector<GroupNumber> targets;
  for (size_t i = 0; i < from.size(); ++i) {
    if (targets.size() <= from[i]) {
      targets.resize(from[i] + size_t{1}, 0);
    }
    targets[from[i]] = to[i] + 1;
  }
  return targets;
}

class ExtremeStringState : public AggregateState {
 public:
  ExtremeStringState(uint32_t column, bool max) : column_(column), max_(max) {}

  void Resize(size_t groups) override {
    values_.resize(groups);
    known_.resize(groups, 0);
  }
  Status Add(const GroupedRows& rows) override {
    const StringView* const values = rows.batch.column(column_).data<StringView>();
    for (size_t i = 0; i < rows.rows.size(); ++i) {
      Offer(rows.groups[i], values[rows.rows[i]]);
    }
    return {};
  }
  Status Merge(const AggregateState& other, std::span<const GroupNumber> from,
               std::span<const GroupNumber> to) override {
    const auto& state = static_cast<const ExtremeStringState&>(other);
    for (size_t i = 0; i < from.size(); ++i) {
      if (state.known_[from[i]] != 0) {
        Offer(to[i], state.values_[from[i]]);
      }
    }
    return {};
  }
  Status Write(std::span<const GroupNumber> groups, std::span<const uint16_t> places,
               Vector* out) const override {
    for (size_t i = 0; i < groups.size(); ++i) {
      if (known_[groups[i]] != 0) {
        out->SetString(places[i], values_[groups[i]].view());
      } else {
        out->SetNull(places[i]);
        out->data<StringView>()[places[i]] = StringView();
      }
    }
    return {};
  }
  size_t bytes() const override {
    return values_.capacity() * (sizeof(StringView) + 1) + heap_.bytes();
  }

 private:
  void Offer(GroupNumber group, const StringView& value) {
    StringView& own = values_[group];
    if (known_[group] != 0) {
      const int order = value.Compare(own);
      if (max_ ? order <= 0 : order >= 0) {
        return;
      }
    }
    garbage_ += own.is_inline() ? 0 : own.size();
    known_[group] = 1;
    own = heap_.Add(value.view());
    if (garbage_ > kMostGarbage && garbage_ > heap_.bytes() / 2) {
      Compact();
    }
  }
  void Compact() {
    StringHeap heap;
    for (StringView& value : values_) {
      value = heap.Add(value.view());
    }
    heap_ = std::move(heap);
    garbage_ = 0;
  }

  const uint32_t column_;
  const bool max_;
  std::vector<StringView> values_;
  std::vector<uint8_t> known_;
  StringHeap heap_;
  size_t garbage_ = 0;
};

// Keeps all rows: text, delimiter, and the columns that order them.
class StringAggState : public AggregateState {
 public:
  StringAggState(const AggregateCall& call, const Schema& input, common::MemoryAccount* memory)
      : columns_(ColumnsOf(call)),
        has_delimiter_(call.arguments.size() > 1),
        order_(OrderOf(call)),
        rows_(std::make_unique<RowStore>(input.Project(columns_), memory)) {}

  void Resize(size_t groups) override { group_count_ = groups; }

  Status Add(const GroupedRows& rows) override {
    auto number = static_cast<RowNumber>(rows_->row_count());
    for (size_t i = 0; i < rows.rows.size(); ++i) {
      entries_.push_back({rows.groups[i], number++, rows.places.of(rows.rows[i])});
    }
    return rows_->AppendColumns(rows.batch, columns_, rows.rows);
  }

  Status Merge(const AggregateState& other, std::span<const GroupNumber> from,
               std::span<const GroupNumber> to) override {
    const auto& state = static_cast<const StringAggState&>(other);
    const std::vector<GroupNumber> targets = TargetsOf(from, to);
    const std::vector<uint32_t> all = Numbers(columns_.size());
    const std::vector<Batch>& chunks = state.rows_->chunks();
    std::vector<uint16_t> taken;
    // Entries lie in the order of their rows.
    auto entry = state.entries_.begin();
    for (size_t chunk = 0; chunk < chunks.size(); ++chunk) {
      taken.clear();
      auto number = static_cast<RowNumber>(rows_->row_count());
      for (; entry != state.entries_.end() && entry->row / kBatchCapacity == chunk; ++entry) {
        if (entry->group < targets.size() && targets[entry->group] != 0) {
          entries_.push_back({targets[entry->group] - 1, number++, entry->place});
          taken.push_back(static_cast<uint16_t>(entry->row % kBatchCapacity));
        }
      }
      RETURN_IF_ERROR(rows_->AppendColumns(chunks[chunk], all, taken));
    }
    return {};
  }

  Status Finish() override {
    const SortOrder order(rows_->schema(), order_);
    const std::vector<Batch>& chunks = rows_->chunks();
    std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
      if (a.group != b.group) {
        return a.group < b.group;
      }
      const int compared = order.Compare(chunks[a.row / kBatchCapacity], a.row % kBatchCapacity,
                                         chunks[b.row / kBatchCapacity], b.row % kBatchCapacity);
      return compared != 0 ? compared < 0 : a.place < b.place;
    });
    begins_.assign(group_count_ + 1, entries_.size());
    for (size_t i = entries_.size(); i-- > 0;) {
      begins_[entries_[i].group] = i;
    }
    for (size_t group = group_count_; group-- > 0;) {
      begins_[group] = std::min(begins_[group], begins_[group + 1]);
    }
    return {};
  }

  Status Write(std::span<const GroupNumber> groups, std::span<const uint16_t> places,
               Vector* out) const override {
    std::string text;
    for (size_t i = 0; i < groups.size(); ++i) {
      const size_t begin = begins_[groups[i]];
      const size_t end = begins_[groups[i] + size_t{1}];
      if (begin == end) {
        out->SetNull(places[i]);
        out->data<StringView>()[places[i]] = StringView();
        continue;
      }
      text.clear();
      for (size_t e = begin; e < end; ++e) {
        AppendEntry(entries_[e], e > begin, &text);
      }
      out->SetString(places[i], text);
    }
    return {};
  }

  size_t bytes() const override {
    return entries_.capacity() * sizeof(Entry) + begins_.capacity() * sizeof(size_t);
  }

 private:
  struct Entry {
    GroupNumber group;
    RowNumber row;
    SourcePlace place;
  };

  static std::vector<uint32_t> ColumnsOf(const AggregateCall& call) {
    std::vector<uint32_t> columns = call.arguments;
    for (const SortKey& key : call.order) {
      columns.push_back(key.column);
    }
    return columns;
  }
  static std::vector<SortKey> OrderOf(const AggregateCall& call) {
    std::vector<SortKey> order = call.order;
    auto column = static_cast<uint32_t>(call.arguments.size());
    for (SortKey& key : order) {
      key.column = column++;
    }
    return order;
  }

  void AppendEntry(const Entry& entry, bool delimited, std::string* text) const {
    const Batch& chunk = rows_->chunks()[entry.row / kBatchCapacity];
    const size_t place = entry.row % kBatchCapacity;
    if (delimited && has_delimiter_ && chunk.column(1).IsValid(place)) {
      text->append(chunk.column(1).data<StringView>()[place].view());
    }
    text->append(chunk.column(0).data<StringView>()[place].view());
  }

  const std::vector<uint32_t> columns_;  // of the input
  const bool has_delimiter_;
  const std::vector<SortKey> order_;  // over the columns of rows_
  std::unique_ptr<RowStore> rows_;
  std::vector<Entry> entries_;
  size_t group_count_ = 0;
  std::vector<size_t> begins_;  // of each group's entries, once finished
};

// Keeps the different values of each group, and gives them to the state of the call when
// there will be no more.
class DistinctState : public AggregateState {
 public:
  // `call` is over the columns of `schema`: the group, and then those of the input.
  DistinctState(AggregateCall call, std::vector<uint32_t> columns, Schema schema,
                common::MemoryAccount* memory)
      : call_(std::move(call)),
        columns_(std::move(columns)),
        schema_(std::move(schema)),
        all_(Numbers(schema_.size())),
        values_(std::make_unique<GroupTable>(schema_, 1 + call_.arguments.size(), memory)) {}

  Status MakeInner(LogicalType result, common::MemoryAccount* memory) {
    ASSIGN_OR_RETURN(inner_, MakeAggregateState(call_, schema_, result, memory));
    return {};
  }

  void Resize(size_t groups) override { inner_->Resize(groups); }

  Status Add(const GroupedRows& rows) override {
    Batch& batch = batch_;
    batch.Reset(schema_);
    places_.clear();
    for (size_t i = 0; i < rows.rows.size(); ++i) {
      batch.column(0).data<int64_t>()[i] = rows.groups[i];
      places_.push_back(rows.places.of(rows.rows[i]));
    }
    for (size_t c = 0; c < columns_.size(); ++c) {
      batch.column(c + 1).Gather(rows.batch.column(columns_[c]), rows.rows, 0);
    }
    return AddValues(rows.rows.size());
  }

  Status Merge(const AggregateState& other, std::span<const GroupNumber> from,
               std::span<const GroupNumber> to) override {
    const auto& state = static_cast<const DistinctState&>(other);
    const std::vector<GroupNumber> targets = TargetsOf(from, to);
    std::vector<uint16_t> taken;
    GroupNumber value = 0;
    for (const Batch& chunk : state.values_->rows().chunks()) {
      batch_.Reset(schema_);
      places_.clear();
      taken.clear();
      for (size_t row = 0; row < chunk.rows(); ++row, ++value) {
        const auto group = static_cast<size_t>(chunk.column(0).data<int64_t>()[row]);
        if (group < targets.size() && targets[group] != 0) {
          batch_.column(0).data<int64_t>()[taken.size()] = targets[group] - 1;
          taken.push_back(static_cast<uint16_t>(row));
          places_.push_back(state.values_->PlaceOf(value));
        }
      }
      for (size_t c = 1; c < schema_.size(); ++c) {
        batch_.column(c).Gather(chunk.column(c), taken, 0);
      }
      RETURN_IF_ERROR(AddValues(taken.size()));
    }
    return {};
  }

  Status Finish() override {
    std::vector<uint16_t> rows;
    std::vector<GroupNumber> groups;
    GroupNumber value = 0;
    for (const Batch& chunk : values_->rows().chunks()) {
      rows.clear();
      groups.clear();
      places_.clear();
      for (size_t row = 0; row < chunk.rows(); ++row) {
        rows.push_back(static_cast<uint16_t>(row));
        groups.push_back(static_cast<GroupNumber>(chunk.column(0).data<int64_t>()[row]));
        places_.push_back(values_->PlaceOf(value++));
      }
      const SourcePlaces places{{}, places_};
      RETURN_IF_ERROR(inner_->Add({chunk, rows, groups, places}));
    }
    values_.reset();
    return inner_->Finish();
  }

  Status Write(std::span<const GroupNumber> groups, std::span<const uint16_t> places,
               Vector* out) const override {
    return inner_->Write(groups, places, out);
  }

  size_t bytes() const override { return inner_->bytes(); }

 private:
  // The first `count` rows of batch_.
  Status AddValues(size_t count) {
    batch_.set_rows(count);
    return values_->FindOrAdd(batch_, all_, {{}, places_}, &numbers_);
  }

  const AggregateCall call_;
  const std::vector<uint32_t> columns_;  // of the input
  const Schema schema_;
  const std::vector<uint32_t> all_;  // columns of schema_
  std::unique_ptr<GroupTable> values_;
  std::unique_ptr<AggregateState> inner_;
  Batch batch_;
  std::vector<SourcePlace> places_;
  std::vector<GroupNumber> numbers_;
};

}  // namespace

std::unique_ptr<AggregateState> MakeExtremeStringState(const AggregateCall& call) {
  return std::make_unique<ExtremeStringState>(call.arguments[0],
                                              call.function == AggregateFunction::kMax);
}

std::unique_ptr<AggregateState> MakeStringAggState(const AggregateCall& call, const Schema& input,
                                                   common::MemoryAccount* memory) {
  return std::make_unique<StringAggState>(call, input, memory);
}

Result<std::unique_ptr<AggregateState>> MakeDistinctState(const AggregateCall& call,
                                                          const Schema& input, LogicalType result,
                                                          common::MemoryAccount* memory) {
  AggregateCall inner = call;
  inner.distinct = false;
  inner.filter.reset();
  std::vector<uint32_t> columns;
  Schema schema({{"(group)", {TypeId::kBigint, 0}, ""}});
  const auto take = [&](uint32_t* column) {
    columns.push_back(*column);
    schema.Add(input[*column]);
    *column = static_cast<uint32_t>(columns.size());
  };
  for (uint32_t& argument : inner.arguments) {
    take(&argument);
  }
  for (SortKey& key : inner.order) {
    take(&key.column);
  }
  if (inner.function == AggregateFunction::kStringAgg && inner.order.empty()) {
    inner.order.push_back({inner.arguments[0], false, false});
  }
  auto state = std::make_unique<DistinctState>(std::move(inner), std::move(columns),
                                               std::move(schema), memory);
  RETURN_IF_ERROR(state->MakeInner(result, memory));
  return std::unique_ptr<AggregateState>(std::move(state));
}

}  // namespace redbase::ql
