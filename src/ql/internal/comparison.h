// Comparisons of a column with a literal, made exact in the column's own type.
#pragma once

#include "common/value.h"
#include "parser/ast.h"
#include "ql/expr.h"

namespace redbase::ql {

// Requires: op is a comparison, not a test for null.
CompareOp ToCompareOp(parser::ComparisonOp op);

// `column op literal` by value, with a constant of the column's type: `a < 1.7`
// on an int column is `a <= 1`.  What no value satisfies is `column = null`,
// what every value does is `column is not null`.  A real literal is taken as the
// nearest value of a real column.
// Requires: both are strings or both numbers, or the literal is null.
ExprPtr CompareWithLiteral(ExprPtr column, CompareOp op, const parser::Literal& literal);

}  // namespace redbase::ql
