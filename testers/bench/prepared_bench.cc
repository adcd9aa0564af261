// Prepared statements beside SQLite's C API: point selects by a unique index among a
// million cached rows, alone and within one transaction, and inserts of one row in one
// transaction.
//
// Neither waits for the disk (synchronous_commit off, synchronous=off).  The two take
// turns, several rounds of each, so that a machine that changes its speed meets both:
// compare figures of one run only.
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "common/env.h"
#include "common/random.h"
#include "db/database.h"
#include "db/session.h"
#include "testers/bench/support/on_disk.h"

namespace redbase {
namespace {

constexpr uint64_t kRows = 1000000;
constexpr int kRounds = 3;
constexpr int kInsertsPerTransaction = 10000;
constexpr const char* kName = "some words";

void MustSqlite(bool done, sqlite3* connection) {
  if (!done) {
    std::fprintf(stderr, "failed: %s\n", sqlite3_errmsg(connection));
    std::abort();
  }
}

// The n-th key: each of 0 ... kRows - 1 once, in no order.
int32_t KeyOf(uint64_t n) { return static_cast<int32_t>(n * 617549 % kRows); }

class RedBase {
 public:
  RedBase() {
    const std::string path = folder_.path() + "/db";
    Must(db::Database::Create(common::RealEnv(), path, 0, 0));
    database_ = Must(db::Database::Open(common::RealEnv(), path, {}));
    session_ = database_->Connect();
    Run("set synchronous_commit = off;");
  }
  ~RedBase() {
    session_.reset();
    Must(database_->Close());
  }

  void Run(const std::string& statement) {
    db::RowCursor rows(Must(session_->Execute(statement)));
    while (Must(rows.Next())) {
    }
  }
  std::unique_ptr<db::PreparedStatement> Prepare(const std::string& text) {
    return Must(session_->Prepare(text));
  }
  void LoadRows() {
    const std::string file = folder_.path() + "/rows";
    {
      std::ofstream rows(file);
      for (uint64_t n = 0; n < kRows; ++n) {
        rows << KeyOf(n) << ',' << n << ',' << kName << '\n';
      }
    }
    Run("create table T (k i, v i, name c20);");
    Run("load T(\"" + file + "\");");
    Run("create unique index T(k);");
  }

 private:
  Folder folder_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<db::Session> session_;
};

class Sqlite {
 public:
  Sqlite() {
    const std::string path = folder_.path() + "/db";
    MustSqlite(sqlite3_open(path.c_str(), &connection_) == SQLITE_OK, connection_);
    Run("pragma journal_mode=wal; pragma synchronous=off; pragma cache_size=-262144;");
  }
  ~Sqlite() { sqlite3_close(connection_); }

