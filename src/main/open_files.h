// How many files the program may have open.
#pragma once

namespace redbase::main {

// Raises the limit of this process to what the system allows it: a database has
// a file open for each relation and index used, on each of its nodes.
void RaiseOpenFileLimit();

}  // namespace redbase::main
