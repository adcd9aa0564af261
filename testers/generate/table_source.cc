#include "testers/generate/table_source.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>

#include "common/env.h"

namespace redbase::generate {
namespace {

// Units that a thread takes at a time.
constexpr uint64_t kChunk = 20'000;

std::string ChunkOf(const TableSource& table, uint64_t begin, char separator) {
  std::string text;
  RowWriter writer(separator, &text);
  for (uint64_t unit = begin; unit < std::min(begin + kChunk, table.units); ++unit) {
    table.append(unit, &writer);
  }
  return text;
}

Status WriteTable(const TableSource& table, const FileOptions& options) {
  const std::string path = options.folder + "/" + table.name + ".tbl";
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  std::vector<std::string> chunks(options.threads > 0 ? options.threads
                                                      : common::RealEnv().ProcessorCount());
  for (uint64_t begin = 0; begin < table.units && file; begin += kChunk * chunks.size()) {
    std::vector<std::unique_ptr<common::Thread>> threads;
    for (size_t i = 0; i < chunks.size(); ++i) {
      threads.push_back(common::RealEnv().StartThread("generate", [&, i] {
        chunks[i] = ChunkOf(table, begin + i * kChunk, options.separator);
      }));
    }
    threads.clear();  // waits for them
    for (const std::string& chunk : chunks) {
      file << chunk;
    }
  }
  file.close();
  return file ? Status() : Status(Code::kIoError, "cannot write " + path);
}

}  // namespace

Random RandomOf(uint64_t seed, uint64_t table, uint64_t row) {
  // Drawn, since seeds a step apart would give the same numbers a step later.
  const uint64_t of_table = Random(seed ^ (table << 56)).Next();
  return Random(Random(of_table + row).Next());
}

uint64_t Scaled(double scale, uint64_t base) {
  return std::max<uint64_t>(static_cast<uint64_t>(std::llround(scale * static_cast<double>(base))),
                            1);
}

Status WriteTables(const std::vector<TableSource>& tables, const FileOptions& options) {
  for (const std::string& name : options.only) {
    if (std::none_of(tables.begin(), tables.end(),
                     [&](const TableSource& table) { return table.name == name; })) {
      return {Code::kNotFound, "there is no table " + name};
    }
  }
  if (!common::RealEnv().Exists(options.folder)) {
    RETURN_IF_ERROR(common::RealEnv().CreateDirectory(options.folder));
  }
  for (const TableSource& table : tables) {
    if (options.only.empty() ||
        std::find(options.only.begin(), options.only.end(), table.name) != options.only.end()) {
      RETURN_IF_ERROR(WriteTable(table, options));
    }
  }
  return {};
}

}  // namespace redbase::generate
