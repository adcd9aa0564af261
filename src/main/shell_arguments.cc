#include "main/shell_arguments.h"

#include <CLI/CLI.hpp>
#include <map>

#include "main/version.h"

namespace redbase::main {
namespace {

constexpr const char* kUsage = "Usage: redbase dbname\n";
// Databases of larger pages need more, and say so when they are opened.
constexpr size_t kSmallestBuffer = size_t{40} << 10;  // 10 pages of 4 KiB

// The occurrences of -c and -f in the order they stand in.
std::vector<ShellArguments::Work> WorkInOrder(const CLI::App& app, const CLI::Option* command,
                                              const CLI::Option* file) {
  using Kind = ShellArguments::Work::Kind;
  std::vector<ShellArguments::Work> work;
  std::map<const CLI::Option*, size_t> taken;
  for (const CLI::Option* option : app.parse_order()) {
    if (option == command || option == file) {
      work.push_back(
          {option == command ? Kind::kCommand : Kind::kFile, option->results()[taken[option]++]});
    }
  }
  return work;
}

}  // namespace

ShellArguments ParseShellArguments(int argc, const char* const* argv) {
  ShellArguments arguments;
  std::vector<std::string> databases;
  std::vector<std::string> commands;
  std::vector<std::string> files;
  CLI::App app("RedBase: opens a database and runs statements", "redbase");
  app.add_option("dbname", databases, "The folder of the database")->type_name("");
  const CLI::Option* command =
      app.add_option("-c,--command", commands, "Run this statement (may be given again)")
          ->allow_extra_args(false)
          ->type_name("COMMAND");
  const CLI::Option* file =
      app.add_option("-f,--file", files, "Run the statements of this file (may be given again)")
          ->allow_extra_args(false)
          ->type_name("FILE");
  app.add_flag("-e,--stop-on-error", arguments.stop_on_error,
               "End at the first statement that fails");
  app.add_flag("-q,--quiet", arguments.quiet, "No prompt, no echo, no Bye. with piped input");
  app.add_flag("--shell-commands", arguments.shell_commands,
               "Run ! lines also when the input is no terminal");
  app.add_option("--buffer", arguments.buffer_bytes,
                 "Memory for pages: bytes, or a number with KB, MB, GB [256MB]")
      ->transform(CLI::AsSizeValue(false).description(""))
      ->check(CLI::Range(kSmallestBuffer, size_t{1} << 46).description(""))
      ->type_name("BYTES");
  app.add_option("--threads", arguments.threads,
                 "Threads that help statements [one less than the processors]")
      ->check(CLI::Range(0U, 1024U).description(""))
      ->type_name("N");
  app.set_version_flag("--version", std::string("redbase ") + kVersion);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& /*help*/) {
    arguments.text = app.help();
    return arguments;
  } catch (const CLI::CallForVersion& version) {
    arguments.text = std::string(version.what()) + "\n";
    return arguments;
  } catch (const CLI::ParseError& error) {
    arguments.text = std::string("redbase: ") + error.what() + "\n" + kUsage;
    arguments.is_error = true;
    return arguments;
  }
  if (databases.size() != 1) {
    arguments.text = kUsage;
    arguments.is_error = true;
    return arguments;
  }
  arguments.database = databases[0];
  arguments.work = WorkInOrder(app, command, file);
  return arguments;
}

}  // namespace redbase::main
