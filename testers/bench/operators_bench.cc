// Sort and aggregate over a million rows in memory: on one thread and on as many as there
// are processors (the argument: threads that help), beside SQLite on the same rows, and for
// sorts beside std::stable_sort of them.
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/random.h"
#include "common/sim_env.h"
#include "ql/query.h"
#include "sm/catalog.h"
#include "testers/bench/support/on_disk.h"

namespace redbase::ql {
namespace {

constexpr LogicalType kInt{TypeId::kInt, 0};
constexpr LogicalType kBigint{TypeId::kBigint, 0};
constexpr LogicalType kName{TypeId::kVarchar, 40};
constexpr const char* kPath = "/db";
constexpr int kRows = 1000000;

struct BenchRow {
  int32_t number;
  int32_t of_ten;
  int32_t of_many;
  std::string name;
};

std::vector<BenchRow> MakeRows() {
  Random random(1);
  std::vector<BenchRow> rows;
  for (int i = 0; i < kRows; ++i) {
    rows.push_back({static_cast<int32_t>(random.Below(1U << 30)),
                    static_cast<int32_t>(random.Below(10)),
                    static_cast<int32_t>(random.Below(100000)),
                    "name " + std::to_string(random.Below(1000000))});
  }
  return rows;
}

// The rows in a table of a database in memory.
class World {
 public:
  World() : rows_(MakeRows()) {
    Must(env_.CreateDirectory(kPath));
    Must(sm::Catalog::Create(env_, kPath, {}));
    catalog_ = Must(sm::Catalog::Open(pool_, kPath));
    std::string text;
    for (const BenchRow& row : rows_) {
      text += std::to_string(row.number) + "," + std::to_string(row.of_ten) + "," +
              std::to_string(row.of_many) + "," + row.name + "\n";
    }
    Must(Must(env_.Open("/load.data", common::OpenMode::kCreate))->Write(0, AsBytes(text)));
    tx::Transaction transaction(catalog_->log());
    sm::TableDefinition definition;
    definition.name = "R";
    definition.columns = schema_.columns();
    Must(catalog_->CreateTable(transaction, definition));
    Must(transaction.Commit());
    std::vector<PlanPtr> children;
    children.push_back(MakePlan(schema_, TextScan{"/load.data", ','}));
    Run(*MakePlan(schema_, Insert{"R", false, true}, std::move(children)), 0);
  }
  static World& Get() {
    static World world;
    return world;
  }

  const std::vector<BenchRow>& rows() const { return rows_; }

  template <typename T>
  PlanPtr OverScan(std::vector<uint32_t> columns, T detail,
                   const std::vector<Column>& added = {}) const {
    FileScan scan;
    scan.relation = "R";
    scan.projection = columns;
    Schema schema = schema_.Project(columns);
    std::vector<PlanPtr> children;
    children.push_back(MakePlan(schema, std::move(scan)));
    if (!added.empty()) {
      schema = Schema(added);
    }
    return MakePlan(std::move(schema), std::move(detail), std::move(children));
  }

  size_t Run(const PlanNode& plan, int threads) {
    common::MemoryAccount memory("statement");
    common::ThreadPool pool(common::RealEnv(), static_cast<unsigned>(threads));
    tx::Transaction transaction(catalog_->log());
    ExecContext context;
    context.env = &env_;
    context.executor = &pool;
    context.catalog = catalog_.get();
    context.transaction = &transaction;
    context.memory = &memory;
    size_t rows = 0;
    {
      const std::unique_ptr<Query> query = Must(Query::Start(plan, context));
      Batch batch;
      while (Must(query->Next(&batch))) {
        rows += batch.selected();
      }
    }
    Must(transaction.Commit());
    return rows;
  }

 private:
  const std::vector<BenchRow> rows_;
  const Schema schema_{{{"a", kInt, "R"}, {"b", kInt, "R"}, {"c", kInt, "R"}, {"d", kName, "R"}}};
  common::SimEnv env_;
  pf::NullLog log_;
  pf::BufferPool pool_{env_, log_, {size_t{1} << 30, false}};
  std::unique_ptr<sm::Catalog> catalog_;
};

// The same rows in a table of SQLite, in memory.
class SqliteTable {
 public:
  SqliteTable() {
    Require(sqlite3_open(":memory:", &db_));
    Execute("create table R(a int, b int, c int, d text); begin");
    sqlite3_stmt* insert = Prepare("insert into R values (?, ?, ?, ?)");
    for (const BenchRow& row : World::Get().rows()) {
      sqlite3_bind_int(insert, 1, row.number);
      sqlite3_bind_int(insert, 2, row.of_ten);
      sqlite3_bind_int(insert, 3, row.of_many);
      sqlite3_bind_text(insert, 4, row.name.data(), static_cast<int>(row.name.size()),
                        SQLITE_STATIC);
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    Execute("commit; pragma temp_store = memory; pragma cache_size = -1000000");
  }
  ~SqliteTable() { sqlite3_close(db_); }
  SqliteTable(const SqliteTable&) = delete;
  SqliteTable& operator=(const SqliteTable&) = delete;
  static SqliteTable& Get() {
    static SqliteTable table;
    return table;
  }

  // Rows that came out; every value is asked for.
  size_t Run(const char* sql) {
    sqlite3_stmt* statement = Prepare(sql);
    size_t rows = 0;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      for (int c = 0; c < sqlite3_column_count(statement); ++c) {
        benchmark::DoNotOptimize(sqlite3_column_type(statement, c) == SQLITE_TEXT
                                     ? sqlite3_column_bytes(statement, c)
                                     : sqlite3_column_int(statement, c));
      }
      ++rows;
    }
    sqlite3_finalize(statement);
    return rows;
  }

