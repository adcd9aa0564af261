#include "ql/internal/aggregate.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace redbase::ql {

namespace {

// Fewer groups are merged by one worker.
constexpr size_t kFewGroups = 8192;
// Partitions of the hashes otherwise.
constexpr size_t kPartitionBits = 4;
// Groups for which another worker is worth waking.
constexpr size_t kGroupsPerWorker = 16 * kBatchCapacity;

// Whether the aggregate's values are of the type that its column has.
bool GivesType(AggregateFunction function, PhysicalType argument, PhysicalType result) {
  const bool real_result = result == PhysicalType::kFloat32 || result == PhysicalType::kFloat64;
  const bool real_argument =
      argument == PhysicalType::kFloat32 || argument == PhysicalType::kFloat64;
  switch (function) {
    case AggregateFunction::kCountRows:
    case AggregateFunction::kCount:
      return result == PhysicalType::kInt64;
    case AggregateFunction::kSum:
    case AggregateFunction::kAvg:
      return real_argument ? real_result
                           : result == PhysicalType::kInt64 || result == PhysicalType::kInt128;
    case AggregateFunction::kMin:
    case AggregateFunction::kMax:
    case AggregateFunction::kFirst:
      return argument == result;
    case AggregateFunction::kStddevSamp:
    case AggregateFunction::kStddevPop:
    case AggregateFunction::kVarSamp:
    case AggregateFunction::kVarPop:
      return real_result;
    case AggregateFunction::kBoolAnd:
    case AggregateFunction::kBoolOr:
      return argument == PhysicalType::kBool && result == PhysicalType::kBool;
    case AggregateFunction::kStringAgg:
      return argument == PhysicalType::kString && result == PhysicalType::kString;
    case AggregateFunction::kArrayAgg:
      return true;
  }
  return false;
}

Status CheckTypes(const Schema& schema, const Schema& input, const Aggregate& aggregate) {
  const size_t keys = aggregate.groups.size();
  bool right = schema.size() == keys + aggregate.calls.size();
  for (size_t i = 0; right && i < aggregate.calls.size(); ++i) {
    const AggregateCall& call = aggregate.calls[i];
    const PhysicalType result = PhysicalTypeOf(schema[keys + i].type);
    if (call.function == AggregateFunction::kCountRows) {
      right = result == PhysicalType::kInt64;
    } else {
      right = !call.arguments.empty() &&
              GivesType(call.function, PhysicalTypeOf(input[call.arguments[0]].type), result) &&
              (call.function != AggregateFunction::kFirst || keys > 0);
    }
  }
  return right ? Status() : Status(Code::kInternal, "bad plan: types of an aggregate");
}

}  // namespace

class AggregateOperator::GroupSink : public Sink {
 public:
  explicit GroupSink(AggregateOperator& owner) : owner_(owner) {}

  Status Begin(std::vector<PipelineWorker> workers) override {
    for (size_t i = 0; i < workers.size(); ++i) {
      ASSIGN_OR_RETURN(Part part, owner_.MakePart());
      owner_.parts_.push_back(std::move(part));
    }
    return {};
  }
  Result<Accepted> Take(size_t worker, Batch* batch) override {
    RETURN_IF_ERROR(owner_.AddBatch(*batch, &owner_.parts_[worker]));
    return Accepted::kGoOn;
  }
  Status Finish() override { return owner_.PlanMerge(); }

 private:
  AggregateOperator& owner_;
};

// Gives no rows: what its workers do is the merging.
class AggregateOperator::MergeSource : public Operator {
 public:
  MergeSource(AggregateOperator& owner, std::unique_ptr<Operator> input)
      : Operator(Schema(), nullptr), owner_(owner), input_(std::move(input)) {}

  BlockingInput blocking_input() override { return {input_.get(), owner_.group_sink_.get()}; }
  size_t MaxWorkers() const override { return std::max<size_t>(1, partitions()); }

