// Cost model: guesses of how many rows satisfy a condition, and what steps cost.
//
// Costs are in nanoseconds of one core with the pages in memory.  The constants
// were measured once and rounded; only their ratios matter.
#pragma once

#include "ql/expr.h"
#include "ql/planner.h"
#include "rm/record_file.h"
#include "sm/relation.h"

namespace redbase::ql {

// Opening a scan costs what about two hundred fetched records cost, so that a
// selective condition on an indexed column goes through the index in small
// tables too.
inline constexpr double kScanStart = 20000;
inline constexpr double kScanRow = 2;
inline constexpr double kIndexStart = 500;
inline constexpr double kFetchRow = 100;  // one record by its RID
inline constexpr double kHashBuildRow = 60;
inline constexpr double kHashProbeRow = 25;
inline constexpr double kHashStart = 3000;
inline constexpr double kPairRow = 1.5;  // one pair of a nested loop
inline constexpr double kShuffleRow = 10;
inline constexpr double kShuffleStart = 20000;

// The part of a relation's rows that satisfies the predicate.
double Selectivity(const sm::Relation& relation, double rows, const rm::ColumnPredicate& predicate);

// The part of all pairs that satisfies a condition between two relations, each
// with so many rows to begin with.
double JoinSelectivity(const Expr& condition, double left_rows, double right_rows);

}  // namespace redbase::ql
