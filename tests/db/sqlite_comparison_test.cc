// Random statements give the same rows as in SQLite, on one node and on several,
// with and without the optimizer.
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "tests/db/random_sql.h"
#include "tests/db/system_fixture.h"

namespace redbase::db {
namespace {

class Sqlite {
 public:
  Sqlite() {
    EXPECT_EQ(sqlite3_open(":memory:", &connection_), SQLITE_OK);
    EXPECT_EQ(
        sqlite3_exec(connection_, "pragma case_sensitive_like = on;", nullptr, nullptr, nullptr),
        SQLITE_OK);
  }
  ~Sqlite() { sqlite3_close(connection_); }
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  // Rows as Do() writes them, sorted; the message of an error.
  Result<Lines> Do(const std::string& text) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(connection_, text.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
      return Failure();
    }
    Lines lines;
    int step = SQLITE_ROW;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
      std::string line;
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        line += (i == 0 ? "" : " | ") + Cell(statement, i);
      }
      lines.push_back(std::move(line));
    }
    sqlite3_finalize(statement);
    if (step != SQLITE_DONE) {
      return Failure();
    }
    return Sorted(std::move(lines));
  }

 private:
  Status Failure() const { return {Code::kInvalidArgument, sqlite3_errmsg(connection_)}; }

  static std::string Cell(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_NULL:
        return "null";
      case SQLITE_INTEGER:
        return std::to_string(sqlite3_column_int64(statement, column));
      case SQLITE_FLOAT:
        return Value::Real(static_cast<float>(sqlite3_column_double(statement, column))).ToString();
      default:
        return {reinterpret_cast<const char*>(sqlite3_column_text(statement, column)),
                static_cast<size_t>(sqlite3_column_bytes(statement, column))};
    }
  }

  sqlite3* connection_ = nullptr;
};

std::string SqliteCreateTable(const RandomTable& table) {
  std::string text = "create table " + table.name + " (";
  for (const RandomColumn& column : table.columns) {
    const char* type = IsString(column.type.id)         ? " text"
                       : column.type.id == TypeId::kInt ? " integer"
                                                        : " real";
    text += (&column == table.columns.data() ? "" : ", ") + column.name + type;
  }
  return text + ")";
}

// SQLite's `returning` gives whole reals as integers.
std::string Returning(const RandomTable& table) {
  std::string text;
  for (const RandomColumn& column : table.columns) {
    text += (text.empty() ? " returning " : ", ") + column.name +
            (column.type.id == TypeId::kReal ? " * 1.0" : "");
  }
  return text;
}

// SQLite and several databases that are told the same.
class SqliteComparison : public ::testing::Test {
 protected:
  static constexpr uint32_t kNodes[] = {0, 2, 4, 7};

  SqliteComparison() {
    for (const uint32_t nodes : kNodes) {
      systems_.push_back(std::make_unique<System>(nodes));
    }
  }

  // A statement that gives rows in all of them.
  void Same(const std::string& text, const std::string& sqlite_only = "") {
    const Result<Lines> want = sqlite_.Do(text + sqlite_only);
    ASSERT_OK(want) << text;
    if (std::getenv("REDBASE_TRACE") != nullptr) {
      std::fprintf(stderr, "%zu rows: %s;\n", want->size(), text.c_str());
    }
    for (size_t i = 0; i < systems_.size(); ++i) {
      const Result<Lines> got = systems_[i]->Do(text + ";");
      const std::string where = "on " + std::to_string(kNodes[i]) + " nodes: " + text;
      ASSERT_OK(got) << where;
      ASSERT_EQ(Sorted(*got), *want) << where;
    }
    rows_seen_ += want->size();
  }

  void SetOptimize(bool optimize) {
    for (const auto& system : systems_) {
      system->session().settings().optimize_query = optimize;
    }
  }