 private:
  size_t partitions() const { return owner_.parts_.empty() ? 0 : owner_.merged_.size(); }

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& /*wake*/) override {
    return std::make_unique<WorkerState>();
  }
  Result<Poll> DoNext(WorkerState* /*state*/, Batch* /*batch*/) override {
    while (true) {
      const size_t partition = next_.fetch_add(1);
      if (partition >= partitions()) {
        return Poll::kEnd;
      }
      if (owner_.cancel_ != nullptr) {
        RETURN_IF_ERROR(owner_.cancel_->Check());
      }
      RETURN_IF_ERROR(owner_.MergePartition(partition));
    }
  }

  AggregateOperator& owner_;
  const std::unique_ptr<Operator> input_;
  std::atomic<size_t> next_{0};
};

class AggregateOperator::MergeSink : public Sink {
 public:
  explicit MergeSink(AggregateOperator& owner) : owner_(owner) {}
  Status Begin(std::vector<PipelineWorker> /*workers*/) override { return {}; }
  Result<Accepted> Take(size_t /*worker*/, Batch* /*batch*/) override { return Accepted::kGoOn; }
  Status Finish() override { return owner_.Finish(); }

 private:
  AggregateOperator& owner_;
};

struct AggregateOperator::State : WorkerState {
  // Of the batch in hand: the groups of one part, and their places.
  std::vector<GroupNumber> numbers;
  std::vector<uint16_t> places;
};

AggregateOperator::AggregateOperator(Schema schema, std::unique_ptr<Operator> input,
                                     const Aggregate& aggregate, const ExecContext& context)
    : Operator(std::move(schema), nullptr),
      aggregate_(aggregate),
      cancel_(context.cancel),
      memory_(context.memory),
      input_schema_(input->schema()),
      kept_(aggregate.groups),
      group_sink_(std::make_unique<GroupSink>(*this)),
      merge_source_(std::make_unique<MergeSource>(*this, std::move(input))),
      merge_sink_(std::make_unique<MergeSink>(*this)),
      groups_reservation_(std::make_unique<common::MemoryReservation>(memory_)) {
  for (const AggregateCall& call : aggregate.calls) {
    kept_of_call_.push_back(static_cast<uint32_t>(kept_.size()));
    if (call.function == AggregateFunction::kFirst) {
      kept_.push_back(call.arguments[0]);
    }
  }
  kept_schema_ = input_schema_.Project(kept_);
}

AggregateOperator::~AggregateOperator() = default;

Status AggregateOperator::Check() const {
  RETURN_IF_ERROR(CheckTypes(schema(), input_schema_, aggregate_));
  return MakePart().status();
}

BlockingInput AggregateOperator::blocking_input() {
  return {merge_source_.get(), merge_sink_.get()};
}

size_t AggregateOperator::MaxWorkers() const { return groups_.size() / kGroupsPerWorker + 1; }

Result<AggregateOperator::Part> AggregateOperator::MakePart() const {
  Part part;
  part.reservation = std::make_unique<common::MemoryReservation>(memory_);
  const size_t keys = aggregate_.groups.size();
  if (keys > 0) {
    part.table = std::make_unique<GroupTable>(kept_schema_, keys, memory_);
  }
  for (size_t i = 0; i < aggregate_.calls.size(); ++i) {
    const AggregateCall& call = aggregate_.calls[i];
    std::unique_ptr<AggregateState>& state = part.states.emplace_back();
    if (call.function != AggregateFunction::kFirst) {
      ASSIGN_OR_RETURN(state,
                       MakeAggregateState(call, input_schema_, schema()[keys + i].type, memory_));
      state->Resize(keys > 0 ? 0 : 1);
    }
  }
  return part;
}

Status AggregateOperator::Charge(Part* part) const {
  size_t bytes = 0;
  for (const std::unique_ptr<AggregateState>& state : part->states) {
    bytes += state == nullptr ? 0 : state->bytes();
  }
  return part->reservation->Resize(bytes);
}

Status AggregateOperator::AddBatch(const Batch& batch, Part* part) const {
  const SourcePlaces places{{batch.sequence(), part->rows_seen}, {}};
  part->rows_seen += batch.rows();
  if (part->table == nullptr) {
    part->groups.assign(batch.selected(), 0);
  } else {
    RETURN_IF_ERROR(part->table->FindOrAdd(batch, kept_, places, &part->groups));
  }
  for (size_t i = 0; i < aggregate_.calls.size(); ++i) {
    if (part->states[i] != nullptr) {
      SelectRows(aggregate_.calls[i], batch, part);
      part->states[i]->Resize(part->size());
      RETURN_IF_ERROR(part->states[i]->Add({batch, part->rows, part->row_groups, places}));
    }
  }
  return Charge(part);
}