  void Run(const std::string& statements) {
    MustSqlite(
        sqlite3_exec(connection_, statements.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK,
        connection_);
  }
  sqlite3_stmt* Prepare(const char* text) {
    sqlite3_stmt* statement = nullptr;
    MustSqlite(sqlite3_prepare_v2(connection_, text, -1, &statement, nullptr) == SQLITE_OK,
               connection_);
    return statement;
  }
  void Insert(sqlite3_stmt* insert, int32_t key, int32_t value) {
    sqlite3_bind_int(insert, 1, key);
    sqlite3_bind_int(insert, 2, value);
    sqlite3_bind_text(insert, 3, kName, -1, SQLITE_STATIC);
    MustSqlite(sqlite3_step(insert) == SQLITE_DONE, connection_);
    sqlite3_reset(insert);
  }
  void LoadRows() {
    Run("create table T (k int, v int, name text); begin;");
    sqlite3_stmt* const insert = Prepare("insert into T values (?, ?, ?)");
    for (uint64_t n = 0; n < kRows; ++n) {
      Insert(insert, KeyOf(n), static_cast<int32_t>(n));
    }
    sqlite3_finalize(insert);
    Run("commit; create unique index Tk on T(k);");
  }

 private:
  Folder folder_;
  sqlite3* connection_ = nullptr;
};

// Made once, with the rows.
RedBase& LoadedRedBase() {
  static RedBase* const kLoaded = [] {
    static RedBase database;
    database.LoadRows();
    return &database;
  }();
  return *kLoaded;
}

Sqlite& LoadedSqlite() {
  static Sqlite* const kLoaded = [] {
    static Sqlite database;
    database.LoadRows();
    return &database;
  }();
  return *kLoaded;
}

// Reads keys in no order; each row's values are looked at.
void SelectRedBase(benchmark::State& state, bool in_transaction) {
  RedBase& database = LoadedRedBase();
  const auto select = database.Prepare("select v, name from T where k = $1;");
  Random random(1);
  if (in_transaction) {
    database.Run("begin;");
  }
  std::array<Value, 1> key;
  for (auto _ : state) {
    key[0] = Value::Int(static_cast<int32_t>(random.Below(kRows)));
    db::RowCursor rows(Must(select->Execute(key)));
    if (!Must(rows.Next()) || rows.GetString(1).size() != 10) {
      std::abort();
    }
    benchmark::DoNotOptimize(rows.GetInt(0));
    if (Must(rows.Next())) {
      std::abort();
    }
  }
  if (in_transaction) {
    database.Run("commit;");
  }
  state.SetItemsProcessed(state.iterations());
}

void SelectSqlite(benchmark::State& state, bool in_transaction) {
  Sqlite& database = LoadedSqlite();
  sqlite3_stmt* const select = database.Prepare("select v, name from T where k = ?");
  Random random(1);
  if (in_transaction) {
    database.Run("begin;");
  }
  for (auto _ : state) {
    sqlite3_bind_int(select, 1, static_cast<int32_t>(random.Below(kRows)));
    if (sqlite3_step(select) != SQLITE_ROW || sqlite3_column_bytes(select, 1) != 10) {
      std::abort();
    }
    benchmark::DoNotOptimize(sqlite3_column_text(select, 1));
    benchmark::DoNotOptimize(sqlite3_column_int(select, 0));
    if (sqlite3_step(select) != SQLITE_DONE) {
      std::abort();
    }
    sqlite3_reset(select);
  }
  sqlite3_finalize(select);
  if (in_transaction) {
    database.Run("commit;");
  }
  state.SetItemsProcessed(state.iterations());
}

// Each iteration is a transaction of kInsertsPerTransaction statements.
void InsertRedBase(benchmark::State& state, bool indexed) {
  RedBase database;
  database.Run("create table T (k i, v i, name c20);");
  if (indexed) {
    database.Run("create unique index T(k);");
  }
  const auto insert = database.Prepare("insert into T values ($1, $2, $3);");
  std::array<Value, 3> values = {Value(), Value(), Value::String(kName)};
  uint64_t n = 0;
  for (auto _ : state) {
    database.Run("begin;");
    for (int i = 0; i < kInsertsPerTransaction; ++i, ++n) {
      values[0] = Value::Int(KeyOf(n) + static_cast<int32_t>(n / kRows * kRows));
      values[1] = Value::Int(i);
      Must(insert->Run(values));
    }
    database.Run("commit;");
  }
  state.SetItemsProcessed(state.iterations() * kInsertsPerTransaction);
}

void InsertSqlite(benchmark::State& state, bool indexed) {
  Sqlite database;
  database.Run("create table T (k int, v int, name text);");
  if (indexed) {
    database.Run("create unique index Tk on T(k);");
  }
  sqlite3_stmt* const insert = database.Prepare("insert into T values (?, ?, ?)");
  uint64_t n = 0;
  for (auto _ : state) {
    database.Run("begin;");
    for (int i = 0; i < kInsertsPerTransaction; ++i, ++n) {
      database.Insert(insert, KeyOf(n) + static_cast<int32_t>(n / kRows * kRows), i);
    }
    database.Run("commit;");
  }
  sqlite3_finalize(insert);
  state.SetItemsProcessed(state.iterations() * kInsertsPerTransaction);
}

using Body = void (*)(benchmark::State& state, bool argument);

void Register(const char* name, const char* how, int round, Body body, bool argument) {
  std::string full = name;
  full.append("/").append(how).append("/round:").append(std::to_string(round));
  benchmark::RegisterBenchmark(full.c_str(), [body, argument](benchmark::State& state) {
    body(state, argument);
  })->UseRealTime();
}

const bool kRegistered = [] {
  for (int round = 1; round <= kRounds; ++round) {
    for (const bool in_transaction : {false, true}) {
      const char* how = in_transaction ? "InTransaction" : "Alone";
      Register("SelectRedBase", how, round, SelectRedBase, in_transaction);
      Register("SelectSqlite", how, round, SelectSqlite, in_transaction);
    }
    for (const bool indexed : {false, true}) {
      const char* how = indexed ? "UniqueIndex" : "NoIndex";
      Register("InsertRedBase", how, round, InsertRedBase, indexed);
      Register("InsertSqlite", how, round, InsertSqlite, indexed);
    }
  }
  return true;
}();

}  // namespace
}  // namespace redbase
