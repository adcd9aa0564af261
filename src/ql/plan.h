// PlanNode: one operator of a physical plan, as plain data.
//
// A plan names relations and indexes; it holds no pointers into catalogs, files
// or nodes, so a fragment of it can run in another process.  Columns of a node's
// expressions are positions in its child's schema (for joins: left columns, then
// right ones).
//
// How rows are partitioned is a property of a plan like their order.  Where two
// neighbours disagree stands an exchange: Gather brings the rows that its fragment
// gives on each of some partitions to one place; Route sends each row of its
// source to the partition it belongs to, where its fragment takes it in.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/schema.h"
#include "ql/expr.h"
#include "rm/record_file.h"
#include "sm/partition_vector.h"
#include "sm/relation.h"

namespace redbase::ql {

struct PlanNode;
using PlanPtr = std::unique_ptr<PlanNode>;

// The records of a relation, or the rows of a view.
struct FileScan {
  std::string relation;
  std::vector<uint32_t> projection;             // columns of the relation
  std::vector<rm::ColumnPredicate> predicates;  // columns of the relation
  bool with_rids = false;
  std::vector<std::string> tested;  // the names of the predicates' columns, to print
};

// One end of an index range: values for the first columns of the key.
struct KeyBound {
  std::vector<Value> values;
  bool inclusive = true;
};

// The records whose keys lie in a range, in key order.  All predicates, those
// of the range included, are checked against the record.
struct IndexScan {
  std::string relation;
  sm::IndexInfo index;
  std::optional<KeyBound> lower;
  std::optional<KeyBound> upper;
  std::vector<uint32_t> projection;
  std::vector<rm::ColumnPredicate> predicates;
  bool with_rids = false;
  std::vector<std::string> tested;  // as in FileScan
};

struct Filter {
  ExprPtr predicate;
};

struct Project {
  std::vector<ExprPtr> expressions;
};

// Which rows a join gives out.  The row given out is the left row and the right row side by
// side, but for kSemi and kAnti, which give left rows, and kMark.
enum class JoinKind : uint8_t {
  kInner,
  kLeft,    // left rows without a match once, with nulls on the right
  kFull,    // right rows without a match as well, with nulls on the left, behind all others
  kSemi,    // left rows with a match, once each
  kAnti,    // left rows without a match
  kMark,    // every left row and a boolean column: whether it has a match; unknown where only
            // a null is in the way (`x in (select ...)`).  HashJoin: no match, but a right row
            // for which the residual is true and every key equal or null on one side.
            // NestedLoopJoin: the condition true for no right row, and unknown for one.
  kSingle,  // as kLeft; a second match is an error (a scalar subquery)
};

// Every pair of rows that satisfies the condition; every pair without one.
// The right child is read once and kept.
struct NestedLoopJoin {
  ExprPtr condition;  // over the left and right columns, whatever is given out; may be null
  JoinKind kind = JoinKind::kInner;
};

// Join on left_keys[i] = right_keys[i]; built from the right child.
// Nulls match nothing.
struct HashJoin {
  std::vector<uint32_t> left_keys;   // columns of the left child
  std::vector<uint32_t> right_keys;  // columns of the right child
  ExprPtr residual;                  // over the left and right columns; may be null
  JoinKind kind = JoinKind::kInner;
};

// For each row of its one child, the records of `inner` whose key equals the
// child's columns `outer_keys`.
struct IndexJoin {
  IndexScan inner;  // its bounds are absent
  std::vector<uint32_t> outer_keys;
  ExprPtr residual;                    // over the joined row; may be null
  std::vector<std::string> key_names;  // the inner columns of outer_keys, to print
};

// How rows are ordered by one column.  As in PostgreSQL, nulls count as larger than any value
// unless it is said otherwise.
struct SortKey {
  uint32_t column = 0;  // of the child
  bool descending = false;
  bool nulls_first = false;

