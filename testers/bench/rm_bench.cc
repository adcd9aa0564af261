// Record files, cached: scans of one column, loads, changes, fetches.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "common/random.h"
#include "common/sim_env.h"
#include "pf/buffer_pool.h"
#include "pf/log.h"
#include "rm/record_file.h"
#include "rm/record_page.h"
#include "rm/record_scan.h"
#include "tx/transaction.h"

namespace redbase {
namespace {

constexpr LogicalType kInt{TypeId::kInt, 0};
constexpr LogicalType kReal{TypeId::kReal, 0};
constexpr LogicalType kText{TypeId::kVarchar, 40};
constexpr int kKeys = 1000;

// As the figures ask for: 8 columns of ints, floats, strings.
std::vector<LogicalType> EightColumns() {
  return {kInt, kInt, kReal, kText, kInt, kReal, kText, kInt};
}

void Require(const Status& status) {
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.message().c_str());
    std::abort();
  }
}

Schema SchemaOf(const std::vector<LogicalType>& types) {
  Schema schema;
  for (const LogicalType type : types) {
    schema.Add({"", type, ""});
  }
  return schema;
}

// A full batch of random rows; ints are below kKeys.
Batch RandomRows(const std::vector<LogicalType>& types, Random* random) {
  Batch batch(SchemaOf(types));
  for (size_t c = 0; c < types.size(); ++c) {
    Vector& vector = batch.column(c);
    for (size_t i = 0; i < kBatchCapacity; ++i) {
      const uint64_t n = random->Below(kKeys);
      if (types[c] == kInt) {
        vector.data<int32_t>()[i] = static_cast<int32_t>(n);
      } else if (types[c] == kReal) {
        vector.data<float>()[i] = static_cast<float>(n) / 4;
      } else {
        vector.SetString(i, std::string(10 + n % 12, static_cast<char>('a' + n % 26)));
      }
    }
  }
  batch.set_rows(kBatchCapacity);
  return batch;
}

class Store {
 public:
  Store(std::vector<LogicalType> types, size_t page_size) : types_(std::move(types)) {
    auto made =
        rm::RecordFile::Create({&pool_, &targets_}, "/r", {pf::FileId{1}, 1}, types_, page_size);
    Require(made.status());
    file_ = std::move(*made);
  }
  ~Store() { file_->Abandon(); }

  rm::RecordFile& file() { return *file_; }
  tx::UndoTargets& targets() { return targets_; }

  void Load(size_t rows) {
    Random random(1);
    tx::Transaction transaction(targets_);
    rm::BulkAppender appender(*file_, transaction);
    for (size_t done = 0; done < rows; done += kBatchCapacity) {
      Require(appender.Append(RandomRows(types_, &random), nullptr));
    }
    Require(appender.Finish());
    Require(transaction.Commit());
  }

 private:
  const std::vector<LogicalType> types_;
  common::SimEnv env_;
  pf::NullLog log_;
  tx::UndoTargets targets_;
  pf::BufferPool pool_{env_, log_, {size_t{1} << 30, false}};
  std::unique_ptr<rm::RecordFile> file_;
};

// Bytes per second are those of the one column.
void ScanWhere(benchmark::State& state, const std::vector<LogicalType>& types, int32_t below) {
  constexpr size_t kRows = size_t{1} << 20;
  Store store(types, static_cast<size_t>(state.range(0)));
  store.Load(kRows);
  rm::ColumnPredicate predicate;
  predicate.op = CompareOp::kLt;
  predicate.value = Value::Int(below);
  Batch batch;
  uint64_t found = 0;
  for (auto _ : state) {
    rm::MorselSource morsels(store.file());
    rm::RecordScan scan(store.file(), {0}, {predicate}, false);
    while (const auto morsel = morsels.Take()) {
      scan.Start(*morsel);
      while (*scan.Next(&batch)) {
        found += batch.rows();
      }
    }
  }
  benchmark::DoNotOptimize(found);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kRows * sizeof(int32_t)));
}

void ScanIntOfOneColumn(benchmark::State& state) { ScanWhere(state, {kInt}, 1); }
void ScanIntOfEightColumns(benchmark::State& state) { ScanWhere(state, EightColumns(), 1); }
void ScanIntTenPercent(benchmark::State& state) { ScanWhere(state, EightColumns(), kKeys / 10); }
void ScanIntAll(benchmark::State& state) { ScanWhere(state, EightColumns(), kKeys); }
BENCHMARK(ScanIntOfOneColumn)->Arg(4096)->Arg(16384)->Arg(32768)->Arg(65536);
BENCHMARK(ScanIntOfEightColumns)->Arg(4096)->Arg(16384)->Arg(32768)->Arg(65536);
BENCHMARK(ScanIntTenPercent)->Arg(4096)->Arg(16384)->Arg(32768)->Arg(65536);
BENCHMARK(ScanIntAll)->Arg(4096)->Arg(16384)->Arg(32768)->Arg(65536);

