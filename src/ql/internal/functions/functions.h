// The scalar functions and operators that there are, and which of them a call means.
//
// A name has one function for each list of argument types.  A call takes the one whose types are
// those of its arguments, or else the one that they convert to with the least change, as
// PostgreSQL chooses.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "parser/expr.h"
#include "ql/expr.h"
#include "ql/function.h"
#include "ql/internal/type_rules.h"

namespace redbase::ql {

struct ResolvedCall {
  const Function* function = nullptr;
  std::vector<LogicalType> parameters;  // what the arguments are cast to, one each
  LogicalType result;
};

// The type of a result that depends on the arguments: these are given as they are written.
using ResultRule = LogicalType (*)(std::span<const ExprPtr> arguments);

// A function for arguments of these types.
struct Overload {
  Function function;
  std::vector<LogicalType> parameters;
  LogicalType result;
  ResultRule rule = nullptr;  // counts instead of `result`
  bool variadic = false;      // the last parameter stands for any number of arguments, one at least
  size_t optional = 0;        // so many parameters at the end may be left out
};

// kNotFound: no function has this name; kTypeMismatch: none takes such arguments.  The message
// is without a position.
Result<ResolvedCall> ResolveCall(std::string_view name, std::span<const ExprPtr> arguments);

// The function that computes an operator on numbers of these types.
const Function& ArithmeticFunction(parser::BinaryOp op, const ArithmeticTypes& types);
// `-` in front of a number of this type.
const Function& NegationOf(LogicalType type);
// `~` in front of an integer of this type.
const Function& ComplementOf(LogicalType type);

// `greatest` or `least` of any number of values of one type; nulls do not count.
const Function& ExtremeFunction(bool greatest);

// The overloads of each file.
std::span<const Overload> MathFunctions();
std::span<const Overload> StringFunctions();
std::span<const Overload> DateFunctions();

}  // namespace redbase::ql
