// Standard streams that the caller has closed.
#pragma once

namespace redbase::main {

// Opens /dev/null where standard input, output or error is closed; otherwise a
// file of the database would get the descriptor.  Writing to such an output fails.
// Call it first.
void FillStandardStreams();

}  // namespace redbase::main
