// The statement tree: what a statement says, before anybody asks what it means.
//
// Everything here is plain data made by the parser and read by the binder.
// Names are as written; whether they exist, and what their types are, is not
// known here.  Every name and literal says where it stood.  Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace redbase::parser {

// A place in the input, counted from 1.  A column is a character, not a byte:
// the bytes of one UTF-8 sequence share theirs.
struct Position {
  uint32_t line = 1;
  uint32_t column = 1;

  friend bool operator==(const Position&, const Position&) = default;
};

// "line 3, column 14".
std::string ToString(Position position);

struct Identifier {
  std::string text;
  Position position;
};

// The words of a type, with a blank between, and the numbers in parentheses behind
// it, unchecked: ResolveType (type_name.h) says what type it is.  Classic words hold
// their length themselves (`c20`).
struct TypeName {
  std::string word;
  std::optional<int64_t> length;
  std::optional<int64_t> scale;  // the second number
  Position position;
};

struct NullValue {
  friend bool operator==(const NullValue&, const NullValue&) = default;
};

// `$1`: stands for a value that is given when the statement runs.
struct Parameter {
  uint32_t number = 0;  // from 1
  friend bool operator==(const Parameter&, const Parameter&) = default;
};
inline constexpr uint32_t kMaxParameter = 65535;

// A constant, or a parameter where a statement may have one.  An integer that fits 64 bits is an
// int64_t, whatever its column will hold; a string is without its quotes, its doubled quotes made
// single.
struct Literal {
  std::variant<NullValue, int64_t, double, std::string, Parameter> value;
  std::string text;  // as written, with sign and quotes
  Position position;

  bool is_null() const { return std::holds_alternative<NullValue>(value); }
  const Parameter* parameter() const { return std::get_if<Parameter>(&value); }
};

struct ColumnRef {
  std::optional<Identifier> relation;
  std::string name;
  Position position;  // of the whole reference, so of the relation where there is one
};

enum class ComparisonOp : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe, kIsNull, kIsNotNull };

// The operator that says the same with its sides exchanged: `<` for `>`.
// Requires: not kIsNull, not kIsNotNull.
ComparisonOp Flip(ComparisonOp op);

// `[not] like`, `[not] ilike`.
struct LikeWord {
  bool negated = false;
  bool folds_case = false;
};

// A scalar expression or a condition: a kind, what that kind needs, and the children below.
// Moves, but does not copy.  Trees may be deep: the destructor does not recurse.
class Expr {
 public:
  enum class Kind : uint8_t {
    kColumn,
    kLiteral,
    kComparison,  // child 0 op child 1; child 0 alone for a test for null
    kNot,         // not child 0
    kAnd,         // all children, none of which is kAnd
    kOr,          // any child, none of which is kOr
    kBetween,     // child 0 [not] between child 1 and child 2
    kIn,          // child 0 [not] in (child 1, ...)
    kLike,        // child 0 [not] like child 1 [escape child 2, a string]
  };

  // The literal null.
  Expr() : content_(Literal{}) {}
  explicit Expr(ColumnRef column) : content_(std::move(column)) {}
  explicit Expr(Literal literal) : content_(std::move(literal)) {}
  Expr(Expr&&) = default;
  Expr& operator=(Expr&&) = default;
  Expr(const Expr&) = delete;
  Expr& operator=(const Expr&) = delete;
  ~Expr();

  // `5 < a` is made `a > 5`.
  static Expr Comparison(Expr left, ComparisonOp op, Expr right);
  // Requires: op is a test for null.
  static Expr NullTest(Expr operand, ComparisonOp op);
  static Expr Not(Expr operand, Position position);
  static Expr And(Expr left, Expr right);
  static Expr Or(Expr left, Expr right);
  static Expr Between(Expr operand, bool negated, Expr low, Expr high);
  static Expr In(Expr operand, bool negated, std::vector<Expr> list);
  static Expr Like(Expr operand, LikeWord word, Expr pattern, std::optional<Literal> escape);

  Kind kind() const;
  // Requires: kind() is kColumn.
  const ColumnRef& column() const { return std::get<ColumnRef>(content_); }
  // Requires: kind() is kLiteral.
  const Literal& literal() const { return std::get<Literal>(content_); }
  // Requires: kind() is kComparison.
  ComparisonOp op() const { return std::get<Operation>(content_).op; }
  // Whether `not` stands before between, in or like.  Requires: kind() is one of these.
  bool negated() const { return std::get<Operation>(content_).negated; }
  // Whether it is `ilike`.  Requires: kind() is kLike.
  bool folds_case() const { return std::get<Operation>(content_).folds_case; }

  const std::vector<std::unique_ptr<Expr>>& children() const { return children_; }
  const Expr& child(size_t i) const { return *children_[i]; }
  void Adopt(std::unique_ptr<Expr> child) { children_.push_back(std::move(child)); }
  // Where it begins.
  Position position() const;
  // Operations above each other; 0 for a column or a literal.
  uint32_t depth() const { return depth_; }

 private:
  struct Operation {
    Kind kind;
    ComparisonOp op;
    bool negated;
    Position position;
    bool folds_case = false;
  };
  Expr(Operation operation, std::vector<Expr> children);
  // `left` and `right` under one operation of this kind.
  static Expr Joined(Kind kind, Expr left, Expr right);
  void Add(Expr child);

  std::variant<ColumnRef, Literal, Operation> content_;
  std::vector<std::unique_ptr<Expr>> children_;
  uint32_t depth_ = 0;
};

// More is refused: whoever reads the tree may recurse.
inline constexpr uint32_t kMaxExprDepth = 500;

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

// What others may not do with a row that is locked: each more than the one before.
enum class RowLockStrength : uint8_t { kKeyShare, kShare, kNoKeyUpdate, kUpdate };
// What becomes of rows that others have locked.
enum class LockedRows : uint8_t { kWait, kNoWait, kSkip };

struct RowLocking {
  RowLockStrength strength = RowLockStrength::kUpdate;
  std::vector<Identifier> of;  // empty: every relation
  LockedRows locked_rows = LockedRows::kWait;
};

struct Select {
  bool star = false;             // then `items` is empty
  std::vector<ColumnRef> items;  // else at least one
  std::vector<Identifier> from;
  std::vector<Expr> where;  // all of them must hold
  std::vector<RowLocking> locking;
};

struct Insert {
  Identifier table;
  std::vector<std::vector<Literal>> rows;  // at least one, none of them empty
};

struct Delete {
  Identifier table;
  std::vector<Expr> where;
};

struct Assignment {
  ColumnRef column;
  Expr value;
};

struct Update {
  Identifier table;
  std::vector<Assignment> assignments;  // at least one
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
    std::variant<CreateTable, DropTable, CreateIndex, DropIndex, Load, Set, Help, Print, Select,
                 Insert, Delete, Update, QueryPlans, ResetIo, ResetBuffer, ResizeBuffer, Begin,
                 Commit, Rollback, Savepoint, RollbackTo, Release, LockTable, Checkpoint, Backup,
                 Exit, Empty, Shell>;

}  // namespace redbase::parser