void AggregateOperator::SelectRows(const AggregateCall& call, const Batch& batch,
                                   Part* part) const {
  const Vector* const filter = call.filter ? &batch.column(*call.filter) : nullptr;
  const Vector* const argument =
      call.function == AggregateFunction::kCountRows ? nullptr : &batch.column(call.arguments[0]);
  const bool all = filter == nullptr && (argument == nullptr || !argument->may_have_nulls());
  part->rows.resize(batch.selected());
  part->row_groups.resize(batch.selected());
  size_t count = 0;
  for (size_t i = 0; i < batch.selected(); ++i) {
    const size_t row = batch.RowAt(i);
    part->rows[count] = static_cast<uint16_t>(row);
    part->row_groups[count] = part->groups[i];
    const bool counts =
        all || ((argument == nullptr || argument->IsValid(row)) &&
                (filter == nullptr || (filter->IsValid(row) && filter->data<uint8_t>()[row] != 0)));
    count += counts ? 1 : 0;
  }
  part->rows.resize(count);
  part->row_groups.resize(count);
}

Status AggregateOperator::PlanMerge() {
  if (!aggregate_.groups.empty()) {
    parts_.erase(std::remove_if(parts_.begin(), parts_.end(),
                                [](const Part& part) { return part.size() == 0; }),
                 parts_.end());
  }
  if (parts_.size() <= 1) {
    merged_ = std::move(parts_);
    parts_.clear();
    return {};
  }
  size_t groups = 0;
  for (const Part& part : parts_) {
    groups += part.size();
  }
  const size_t partitions = groups < kFewGroups ? 1 : size_t{1} << kPartitionBits;
  for (size_t i = 0; i < partitions; ++i) {
    ASSIGN_OR_RETURN(Part part, MakePart());
    merged_.push_back(std::move(part));
  }
  return {};
}

std::vector<AggregateOperator::Group> AggregateOperator::GroupsOf(size_t partition) const {
  std::vector<Group> groups;
  for (size_t p = 0; p < parts_.size(); ++p) {
    const Part& part = parts_[p];
    for (size_t i = 0; i < part.size(); ++i) {
      const auto number = static_cast<GroupNumber>(i);
      if (part.table == nullptr) {
        groups.push_back({{}, static_cast<uint32_t>(p), number});
      } else if (merged_.size() == 1 ||
                 part.table->HashOf(number) >> (64 - kPartitionBits) == partition) {
        groups.push_back({part.table->PlaceOf(number), static_cast<uint32_t>(p), number});
      }
    }
  }
  std::sort(groups.begin(), groups.end(),
            [](const Group& a, const Group& b) { return a.place < b.place; });
  return groups;
}

Status AggregateOperator::MergePartition(size_t partition) {
  Part& out = merged_[partition];
  const std::vector<Group> groups = GroupsOf(partition);
  common::MemoryReservation reservation(memory_);
  RETURN_IF_ERROR(reservation.Resize(groups.size() * (sizeof(Group) + 2 * sizeof(GroupNumber))));
  // By part: the groups that it has here, and their numbers in `out`.
  std::vector<std::vector<GroupNumber>> from(parts_.size());
  std::vector<std::vector<GroupNumber>> to(parts_.size());
  std::vector<GroupNumber> numbers;
  for (size_t done = 0; done < groups.size();) {
    const size_t count = std::min(kBatchCapacity, groups.size() - done);
    const std::span<const Group> some(groups.data() + done, count);
    RETURN_IF_ERROR(MergeGroups(some, &out, &numbers));
    for (size_t i = 0; i < count; ++i) {
      from[some[i].part].push_back(some[i].number);
      to[some[i].part].push_back(numbers[i]);
    }
    done += count;
  }
  for (size_t c = 0; c < out.states.size(); ++c) {
    if (out.states[c] == nullptr) {
      continue;
    }
    out.states[c]->Resize(out.size());
    for (size_t p = 0; p < parts_.size(); ++p) {
      RETURN_IF_ERROR(out.states[c]->Merge(*parts_[p].states[c], from[p], to[p]));
    }
    RETURN_IF_ERROR(Charge(&out));
  }
  return {};
}

