// Function: a scalar function of SQL, or an operator, for arguments of given types.
//
// A function is a kernel that computes a whole vector.  Functions are static data: an expression
// points to the one it calls.
#pragma once

#include <span>
#include <string_view>

#include "common/result.h"
#include "ql/internal/compare_kernels.h"

namespace redbase::ql {

// Values of all rows go to the same places of `out`, which has been reset to the result's type.
// Arguments of a strict function have a value at each row.  kInvalidArgument for values that it
// has no result for.
using FunctionKernel = Status (*)(std::span<const Operand> arguments, Rows rows, Vector* out);

struct Function {
  std::string_view name;
  FunctionKernel kernel = nullptr;
  bool infix = false;  // written between its arguments, or before its one argument
  bool strict = true;  // null when an argument is null, without being called
  bool stable = true;  // the same arguments give the same result within a statement
};

}  // namespace redbase::ql
