// Parser: reads statement after statement from a text or a stream of text.
//
// Each statement stands or falls alone: an error spoils the statement it is
// in, and the next call goes on behind that statement's `;`.  Messages start
// with the classic words and name line and column:
//
//   syntax error at line 3, column 10: near "frm": expected from
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "parser/ast.h"
#include "parser/statement_splitter.h"

namespace redbase::parser {

struct ParsedStatement {
  Statement statement;
  std::string text;   // as written, its `;` included
  Position position;  // of the text's first character
};

// The one statement that `text` holds: with its `;`, or a line that starts with
// `!`.  `start` is where the text begins.  Notices are complaints that do not
// keep a statement from running: characters that were left out.  They are added
// to `notices`, also when the statement is refused.
Result<Statement> ParseStatement(std::string_view text, Position start = {},
                                 std::vector<std::string>* notices = nullptr);

// Whether the last statement of a text needs its `;`.
enum class LastEnd : uint8_t { kWritten, kImplied };

class Parser {
 public:
  // Gives more text, at least one character; nullopt at the end of the input.
  using Refill = std::function<std::optional<std::string>()>;

  explicit Parser(std::string_view text, Position start = {}, LastEnd last_end = LastEnd::kWritten);
  explicit Parser(Refill refill, Position start = {});

  // The next statement, nullopt at the end of the input, or why the next
  // statement is refused.  Asks for more text only when it needs it.
  Result<std::optional<ParsedStatement>> Next();

  // What the last call of Next noticed besides; see ParseStatement.
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  Result<Statement> Parse(const StatementText& text);

  StatementSplitter splitter_;
  Refill refill_;  // empty when there is no more
  const LastEnd last_end_ = LastEnd::kWritten;
  std::vector<std::string> notices_;
};

}  // namespace redbase::parser
