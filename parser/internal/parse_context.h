// ParseContext: what the scanner and the grammar share while one statement is
// parsed, where each token stands, and the statement or the first error.
//
// Not thread-safe; one object per statement.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/status.h"
#include "parser/ast.h"

namespace redbase::parser::internal {

class ParseContext {
 public:
  explicit ParseContext(Position start) : next_(start) {}

  // Moves on over the text of a token or of what lies between tokens.
  void Advance(std::string_view text);
  Position token_position() const { return token_; }

  // Words and constants, from their text.  False or null after Fail.
  bool CheckName(std::string_view text);
  std::unique_ptr<Literal> MakeInteger(std::string_view text);
  std::unique_ptr<Literal> MakeReal(std::string_view text);
  // The number that a statement wants; 0 after Fail when it does not fit.
  int64_t IntegerOf(const std::unique_ptr<Literal>& literal);
  std::unique_ptr<Literal> MakeParameter(std::string_view text);
  std::unique_ptr<Literal> MakeString(std::string_view text) const;

  // An expression or query within another one, which must not be nested too deep.
  std::unique_ptr<Expr> Nested(Expr expr);
  std::unique_ptr<Query> Nested(std::unique_ptr<Query> query);
  // Expressions of two sides.
  std::unique_ptr<Expr> Binary(std::unique_ptr<Expr> left, BinaryOp op,
                               std::unique_ptr<Expr> right);
  std::unique_ptr<Expr> Compared(std::unique_ptr<Expr> left, ComparisonOp op,
                                 std::unique_ptr<Expr> right);
  // A sign in front of a number is part of it.
  std::unique_ptr<Expr> WithSign(char sign, std::unique_ptr<Expr> operand, Position position);
  std::unique_ptr<Literal> Signed(char sign, std::unique_ptr<Literal> number, Position position);
  // Expressions with a query inside.
  std::unique_ptr<Expr> OfQuery(Subquery::Kind kind, std::unique_ptr<Query> query,
                                Position position);
  std::unique_ptr<Expr> Quantified(std::unique_ptr<Expr> left, Subquery::Kind kind, ComparisonOp op,
                                   std::unique_ptr<Query> query);
  std::unique_ptr<TableRef> Joined(std::unique_ptr<TableRef> left, JoinWord word,
                                   std::unique_ptr<TableRef> right);
  // A view that lives as long as this.
  std::string_view Keep(std::string text);

  // Names are refused in the words of `create` from here on.
  void NoteCreate() { in_create_ = true; }

  // A character outside the language, which is left out.
  void NoteIllegal(std::string_view character);

  // Failures.  The first one counts.
  void Fail(Status status) { status_.Update(std::move(status)); }
  void FailUnclosedString(bool at_line_end);
  void FailUnclosedComment();
  // At the last token; `expected` are the tokens that would have been right.
  void FailUnexpected(bool at_end, const std::vector<std::string_view>& expected);

  void Finish(Statement statement) { statement_ = std::move(statement); }

  const Status& status() const { return status_; }
  Statement TakeStatement() { return std::move(statement_); }
  std::vector<std::string> TakeNotices();

 private:
  Status OutOfRange(std::string_view text, std::string_view why) const;

