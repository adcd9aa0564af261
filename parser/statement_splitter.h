// StatementSplitter: cuts a stream of text into the texts of single statements.
//
// A statement runs from its first character that is neither blank nor comment
// to the `;` that ends it, outside strings and comments.  A `!` in first place
// makes a statement of the rest of its line.  A string ends with its line at
// the latest; when such a string holds a `;`, the statement ends with the line
// too, so that a forgotten quote costs no later line.
//
// Text arrives in pieces of any size, and every character is looked at once,
// however the text was cut.  Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parser/ast.h"

namespace redbase::parser {

struct StatementText {
  std::string text;       // from its first character to its `;` or line end
  Position position;      // of the first character
  bool complete = false;  // false for what the input broke off in
};

class StatementSplitter {
 public:
  explicit StatementSplitter(Position start = {}) : next_(start) {}

  // Adds text to the end of the stream.  Requires: Finish was not called.
  void Append(std::string_view text);

  // No more text will come: Next gives what is left, too.
  void Finish() { finished_ = true; }

  // The next statement; nullopt when it is not all there yet, or at the end.
  std::optional<StatementText> Next();

  // Whether a statement or comment has begun that the text so far does not end:
  // what a shell asks to choose its prompt.  Requires: Next just gave nullopt.
  bool pending() const { return state_ != State::kBetween; }

 private:
  // kBetween is before a statement's first character.  A comment before it is
  // kLineComment or kBlockComment with in_statement_ false.
  enum class State : uint8_t { kBetween, kInside, kString, kLineComment, kBlockComment, kShell };

  enum class Progress : uint8_t { kOn, kStatement, kWait };

  Progress Step();
  Progress StepBetween();
  Progress StepInside();
  Progress StepString();
  Progress StepShell();
  void StepLineComment();
  void StepBlockComment();
  bool AtComment() const;
  void BeginComment();
  void EndComment();
  void BeginStatement();
  void Skip();
  void Consume();
  StatementText Take(bool complete);
  std::optional<StatementText> TakeRest();

  // What stands `ahead` characters after the current one; '\0' past the end.
  char Peek(size_t ahead) const {
    return scan_ + ahead < buffer_.size() ? buffer_[scan_ + ahead] : '\0';
  }
  // What begins here cannot be told before there is more text.
  bool NeedsMore() const;

  std::string buffer_;
  size_t begin_ = 0;  // of what was not given out yet
  size_t scan_ = 0;   // of the next character to look at
  Position next_;     // of that character
  Position start_;    // of the statement or the comment before it
  State state_ = State::kBetween;
  bool in_statement_ = false;
  bool finished_ = false;
  char quote_ = '\0';
  bool string_has_end_ = false;  // the string holds a `;`
  bool after_string_ = false;    // the last character closed a string
  bool star_ = false;            // the last character of the comment is a `*`
};

}  // namespace redbase::parser
