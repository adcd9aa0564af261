// Logical plan: what a query means, before anybody decides how to do it.
//
// A tree of relational operators.  Every column of a statement has a number of its own, given
// when it is bound, and keeps it through all operators that pass it on; Expr::column holds that
// number until the physical plan puts a position in its place.  So operators can change places
// without renumbering, and a subquery names columns of the queries around it as it names its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/schema.h"
#include "common/value.h"
#include "ql/expr.h"
#include "ql/plan.h"
#include "sm/relation.h"

namespace redbase::ql {

// A column of a statement; Expr::column in logical plans.
using ColumnId = uint32_t;
using ColumnSet = std::set<ColumnId>;

// The columns of one statement: names and types by number.
class ColumnTable {
 public:
  ColumnId Add(Column column) {
    columns_.push_back(std::move(column));
    return static_cast<ColumnId>(columns_.size() - 1);
  }
  const Column& operator[](ColumnId id) const { return columns_[id]; }
  LogicalType TypeOf(ColumnId id) const { return columns_[id].type; }
  ExprPtr Ref(ColumnId id) const { return Expr::ColumnRef(id, columns_[id].type); }
  // A column with the name and type of another one.
  ColumnId Copy(ColumnId id) { return Add(Column(columns_[id])); }
  // To write expressions with: the position of a column is its number.
  Schema schema() const { return Schema(columns_); }

 private:
  std::vector<Column> columns_;
};

// The rows of a relation that are to be locked.
struct RowLocking {
  rm::RowLock lock = rm::RowLock::kUpdate;
  LockedRows locked_rows = LockedRows::kWait;
};

namespace logical {

struct Node;
using NodePtr = std::unique_ptr<Node>;

// The rows of a relation.
struct Get {
  sm::RelationPtr relation;
  std::vector<ColumnId> columns;  // one a column of the relation
  std::optional<RowLocking> locking;
};

// Literal rows: constants and parameters.
struct Values {
  std::vector<std::vector<ExprPtr>> rows;
};

// The rows of its child for which all conjuncts are true.
struct Filter {
  std::vector<ExprPtr> conjuncts;
};

// expressions[i] is outputs[i]; a column that is passed on keeps its number.
struct Project {
  std::vector<ExprPtr> expressions;
};

// Of children 0 and 1.  The last output of kMark is the mark.  Child 1 may name columns of
// child 0 until subqueries are unnested (internal/unnesting.h).
struct Join {
  JoinKind kind = JoinKind::kInner;
  std::vector<ExprPtr> conjuncts;
  // Of kMark: so many conjuncts in front compare values, and are unknown where these are null;
  // the others say which rows the subquery has.
  size_t compared = 0;
};

struct OrderKey {
  ExprPtr expr;
  bool descending = false;
  bool nulls_first = false;
};

struct AggregateCall {
  AggregateFunction function = AggregateFunction::kCountRows;
  std::vector<ExprPtr> arguments;
  bool distinct = false;
  ExprPtr filter;  // may be null
  std::vector<OrderKey> order;
};

// Outputs: the groups, then the calls.
struct Aggregate {
  std::vector<ExprPtr> groups;
  std::vector<AggregateCall> calls;
};

// Whoever is above wants the rows in this order.
struct Sort {
  std::vector<OrderKey> keys;
};

struct Limit {
  std::optional<Value> count;
  std::optional<Value> offset;
};

// Columns by place: those of both children become the outputs.
struct SetOperation {
  enum class Kind : uint8_t { kUnion, kIntersect, kExcept };
  Kind kind = Kind::kUnion;
  bool all = false;
};

using Detail =
    std::variant<Get, Values, Filter, Project, Join, Aggregate, Sort, Limit, SetOperation>;

struct Node {
  Detail detail;
  std::vector<NodePtr> children;
  std::vector<ColumnId> outputs;

  template <typename T>
  T* As() {
    return std::get_if<T>(&detail);
  }
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&detail);
  }
  Node& child(size_t i) { return *children[i]; }
  const Node& child(size_t i) const { return *children[i]; }
};

NodePtr MakeGet(Get get);
NodePtr MakeValues(std::vector<std::vector<ExprPtr>> rows, std::vector<ColumnId> outputs);
// The child itself without conjuncts.
NodePtr MakeFilter(NodePtr child, std::vector<ExprPtr> conjuncts);
NodePtr MakeProject(NodePtr child, std::vector<ExprPtr> expressions, std::vector<ColumnId> outputs);
// `mark`: of kMark.
NodePtr MakeJoin(JoinKind kind, NodePtr left, NodePtr right, std::vector<ExprPtr> conjuncts,
                 ColumnId mark = 0);
NodePtr Clone(const Node& node);
NodePtr MakeAggregate(NodePtr child, Aggregate aggregate, std::vector<ColumnId> outputs);
NodePtr MakeSort(NodePtr child, std::vector<OrderKey> keys);
NodePtr MakeLimit(NodePtr child, Limit limit);

// Calls `visit` with every expression of the node itself.
void VisitExprs(Node& node, const std::function<void(ExprPtr& expr)>& visit);
void VisitExprs(const Node& node, const std::function<void(const Expr& expr)>& visit);
// The columns that the plan reads and does not make: those of the queries around it.
ColumnSet FreeColumns(const Node& plan);

}  // namespace logical

// Splits at `and`, and leaves out what is true.  A condition that is constant and not true is a
// conjunct.
void AddConjuncts(ExprPtr condition, std::vector<ExprPtr>* conjuncts);

struct BoundQuery {
  logical::NodePtr plan;
  // What it gives out, in order; relation names stay only where names stand more than once.
  std::vector<ColumnId> outputs;
  std::vector<std::string> names;
};

struct BoundInsert {
  sm::RelationPtr relation;
  std::vector<std::vector<Value>> rows;  // of the relation's types
  // Else: a query whose outputs are the relation's columns, in type and order.
  logical::NodePtr source;
};

struct BoundLoad {
  sm::RelationPtr relation;
  std::string path;
};

// The rows of one relation to change: columns are those of `get`.
struct BoundTarget {
  logical::Get get;
  std::vector<ExprPtr> conjuncts;
};

struct BoundDelete {
  BoundTarget target;
};

struct BoundUpdate {
  BoundTarget target;
  std::vector<Assignment> assignments;  // values over the relation's columns
};

}  // namespace redbase::ql