  Position next_;                // of the character after the last token
  Position token_;               // of the last token
  std::string_view token_text_;  // in the scanner's buffer
  bool in_create_ = false;
  Status status_;
  Statement statement_;
  std::deque<std::string> kept_;
  std::vector<std::string> notices_;
  size_t notices_left_out_ = 0;
};

// The statement in `text`, a `;` at its end, left in `context` or its status.
void RunParser(std::string_view text, ParseContext* context);

// What the grammar builds the tree from.  By value: it moves all of this in.
template <typename T>
using Box = std::unique_ptr<T>;

template <typename T>
Box<T> BoxOf(T value) {
  return std::make_unique<T>(std::move(value));
}

template <typename T>
T Open(Box<T> box) {
  return std::move(*box);
}

template <typename T>
Box<Statement> Boxed(T statement) {
  return std::make_unique<Statement>(std::move(statement));
}

// Lists grow at their end.
template <typename T>
std::vector<T> Append(std::vector<T> list, Box<T> item) {
  list.push_back(std::move(*item));
  return list;
}

template <typename T>
std::vector<T> ListOf(Box<T> first) {
  return Append(std::vector<T>(), std::move(first));
}

// Two expressions as a list.
std::vector<Expr> Two(Box<Expr> first, Box<Expr> second);

template <typename T>
std::optional<T> Opened(Box<T> box) {
  return box ? std::optional<T>(std::move(*box)) : std::nullopt;
}

struct Alias {
  std::optional<Identifier> name;
  std::vector<Identifier> columns;
};

struct Limits {
  Box<Expr> limit;
  Box<Expr> offset;
};

struct With {
  bool recursive = false;
  std::vector<CommonTable> tables;
};

// A query, and what stands around its lists.
template <typename Body>
Box<Query> QueryOf(Body body, Position position) {
  auto query = std::make_unique<Query>();
  query->body = std::move(body);
  query->position = position;
  return query;
}
Box<Query> Completed(Box<Query> query, std::vector<OrderItem> order, Limits limits,
                     std::vector<RowLocking> locking);
Box<Query> WithTables(Box<With> with, Box<Query> query);
Box<Query> Combined(Box<Query> left, SetOperation::Kind kind, bool all, Box<Query> right,
                    Position position);
Limits Both(Limits first, Limits second);
Box<SelectItem> Item(Box<Expr> expr, std::optional<Identifier> alias, Position position);
Box<SelectItem> StarItem(std::optional<Identifier> relation, Position position);
Box<GroupingItem> GroupingOf(Box<Expr> expr);
Box<TableRef> RelationRef(Identifier relation, Alias alias);
Box<TableRef> QueryRef(Box<Query> query, Alias alias, bool lateral, Position position);
Box<TableRef> FunctionRef(Box<Expr> call, Alias alias, bool lateral, Position position);
Box<TableRef> Aliased(Box<TableRef> table, Alias alias);
Box<Statement> MakeInsert(Identifier table, std::vector<Identifier> columns, Box<Query> source);

// Calls of functions.
Box<Expr> Call(const Identifier& name, std::vector<Expr> arguments);
Box<Expr> WithWindow(Box<Expr> call, Box<Expr> filter, Box<Window> over);
FrameBound CurrentRow();
Box<FrameBound> Bound(FrameBound::Kind kind, Box<Expr> offset);

// Types and literals.
Box<TypeName> TypeOf(std::string_view word, Position position,
                     std::optional<int64_t> length = std::nullopt,
                     std::optional<int64_t> scale = std::nullopt);
// "timestamp" or "timestamptz".
std::string_view TimeType(std::string_view word, std::string_view zone);
// `date '2000-01-01'`.
Box<Expr> TypedLiteral(std::string_view type, Box<Literal> text, Position position);
// `'3' month` is `'3 month'`.
Box<Literal> WithUnit(Box<Literal> text, std::string_view unit);
Literal OneAt(Position position);

Identifier Named(std::string_view text, Position position);
Literal NullAt(std::string_view text, Position position);
// A word as a string; what was typed of a literal as one.
Literal TextAt(std::string_view text, Position position);
Literal TextOf(const Literal& literal);
// `first` and what `second` says besides; the later one counts.
TransactionModes Combined(TransactionModes first, TransactionModes second);
// The conditions of which all must hold for this one.
std::vector<Expr> Conjuncts(Box<Expr> condition);
Box<ColumnRef> MakeColumnRef(Identifier name);
Box<ColumnRef> MakeColumnRef(Identifier relation, std::string_view name);
Box<Statement> MakePrint(Print::Target target, Identifier relation);

}  // namespace redbase::parser::internal
