// The language of the parser's tests: a text in, its statement or its error out.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "parser/classic_echo.h"
#include "parser/parser.h"

namespace redbase::parser {

// The statement of `text` as a T; an empty T, and a failure, when it is not one.
template <typename T>
T Parse(std::string_view text) {
  Result<Statement> statement = ParseStatement(text);
  if (!statement.ok()) {
    ADD_FAILURE() << text << ": " << statement.status().message();
    return {};
  }
  if (!std::holds_alternative<T>(*statement)) {
    ADD_FAILURE() << text << ": a statement of another kind";
    return {};
  }
  return std::get<T>(std::move(*statement));
}

// The select list, from and where of a query.
template <>
inline Select Parse<Select>(std::string_view text) {
  auto query = Parse<Query>(text);
  if (query.select() == nullptr) {
    ADD_FAILURE() << text << ": a query of another kind";
    return {};
  }
  return std::move(*query.select());
}

// Why `text` is refused; empty when it is not.
inline std::string ErrorOf(std::string_view text) {
  const Result<Statement> statement = ParseStatement(text);
  return statement.ok() ? std::string() : statement.status().message();
}

inline Code CodeOf(std::string_view text) {
  const Result<Statement> statement = ParseStatement(text);
  return statement.ok() ? Code::kOk : statement.status().code();
}

// All statements of a session as the shell would show them: echo, notices in
// brackets, and errors behind an `E`.  Statements without an echo give their text.
inline std::vector<std::string> Session(Parser* parser) {
  std::vector<std::string> lines;
  while (true) {
    Result<std::optional<ParsedStatement>> next = parser->Next();
    for (const std::string& notice : parser->notices()) {
      lines.push_back("[" + notice + "]");
    }
    if (!next.ok()) {
      lines.push_back("E " + next.status().message());
      continue;
    }
    if (!next->has_value()) {
      return lines;
    }
    const std::string echo = ClassicEcho((*next)->statement);
    lines.push_back(echo.empty() ? (*next)->text : echo.substr(0, echo.size() - 1));
  }
}

inline std::vector<std::string> Session(std::string_view text) {
  Parser parser(text);
  return Session(&parser);
}

}  // namespace redbase::parser
