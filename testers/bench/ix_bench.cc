// B+ tree against SQLite's: inserts and lookups of a million random integers,
// all in memory, one thread.  Milliseconds of a million operations are
// nanoseconds of one.
//
// SQLite is used from C through prepared statements, without a journal, without
// syncs, in one transaction, in the two forms that use one B-tree per entry: a
// table without rowid (an index that is the table; duplicates allowed as here)
// and an integer primary key (its fastest, of unique integers only).
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "common/env.h"
#include "common/random.h"
#include "ix/bplus_tree.h"
#include "ix/index_scan.h"
#include "pf/buffer_pool.h"
#include "pf/log.h"

namespace redbase {
namespace {

constexpr size_t kKeys = 1'000'000;
constexpr const char* kTreePath = "ix_bench.tree.tmp";
constexpr const char* kSqlitePath = "ix_bench.sqlite.tmp";

void Require(bool ok, const std::string& what) {
  if (!ok) {
    std::fprintf(stderr, "ix_bench: %s\n", what.c_str());
    std::exit(1);
  }
}
void Require(const Status& status) { Require(status.ok(), status.message()); }

// Distinct integers in random order; the same ones in another.
const std::vector<int32_t>& Keys(uint64_t order) {
  static const auto make = [](uint64_t seed) {
    std::vector<int32_t> keys(kKeys);
    for (size_t i = 0; i < kKeys; ++i) {
      // Multiplied by an odd number, distinct numbers stay so.
      keys[i] = static_cast<int32_t>(static_cast<uint32_t>(i) * 2654435761U);
    }
    Random random(seed);
    for (size_t i = kKeys; i > 1; --i) {
      std::swap(keys[i - 1], keys[random.Below(i)]);
    }
    return keys;
  };
  static const std::vector<int32_t> sets[] = {make(1), make(2)};
  return sets[order];
}

class Tree {
 public:
  explicit Tree(size_t page_size) : pool_(common::RealEnv(), log_, {size_t{256} << 20, false}) {
    if (common::RealEnv().Exists(kTreePath)) {
      Require(common::RealEnv().RemoveFile(kTreePath));
    }
    auto created =
        ix::BPlusTree::Create({&pool_, &targets_}, kTreePath, {pf::FileId{1}, 1},
                              {{{{TypeId::kInt}, false, true}}, /*unique=*/false}, page_size);
    Require(created.status());
    tree_ = std::move(created).value();
    Schema schema;
    schema.Add({"k", {TypeId::kInt}, "t"});
    batch_.Reset(schema);
  }
  ~Tree() {
    tree_->Abandon();
    tree_.reset();
    Require(common::RealEnv().RemoveFile(kTreePath));
  }
  ix::BPlusTree& tree() { return *tree_; }

  // Calls `visit` with every key, encoded from batches.
  template <typename Visit>
  void ForEachKey(const std::vector<int32_t>& keys, Visit visit) {
    const uint32_t column = 0;
    std::string key;
    for (size_t begin = 0; begin < keys.size(); begin += kBatchCapacity) {
      const size_t rows = std::min(kBatchCapacity, keys.size() - begin);
      std::copy_n(keys.data() + begin, rows, batch_.column(0).data<int32_t>());
      batch_.set_rows(rows);
      for (size_t row = 0; row < rows; ++row) {
        key.clear();
        ix::EncodeKey(tree_->options().key, batch_, {&column, 1}, row, &key);
        visit(key, begin + row);
      }
    }
  }
  void Fill() {
    tx::Transaction transaction(targets_);
    ForEachKey(Keys(0), [&](const std::string& key, size_t i) {
      Require(tree_->Insert(transaction, key, UnpackRid(i)));
    });
    Require(transaction.Commit());
  }

