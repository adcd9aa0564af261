#include "parser/statement_splitter.h"

#include <utility>

#include "common/text.h"

namespace redbase::parser {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsBlank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

}  // namespace

void StatementSplitter::Append(std::string_view text) {
  // Moving the rest to the front pays when it is the smaller half.
  if (begin_ >= buffer_.size() - begin_) {
    buffer_.erase(0, begin_);
    scan_ -= begin_;
    begin_ = 0;
  }
  buffer_.append(text);
}

std::optional<StatementText> StatementSplitter::Next() {
  while (scan_ < buffer_.size()) {
    const Progress progress = Step();
    if (progress == Progress::kStatement) {
      return Take(true);
    }
    if (progress == Progress::kWait) {
      return std::nullopt;
    }
  }
  return finished_ ? TakeRest() : std::nullopt;
}

StatementSplitter::Progress StatementSplitter::Step() {
  switch (state_) {
    case State::kBetween:
      return StepBetween();
    case State::kInside:
      return StepInside();
    case State::kString:
      return StepString();
    case State::kShell:
      return StepShell();
    case State::kLineComment:
      StepLineComment();
      return Progress::kOn;
    case State::kBlockComment:
      StepBlockComment();
      return Progress::kOn;
  }
  return Progress::kOn;
}

StatementSplitter::Progress StatementSplitter::StepBetween() {
  const char c = Peek(0);
  if (IsBlank(c)) {
    Skip();
    return Progress::kOn;
  }
  if (buffer_.compare(scan_, kByteOrderMark.size(), kByteOrderMark) == 0) {
    scan_ += kByteOrderMark.size();  // takes no column
    begin_ = scan_;
    return Progress::kOn;
  }
  if (NeedsMore()) {
    return Progress::kWait;
  }
  BeginStatement();
  if (AtComment()) {
    in_statement_ = false;
    BeginComment();
  } else {
    state_ = c == '!' ? State::kShell : State::kInside;
  }
  return Progress::kOn;
}

StatementSplitter::Progress StatementSplitter::StepInside() {
  const char c = Peek(0);
  if (NeedsMore()) {
    return Progress::kWait;
  }
  if (AtComment()) {
    BeginComment();
    return Progress::kOn;
  }
  if (c == '"' || c == '\'') {
    // The second quote of a pair goes on with the same string.
    const bool same_string = after_string_ && c == quote_;
    string_has_end_ = same_string && string_has_end_;
    quote_ = c;
    state_ = State::kString;
  }
  after_string_ = false;
  Consume();
  return c == ';' ? Progress::kStatement : Progress::kOn;
}

StatementSplitter::Progress StatementSplitter::StepString() {
  const char c = Peek(0);
  Consume();
  if (c == quote_ || c == '\n') {
    state_ = State::kInside;
    after_string_ = c == quote_;
  }
  if (c == ';') {
    string_has_end_ = true;
  }
  return c == '\n' && string_has_end_ ? Progress::kStatement : Progress::kOn;
}

StatementSplitter::Progress StatementSplitter::StepShell() {
  const bool line_end = Peek(0) == '\n';
  Consume();
  return line_end ? Progress::kStatement : Progress::kOn;
}

void StatementSplitter::StepLineComment() {
  const bool line_end = Peek(0) == '\n';
  Consume();
  if (line_end) {
    EndComment();
  }
}

void StatementSplitter::StepBlockComment() {
  const char c = Peek(0);
  Consume();
  if (c == '/' && star_) {
    EndComment();
  }
  star_ = c == '*';
}

bool StatementSplitter::NeedsMore() const {
  if (finished_) {
    return false;
  }
  const std::string_view rest = std::string_view{buffer_}.substr(scan_, kByteOrderMark.size());
  return rest == "/" || rest == "-" ||
         (rest.size() < kByteOrderMark.size() && kByteOrderMark.starts_with(rest));
}

// Requires: NeedsMore() is false.
bool StatementSplitter::AtComment() const {
  return (Peek(0) == '/' && Peek(1) == '*') || (Peek(0) == '-' && Peek(1) == '-');
}

void StatementSplitter::BeginComment() {
  state_ = Peek(0) == '/' ? State::kBlockComment : State::kLineComment;
  star_ = false;
  after_string_ = false;
  Consume();
  Consume();
}

void StatementSplitter::EndComment() {
  state_ = in_statement_ ? State::kInside : State::kBetween;
  if (!in_statement_) {
    begin_ = scan_;
  }
}

void StatementSplitter::BeginStatement() {
  begin_ = scan_;
  start_ = next_;
  in_statement_ = true;
  after_string_ = false;
}

void StatementSplitter::Skip() {
  Consume();
  begin_ = scan_;
}

void StatementSplitter::Consume() {
  const char c = buffer_[scan_++];
  if (c == '\n') {
    ++next_.line;
    next_.column = 1;
  } else if (!common::ContinuesUtf8(c)) {
    ++next_.column;
  }
}

StatementText StatementSplitter::Take(bool complete) {
  std::string_view text(buffer_);
  text = text.substr(begin_, scan_ - begin_);
  if (state_ == State::kShell) {
    text.remove_suffix(text.ends_with('\n') ? 1 : 0);
    text.remove_suffix(text.ends_with('\r') ? 1 : 0);
  }
  StatementText taken{std::string(text), start_, complete};
  begin_ = scan_;
  state_ = State::kBetween;
  return taken;
}

std::optional<StatementText> StatementSplitter::TakeRest() {
  const bool nothing =
      state_ == State::kBetween || (state_ == State::kLineComment && !in_statement_);
  if (nothing) {
    return std::nullopt;
  }
  return Take(state_ == State::kShell);
}

}  // namespace redbase::parser
