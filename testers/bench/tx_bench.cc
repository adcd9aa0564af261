// Durable commits of one row each through prepared statements, beside SQLite with a
// write-ahead log and synchronous=FULL, from one thread and from eight.
// testers/bench/postgres_commits measures the same of PostgreSQL.
//
// Databases lie in a temporary folder of the real disk.  A commit costs a sync: compare
// figures of one run only.
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "common/env.h"
#include "db/database.h"
#include "db/session.h"
#include "testers/bench/support/on_disk.h"

namespace redbase {
namespace {

void Run(db::Session& session, const std::string& statement) {
  auto result = Must(session.Execute(statement));
  Batch batch;
  while (Must(result->Next(&batch))) {
  }
}

struct RedBase {
  explicit RedBase(uint32_t nodes) : path(folder.path() + "/db") {
    Must(db::Database::Create(common::RealEnv(), path, nodes, 0));
    database = Must(db::Database::Open(common::RealEnv(), path, {}));
    const std::string split = nodes > 0 ? " distribute a (250000, 500000, 750000)" : "";
    Run(*database->Connect(), "create table T (a i, b c20)" + split + ";");
  }
  ~RedBase() { Must(database->Close()); }

  Folder folder;
  std::string path;
  std::unique_ptr<db::Database> database;
};

std::unique_ptr<RedBase> g_redbase;

void SetUp(const benchmark::State& state) {
  g_redbase = std::make_unique<RedBase>(static_cast<uint32_t>(state.range(0)));
}
void TearDown(const benchmark::State& /*state*/) { g_redbase.reset(); }

// The argument is the number of data nodes; a row goes to one of them.
void CommitRedBase(benchmark::State& state) {
  const std::unique_ptr<db::Session> session = g_redbase->database->Connect();
  const auto insert = Must(session->Prepare("insert into T values ($1, $2);"));
  int64_t key = state.thread_index() * 100000;
  for (auto _ : state) {
    Must(insert->Run({Value::Int(static_cast<int32_t>(++key)), Value::String("some words")}));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(CommitRedBase)->Arg(0)->Arg(4)->Setup(SetUp)->Teardown(TearDown)->UseRealTime();
BENCHMARK(CommitRedBase)->Arg(0)->Setup(SetUp)->Teardown(TearDown)->UseRealTime()->Threads(8);

std::unique_ptr<Folder> g_sqlite;

sqlite3* OpenSqlite() {
  sqlite3* connection = nullptr;
  const std::string path = g_sqlite->path() + "/db";
  if (sqlite3_open(path.c_str(), &connection) != SQLITE_OK ||
      sqlite3_busy_timeout(connection, 60000) != SQLITE_OK ||
      sqlite3_exec(connection,
                   "pragma journal_mode=wal; pragma synchronous=full;"
                   "create table if not exists T (a int, b text);",
                   nullptr, nullptr, nullptr) != SQLITE_OK) {
    std::abort();
  }
  return connection;
}

void SetUpSqlite(const benchmark::State& /*state*/) {
  g_sqlite = std::make_unique<Folder>();
  sqlite3_close(OpenSqlite());
}
void TearDownSqlite(const benchmark::State& /*state*/) { g_sqlite.reset(); }

void CommitSqlite(benchmark::State& state) {
  sqlite3* const connection = OpenSqlite();
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(connection, "insert into T values (?, 'some words')", -1, &insert, nullptr);
  int64_t key = state.thread_index() * 100000;
  for (auto _ : state) {
    sqlite3_bind_int64(insert, 1, ++key);
    if (sqlite3_step(insert) != SQLITE_DONE) {
      std::abort();
    }
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite3_close(connection);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(CommitSqlite)->Setup(SetUpSqlite)->Teardown(TearDownSqlite)->UseRealTime();
BENCHMARK(CommitSqlite)->Setup(SetUpSqlite)->Teardown(TearDownSqlite)->UseRealTime()->Threads(8);

}  // namespace
}  // namespace redbase
