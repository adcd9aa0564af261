// Query: what a `select` says: lists of expressions, relations and the joins between them, set
// operations, order and limits.
//
// Plain data, as parser/expr.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "parser/expr.h"

namespace redbase::parser {

struct Query;

// One entry of `order by`.  Without `nulls first | last`, nulls count as larger than values.
struct OrderItem {
  Expr expr;
  bool descending = false;
  std::optional<bool> nulls_first;
};

struct FrameBound {
  enum class Kind : uint8_t {
    kUnboundedPreceding,
    kPreceding,
    kCurrentRow,
    kFollowing,
    kUnboundedFollowing,
  };
  Kind kind = Kind::kUnboundedPreceding;
  std::optional<Expr> offset;  // kPreceding, kFollowing
};

// The rows around the current one that a window function sees.
struct Frame {
  enum class Unit : uint8_t { kRows, kRange, kGroups };
  enum class Exclude : uint8_t { kNothing, kCurrentRow, kGroup, kTies };

  Unit unit = Unit::kRange;
  FrameBound start;
  FrameBound end{FrameBound::Kind::kCurrentRow, std::nullopt};
  Exclude exclude = Exclude::kNothing;
};

struct Window {
  std::optional<Identifier> base;  // a window of the `window` clause that this one goes on from
  std::vector<Expr> partition_by;
  std::vector<OrderItem> order_by;
  std::optional<Frame> frame;
};

struct NamedWindow {
  Identifier name;
  Window window;
};

// The arguments are the children of the expression.
struct FunctionCall {
  Identifier name;  // in lower case
  bool star = false;
  bool distinct = false;
  std::vector<OrderItem> order_by;  // of an aggregate's arguments
  std::optional<Expr> filter;
  std::optional<Window> over;
};

struct Subquery {
  enum class Kind : uint8_t {
    kScalar,  // its one value
    kExists,
    kAny,  // operand op any (query); `in` is `= any`
    kAll,  // operand op all (query); `not in` is `<> all`
  };
  Kind kind = Kind::kScalar;
  ComparisonOp op = ComparisonOp::kEq;
  std::unique_ptr<Query> query;
};

// An entry of a select list: an expression, or all columns of one relation or of all.
struct SelectItem {
  std::optional<Expr> expr;           // none: `*`
  std::optional<Identifier> star_of;  // `relation.*`
  std::optional<Identifier> alias;
  Position position;
};

enum class JoinWord : uint8_t { kInner, kLeft, kRight, kFull, kCross };

// Where rows come from: a relation, a query, a function, or a join of two of these.
struct TableRef {
  enum class Kind : uint8_t { kRelation, kQuery, kFunction, kJoin };

  Kind kind = Kind::kRelation;
  Identifier relation;  // kRelation
  std::unique_ptr<Query> query;
  std::optional<Expr> function;
  bool lateral = false;
  std::optional<Identifier> alias;
  std::vector<Identifier> column_aliases;
  Position position;

  // kJoin
  std::unique_ptr<TableRef> left;
  std::unique_ptr<TableRef> right;
  JoinWord join = JoinWord::kInner;
  bool natural = false;
  std::vector<Identifier> using_columns;
  std::optional<Expr> on;
};

// An entry of `group by`: an expression, or sets of expressions to group by in turn.
struct GroupingItem {
  enum class Kind : uint8_t { kExpr, kRollup, kCube, kSets, kEmpty };
  Kind kind = Kind::kExpr;
  std::vector<Expr> exprs;          // one for kExpr, unless it is a list in parentheses
  std::vector<GroupingItem> items;  // of the others
};

// What others may not do with a row that is locked: each more than the one before.
enum class RowLockStrength : uint8_t { kKeyShare, kShare, kNoKeyUpdate, kUpdate };
// What becomes of rows that others have locked.
enum class LockedRows : uint8_t { kWait, kNoWait, kSkip };

struct RowLocking {
  RowLockStrength strength = RowLockStrength::kUpdate;
  std::vector<Identifier> of;  // empty: every relation
  LockedRows locked_rows = LockedRows::kWait;
};

// One `select ... having`, without order and limits.
struct Select {
  bool distinct = false;
  std::vector<Expr> distinct_on;  // distinct on (...)
  std::vector<SelectItem> items;
  std::vector<TableRef> from;  // empty: one row without columns
  std::vector<Expr> where;     // all of them must hold
  std::vector<GroupingItem> group_by;
  std::vector<Expr> having;  // all of them must hold
  std::vector<NamedWindow> windows;
};

struct ValuesList {
  std::vector<std::vector<Expr>> rows;
};

struct SetOperation {
  enum class Kind : uint8_t { kUnion, kIntersect, kExcept };
  Kind kind = Kind::kUnion;
  bool all = false;
  std::unique_ptr<Query> left;
  std::unique_ptr<Query> right;
  Position position;
};

// `name [(columns)] as [not materialized] (query)`.
struct CommonTable {
  Identifier name;
  std::vector<Identifier> columns;
  std::optional<bool> materialized;
  std::unique_ptr<Query> query;
};

struct Query {
  bool recursive = false;
  std::vector<CommonTable> with;
  std::variant<Select, ValuesList, SetOperation> body;
  std::vector<OrderItem> order_by;
  std::optional<Expr> limit;
  std::optional<Expr> offset;
  std::vector<RowLocking> locking;
  Position position;
  uint32_t depth = 0;  // of queries and expressions within each other

  Select* select() { return std::get_if<Select>(&body); }
  const Select* select() const { return std::get_if<Select>(&body); }
};

}  // namespace redbase::parser
