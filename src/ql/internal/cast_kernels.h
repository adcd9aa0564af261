// Cast kernels: the values of one vector as another type.
#pragma once

#include "common/result.h"
#include "ql/internal/compare_kernels.h"

namespace redbase::ql {

// `from` as out->type() for the given rows; nulls stay null.  What does not go is
// the error that Value::CastTo gives in that mode.
// Requires: out has been reset to the target type.
Status CastRows(Operand from, Rows rows, Vector* out, CastMode mode = CastMode::kStrict);

}  // namespace redbase::ql
