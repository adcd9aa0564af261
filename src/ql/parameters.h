// Parameters: `$1`, `$2` ... of a statement that is planned once and run with different
// values.
//
// The binder says what each one is compared with or stored in, and that is its type.  A
// plan then holds Value::Parameter where a value will be; `ParametersOf` finds those
// places, and values are written there before the plan runs.  Planned with values, a
// statement has a plan without parameters, as if they had been typed.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/result.h"
#include "common/types.h"
#include "common/value.h"
#include "parser/ast.h"
#include "ql/plan.h"

namespace redbase::ql {

class Parameters {
 public:
  // The types found so far are kept; a statement is bound anew after a change of the
  // catalog with `Parameters` of its own.
  Parameters() = default;
  // To plan with values, which Convert has made.
  explicit Parameters(std::span<const Value> values) : values_(values) {}

  // For the binder: what stands for the parameter where it is compared with a column of
  // this type, or stored in one.  kTypeMismatch when it has another type elsewhere; the
  // message is without a position.
  Result<Value> Compared(parser::Parameter parameter, LogicalType type);
  Result<Value> Stored(parser::Parameter parameter, LogicalType type);

  // Once bound.  kTypeMismatch names a parameter that is nowhere used, below one that is.
  Status Check() const;
  size_t count() const { return uses_.size(); }
  // Of parameters 1, 2 ...; a string is as long as the shortest column takes that it is
  // stored in.  Requires: Check has succeeded.
  std::vector<LogicalType> types() const;
  // Sets `out` to the value as one of the parameter's type; `index` from 0.  kTypeMismatch
  // and kInvalidArgument (out of range, too long) name the parameter.
  Status Convert(size_t index, const Value& value, Value* out) const;

 private:
  struct Use {
    std::optional<LogicalType> type;  // nullopt: not seen yet
    std::vector<LogicalType> stored;  // strings: each column that must be able to hold it
  };

  Result<Value> Take(parser::Parameter parameter, LogicalType type, bool stored);

  std::vector<Use> uses_;
  std::optional<std::span<const Value>> values_;
};

// A place in a plan where a parameter's value belongs.
struct ParameterPlace {
  Value* value;
  size_t parameter;  // from 0
};
// All of them; they stay good as long as the plan.
std::vector<ParameterPlace> ParametersOf(PlanNode& plan);

}  // namespace redbase::ql
