// generate: writes large load files, the same ones for the same seed.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "testers/generate/columns.h"
#include "testers/generate/ssb.h"
#include "testers/generate/table_source.h"
#include "testers/generate/tpch.h"

namespace redbase::generate {
namespace {

struct Options {
  uint64_t rows = 1'000'000;
  uint64_t seed = 1;
  std::string columns =
      "seq,perm,int:-1000:1000,skew:0:99999,float:0:100,float:-1:1,string:0:20,words:1000";
  std::string create;
  std::string output = "-";
};

// Reports why nothing was written; the exit status.
int Fail(const std::string& message) {
  std::fprintf(stderr, "generate: %s\n", message.c_str());
  return 1;
}

bool WriteRows(uint64_t rows, Table* table, std::FILE* file) {
  constexpr size_t kChunk = size_t{1} << 20;
  std::string text;
  text.reserve(kChunk + (size_t{1} << 16));
  for (uint64_t row = 0; row < rows; ++row) {
    table->AppendRow(&text);
    if (text.size() >= kChunk || row + 1 == rows) {
      if (std::fwrite(text.data(), 1, text.size(), file) != text.size()) {
        return false;
      }
      text.clear();
    }
  }
  return std::fflush(file) == 0;
}

struct Close {
  void operator()(std::FILE* file) const {
    if (file != stdout) {
      std::fclose(file);
    }
  }
};

int Run(const Options& options) {
  auto table = ParseColumns(options.columns, options.rows, options.seed);
  if (!table.ok()) {
    return Fail(table.status().message());
  }
  if (!options.create.empty()) {
    std::puts(table.value().CreateStatement(options.create).c_str());
    return 0;
  }
  const bool to_stdout = options.output == "-";
  const std::unique_ptr<std::FILE, Close> file(
      to_stdout ? stdout : std::fopen(options.output.c_str(), "wb"));
  if (file == nullptr || !WriteRows(options.rows, &table.value(), file.get())) {
    return Fail("cannot write " + options.output);
  }
  return 0;
}

// Of a benchmark, `tpch` or `ssb`.
struct SchemaOptions {
  double scale = 1;
  uint64_t seed = 1;
  FileOptions files;
};

using MakeTables = std::vector<TableSource> (*)(double scale, uint64_t seed);

int RunSchema(const SchemaOptions& options, MakeTables make) {
  const Status status = WriteTables(make(options.scale, options.seed), options.files);
  return status.ok() ? 0 : Fail(status.message());
}

CLI::App* AddSchema(const char* name, const char* what, SchemaOptions* options, CLI::App* app) {
  CLI::App* schema = app->add_subcommand(name, what);
  schema->add_option("folder", options->files.folder, "Where TABLE.tbl are written")->required();
  schema->add_option("--scale", options->scale, "1 is about 6 million of the largest table's rows")
      ->check(CLI::Range(1e-6, 1e4))
      ->capture_default_str();
  schema->add_option("--seed", options->seed, "Another seed, other values")->capture_default_str();
  schema->add_option("--separator", options->files.separator, "Between fields")
      ->capture_default_str();
  schema->add_option("--table", options->files.only, "Only this one; may be repeated")
      ->allow_extra_args(false);
  schema
      ->add_option("--threads", options->files.threads,
                   "0: one for each processor; the output is the same")
      ->capture_default_str();
  return schema;
}

}  // namespace
}  // namespace redbase::generate

int main(int argc, char** argv) {
  redbase::generate::Options options;
  CLI::App app("Writes load files: lines of comma-separated values, the same for the same seed.");
  app.add_option("-r,--rows", options.rows, "Lines to write")->capture_default_str();
  app.add_option("-s,--seed", options.seed, "Another seed, other values")->capture_default_str();
  app.add_option("-o,--output", options.output, "File, - for standard output")
      ->capture_default_str();
  app.add_option("--create", options.create, "Only print the create table statement for this name");
  app.add_option("-c,--columns", options.columns,
                 "Comma-separated, each one of\n"
                 "  seq[:START[:STEP]]  1, 2, 3, ... by default\n"
                 "  perm                0 to rows - 1, each once, scattered\n"
                 "  int:LOW:HIGH        uniform\n"
                 "  skew:LOW:HIGH       LOW is frequent, HIGH is rare\n"
                 "  float:LOW:HIGH      uniform, four decimals\n"
                 "  string:LENGTH       lower-case letters\n"
                 "  string:SHORTEST:LONGEST\n"
                 "  words:COUNT         one of COUNT words")
      ->capture_default_str();
  redbase::generate::SchemaOptions schema;
  const CLI::App* tpch =
      redbase::generate::AddSchema("tpch", "The tables of TPC-H instead", &schema, &app);
  const CLI::App* ssb = redbase::generate::AddSchema(
      "ssb", "The tables of the Star Schema Benchmark instead", &schema, &app);
  CLI11_PARSE(app, argc, argv);
  if (tpch->parsed()) {
    return RunSchema(schema, redbase::generate::TpchTables);
  }
  if (ssb->parsed()) {
    return RunSchema(schema, redbase::generate::SsbTables);
  }
  return redbase::generate::Run(options);
}
