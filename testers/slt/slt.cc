// slt: runs logic tests in the format of sqllogictest (testers/slt/record.h) against
// fresh databases.  The last line of its output is `N passed, N failed`.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "testers/slt/runner.h"

namespace redbase::slt {
namespace {

struct Options {
  std::vector<Mode> modes = {Mode::kOne};
  bool update = false;
  std::vector<std::string> files;
};

int Run(const Options& options) {
  Counts all;
  for (const Mode mode : options.modes) {
    for (const std::string& file : options.files) {
      Runner runner(mode, options.update);
      const Status status = runner.RunFile(file);
      if (!status.ok()) {
        std::printf("FAILED %s (%s): %s\n", file.c_str(), ModeName(mode).c_str(),
                    status.message().c_str());
      }
      all.passed += runner.counts().passed;
      all.failed += runner.counts().failed + (status.ok() ? 0 : 1);
    }
  }
  std::printf("%llu passed, %llu failed\n", static_cast<unsigned long long>(all.passed),
              static_cast<unsigned long long>(all.failed));
  return all.failed > 0 || all.passed == 0 ? 1 : 0;
}

}  // namespace
}  // namespace redbase::slt

int main(int argc, char** argv) {
  using redbase::slt::Mode;
  std::map<std::string, Mode> modes;
  for (const Mode mode : {Mode::kOne, Mode::kFour, Mode::kOther, Mode::kSmallPool}) {
    modes[redbase::slt::ModeName(mode)] = mode;
  }
  redbase::slt::Options options;
  CLI::App app("Runs logic tests; testers/slt/record.h describes the format.");
  app.add_option("--mode", options.modes,
                 "one: a plain database; four: four data nodes, tables distributed by their\n"
                 "first column; other: by their last; small-pool: 40 small pages of buffer")
      ->transform(CLI::CheckedTransformer(modes))
      ->allow_extra_args(false)
      ->default_str("one");
  app.add_flag("--update", options.update, "Rewrite the expected rows in the files");
  app.add_option("files", options.files, "Files of records")->required();
  CLI11_PARSE(app, argc, argv);
  return redbase::slt::Run(options);
}
