// Where the shell's statements come from: a pipe or file descriptor, or a person
// at a terminal.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/status.h"

namespace redbase::main {

// Reads a descriptor piece by piece.  A signal that ends the run ends the input.
class DescriptorInput {
 public:
  explicit DescriptorInput(int descriptor) : descriptor_(descriptor) {}

  // At least one character; nullopt at the end, or when reading fails.
  std::optional<std::string> Read();
  // What reading failed with.
  const Status& status() const { return status_; }

 private:
  const int descriptor_;
  Status status_;
};

// Lines that a person types, with editing and a history that outlives the
// session (~/.redbase_history).
class TerminalInput {
  class Editor;

 public:
  TerminalInput();
  ~TerminalInput();

  // The next statement begins: the next line has the main prompt.
  void BeginStatement() { begun_ = false; }
  // A line with its end; nullopt at the end of the input, or when the user gave
  // the statement up with Ctrl-C.
  std::optional<std::string> Read();
  // Whether the user did so since this was last asked.
  bool TakeGivenUp();

 private:
  std::unique_ptr<Editor> editor_;
  bool begun_ = false;  // a part of the statement was typed
  bool given_up_ = false;
};

}  // namespace redbase::main
