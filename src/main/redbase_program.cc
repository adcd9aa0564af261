#include "main/redbase_program.h"

#include <unistd.h>

#include <iostream>
#include <string>

#include "common/env.h"
#include "db/database.h"
#include "db/session.h"
#include "main/input.h"
#include "main/interrupts.h"
#include "main/open_files.h"
#include "main/recovery_message.h"
#include "main/shell.h"
#include "main/shell_arguments.h"
#include "main/standard_streams.h"
#include "parser/parser.h"

namespace redbase::main {
namespace {

int Fail(const std::string& message) {
  std::cout.flush();
  std::cerr << message << "\n" << std::flush;
  return 1;
}

// One run of the program over one open database.
class Run {
 public:
  Run(const ShellArguments& arguments, db::Session& session, Interrupts& interrupts)
      : arguments_(arguments), session_(session), interrupts_(interrupts) {}

  // The exit status.
  int Execute(bool interactive) {
    if (!arguments_.work.empty()) {
      return RunWork();
    }
    return interactive ? RunTerminal() : RunPipe();
  }

 private:
  ShellOptions Options() const {
    ShellOptions options;
    options.stop_on_error = arguments_.stop_on_error;
    options.shell_commands = arguments_.shell_commands;
    options.directory = arguments_.database;
    options.stop = &interrupts_.stop();
    return options;
  }

  int RunWork() {
    Shell shell(session_, std::cout, std::cerr, Options());
    bool failed = false;
    for (const ShellArguments::Work& work : arguments_.work) {
      const Shell::Ending ending = RunOne(shell, work, &failed);
      if (ending != Shell::Ending::kInput) {
        break;
      }
    }
    return failed || shell.failed() || interrupts_.stop() ? 1 : 0;
  }

  Shell::Ending RunOne(Shell& shell, const ShellArguments::Work& work, bool* failed) {
    if (work.kind == ShellArguments::Work::Kind::kCommand) {
      parser::Parser parser(work.text, {}, parser::LastEnd::kImplied);
      return shell.Run(parser);
    }
    const Result<std::string> text = common::RealEnv().ReadAll(work.text);
    if (!text.ok()) {
      *failed = true;
      Fail("redbase: cannot read the file: " + text.status().message());
      return arguments_.stop_on_error ? Shell::Ending::kStopped : Shell::Ending::kInput;
    }
    parser::Parser parser(*text);
    return shell.Run(parser, work.text);
  }

  int RunPipe() {
    DescriptorInput input(STDIN_FILENO);
    parser::Parser parser([&input] { return input.Read(); });
    ShellOptions options = Options();
    options.prompt = options.echo = options.farewell = !arguments_.quiet;
    Shell shell(session_, std::cout, std::cerr, options);
    shell.Run(parser);
    if (!input.status().ok()) {
      return Fail("redbase: cannot read the input: " + input.status().message());
    }
    return (shell.failed() && arguments_.stop_on_error) || interrupts_.stop() || !std::cout ? 1 : 0;
  }

  int RunTerminal() {
    TerminalInput input;
    ShellOptions options = Options();
    options.shell_commands = true;
    options.farewell = false;
    options.begin_statement = [&input] { input.BeginStatement(); };
    bool given_up = false;
    options.given_up = [&given_up] { return given_up; };
    Shell shell(session_, std::cout, std::cerr, options);
    Shell::Ending ending = Shell::Ending::kInput;
    do {
      given_up = false;
      parser::Parser parser([&input, &given_up] {
        std::optional<std::string> line = input.Read();
        given_up = input.TakeGivenUp();
        return line;
      });
      ending = shell.Run(parser);
    } while (ending == Shell::Ending::kInput && given_up && !interrupts_.stop());
    if (!arguments_.quiet) {
      std::cout << "Bye.\n" << std::flush;
    }
    return ending == Shell::Ending::kStopped ? 1 : 0;
  }

  const ShellArguments& arguments_;
  db::Session& session_;
  Interrupts& interrupts_;
};

int RunOn(db::Database& database, const ShellArguments& arguments, Interrupts& interrupts,
          bool interactive) {
  const std::unique_ptr<db::Session> session = database.Connect();
  interrupts.Watch(&session->cancel_token());
  const int status = Run(arguments, *session, interrupts).Execute(interactive);
  interrupts.Watch(nullptr);
  if (session->in_transaction()) {
    std::cerr << "warning: the open transaction is rolled back\n";
  }
  return status;
}

std::string OpenFailure(const std::string& path, const Status& status) {
  if (status.code() == Code::kNotFound) {
    return "SM error: invalid database name: " + path + ": " + status.message();
  }
  return "redbase: cannot open the database " + path + ": " + status.message();
}

}  // namespace

int RunRedbase(int argc, const char* const* argv) {
  FillStandardStreams();
  RaiseOpenFileLimit();
  std::ios::sync_with_stdio(false);
  const ShellArguments arguments = ParseShellArguments(argc, argv);
  if (!arguments.text.empty()) {
    (arguments.is_error ? std::cerr : std::cout) << arguments.text << std::flush;
    return arguments.is_error ? 1 : 0;
  }
  const bool interactive = arguments.work.empty() && isatty(STDIN_FILENO) != 0;
  Interrupts interrupts(interactive);
  db::DatabaseOptions options;
  options.buffer_bytes = arguments.buffer_bytes;
  options.threads = arguments.threads;
  auto database = db::Database::Open(common::RealEnv(), arguments.database, options);
  if (!database.ok()) {
    return Fail(OpenFailure(arguments.database, database.status()));
  }
  ReportRecovery("redbase", (*database)->recovery());
  int status = RunOn(**database, arguments, interrupts, interactive);
  if (const Status closed = (*database)->Close(); !closed.ok()) {
    status = Fail("redbase: closing the database: " + closed.message());
  }
  return status;
}

}  // namespace redbase::main