 private:
  pf::NullLog log_;
  pf::BufferPool pool_;
  tx::UndoTargets targets_;
  std::unique_ptr<ix::BPlusTree> tree_;
  Batch batch_;
};

class Sqlite {
 public:
  explicit Sqlite(const char* create) {
    std::remove(kSqlitePath);
    Require(sqlite3_open(kSqlitePath, &db_) == SQLITE_OK, "sqlite3_open");
    Run("pragma journal_mode = off");
    Run("pragma synchronous = off");
    Run("pragma locking_mode = exclusive");
    Run("pragma cache_size = -262144");
    Run(create);
    insert_ = Prepare("insert into t values (?, ?)");
    select_ = Prepare("select r from t where k = ?");
  }
  ~Sqlite() {
    sqlite3_finalize(insert_);
    sqlite3_finalize(select_);
    sqlite3_close(db_);
    std::remove(kSqlitePath);
  }
  void Run(const char* sql) {
    Require(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  }
  void Fill() {
    Run("begin");
    const std::vector<int32_t>& keys = Keys(0);
    for (size_t i = 0; i < kKeys; ++i) {
      sqlite3_bind_int(insert_, 1, keys[i]);
      sqlite3_bind_int(insert_, 2, static_cast<int>(i));
      Require(sqlite3_step(insert_) == SQLITE_DONE, "sqlite3_step");
      sqlite3_reset(insert_);
    }
    Run("commit");
  }
  int64_t Lookup(int32_t key) {
    sqlite3_bind_int(select_, 1, key);
    Require(sqlite3_step(select_) == SQLITE_ROW, "key not found");
    const int64_t rid = sqlite3_column_int64(select_, 0);
    sqlite3_reset(select_);
    return rid;
  }

 private:
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Require(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
    return statement;
  }
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* select_ = nullptr;
};

constexpr const char* kWithoutRowid =
    "create table t (k integer, r integer, primary key (k, r)) without rowid";
constexpr const char* kPrimaryKey = "create table t (k integer primary key, r integer)";

void InsertIx(benchmark::State& state) {
  Keys(0);
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    auto tree = std::make_unique<Tree>(static_cast<size_t>(state.range(0)));
    state.ResumeTiming();
    tree->Fill();
    state.PauseTiming();
    tree.reset();
    state.ResumeTiming();
  }
}

void InsertSqlite(benchmark::State& state, const char* create) {
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    auto db = std::make_unique<Sqlite>(create);
    state.ResumeTiming();
    db->Fill();
    state.PauseTiming();
    db.reset();
    state.ResumeTiming();
  }
}

void LookupIx(benchmark::State& state) {
  Tree tree(static_cast<size_t>(state.range(0)));
  tree.Fill();
  for ([[maybe_unused]] auto _ : state) {
    uint64_t sum = 0;
    tree.ForEachKey(Keys(1), [&](const std::string& key, size_t) {
      const Result<std::optional<Rid>> rid = tree.tree().LookupOne(key);
      Require(rid.ok() && rid->has_value(), "key not found");
      sum += PackRid(**rid);
    });
    benchmark::DoNotOptimize(sum);
  }
}

void LookupSqlite(benchmark::State& state, const char* create) {
  Sqlite db(create);
  db.Fill();
  for ([[maybe_unused]] auto _ : state) {
    int64_t sum = 0;
    for (const int32_t key : Keys(1)) {
      sum += db.Lookup(key);
    }
    benchmark::DoNotOptimize(sum);
  }
}

void ScanIx(benchmark::State& state) {
  Tree tree(static_cast<size_t>(state.range(0)));
  tree.Fill();
  std::vector<Rid> rids;
  for ([[maybe_unused]] auto _ : state) {
    ix::IndexScan scan(tree.tree(), {});
    size_t count = 0;
    while (true) {
      rids.clear();
      const Result<bool> more = scan.Next(kBatchCapacity, &rids);
      Require(more.status());
      if (!*more) {
        break;
      }
      count += rids.size();
    }
    Require(count == kKeys, "entries lost");
  }
}

void BulkBuildIx(benchmark::State& state) {
  std::vector<int32_t> keys = Keys(0);
  std::sort(keys.begin(), keys.end());
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    auto tree = std::make_unique<Tree>(static_cast<size_t>(state.range(0)));
    size_t next = 0;
    std::string key;
    state.ResumeTiming();
    Require(tree->tree().BulkBuild([&](ix::Entry* entry) -> Result<bool> {
      if (next == keys.size()) {
        return false;
      }
      key.clear();
      const Value value = Value::Int(keys[next]);
      ix::EncodeKeyPrefix(tree->tree().options().key, {&value, 1}, &key);
      *entry = {key, UnpackRid(next++)};
      return true;
    }));
    state.PauseTiming();
    tree.reset();
    state.ResumeTiming();
  }
}

BENCHMARK(InsertIx)->RangeMultiplier(2)->Range(4096, 16384)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(InsertSqlite, without_rowid, kWithoutRowid)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(InsertSqlite, primary_key, kPrimaryKey)->Unit(benchmark::kMillisecond);
BENCHMARK(LookupIx)->RangeMultiplier(2)->Range(4096, 16384)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(LookupSqlite, without_rowid, kWithoutRowid)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(LookupSqlite, primary_key, kPrimaryKey)->Unit(benchmark::kMillisecond);
BENCHMARK(ScanIx)->Arg(ix::kDefaultPageSize)->Unit(benchmark::kMillisecond);
BENCHMARK(BulkBuildIx)->Arg(ix::kDefaultPageSize)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace redbase
