// Aggregates whose state is no number of bytes per group: strings, and whatever keeps the
// rows it was given: string_agg, and all of distinct values.
#pragma once

#include <memory>

#include "ql/internal/aggregate_state.h"

namespace redbase::ql {

// min or max of strings.
std::unique_ptr<AggregateState> MakeExtremeStringState(const AggregateCall& call);
// In the order that the call gives, then that of the source.
std::unique_ptr<AggregateState> MakeStringAggState(const AggregateCall& call, const Schema& input,
                                                   common::MemoryAccount* memory);
// Any call, of the different values of a group; strings are put together in their order when
// the call gives none.
Result<std::unique_ptr<AggregateState>> MakeDistinctState(const AggregateCall& call,
                                                          const Schema& input, LogicalType result,
                                                          common::MemoryAccount* memory);

}  // namespace redbase::ql