  void CreateTable() {
    RandomTable table = sql_.Table("t" + std::to_string(next_table_++));
    ASSERT_OK(sqlite_.Do(SqliteCreateTable(table)));
    for (size_t i = 0; i < systems_.size(); ++i) {
      const bool split = kNodes[i] > 0 && !sql_.OneIn(6);
      const std::string text =
          RandomSql::CreateTable(table) + (split ? sql_.Distribute(table, kNodes[i]) : "") + ";";
      ASSERT_OK(systems_[i]->Do(text)) << text;
    }
    tables_.push_back(table);
  }

  void DropTable() {
    const size_t number = sql_.Below(tables_.size());
    Same("drop table " + tables_[number].name);
    tables_.erase(tables_.begin() + static_cast<std::ptrdiff_t>(number));
  }

  void Insert(RandomTable& table, size_t count) {
    std::vector<std::vector<Value>> rows;
    for (size_t i = 0; i < count; ++i) {
      rows.push_back(sql_.Row(table, true));
    }
    table.rows += count;
    Same(RandomSql::Insert(table, rows), Returning(table));
  }

  void Load(RandomTable& table, size_t count) {
    std::vector<std::vector<Value>> rows;
    for (size_t i = 0; i < count; ++i) {
      rows.push_back(sql_.Row(table, false));
    }
    table.rows += count;
    for (size_t i = 0; i < count; i += 200) {
      const auto first = rows.begin() + static_cast<std::ptrdiff_t>(i);
      const auto last = rows.begin() + static_cast<std::ptrdiff_t>(std::min(count, i + 200));
      ASSERT_OK(sqlite_.Do(RandomSql::Insert(table, {first, last})));
    }
    for (const auto& system : systems_) {
      ASSERT_OK(system->Load(table.name, RandomSql::LoadText(rows)));
    }
    Same("select * from " + table.name);
  }

  void ChangeIndex(const RandomTable& table) {
    const std::string index = sql_.CreateIndex(table);
    const bool drop = indexes_.count(index) > 0;
    for (const auto& system : systems_) {
      ASSERT_OK(system->Do((drop ? "drop index " : "create index ") + index + ";"));
    }
    if (drop) {
      indexes_.erase(index);
    } else {
      indexes_.insert(index);
    }
  }

  void Select() {
    const std::string text = sql_.Select(tables_);
    Same(text);
    SetOptimize(false);
    Same(text);
    SetOptimize(true);
  }

  void AnyStatement() {
    RandomTable& table = tables_[sql_.Below(tables_.size())];
    const size_t dice = sql_.Below(100);
    if (dice < 60) {
      Select();
    } else if (dice < 70) {
      Insert(table, 1 + sql_.Below(5));
    } else if (dice < 78) {
      Same(sql_.Delete(table), Returning(table));
    } else if (dice < 88) {
      Same(sql_.Update(table), Returning(table));
    } else if (dice < 95) {
      ChangeIndex(table);
    } else if (dice < 98) {
      Load(table, sql_.Below(60));
    } else {
      systems_[sql_.Below(systems_.size())]->Reopen();
    }
  }

  void Run(size_t statements, size_t largest_table) {
    for (const size_t rows : {largest_table, size_t{150}, size_t{60}, size_t{20}, size_t{0}}) {
      ASSERT_NO_FATAL_FAILURE(CreateTable());
      ASSERT_NO_FATAL_FAILURE(Load(tables_.back(), rows));
      ASSERT_NO_FATAL_FAILURE(Insert(tables_.back(), 10));
    }
    for (size_t i = 0; i < statements; ++i) {
      ASSERT_NO_FATAL_FAILURE(AnyStatement()) << "statement " << i;
    }
    ASSERT_NO_FATAL_FAILURE(DropTable());
    for (const auto& system : systems_) {
      system->Reopen();
    }
    for (const RandomTable& table : tables_) {
      ASSERT_NO_FATAL_FAILURE(Same("select * from " + table.name));
    }
    EXPECT_GT(rows_seen_, statements);
  }

