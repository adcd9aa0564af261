#include "parser/parser.h"

#include <utility>

#include "parser/internal/parse_context.h"

namespace redbase::parser {
namespace {

// The scanner counts in ints.
constexpr size_t kMaxStatementLength = size_t{1} << 30;

std::string_view WithoutLeadingBlanks(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n\f\v");
  return text.substr(first == std::string_view::npos ? text.size() : first);
}

// Requires: `line` starts with `!`.
Shell ShellLine(std::string_view line) {
  line = line.substr(1, line.find('\n') - 1);
  line.remove_suffix(line.ends_with('\r') ? 1 : 0);
  return {std::string(line)};
}

}  // namespace

Result<Statement> ParseStatement(std::string_view text, Position start,
                                 std::vector<std::string>* notices) {
  if (text.size() > kMaxStatementLength) {
    return Status(Code::kSyntax, "syntax error at " + ToString(start) + ": statement of " +
                                     std::to_string(text.size()) + " bytes, at most " +
                                     std::to_string(kMaxStatementLength));
  }
  if (const std::string_view line = WithoutLeadingBlanks(text); line.starts_with('!')) {
    return Statement(ShellLine(line));
  }
  internal::ParseContext context(start);
  internal::RunParser(text, &context);
  if (notices != nullptr) {
    for (std::string& notice : context.TakeNotices()) {
      notices->push_back(std::move(notice));
    }
  }
  RETURN_IF_ERROR(context.status());
  return context.TakeStatement();
}

Parser::Parser(std::string_view text, Position start, LastEnd last_end)
    : splitter_(start), last_end_(last_end) {
  splitter_.Append(text);
  splitter_.Finish();
}

Parser::Parser(Refill refill, Position start) : splitter_(start), refill_(std::move(refill)) {}

Result<Statement> Parser::Parse(const StatementText& text) {
  if (!text.complete && last_end_ == LastEnd::kImplied) {
    std::vector<std::string> notices;
    // On a line of its own: a comment may be what stands last.
    Result<Statement> statement = ParseStatement(text.text + "\n;", text.position, &notices);
    if (statement.ok()) {
      notices_ = std::move(notices);
      return statement;
    }
  }
  // What is wrong is said of the text as written.
  return ParseStatement(text.text, text.position, &notices_);
}

Result<std::optional<ParsedStatement>> Parser::Next() {
  notices_.clear();
  while (true) {
    if (std::optional<StatementText> next = splitter_.Next()) {
      ASSIGN_OR_RETURN(Statement statement, Parse(*next));
      return std::optional(
          ParsedStatement{std::move(statement), std::move(next->text), next->position});
    }
    if (!refill_) {
      return std::optional<ParsedStatement>();
    }
    if (const std::optional<std::string> more = refill_()) {
      splitter_.Append(*more);
    } else {
      splitter_.Finish();
      refill_ = nullptr;
    }
  }
}

}  // namespace redbase::parser
