// AggregateState: the values of one aggregate for all groups of a table, column by column.
//
// Rows are added a batch at a time, each to its group; states of several workers are merged
// group by group.  Not thread-safe; Write is for any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/batch.h"
#include "common/memory_account.h"
#include "common/result.h"
#include "ql/internal/group_table.h"
#include "ql/plan.h"

namespace redbase::ql {

// Rows of a batch and the group of each.
struct GroupedRows {
  const Batch& batch;
  std::span<const uint16_t> rows;
  std::span<const GroupNumber> groups;
  const SourcePlaces& places;
};

class AggregateState {
 public:
  virtual ~AggregateState() = default;

  // Makes it so many groups, new ones without rows.
  virtual void Resize(size_t groups) = 0;
  // Rows whose first argument is null do not count and are not given.
  virtual Status Add(const GroupedRows& rows) = 0;
  // Adds what group from[i] of another state, of the same call, has to group to[i].
  virtual Status Merge(const AggregateState& other, std::span<const GroupNumber> from,
                       std::span<const GroupNumber> to) = 0;
  // No row will be added any more.
  virtual Status Finish() { return {}; }
  // The value of groups[i] goes to places[i] of `out`.
  virtual Status Write(std::span<const GroupNumber> groups, std::span<const uint16_t> places,
                       Vector* out) const = 0;
  // Of memory, but for what is charged already.
  virtual size_t bytes() const = 0;
};

// `result` is the type of its values; `input` and `call` outlive it.
// kInvalidArgument for functions that there are not yet.
Result<std::unique_ptr<AggregateState>> MakeAggregateState(const AggregateCall& call,
                                                           const Schema& input, LogicalType result,
                                                           common::MemoryAccount* memory);

}  // namespace redbase::ql