 private:
  static void Require(int code) {
    if (code != SQLITE_OK) {
      Must(Status(Code::kInternal, "sqlite: " + std::to_string(code)));
    }
  }
  void Execute(const char* sql) { Require(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Require(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr));
    return statement;
  }

  sqlite3* db_ = nullptr;
};

void RunPlan(benchmark::State& state, const PlanNode& plan) {
  World& world = World::Get();
  for (auto _ : state) {
    benchmark::DoNotOptimize(world.Run(plan, static_cast<int>(state.range(0))));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kRows);
}

void RunSqlite(benchmark::State& state, const char* sql) {
  SqliteTable& table = SqliteTable::Get();
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.Run(sql));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kRows);
}

#define REDBASE_AND_SQLITE(name, sql)                                            \
  BENCHMARK(name)->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond); \
  BENCHMARK_CAPTURE(RunSqlite, name, sql)->UseRealTime()->Unit(benchmark::kMillisecond)

void SortNumbers(benchmark::State& state) {
  RunPlan(state, *World::Get().OverScan({0}, Sort{{{0, false, false}}, {}}));
}
REDBASE_AND_SQLITE(SortNumbers, "select a from R order by a");

void SortTexts(benchmark::State& state) {
  RunPlan(state, *World::Get().OverScan({3}, Sort{{{0, false, false}}, {}}));
}
REDBASE_AND_SQLITE(SortTexts, "select d from R order by d");

void SortByGroupAndText(benchmark::State& state) {
  RunPlan(state, *World::Get().OverScan({1, 3}, Sort{{{0, false, false}, {1, false, false}}, {}}));
}
REDBASE_AND_SQLITE(SortByGroupAndText, "select b, d from R order by b, d");

void FirstHundred(benchmark::State& state) {
  RunPlan(state, *World::Get().OverScan({0, 3}, Sort{{{0, false, false}}, 100}));
}
REDBASE_AND_SQLITE(FirstHundred, "select a, d from R order by a limit 100");

void StableSortOfRows(benchmark::State& state) {
  struct Pair {
    int32_t group;
    std::string name;
  };
  std::vector<Pair> rows;
  for (const BenchRow& row : World::Get().rows()) {
    rows.push_back({row.of_ten, row.name});
  }
  for (auto _ : state) {
    std::vector<Pair> copy = rows;
    std::stable_sort(copy.begin(), copy.end(), [](const Pair& a, const Pair& b) {
      return a.group != b.group ? a.group < b.group : a.name < b.name;
    });
    benchmark::DoNotOptimize(copy.data());
  }
}
BENCHMARK(StableSortOfRows)->UseRealTime()->Unit(benchmark::kMillisecond);

PlanPtr GroupBy(uint32_t column) {
  Aggregate aggregate{{0}, {}};
  AggregateCall sum;
  sum.function = AggregateFunction::kSum;
  sum.arguments = {1};
  AggregateCall average = sum;
  average.function = AggregateFunction::kAvg;
  aggregate.calls.push_back(sum);
  aggregate.calls.emplace_back();
  aggregate.calls.push_back(average);
  return World::Get().OverScan({column, 0}, std::move(aggregate),
                               {{"g", kInt, ""},
                                {"sum", kBigint, ""},
                                {"count", kBigint, ""},
                                {"avg", LogicalType::Decimal(38, 6), ""}});
}

void TenGroups(benchmark::State& state) { RunPlan(state, *GroupBy(1)); }
REDBASE_AND_SQLITE(TenGroups, "select b, sum(a), count(*), avg(a) from R group by b");

void ManyGroups(benchmark::State& state) { RunPlan(state, *GroupBy(2)); }
REDBASE_AND_SQLITE(ManyGroups, "select c, sum(a), count(*), avg(a) from R group by c");

void DistinctTexts(benchmark::State& state) {
  RunPlan(state, *World::Get().OverScan({3}, Aggregate{{0}, {}}));
}
REDBASE_AND_SQLITE(DistinctTexts, "select distinct d from R");

}  // namespace
}  // namespace redbase::ql
