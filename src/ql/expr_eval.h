// Evaluation of expressions over the columns of a batch, column by column.
//
// Logic is three-valued: a comparison with null is unknown, and a selection keeps
// the rows for which the predicate is true.  Numbers of different types compare by
// value, without rounding; NaN equals itself and is above all others; -0 equals 0.
// Strings compare by their bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "common/batch.h"
#include "common/result.h"
#include "ql/expr.h"

namespace redbase::ql {

// Shrinks the batch's selection to the rows for which `predicate` is true.
Status Select(const Expr& predicate, Batch* batch);

// The selected rows for which `predicate` is true, for a batch that others read.
Status SelectRows(const Expr& predicate, const Batch& batch, std::vector<uint16_t>* rows);

// The expression's values for the selected rows, at the same places of `out`;
// the other places are undefined.  kInvalidArgument or kTypeMismatch for a value
// that cannot be cast.
Status Evaluate(const Expr& expr, const Batch& batch, Vector* out);

// Writes one value to a place of a vector; a long string is borrowed from `value`.
// Requires: as Batch::SetValue.
void PutValue(const Value& value, size_t row, Vector* out);

}  // namespace redbase::ql
