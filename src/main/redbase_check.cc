// redbase-check: looks for damage in a database.
#include <iostream>
#include <string>
#include <string_view>

#include "common/env.h"
#include "db/database.h"
#include "main/open_files.h"
#include "main/recovery_message.h"
#include "main/standard_streams.h"

namespace {

constexpr std::string_view kUsage = "Usage: redbase-check dbname\n";
constexpr std::string_view kHelp =
    "Looks at every page, index and row of a database that nobody has open, and lists\n"
    "what is wrong.  Status 0: nothing; 1: something; 2: it could not be told.\n";

// The exit status.
int Check(const std::string& path) {
  const redbase::Result<redbase::db::CheckSummary> found =
      redbase::db::Database::Check(redbase::common::RealEnv(), path, {});
  if (!found.ok()) {
    std::cerr << "redbase-check: " << found.status().message() << "\n";
    return 2;
  }
  redbase::main::ReportRecovery("redbase-check", found->recovery);
  for (const std::string& problem : found->problems) {
    std::cout << problem << "\n";
  }
  std::cout << found->ToString() << "\n" << std::flush;
  if (!std::cout) {
    std::cerr << "cannot write the output\n";
    return 2;
  }
  return found->problems.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  redbase::main::FillStandardStreams();
  redbase::main::RaiseOpenFileLimit();
  if (argc == 2 && (argv[1] == std::string_view("-h") || argv[1] == std::string_view("--help"))) {
    std::cout << kUsage << kHelp;
    return 0;
  }
  if (argc != 2) {
    std::cerr << kUsage;
    return 2;
  }
  return Check(argv[1]);
}
