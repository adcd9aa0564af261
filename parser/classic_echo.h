// The classic text forms of statements and conditions.
//
// The echo repeats a statement that was read from a pipe.  Its blanks are
// exact, part of the classic output: users compare it byte by byte.
#pragma once

#include <string>

#include "parser/ast.h"

namespace redbase::parser {

// The echo with its line end, such as "insert into T values (  1, \"x\");\n".
// Empty for what is not echoed: queryplans, print io, print buffer, reset,
// resize, exit, and the empty statement.
std::string ClassicEcho(const Statement& statement);

// As plans show it: `T.a`, `5`, `T.a != x`.  Strings are without quotes.
std::string PlanText(const ColumnRef& column);
std::string PlanText(const Literal& literal);
std::string PlanText(const Expr& expr);
std::string PlanText(const SelectItem& item);
std::string PlanText(const TableRef& table);
std::string PlanText(const Query& query);

}  // namespace redbase::parser
