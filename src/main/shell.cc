#include "main/shell.h"

#include <optional>
#include <utility>
#include <variant>

#include "main/command_printer.h"
#include "main/result_printer.h"
#include "main/system_command.h"
#include "parser/classic_echo.h"

namespace redbase::main {
namespace {

constexpr const char* kPrompt = "\nREDBASE >> ";

// The message, with the place of its statement unless it names a place itself.
std::string WithPlace(const std::string& message, parser::Position position) {
  const bool has_place = message.find(" at line ") != std::string::npos;
  return has_place ? message
                   : message + " (statement at line " + std::to_string(position.line) + ")";
}

}  // namespace

Shell::Ending Shell::Run(parser::Parser& parser, const std::string& name) {
  std::optional<Ending> ending;
  while (!ending) {
    if (stopped()) {
      ending = Ending::kStopped;
      break;
    }
    BeginStatement();
    Step(parser, name, &ending);
  }
  if (options_.farewell) {
    out_ << "Bye.\n";
  }
  out_.flush();
  return *ending;
}

void Shell::BeginStatement() {
  if (options_.prompt) {
    out_ << kPrompt << std::flush;
  }
  if (options_.begin_statement) {
    options_.begin_statement();
  }
}

void Shell::Step(parser::Parser& parser, const std::string& name, std::optional<Ending>* ending) {
  auto next = parser.Next();
  for (const std::string& notice : parser.notices()) {
    Report(name, notice);
  }
  Status status = next.status();
  if (next.ok() && !next->has_value()) {
    *ending = stopped() ? Ending::kStopped : Ending::kInput;
  } else if (next.ok()) {
    status = Execute((*next)->statement, ending);
    if (!status.ok() && !name.empty()) {
      status = Status(status.code(), WithPlace(status.message(), (*next)->position));
    }
  } else if (options_.given_up && options_.given_up()) {
    return;
  }
  if (!status.ok()) {
    failed_ = true;
    if (!next.ok()) {
      session_.NoteFailure();
    }
    Report(name, status.message());
    *ending = options_.stop_on_error || !out_ ? Ending::kStopped : *ending;
  }
}

Status Shell::Execute(const parser::Statement& statement, std::optional<Ending>* ending) {
  if (options_.echo) {
    out_ << parser::ClassicEcho(statement);
  }
  if (session_.settings().print_commands) {
    out_ << DescribeCommand(statement);
  }
  if (const auto* line = std::get_if<parser::Shell>(&statement)) {
    return RunShellCommand(line->command);
  }
  ASSIGN_OR_RETURN(const auto result, session_.Execute(statement));
  if (result->kind() == db::ResultKind::kExit) {
    *ending = Ending::kExit;
  }
  RETURN_IF_ERROR(Print(*result, statement));
  for (const std::string& notice : result->notices()) {
    Report("", notice);
  }
  out_.flush();
  return out_ ? Status() : Status(Code::kIoError, "cannot write the output");
}

Status Shell::Print(db::StatementResult& result, const parser::Statement& statement) {
  const db::Settings& settings = session_.settings();
  ResultLayout layout;
  layout.plans = settings.query_plans && !std::holds_alternative<parser::Print>(statement) &&
                 !std::holds_alternative<parser::Help>(statement);
  layout.dots = settings.partitioned_print && std::holds_alternative<parser::Print>(statement);
  const auto* insert = std::get_if<parser::Insert>(&statement);
  layout.one_row = insert != nullptr && insert->rows.size() == 1;
  return ResultPrinter(result, layout, out_).Print();
}

Status Shell::RunShellCommand(const std::string& command) {
  if (!options_.shell_commands) {
    return {Code::kInvalidArgument,
            "! commands are off; start redbase with --shell-commands to allow them"};
  }
  out_.flush();
  ASSIGN_OR_RETURN(const int status, RunSystemCommand(command, options_.directory));
  if (status != 0) {
    out_ << "Shell command exited with non-zero status: " << status << "\n";
  }
  return {};
}

void Shell::Report(const std::string& name, const std::string& message) {
  out_.flush();
  err_ << (name.empty() ? "" : name + ": ") << message << "\n" << std::flush;
}

}  // namespace redbase::main