  bool operator==(const SortKey&) const = default;
};

// All rows in order; those with equal keys in the order of the source.
struct Sort {
  std::vector<SortKey> keys;
  // Only the first so many: a top-N that keeps no more than these.
  std::optional<uint64_t> limit;
};

// `count` rows (all when there is none) behind the first `offset`, in the order of the source.
// The values are bigints, known or parameters.
struct Limit {
  std::optional<Value> count;
  std::optional<Value> offset;
};

enum class AggregateFunction : uint8_t {
  kCountRows,  // count(*)
  kCount,
  kSum,
  kAvg,
  kMin,
  kMax,
  kStddevSamp,
  kStddevPop,
  kVarSamp,
  kVarPop,
  kBoolAnd,
  kBoolOr,
  kStringAgg,  // text, delimiter
  kArrayAgg,
  kFirst,  // any one value of the group; for columns that the group's keys decide
};

// One aggregate.  Its result type is that of its column in the node's schema.
struct AggregateCall {
  AggregateFunction function = AggregateFunction::kCountRows;
  std::vector<uint32_t> arguments;  // columns of the child
  bool distinct = false;
  std::optional<uint32_t> filter;  // a boolean column: only rows where it is true
  std::vector<SortKey> order;      // of the values within a group (string_agg, array_agg)
};

// One row a group of rows with equal values in the group columns, nulls being equal: first
// these columns, then one column a call.  Without group columns exactly one row, also of no
// rows; without calls it is `distinct`.
struct Aggregate {
  std::vector<uint32_t> groups;  // columns of the child
  std::vector<AggregateCall> calls;
};

// The rows of all children, one child after another.
struct Append {};

// Rows of the left child that occur (kIntersect), or do not (kExcept), in the right child as
// well, nulls being equal.  Without `all` each once; with it, as often as SQL says.
enum class SetOperationKind : uint8_t { kIntersect, kExcept };
struct SetOperation {
  SetOperationKind kind = SetOperationKind::kIntersect;
  bool all = false;
};

// Literal rows.
struct Values {
  std::vector<std::vector<Value>> rows;
};

// Rows of a text file, fields separated by `delimiter`, one field a column.
struct TextScan {
  std::string path;
  char delimiter = ',';
};

// Inserts its child's rows; gives them out again when `returning`.
struct Insert {
  std::string relation;
  bool returning = false;
  bool bulk = false;  // append to fresh pages (load)
};

// Erases the records of its child's RIDs; gives the erased rows out.
struct Delete {
  std::string relation;
};

struct Assignment {
  uint32_t column = 0;
  ExprPtr value;  // over the old row
};

// Sets columns of the records of its child's RIDs; gives the new rows out.
struct Update {
  std::string relation;
  std::vector<Assignment> assignments;
  // A row whose new values leave the fragment's range is erased instead, and
  // given out with true in an additional last column, kMovedColumn.
  bool moves = false;
};
inline constexpr const char* kMovedColumn = "(moved)";

// What becomes of rows that others have locked: waited for, an error, or left out.
enum class LockedRows : uint8_t { kWait, kNoWait, kSkip };

// Locks the records of its child's RIDs; gives them out with `projection`'s columns once it
// has them all.
struct LockRows {
  std::string relation;
  std::vector<uint32_t> projection;
  rm::RowLock lock = rm::RowLock::kUpdate;
  LockedRows locked_rows = LockedRows::kWait;
};

// children[0] is the fragment, run on each of `partitions`; rows come partition
// after partition.
struct Gather {
  std::vector<std::string> relations;  // those the fragment reads
  std::vector<uint32_t> partitions;
};

// children[0] is the source, children[1] the fragment, whose leaf is Receive.
// Gives out what the fragments give out.
struct Route {
  std::string relation;
  sm::PartitionVector vector;
  // Only rows with true in the last column are sent (without that column), once
  // the source has ended; all rows are given out, without that column.
  bool moved_only = false;
};

// The rows that an exchange brings to this fragment.
struct Receive {};

using PlanDetail = std::variant<FileScan, IndexScan, Filter, Project, NestedLoopJoin, HashJoin,
                                IndexJoin, Sort, Limit, Aggregate, Append, SetOperation, Values,
                                TextScan, Insert, Delete, Update, LockRows, Gather, Route, Receive>;

struct PlanNode {
  Schema schema;  // of the rows it gives out
  PlanDetail detail;
  std::vector<PlanPtr> children;
  double estimated_rows = 0;

  template <typename T>
  const T* As() const {
    return std::get_if<T>(&detail);
  }
  PlanPtr Clone() const;
};

// Whether it inserts, erases or updates rows.
bool ChangesRows(const PlanNode& plan);
// Whether others may be in its way: it changes rows, or locks them.
bool LocksRows(const PlanNode& plan);

template <typename T>
PlanPtr MakePlan(Schema schema, T detail, std::vector<PlanPtr> children = {}) {
  auto node = std::make_unique<PlanNode>(PlanNode{std::move(schema), std::move(detail), {}, 0});
  node->children = std::move(children);
  return node;
}

}  // namespace redbase::ql
