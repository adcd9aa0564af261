// ParseContext: what the scanner and the grammar share while one statement is
// parsed, where each token stands, and the statement or the first error.
//
// Not thread-safe; one object per statement.
#pragma once

#include <cstddef>
#include <cstdint>
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
  std::unique_ptr<Literal> MakeParameter(std::string_view text);
  std::unique_ptr<Literal> MakeString(std::string_view text) const;

  // An expression within another one, which must not be nested too deep.
  std::unique_ptr<Expr> Nested(Expr expr);

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

Identifier Named(std::string_view text, Position position);
int64_t IntegerOf(const Box<Literal>& literal);
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
Box<ColumnDefinition> MakeColumn(Identifier name, std::string_view word,
                                 std::optional<int64_t> length, Position type_position);
Box<Statement> MakePrint(Print::Target target, Identifier relation);

}  // namespace redbase::parser::internal
