// Predicates of scans as expressions, for rows that are not inside a page.
#pragma once

#include <vector>

#include "ql/expr.h"
#include "rm/record_file.h"

namespace redbase::ql {

// All of `predicates`, over a batch whose i-th column is column columns[i] of
// the relation.  Null for none.  Requires: each predicate's column is there.
ExprPtr PredicateExpr(const std::vector<rm::ColumnPredicate>& predicates, const Schema& relation,
                      const std::vector<uint32_t>& columns);

// The type that a constant of this value has; `fallback` for null.
LogicalType TypeOfConstant(const Value& value, LogicalType fallback);

// `columns` with those columns appended that predicates test and that are missing.
std::vector<uint32_t> WithTestedColumns(std::vector<uint32_t> columns,
                                        const std::vector<rm::ColumnPredicate>& predicates);

}  // namespace redbase::ql
