// AggregateOperator: one row for each group of rows of an input, in the order in which the
// groups first appear there.
//
//   pipeline 1   input -> GroupSink: each worker groups its rows in a table of its own
//   pipeline 2   MergeSource: the tables merged, each worker a partition of the hashes at a
//                time; nothing to do where one worker had all rows
//   pipeline 3   AggregateOperator: groups out
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "ql/internal/aggregate_state.h"
#include "ql/internal/group_table.h"
#include "ql/operator.h"
#include "ql/sink.h"

namespace redbase::ql {

class AggregateOperator : public Operator {
 public:
  AggregateOperator(Schema schema, std::unique_ptr<Operator> input, const Aggregate& aggregate,
                    const ExecContext& context);
  ~AggregateOperator() override;

  // kInvalidArgument for functions that there are not yet; kInternal for wrong types.
  Status Check() const;

  BlockingInput blocking_input() override;
  size_t MaxWorkers() const override;

 private:
  struct State;
  class GroupSink;
  class MergeSource;
  class MergeSink;

  // Groups and what is known of them.
  struct Part {
    std::unique_ptr<GroupTable> table;  // null without group columns: there is one group
    std::vector<std::unique_ptr<AggregateState>> states;  // by call; null for kFirst
    std::unique_ptr<common::MemoryReservation> reservation;
    uint64_t rows_seen = 0;
    std::vector<GroupNumber> groups;  // of the batch in hand
    std::vector<uint16_t> rows;       // of it, that count for a call
    std::vector<GroupNumber> row_groups;

    size_t size() const { return table == nullptr ? 1 : table->size(); }
  };
  struct Group {
    SourcePlace place;
    uint32_t part = 0;
    GroupNumber number = 0;
  };

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;

  Result<Part> MakePart() const;
  Status Charge(Part* part) const;
  Status AddBatch(const Batch& batch, Part* part) const;
  // The rows of the batch that count for a call.
  void SelectRows(const AggregateCall& call, const Batch& batch, Part* part) const;

  // Decides how the parts of the workers are merged.
  Status PlanMerge();
  // Makes merged_[partition] of what the parts have of it.
  Status MergePartition(size_t partition);
  // The groups of a partition, in the order of the source; `part` is a worker's.
  std::vector<Group> GroupsOf(size_t partition) const;
  Status MergeGroups(std::span<const Group> groups, Part* out,
                     std::vector<GroupNumber>* numbers) const;
  // The columns of some groups of one part, each to its place.
  Status WriteGroups(const Part& part, std::span<const GroupNumber> numbers,
                     std::span<const uint16_t> places, Batch* batch) const;
  // Puts the groups of all partitions in order.
  Status Finish();

  const Aggregate& aggregate_;
  const common::CancelToken* const cancel_;
  common::MemoryAccount* const memory_;
  const Schema input_schema_;
  std::vector<uint32_t> kept_;  // columns of the input that a table keeps: keys, then kFirst's
  Schema kept_schema_;
  std::vector<uint32_t> kept_of_call_;  // for kFirst: the column of the table
  std::unique_ptr<GroupSink> group_sink_;
  std::unique_ptr<MergeSource> merge_source_;
  std::unique_ptr<MergeSink> merge_sink_;

  std::vector<Part> parts_;   // of the workers
  std::vector<Part> merged_;  // by partition of the hashes
  std::vector<Group> groups_;
  std::unique_ptr<common::MemoryReservation> groups_reservation_;
  std::atomic<size_t> next_morsel_{0};
};

}  // namespace redbase::ql
