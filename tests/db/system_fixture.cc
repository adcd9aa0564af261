#include "tests/db/system_fixture.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/bytes.h"
#include "common/executor.h"
#include "ex/comm_layer.h"
#include "pf/buffer_pool.h"
#include "pf/log.h"

namespace redbase::db {
namespace {

void AppendRows(const Batch& batch, Lines* lines) {
  for (size_t i = 0; i < batch.selected(); ++i) {
    std::string line;
    for (size_t c = 0; c < batch.column_count(); ++c) {
      line += (c == 0 ? "" : " | ") + batch.GetValue(c, batch.RowAt(i)).ToString();
    }
    lines->push_back(std::move(line));
  }
}

// The first field of "a | b | c".
std::string FirstField(const std::string& line) { return line.substr(0, line.find(" | ")); }

}  // namespace

Lines Sorted(Lines lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

uint64_t NewSeed() {
  const char* given = std::getenv("REDBASE_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : common::RealEnv().RandomSeed();
  std::printf("REDBASE_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

DatabaseOptions SmallOptions() {
  DatabaseOptions options;
  options.buffer_bytes = size_t{4} << 20;
  options.threads = 2;
  options.undo_memory = 1000;  // a few changes: more are read from the log
  options.bulk_pages_logged = 0;
  return options;
}

Result<Lines> Do(Session& session, std::string_view text) {
  ASSIGN_OR_RETURN(const std::unique_ptr<StatementResult> result, session.Execute(text));
  Lines lines;
  Batch batch;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, result->Next(&batch));
    if (!more) {
      break;
    }
    AppendRows(batch, &lines);
  }
  if (!result->text().empty()) {
    lines.push_back(result->text());
  }
  return lines;
}

void WriteFile(common::Env& env, const std::string& path, std::string_view text) {
  if (env.Exists(path)) {
    EXPECT_OK(env.RemoveFile(path));
  }
  auto file = env.Open(path, common::OpenMode::kCreate);
  ASSERT_OK(file);
  ASSERT_OK((*file)->Write(0, AsBytes(text)));
}

Result<Lines> Everything(Session& session) {
  Lines all;
  for (const char* view : {"relcat", "attrcat"}) {
    ASSIGN_OR_RETURN(const Lines rows, Do(session, "print " + std::string(view) + ";"));
    all.insert(all.end(), rows.begin(), rows.end());
  }
  ASSIGN_OR_RETURN(const Lines names, Do(session, "select relName, attrCount from relcat;"));
  for (const std::string& name : names) {
    const std::string table = FirstField(name);
    all.push_back("* " + table);
    ASSIGN_OR_RETURN(Lines rows, Do(session, "print " + table + ";"));
    rows = Sorted(std::move(rows));
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

void ExpectValid(common::Env& env, const std::string& path) {
  common::InlineExecutor executor;
  pf::NullLog log;
  pf::BufferPool pool(env, log, {size_t{16} << 20, false});
  {
    ex::CommLayerOptions options;
    options.env = &env;
    options.executor = &executor;
    options.pool = &pool;
    auto nodes = ex::CommLayer::Open(options, path);
    ASSERT_OK(nodes);
    EXPECT_OK((*nodes)->Validate());
    EXPECT_OK((*nodes)->Close());
  }
  EXPECT_EQ(pool.PinnedPages(), 0U);
}

System::System(uint32_t nodes, DatabaseOptions options) : options_(options) {
  EXPECT_OK(Database::Create(env, kPath, nodes, /*page_size=*/4096));
  Open();
}

System::~System() {
  env.SetFaults({});
  Close();
  ExpectValid(env, kPath);
}

Status System::TryOpen() {
  ASSIGN_OR_RETURN(database_, Database::Open(env, kPath, options_));
  session_ = database_->Connect();
  return {};
}

Status System::TryClose() {
  session_ = nullptr;
  Status closed = database_ != nullptr ? database_->Close() : Status();
  database_ = nullptr;
  return closed;
}

void System::Open() { ASSERT_OK(TryOpen()); }

void System::Close() {
  if (database_ != nullptr) {
    EXPECT_EQ(PinnedPages(), 0U);
    EXPECT_OK(TryClose());
  }
}

Lines System::Rows(std::string_view text) {
  Result<Lines> rows = Do(text);
  EXPECT_OK(rows) << text.substr(0, 1000);
  return rows.ok() ? *std::move(rows) : Lines();
}

std::string System::Error(std::string_view text) {
  const Result<Lines> rows = Do(text);
  EXPECT_FALSE(rows.ok()) << text.substr(0, 1000);
  return rows.ok() ? "" : rows.status().message();
}

Result<Lines> System::Load(const std::string& table, std::string_view text) {
  WriteFile(env, kLoadFile, text);
  return Do("load " + table + "(\"" + kLoadFile + "\");");
}

Lines System::Everything() {
  Result<Lines> all = db::Everything(*session_);
  EXPECT_OK(all);
  return all.ok() ? *std::move(all) : Lines();
}

size_t System::PinnedPages() {
  size_t pinned = 0;
  for (const std::string& text : Rows("print buffer;")) {
    for (size_t at = text.find("pins = "); at != std::string::npos;
         at = text.find("pins = ", at + 1)) {
      pinned += text[at + 7] == '0' ? 0 : 1;
    }
  }
  return pinned;
}

}  // namespace redbase::db
