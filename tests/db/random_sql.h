// RandomSql: random tables and statements that mean the same in RedBase and in
// SQLite.
//
// Numbers are such that a float holds them exactly.  Half of the numbers and
// strings come from few values, so that conditions and joins find something.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/random.h"
#include "common/types.h"
#include "common/value.h"

namespace redbase::db {

struct RandomColumn {
  std::string name;
  LogicalType type;
};

struct RandomTable {
  std::string name;
  std::vector<RandomColumn> columns;
  // About how many, to keep products small.
  size_t rows = 0;
};

// A value as it is written in a statement.
std::string LiteralText(const Value& value);

class RandomSql {
 public:
  explicit RandomSql(uint64_t seed) : random_(seed) {}

  Random& random() { return random_; }
  bool OneIn(uint64_t n) { return random_.OneIn(n); }
  size_t Below(size_t n) { return static_cast<size_t>(random_.Below(n)); }
  template <typename T>
  const T& OneOf(const std::vector<T>& list) {
    return list[Below(list.size())];
  }

  RandomTable Table(const std::string& name);
  // `create table ...`, without `;` and `distribute`.
  static std::string CreateTable(const RandomTable& table);
  // ` distribute c (v, ...)` for this many nodes.
  std::string Distribute(const RandomTable& table, size_t nodes);
  std::string CreateIndex(const RandomTable& table);

  // A value of the column, never null.
  Value NonNull(LogicalType type);
  std::vector<Value> Row(const RandomTable& table, bool with_nulls);
  // `insert into ...` without `;`.
  static std::string Insert(const RandomTable& table, const std::vector<std::vector<Value>>& rows);
  // The same rows as lines of a load file.
  static std::string LoadText(const std::vector<std::vector<Value>>& rows);
  std::string Delete(const RandomTable& table);
  std::string Update(const RandomTable& table);
  // Of one to four of the tables.
  std::string Select(const std::vector<RandomTable>& tables);

 private:
  using From = std::vector<const RandomTable*>;
  struct ColumnOf {
    std::string text;  // as it may be named in the statement
    LogicalType type;
  };

  From PickTables(const std::vector<RandomTable>& tables);
  ColumnOf Column(const From& from, size_t table);
  ColumnOf AnyColumn(const From& from) { return Column(from, Below(from.size())); }
  // A column of the table that can be compared with one of the type.
  std::string Like(const From& from, size_t table, LogicalType type);
  // One comparison; any condition.
  std::string Comparison(const From& from);
  std::string Condition(const From& from, int depth = 0);
  // A literal that can be compared with the type.
  std::string LiteralLike(LogicalType type);
  std::string Conditions(const From& from, bool join);
  std::string Operator();
  std::string String(size_t longest);

  Random random_;
};

}  // namespace redbase::db