// All columns of all rows: bytes are those of the file.
void ScanEverything(benchmark::State& state) {
  Store store(EightColumns(), static_cast<size_t>(state.range(0)));
  store.Load(size_t{1} << 19);
  Batch batch;
  for (auto _ : state) {
    rm::MorselSource morsels(store.file());
    rm::RecordScan scan(store.file(), {0, 1, 2, 3, 4, 5, 6, 7}, {}, false);
    while (const auto morsel = morsels.Take()) {
      scan.Start(*morsel);
      while (*scan.Next(&batch)) {
        benchmark::DoNotOptimize(batch.rows());
      }
    }
  }
  state.SetBytesProcessed(
      static_cast<int64_t>(state.iterations() * store.file().statistics().bytes));
}
BENCHMARK(ScanEverything)->Arg(16384)->Arg(32768)->Arg(65536);

void ScanStringEqual(benchmark::State& state) {
  constexpr size_t kRows = size_t{1} << 19;
  Store store(EightColumns(), static_cast<size_t>(state.range(0)));
  store.Load(kRows);
  rm::ColumnPredicate predicate;
  predicate.column = 3;
  predicate.value = Value::String("cccccccccc");
  Batch batch;
  for (auto _ : state) {
    rm::MorselSource morsels(store.file());
    rm::RecordScan scan(store.file(), {0}, {predicate}, false);
    while (const auto morsel = morsels.Take()) {
      scan.Start(*morsel);
      while (*scan.Next(&batch)) {
        benchmark::DoNotOptimize(batch.rows());
      }
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kRows));
}
BENCHMARK(ScanStringEqual)->Arg(65536);

// 1,000,000 rows of 8 columns; bytes are those of the file.
void BulkAppend(benchmark::State& state) {
  constexpr size_t kBatches = 1000000 / kBatchCapacity;
  Random random(1);
  const Batch rows = RandomRows(EightColumns(), &random);
  uint64_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto store = std::make_unique<Store>(EightColumns(), static_cast<size_t>(state.range(0)));
    state.ResumeTiming();
    {
      tx::Transaction transaction(store->targets());
      rm::BulkAppender appender(store->file(), transaction);
      for (size_t i = 0; i < kBatches; ++i) {
        Require(appender.Append(rows, nullptr));
      }
      Require(appender.Finish());
      Require(transaction.Commit());
    }
    bytes += store->file().statistics().bytes;
    state.PauseTiming();
    store.reset();
    state.ResumeTiming();
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * kBatches * kBatchCapacity));
}
BENCHMARK(BulkAppend)->Arg(4096)->Arg(16384)->Arg(32768)->Arg(65536)->Unit(benchmark::kMillisecond);

Batch OneRow() {
  Batch row(SchemaOf(EightColumns()), 1);
  const std::vector<Value> values = {
      Value::Int(1), Value::Int(2),  Value::Real(3),         Value::String("a string of 20 byte"),
      Value::Int(4), Value::Real(5), Value::String("short"), Value::Int(6)};
  for (size_t i = 0; i < values.size(); ++i) {
    row.SetValue(i, 0, values[i]);
  }
  row.set_rows(1);
  return row;
}

void InsertOne(benchmark::State& state) {
  Store store(EightColumns(), rm::kDefaultPageSize);
  const Batch row = OneRow();
  std::vector<Rid> rids;
  for (auto _ : state) {
    tx::Transaction transaction(store.targets());
    rids.clear();
    Require(store.file().Insert(transaction, row, &rids));
    Require(transaction.Commit());
  }
}
BENCHMARK(InsertOne)->Iterations(500000);

void FetchOne(benchmark::State& state) {
  Store store(EightColumns(), rm::kDefaultPageSize);
  store.Load(size_t{1} << 19);
  Random random(2);
  const std::vector<uint32_t> projection = {0, 3};
  Batch batch;
  for (auto _ : state) {
    const Rid rid{PageNum{static_cast<uint32_t>(2 + random.Below(100))},
                  SlotNum{static_cast<uint16_t>(random.Below(100))}};
    Require(store.file().Fetch({&rid, 1}, projection, nullptr, &batch));
  }
}
BENCHMARK(FetchOne);

void UpdateOne(benchmark::State& state) {
  Store store(EightColumns(), rm::kDefaultPageSize);
  store.Load(size_t{1} << 19);
  Random random(2);
  const std::vector<uint32_t> columns = {1};
  Batch value(SchemaOf({kInt}), 1);
  value.SetValue(0, 0, Value::Int(5));
  value.set_rows(1);
  for (auto _ : state) {
    const Rid rid{PageNum{static_cast<uint32_t>(2 + random.Below(100))},
                  SlotNum{static_cast<uint16_t>(random.Below(100))}};
    tx::Transaction transaction(store.targets());
    Require(store.file().Update(transaction, {&rid, 1}, columns, value));
    Require(transaction.Commit());
  }
}
BENCHMARK(UpdateOne);

}  // namespace
}  // namespace redbase
