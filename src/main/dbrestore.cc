// dbrestore: makes a database from a backup.
#include <iostream>
#include <string>
#include <string_view>

#include "common/cancel_token.h"
#include "common/env.h"
#include "db/database.h"
#include "main/interrupts.h"
#include "main/open_files.h"
#include "main/recovery_message.h"
#include "main/standard_streams.h"

namespace {

constexpr std::string_view kUsage = "Usage: dbrestore backup dbname\n";

// The exit status.
int Restore(const std::string& backup, const std::string& path) {
  redbase::common::CancelToken cancel;
  redbase::main::Interrupts interrupts(/*interactive=*/false);
  interrupts.Watch(&cancel);
  const redbase::Result<redbase::db::CheckSummary> found =
      redbase::db::Database::Restore(redbase::common::RealEnv(), backup, path, {}, &cancel);
  if (!found.ok()) {
    std::cerr << "dbrestore: " << found.status().message() << "\n";
    return 1;
  }
  redbase::main::ReportRecovery("dbrestore", found->recovery);
  for (const std::string& problem : found->problems) {
    std::cerr << problem << "\n";
  }
  if (!found->problems.empty()) {
    std::cerr << "dbrestore: the backup is damaged, nothing was made\n";
    return 1;
  }
  std::cout << found->ToString() << "\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  redbase::main::FillStandardStreams();
  redbase::main::RaiseOpenFileLimit();
  if (argc == 2 && (argv[1] == std::string_view("-h") || argv[1] == std::string_view("--help"))) {
    std::cout << kUsage
              << "Copies a backup, or any database that nobody has open, and checks it.\n";
    return 0;
  }
  if (argc != 3) {
    std::cerr << kUsage;
    return 1;
  }
  return Restore(argv[1], argv[2]);
}
