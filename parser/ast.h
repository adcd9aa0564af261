// The statement tree: what a statement says, before anybody asks what it means.
//
// Everything here is plain data made by the parser and read by the binder; expressions and
// queries have headers of their own.  Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "parser/expr.h"
#include "parser/query.h"

namespace redbase::parser {

struct ColumnDefinition {
  Identifier name;
  TypeName type;
};

// `distribute attribute (v1, v2, ...)`: the starts of the second and later ranges.
struct Distribute {
  Identifier attribute;
  std::vector<Literal> values;
};

struct CreateTable {
  Identifier table;
  std::vector<ColumnDefinition> columns;
  std::optional<Distribute> distribute;
};

struct DropTable {
  Identifier table;
};

struct CreateIndex {
  Identifier table;
  std::vector<Identifier> columns;
  bool unique = false;
};

struct DropIndex {
  Identifier table;
  std::vector<Identifier> columns;
};

struct Load {
  Identifier table;
  Literal path;  // a string
};

struct Set {
  Identifier parameter;
  Literal value;  // a string
};

struct Help {
  std::optional<Identifier> table;
};

struct Print {
  enum class Target : uint8_t { kRelation, kBuffer, kIo, kPage, kTree, kPartitions };

  Target target = Target::kRelation;
  Identifier relation;              // empty for kBuffer and kIo
  int64_t page = 0;                 // kPage only
  Position page_position;           // kPage only
  std::vector<Identifier> columns;  // kTree only: the columns of the index
};

// Rows that are written down, or those of a query.
struct Insert {
  Identifier table;
  std::vector<Identifier> columns;      // empty: all, in their order
  std::vector<std::vector<Expr>> rows;  // none of them empty
  std::unique_ptr<Query> query;         // null: `rows`
};

struct Delete {
  Identifier table;
  std::optional<Identifier> alias;
  std::vector<TableRef> using_tables;
  std::vector<Expr> where;
};

struct Assignment {
  ColumnRef column;
  Expr value;
};

struct Update {
  Identifier table;
  std::optional<Identifier> alias;
  std::vector<Assignment> assignments;  // at least one
  std::vector<TableRef> from;
  std::vector<Expr> where;
};

struct QueryPlans {
  bool on = false;
};

struct ResetIo {};

struct ResetBuffer {};

struct ResizeBuffer {
  int64_t pages = 0;
  Position position;  // of the number
};

enum class IsolationLevel : uint8_t {
  kReadUncommitted,
  kReadCommitted,
  kRepeatableRead,
  kSnapshot,
  kSerializable,
};
// "read committed" and so on, as it is written.
std::string_view ToString(IsolationLevel level);

struct TransactionModes {
  std::optional<IsolationLevel> isolation;
  std::optional<bool> read_only;

  bool operator==(const TransactionModes&) const = default;
};

struct Begin {
  TransactionModes modes;
};

struct Commit {};

struct Rollback {};

struct Savepoint {
  Identifier name;
};

struct RollbackTo {
  Identifier savepoint;
};

struct Release {
  Identifier savepoint;
};

// The modes of PostgreSQL, in its order.
enum class TableLockMode : uint8_t {
  kAccessShare,
  kRowShare,
  kRowExclusive,
  kShareUpdateExclusive,
  kShare,
  kShareRowExclusive,
  kExclusive,
  kAccessExclusive,
};
// "row exclusive" and so on.
std::string_view ToString(TableLockMode mode);

struct LockTable {
  std::vector<Identifier> tables;
  TableLockMode mode = TableLockMode::kAccessExclusive;
  bool nowait = false;
};

struct Checkpoint {};

// Copies the whole database into a new directory.
struct Backup {
  Literal path;  // a string
};

struct Exit {};

// A semicolon alone.
struct Empty {};

// A line for the system's shell, without its `!` and its line end.
struct Shell {
  std::string command;
};

using Statement =
    std::variant<CreateTable, DropTable, CreateIndex, DropIndex, Load, Set, Help, Print, Query,
                 Insert, Delete, Update, QueryPlans, ResetIo, ResetBuffer, ResizeBuffer, Begin,
                 Commit, Rollback, Savepoint, RollbackTo, Release, LockTable, Checkpoint, Backup,
                 Exit, Empty, Shell>;

}  // namespace redbase::parser
