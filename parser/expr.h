// Expr: a scalar expression or a condition as it was written, and the names, literals and
// types in it.
//
// Everything here is plain data made by the parser and read by the binder.  Names are as
// written; whether they exist, and what their types are, is not known here.  Every part says
// where it stood.  Not thread-safe.
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

// The words of a type and the numbers in parentheses behind them, unchecked:
// ResolveType (type_name.h) says what type it is.  Several words are joined by one blank, in
// lower case ("double precision"); classic words hold their length themselves (`c20`).
struct TypeName {
  std::string word;
  std::optional<int64_t> length;
  std::optional<int64_t> scale;
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
// int64_t, whatever its column will hold, a longer one a double; a string is without its quotes,
// its doubled quotes made single.
struct Literal {
  std::variant<NullValue, bool, int64_t, double, std::string, Parameter> value;
  std::string text;  // as written, with sign and quotes
  Position position;

  bool is_null() const { return std::holds_alternative<NullValue>(value); }
  bool is_string() const { return std::holds_alternative<std::string>(value); }
  bool is_number() const {
    return std::holds_alternative<int64_t>(value) || std::holds_alternative<double>(value);
  }
  const Parameter* parameter() const { return std::get_if<Parameter>(&value); }
};

struct ColumnRef {
  std::optional<Identifier> relation;
  std::string name;
  Position position;  // of the whole reference, so of the relation where there is one
};

enum class ComparisonOp : uint8_t {
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kIsNull,
  kIsNotNull,
  kIsDistinct,
  kIsNotDistinct,
};

// The operator that says the same with its sides exchanged: `<` for `>`.
// Requires: not kIsNull, not kIsNotNull.
ComparisonOp Flip(ComparisonOp op);

// `[not] like`, `[not] ilike`, `[not] similar to`.
struct LikeWord {
  bool negated = false;
  bool folds_case = false;
  bool similar = false;
};

enum class BinaryOp : uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kPower,
  kConcat,
  kBitAnd,
  kBitOr,
  kBitXor,
  kShiftLeft,
  kShiftRight,
  kMatch,
  kMatchFolded,
  kNoMatch,
  kNoMatchFolded,
};
// "+" and so on, as it is written.
std::string_view ToString(BinaryOp op);

enum class UnaryOp : uint8_t { kMinus, kPlus, kBitNot };

// `is [not] true`, `is [not] false`, `is [not] unknown`.
enum class TruthTest : uint8_t { kTrue, kFalse, kUnknown };

struct FunctionCall;
struct Subquery;
struct Query;

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
    kTruthTest,   // child 0 is [not] true
    kUnary,       // op child 0
    kBinary,      // child 0 op 0 child 1 op 1 child 2 ..., from left to right
    kCase,        // case [child] when child then child ... [else child] end
    kCast,        // child 0 as type
    kFunction,    // of all children
    kRow,         // (child 0, child 1, ...)
    kSubquery,    // what subquery() says; child 0 where it compares one
  };

  // The literal null.
  Expr();
  explicit Expr(ColumnRef column);
  explicit Expr(Literal literal);
  Expr(Expr&&) noexcept;
  Expr& operator=(Expr&&) noexcept;
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
  static Expr Test(Expr operand, bool negated, TruthTest test);
  static Expr Unary(UnaryOp op, Expr operand, Position position);
  // Goes on with the chain that `left` is, where both have one precedence.
  static Expr Binary(Expr left, BinaryOp op, Expr right);
  // `whens`: conditions and values by turns.
  static Expr Case(std::optional<Expr> operand, std::vector<Expr> whens,
                   std::optional<Expr> otherwise, Position position);
  static Expr Cast(Expr operand, TypeName type, Position position);
  static Expr Function(FunctionCall call, std::vector<Expr> arguments);
  // A call of a function that the grammar has words of its own for.
  static Expr Function(std::string_view name, std::vector<Expr> arguments, Position position);
  static Expr Row(std::vector<Expr> members, Position position);
  static Expr OfSubquery(Subquery subquery, std::optional<Expr> operand, Position position);

  Kind kind() const;
  // Requires: kind() is kColumn.
  const ColumnRef& column() const { return std::get<ColumnRef>(content_); }
  // Requires: kind() is kLiteral.
  const Literal& literal() const { return std::get<Literal>(content_); }
  // Requires: kind() is kComparison.
  ComparisonOp op() const { return operation().op; }
  // Whether `not` stands before between, in or like, or behind is.  Requires: kind() is one of
  // these.
  bool negated() const { return operation().negated; }
  // Whether it is `ilike`, or `similar to`.  Requires: kind() is kLike.
  bool folds_case() const { return operation().folds_case; }
  bool similar() const { return operation().similar; }
  // Requires: kind() is kTruthTest.
  TruthTest test() const { return operation().test; }
  // Requires: kind() is kUnary.
  UnaryOp unary() const { return operation().unary; }
  // One fewer than children.  Requires: kind() is kBinary.
  const std::vector<BinaryOp>& operators() const { return operation().operators; }
  // Requires: kind() is kCase.
  bool has_operand() const { return operation().has_operand; }
  bool has_else() const { return operation().has_else; }
  // Requires: kind() is kCast.
  const TypeName& type() const { return operation().type; }
  // Requires: kind() is kFunction.
  const FunctionCall& function() const {
    return *std::get<std::unique_ptr<FunctionCall>>(content_);
  }
  FunctionCall& function() { return *std::get<std::unique_ptr<FunctionCall>>(content_); }
  // Requires: kind() is kSubquery.
  const Subquery& subquery() const { return *std::get<std::unique_ptr<Subquery>>(content_); }

  const std::vector<std::unique_ptr<Expr>>& children() const { return children_; }
  const Expr& child(size_t i) const { return *children_[i]; }
  void Adopt(std::unique_ptr<Expr> child) { children_.push_back(std::move(child)); }
  // Where it begins.
  Position position() const { return position_; }
  // Operations above each other; 0 for a column or a literal.
  uint32_t depth() const { return depth_; }

 private:
  struct Operation {
    Kind kind = Kind::kAnd;
    ComparisonOp op = ComparisonOp::kEq;
    bool negated = false;
    bool folds_case = false;
    bool similar = false;
    TruthTest test = TruthTest::kTrue;
    UnaryOp unary = UnaryOp::kMinus;
    bool has_operand = false;
    bool has_else = false;
    std::vector<BinaryOp> operators = {};
    TypeName type = {};
  };
  using Content = std::variant<ColumnRef, Literal, std::unique_ptr<Operation>,
                               std::unique_ptr<FunctionCall>, std::unique_ptr<Subquery>>;

  Expr(Operation operation, Position position, std::vector<Expr> children);
  Expr(Content content, Position position, std::vector<Expr> children);
  // `left` and `right` under one operation of this kind.
  static Expr Joined(Kind kind, Expr left, Expr right);
  void Add(Expr child);
  const Operation& operation() const { return *std::get<std::unique_ptr<Operation>>(content_); }

  Content content_;
  Position position_;
  std::vector<std::unique_ptr<Expr>> children_;
  uint32_t depth_ = 0;
};

// More is refused: whoever reads the tree may recurse.
inline constexpr uint32_t kMaxExprDepth = 500;

}  // namespace redbase::parser
