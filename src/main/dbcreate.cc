// dbcreate: makes a database.
#include <iostream>
#include <string>
#include <vector>

#include "common/cancel_token.h"
#include "common/env.h"
#include "db/database.h"
#include "main/create_arguments.h"
#include "main/interrupts.h"
#include "main/open_files.h"
#include "main/standard_streams.h"

int main(int argc, char** argv) {
  using redbase::main::kCreateUsage;
  redbase::main::FillStandardStreams();
  redbase::main::RaiseOpenFileLimit();
  const auto arguments =
      redbase::main::ParseCreateArguments(std::vector<std::string>(argv + 1, argv + argc));
  if (!arguments.ok()) {
    const std::string& message = arguments.status().message();
    std::cerr << message << (message.empty() ? "" : "\n") << kCreateUsage << "\n";
    return 1;
  }
  if (arguments->help) {
    std::cout << kCreateUsage << "\n" << redbase::main::kCreateHelp << "\n";
    return 0;
  }
  redbase::common::CancelToken cancel;
  redbase::main::Interrupts interrupts(/*interactive=*/false);
  interrupts.Watch(&cancel);
  const redbase::Status status =
      redbase::db::Database::Create(redbase::common::RealEnv(), arguments->database,
                                    arguments->node_count, arguments->page_size, &cancel);
  if (!status.ok()) {
    std::cerr << "dbcreate: " << status.message() << "\n";
    return 1;
  }
  return 0;
}