Status AggregateOperator::MergeGroups(std::span<const Group> groups, Part* out,
                                      std::vector<GroupNumber>* numbers) const {
  if (out->table == nullptr) {
    numbers->assign(groups.size(), 0);
    return {};
  }
  Batch keys(kept_schema_);
  std::vector<SourcePlace> places;
  std::vector<RowNumber> rows;
  for (size_t begin = 0; begin < groups.size(); begin += rows.size()) {
    const uint32_t part = groups[begin].part;
    rows.clear();
    for (size_t i = begin; i < groups.size() && groups[i].part == part; ++i) {
      rows.push_back(groups[i].number);
      places.push_back(groups[i].place);
    }
    for (size_t c = 0; c < kept_schema_.size(); ++c) {
      parts_[part].table->rows().Gather(c, rows, &keys.column(c), begin);
    }
  }
  keys.set_rows(groups.size());
  std::vector<uint32_t> columns(kept_schema_.size());
  std::iota(columns.begin(), columns.end(), 0U);
  return out->table->FindOrAdd(keys, columns, {{}, places}, numbers);
}

Status AggregateOperator::Finish() {
  parts_.clear();
  size_t count = 0;
  for (Part& part : merged_) {
    for (const std::unique_ptr<AggregateState>& state : part.states) {
      if (state != nullptr) {
        RETURN_IF_ERROR(state->Finish());
      }
    }
    RETURN_IF_ERROR(Charge(&part));
    count += part.size();
  }
  RETURN_IF_ERROR(groups_reservation_->Resize(count * sizeof(Group)));
  groups_.reserve(count);
  for (size_t p = 0; p < merged_.size(); ++p) {
    const GroupTable* const table = merged_[p].table.get();
    for (size_t i = 0; i < merged_[p].size(); ++i) {
      const auto number = static_cast<GroupNumber>(i);
      groups_.push_back({table == nullptr ? SourcePlace{} : table->PlaceOf(number),
                         static_cast<uint32_t>(p), number});
    }
  }
  const auto precedes = [](const Group& a, const Group& b) { return a.place < b.place; };
  if (!std::is_sorted(groups_.begin(), groups_.end(), precedes)) {
    std::sort(groups_.begin(), groups_.end(), precedes);
  }
  return {};
}

Result<std::unique_ptr<WorkerState>> AggregateOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>());
}

Result<Poll> AggregateOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  const size_t morsel = next_morsel_.fetch_add(1);
  const size_t begin = morsel * kBatchCapacity;
  if (begin >= groups_.size()) {
    return Poll::kEnd;
  }
  self.Advance(morsel);
  const size_t count = std::min(kBatchCapacity, groups_.size() - begin);
  const std::span<const Group> groups(groups_.data() + begin, count);
  for (uint32_t p = 0; p < merged_.size(); ++p) {
    self.numbers.clear();
    self.places.clear();
    for (size_t i = 0; i < count; ++i) {
      if (groups[i].part == p) {
        self.numbers.push_back(groups[i].number);
        self.places.push_back(static_cast<uint16_t>(i));
      }
    }
    RETURN_IF_ERROR(WriteGroups(merged_[p], self.numbers, self.places, batch));
  }
  batch->set_rows(count);
  batch->set_sequence(morsel);
  return Poll::kRows;
}

Status AggregateOperator::WriteGroups(const Part& part, std::span<const GroupNumber> numbers,
                                      std::span<const uint16_t> places, Batch* batch) const {
  const size_t keys = aggregate_.groups.size();
  for (size_t c = 0; c < keys; ++c) {
    part.table->rows().Scatter(c, numbers, places, &batch->column(c));
  }
  for (size_t i = 0; i < aggregate_.calls.size(); ++i) {
    Vector* const out = &batch->column(keys + i);
    if (part.states[i] == nullptr) {
      part.table->rows().Scatter(kept_of_call_[i], numbers, places, out);
    } else {
      RETURN_IF_ERROR(part.states[i]->Write(numbers, places, out));
    }
  }
  return {};
}

}  // namespace redbase::ql
