// Shell: reads statements, has a session run them, and prints what they give.
//
// A statement that fails costs one message and changes nothing; the next one is
// read then.  The output is flushed before a message is written, so that both
// interleave rightly in one file.  Not thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "common/status.h"
#include "db/session.h"
#include "parser/parser.h"

namespace redbase::main {

struct ShellOptions {
  bool prompt = false;          // the classic prompt before every statement
  bool echo = false;            // repeat every statement in its classic form
  bool farewell = false;        // "Bye." at the end
  bool stop_on_error = false;   // the first failure ends the run
  bool shell_commands = false;  // `!` lines are run
  std::string directory;        // where `!` lines run: the database
  // Called before a statement is read; may be empty.
  std::function<void()> begin_statement;
  // Asked when a statement was refused: whether the user gave it up while typing.
  // Then there is no message.  May be empty.
  std::function<bool()> given_up;
  // Set from elsewhere to end the run at the next statement; may be null.
  const std::atomic<bool>* stop = nullptr;
};

class Shell {
 public:
  Shell(db::Session& session, std::ostream& out, std::ostream& err, ShellOptions options)
      : session_(session), out_(out), err_(err), options_(std::move(options)) {}

  enum class Ending : uint8_t {
    kInput,    // the input has ended
    kExit,     // `exit`
    kStopped,  // by a failure that ends the run, or from elsewhere
  };

  // Runs the statements of one input.  `name`, where there is one, stands before
  // its messages.
  Ending Run(parser::Parser& parser, const std::string& name = "");

  // Whether a statement has failed.
  bool failed() const { return failed_; }

 private:
  bool stopped() const { return options_.stop != nullptr && *options_.stop; }
  void BeginStatement();
  // Reads and runs the next statement; sets *ending when that ends the run.
  void Step(parser::Parser& parser, const std::string& name, std::optional<Ending>* ending);
  // Sets *ending when the statement ends the run.
  Status Execute(const parser::Statement& statement, std::optional<Ending>* ending);
  Status Print(db::StatementResult& result, const parser::Statement& statement);
  Status RunShellCommand(const std::string& command);
  void Report(const std::string& name, const std::string& message);

  db::Session& session_;
  std::ostream& out_;
  std::ostream& err_;
  const ShellOptions options_;
  bool failed_ = false;
};

}  // namespace redbase::main
