// What `set printCommands = "TRUE"` prints of each command: its name, then its
// parameters, one to a line.
//
//     CreateTable
//        relName = student
//        attribute = studentid i
#pragma once

#include <string>

#include "parser/ast.h"

namespace redbase::main {

// Empty for the empty statement and `!` lines.
std::string DescribeCommand(const parser::Statement& statement);

}  // namespace redbase::main
