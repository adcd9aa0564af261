// The executor: parsing of load files, joins, filters, index building, on one thread
// and on as many as there are processors (the argument: threads that help).
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "common/bytes.h"
#include "common/random.h"
#include "common/sim_env.h"
#include "ql/expr_eval.h"
#include "ql/index_build.h"
#include "ql/query.h"
#include "sm/catalog.h"

namespace redbase::ql {
namespace {

constexpr LogicalType kInt{TypeId::kInt, 0};
constexpr LogicalType kReal{TypeId::kReal, 0};
constexpr LogicalType kName{TypeId::kClassicString, 20};
constexpr const char* kPath = "/db";

template <typename T>
T OrDie(Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().message().c_str());
    std::abort();
  }
  return std::move(result).value();
}
void OrDie(const Status& status) {
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.message().c_str());
    std::abort();
  }
}

// A database in memory with a load file of a million rows and a table of them.
class World {
 public:
  static constexpr int kRows = 1000000;

  World() {
    OrDie(env_.CreateDirectory(kPath));
    OrDie(sm::Catalog::Create(env_, kPath, {}));
    catalog_ = OrDie(sm::Catalog::Open(pool_, kPath));
    WriteLoadFile();
    for (const char* name : {"R", "S"}) {
      tx::Transaction transaction(catalog_->log());
      sm::TableDefinition definition;
      definition.name = name;
      definition.columns = schema_.columns();
      OrDie(catalog_->CreateTable(transaction, definition));
      OrDie(transaction.Commit());
      Run(*Load(name), 0);
    }
  }
  static World& Get() {
    static World world;
    return world;
  }

  size_t file_bytes() const { return file_bytes_; }
  const Schema& schema() const { return schema_; }
  sm::RelationPtr Table(const char* name) const { return OrDie(catalog_->Find(name)); }

  PlanPtr Text() const { return MakePlan(schema_, TextScan{"/load.data", ','}); }
  PlanPtr Load(const char* table) const {
    std::vector<PlanPtr> children;
    children.push_back(Text());
    return MakePlan(schema_, Insert{table, false, true}, std::move(children));
  }
  PlanPtr Scan(const char* table, std::vector<uint32_t> projection) const {
    FileScan scan;
    scan.relation = table;
    scan.projection = projection;
    return MakePlan(schema_.Project(projection), std::move(scan));
  }

  // Rows that came out.
  size_t Run(const PlanNode& plan, int threads) {
    return InContext(threads, [&plan](ExecContext& context) {
      const std::unique_ptr<Query> query = OrDie(Query::Start(plan, context));
      Batch batch;
      size_t rows = 0;
      while (OrDie(query->Next(&batch))) {
        rows += batch.selected();
      }
      return rows;
    });
  }

  // Calls the function in a statement that is taken back, but for loads at the start.
  template <typename F>
  size_t InContext(int threads, F function) {
    common::MemoryAccount memory("statement");
    common::ThreadPool pool(common::RealEnv(), static_cast<unsigned>(threads));
    tx::Transaction transaction(catalog_->log());
    ExecContext context;
    context.env = &env_;
    context.executor = &pool;
    context.catalog = catalog_.get();
    context.transaction = &transaction;
    context.memory = &memory;
    const size_t rows = function(context);
    OrDie(transaction.Commit());
    return rows;
  }

  sm::Catalog& catalog() { return *catalog_; }

 private:
  void WriteLoadFile() {
    Random random(1);
    std::string text;
    for (int i = 0; i < kRows; ++i) {
      text += std::to_string(i) + "," + std::to_string(random.Below(100000)) + "," +
              std::to_string(random.Below(1000)) + "." + std::to_string(random.Below(100)) +
              ",name " + std::to_string(random.Below(1000000)) + "\n";
    }
    file_bytes_ = text.size();
    OrDie(OrDie(env_.Open("/load.data", common::OpenMode::kCreate))->Write(0, AsBytes(text)));
  }

  const Schema schema_{{{"a", kInt, "T"}, {"b", kInt, "T"}, {"c", kReal, "T"}, {"d", kName, "T"}}};
  common::SimEnv env_;
  pf::NullLog log_;
  pf::BufferPool pool_{env_, log_, {size_t{1} << 30, false}};
  std::unique_ptr<sm::Catalog> catalog_;
  size_t file_bytes_ = 0;
};

void ParseLoadFile(benchmark::State& state) {
  World& world = World::Get();
  const PlanPtr plan = world.Text();
  for (auto _ : state) {
    benchmark::DoNotOptimize(world.Run(*plan, static_cast<int>(state.range(0))));
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * world.file_bytes()));
}
BENCHMARK(ParseLoadFile)->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);

void ScanTable(benchmark::State& state) {
  World& world = World::Get();
  const PlanPtr plan = world.Scan("R", {0, 1});
  for (auto _ : state) {
    benchmark::DoNotOptimize(world.Run(*plan, static_cast<int>(state.range(0))));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * World::kRows);
}
BENCHMARK(ScanTable)->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);

// Each of a million rows finds one of a million others.
void JoinByHash(benchmark::State& state) {
  World& world = World::Get();
  std::vector<PlanPtr> children;
  children.push_back(world.Scan("R", {0, 1}));
  children.push_back(world.Scan("S", {0, 2}));
  Schema schema = Schema::Join(children[0]->schema, children[1]->schema);
  const PlanPtr plan =
      MakePlan(std::move(schema), HashJoin{{0}, {0}, nullptr}, std::move(children));
  for (auto _ : state) {
    benchmark::DoNotOptimize(world.Run(*plan, static_cast<int>(state.range(0))));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * World::kRows * 2);
}
BENCHMARK(JoinByHash)->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);

void SelectByComparison(benchmark::State& state) {
  const Schema schema({{"a", kInt, "T"}});
  Batch batch(schema);
  Random random(1);
  for (size_t row = 0; row < kBatchCapacity; ++row) {
    batch.column(0).data<int32_t>()[row] = static_cast<int32_t>(random.Below(100));
  }
  batch.set_rows(kBatchCapacity);
  const ExprPtr predicate =
      Expr::Compare(CompareOp::kLt, Expr::ColumnRef(0, kInt), Expr::Constant(Value::Int(50), kInt));
  std::vector<uint16_t> rows;
  for (auto _ : state) {
    OrDie(SelectRows(*predicate, batch, &rows));
    benchmark::DoNotOptimize(rows.data());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatchCapacity));
}
BENCHMARK(SelectByComparison);

void BuildOneIndex(benchmark::State& state) {
  World& world = World::Get();
  const sm::RelationPtr table = world.Table("R");
  for (auto _ : state) {
    world.InContext(static_cast<int>(state.range(0)), [&](ExecContext& context) {
      const sm::IndexInfo index =
          OrDie(world.catalog().CreateIndex(*context.transaction, *table, {1}, false));
      OrDie(BuildIndex(context, *world.Table("R"), index));
      OrDie(world.catalog().DropIndex(*context.transaction, *world.Table("R"), index));
      return size_t{0};
    });
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * World::kRows);
}
BENCHMARK(BuildOneIndex)->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace redbase::ql
