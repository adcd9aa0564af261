// What kSemi, kAnti and kMark joins give out for the rows of a left batch of which it is
// known whether they have a match.
#pragma once

#include <vector>

#include "common/batch.h"
#include "ql/plan.h"

namespace redbase::ql {

enum class Mark : uint8_t { kNoMatch, kMatch, kUnknown };

// Moves the rows of `left` that the kind gives out to `out`, for kMark with the marks as
// last column; `marks` is by row of the batch.
void GiveMarked(JoinKind kind, const std::vector<Mark>& marks, Batch* left, Batch* out);

}  // namespace redbase::ql
