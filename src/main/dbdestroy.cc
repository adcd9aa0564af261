// dbdestroy: removes a database.
#include <iostream>
#include <string_view>

#include "common/env.h"
#include "db/database.h"
#include "main/open_files.h"
#include "main/standard_streams.h"

int main(int argc, char** argv) {
  redbase::main::FillStandardStreams();
  redbase::main::RaiseOpenFileLimit();
  constexpr std::string_view kUsage = "Usage: dbdestroy dbname\n";
  if (argc == 2 && (argv[1] == std::string_view("-h") || argv[1] == std::string_view("--help"))) {
    std::cout << kUsage;
    return 0;
  }
  if (argc != 2) {
    std::cerr << kUsage;
    return 1;
  }
  const redbase::Status status =
      redbase::db::Database::Destroy(redbase::common::RealEnv(), argv[1]);
  if (!status.ok()) {
    std::cerr << "dbdestroy: " << status.message() << "\n";
    return 1;
  }
  return 0;
}
