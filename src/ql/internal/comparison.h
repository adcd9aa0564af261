// Comparisons with a number, made exact in the other side's own type.
#pragma once

#include <optional>

#include "common/value.h"
#include "parser/expr.h"
#include "ql/expr.h"

namespace redbase::ql {

// Requires: op compares two values.
CompareOp ToCompareOp(parser::ComparisonOp op);

// `expr op number` by value, with a constant of the expression's type: `a < 1.7` on an int
// column is `a <= 1`.  For a filter, what no value satisfies is `expr = null`, what every value
// does is `expr is not null`; else nullopt, and `expr` is as it was, when the number is no value
// of the type.  A number with a point is taken as the nearest value of a real column.
// Requires: expr is a number.
std::optional<ExprPtr> CompareWithNumber(ExprPtr& expr, CompareOp op, const Value& number,
                                         bool filter);

}  // namespace redbase::ql
