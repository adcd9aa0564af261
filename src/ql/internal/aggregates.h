// The aggregate functions: their names, arguments and results.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/result.h"
#include "ql/expr.h"
#include "ql/plan.h"

namespace redbase::ql {

bool IsAggregate(std::string_view name);

struct ResolvedAggregate {
  AggregateFunction function = AggregateFunction::kCountRows;
  std::vector<LogicalType> parameters;  // what the arguments are cast to
  LogicalType result;
};

// kTypeMismatch without a position when it does not take such arguments.
// Requires: IsAggregate(name).
Result<ResolvedAggregate> ResolveAggregate(std::string_view name, bool star,
                                           std::span<const ExprPtr> arguments);

}  // namespace redbase::ql