  const uint64_t seed_ = NewSeed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, "REDBASE_SEED=" + std::to_string(seed_)};
  RandomSql sql_{seed_};
  Sqlite sqlite_;
  std::vector<std::unique_ptr<System>> systems_;
  std::vector<RandomTable> tables_;
  std::set<std::string> indexes_;
  size_t next_table_ = 0;
  size_t rows_seen_ = 0;
};

TEST_F(SqliteComparison, RandomStatementsOnSmallTablesAgree) { Run(250, 300); }

TEST_F(SqliteComparison, RandomStatementsOnOtherTablesAgree) { Run(250, 600); }

TEST_F(SqliteComparison, RandomStatementsOnLargerTablesAgree) { Run(60, 5000); }

// A statement that may fail, but then in all of them.
class UniqueComparison : public SqliteComparison {
 protected:
  UniqueComparison() {
    EXPECT_OK(sqlite_.Do("create table u (k integer, v integer)"));
    EXPECT_OK(sqlite_.Do("create unique index i on u(k)"));
    for (size_t i = 0; i < systems_.size(); ++i) {
      std::string split;
      for (uint32_t n = 1; n < kNodes[i]; ++n) {
        split += (n == 1 ? " distribute k (" : ", ") + std::to_string(n * 4);
      }
      systems_[i]->Run("create table u (k int, v int)" + split + (split.empty() ? ";" : ");"));
      systems_[i]->Run("create unique index u(k);");
      systems_[i]->Run("create index u(v);");
    }
  }

  void SameOutcome(const std::string& text) {
    const bool possible = sqlite_.Do(text).ok();
    failed_ += possible ? 0 : 1;
    for (const auto& system : systems_) {
      const Result<Lines> done = system->Do(text + ";");
      EXPECT_EQ(done.ok(), possible) << text;
      EXPECT_TRUE(done.ok() || done.status().code() == Code::kConstraint);
    }
    ASSERT_NO_FATAL_FAILURE(Same("select * from u"));
  }

  // Null now and then.
  std::string Key() { return sql_.OneIn(15) ? "null" : std::to_string(sql_.Below(30)); }

  std::string AnyChange() {
    const std::string v = std::to_string(sql_.Below(8));
    switch (sql_.Below(6)) {
      case 0:
        return "delete from u where v = " + v;
      case 1:
        return "update u set k = " + Key() + " where v = " + v;
      case 2:
        return "update u set k = " + Key() + ", v = " + v + " where k = " + Key();
      case 3:
        return "insert into u values (" + Key() + ", " + v + "), (" + Key() + ", " + v + ")";
      default:
        return "insert into u values (" + Key() + ", " + v + ")";
    }
  }

  size_t failed_ = 0;
};

TEST_F(UniqueComparison, RandomKeysAreRefusedAlike) {
  for (int i = 0; i < 200; ++i) {
    ASSERT_NO_FATAL_FAILURE(SameOutcome(AnyChange()));
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(failed_, 10U);
}

TEST(UniqueIndex, OfADistributedTableMustHaveThePartitioningColumn) {
  System system(3);
  system.Run("create table t (a int, b int) distribute a (10, 20);");
  EXPECT_THAT(system.Error("create unique index t(b);"), ::testing::HasSubstr("a"));
  system.Run("create unique index t(b, a);");
  system.Run("insert into t values (1, 5), (15, 5);");
  EXPECT_FALSE(system.Do("update t set a = 1;").ok());
  EXPECT_EQ(Sorted(system.Rows("print t;")), (Lines{"1 | 5", "15 | 5"}));
}

TEST(Update, SetsColumnsInAnyOrder) {
  System system(0);
  system.Run("create table t (a int, b varchar(30), c int);");
  system.Run("insert into t values (1, 'b', 3), (2, null, 4);");
  const Lines rows = Sorted(system.Rows("update t set c = a, b = 'longer than before', a = c;"));
  EXPECT_EQ(rows, (Lines{"3 | longer than before | 1", "4 | longer than before | 2"}));
}

}  // namespace
}  // namespace redbase::db
