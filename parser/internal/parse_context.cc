#include "parser/internal/parse_context.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <system_error>

#include "common/schema.h"
#include "common/text.h"

namespace redbase::parser::internal {
namespace {

constexpr size_t kMaxNotices = 20;
constexpr size_t kMaxExpected = 4;
constexpr size_t kMaxExcerpt = 40;

// Text for a message: control characters as \xNN.
std::string Printable(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out += c;
    } else {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

// The beginning of a text, whole characters only.
std::string Excerpt(std::string_view text) {
  if (text.size() <= kMaxExcerpt) {
    return Printable(text);
  }
  size_t length = kMaxExcerpt;
  while (length > 0 && common::ContinuesUtf8(text[length])) {
    --length;
  }
  return Printable(text.substr(0, length)) + "...";
}

Status SyntaxError(Position position, const std::string& what) {
  return {Code::kSyntax, "syntax error at " + ToString(position) + ": " + what};
}

bool IsOneOf(std::string_view item, std::span<const std::string_view> list) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// What of the right tokens helps to name: not the words that are names as well,
// nor the dot that may follow any name.  Empty when there are too many.
std::vector<std::string_view> Useful(const std::vector<std::string_view>& expected) {
  static constexpr std::string_view kNameLike[] = {
      "page",        "tree",      "partitions",  "unique",   "null",         "is",        "not",
      "begin",       "start",     "transaction", "work",     "isolation",    "level",     "read",
      "uncommitted", "committed", "repeatable",  "snapshot", "serializable", "only",      "write",
      "commit",      "end",       "rollback",    "abort",    "to",           "savepoint", "release",
      "checkpoint",  "backup",    "for",         "no",       "key",          "share",     "of",
      "nowait",      "skip",      "locked",      "lock",     "in",           "mode",      "access",
      "row",         "exclusive", "or",          "between",  "like",         "ilike",     "escape"};
  static constexpr std::string_view kConstants[] = {"null", "an integer", "a real number",
                                                    "a string", "a parameter"};
  static constexpr std::string_view kComparisons[] = {"=",       "is",   "not",  "in",
                                                      "between", "like", "ilike"};
  if (IsOneOf("create", expected)) {
    return {"a command"};
  }
  const bool name = IsOneOf("a name", expected);
  const bool value = IsOneOf("a real number", expected);
  const bool comparison = IsOneOf("a comparison", expected);
  std::vector<std::string_view> useful;
  for (const std::string_view token : expected) {
    const bool implied =
        (name && IsOneOf(token, kNameLike)) || (value && IsOneOf(token, kConstants)) ||
        (comparison && IsOneOf(token, kComparisons)) || (expected.size() > 1 && token == ".");
    if (!implied) {
      useful.push_back(token);
    }
  }
  if (value) {
    useful.emplace_back("a value");
  }
  if (useful.size() > kMaxExpected) {
    useful.clear();
  }
  return useful;
}

std::string ExpectedList(const std::vector<std::string_view>& expected) {
  const std::vector<std::string_view> useful = Useful(expected);
  std::string out;
  for (size_t i = 0; i < useful.size(); ++i) {
    if (i == 0) {
      out += ": expected ";
    } else {
      out += i + 1 == useful.size() ? " or " : ", ";
    }
    const bool sign = useful[i].size() == 1;
    out += sign ? "\"" + std::string(useful[i]) + "\"" : std::string(useful[i]);
  }
  return out;
}

// Digits with one sign in front of them at most, as from_chars wants them.
std::string_view WithoutPlus(std::string_view number) {
  return number.substr(number.starts_with('+') ? 1 : 0);
}

}  // namespace

void ParseContext::Advance(std::string_view text) {
  token_ = next_;
  token_text_ = text;
  for (const char c : text) {
    if (c == '\n') {
      ++next_.line;
      next_.column = 1;
    } else if (!common::ContinuesUtf8(c)) {
      ++next_.column;
    }
  }
}

bool ParseContext::CheckName(std::string_view text) {
  if (text.size() <= kMaxNameLength) {
    return true;
  }
  std::string message =
      in_create_ ? "create: relation name or attribute name too long" : "name too long";
  message += " at " + ToString(token_) + ": \"" + Excerpt(text) + "\" has " +
             std::to_string(text.size()) + " characters, at most " + std::to_string(kMaxNameLength);
  Fail({Code::kInvalidArgument, std::move(message)});
  return false;
}

Status ParseContext::OutOfRange(std::string_view text, std::string_view why) const {
  std::string message = "number out of range at " + ToString(token_) + ": " + Excerpt(text);
  message += " ";
  message += why;
  return {Code::kInvalidArgument, std::move(message)};
}

std::unique_ptr<Literal> ParseContext::MakeInteger(std::string_view text) {
  const std::string_view digits = WithoutPlus(text);
  int64_t value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc()) {
    Fail(OutOfRange(text, "does not fit 64 bits"));
    return nullptr;
  }
  return BoxOf(Literal{value, std::string(text), token_});
}

std::unique_ptr<Literal> ParseContext::MakeReal(std::string_view text) {
  const std::string_view digits = WithoutPlus(text);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc()) {
    Fail(OutOfRange(text, "does not fit a real number"));
    return nullptr;
  }
  return BoxOf(Literal{value, std::string(text), token_});
}

std::unique_ptr<Literal> ParseContext::MakeParameter(std::string_view text) {
  const std::string_view digits = text.substr(1);
  Parameter parameter;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), parameter.number);
  if (error != std::errc() || parameter.number == 0 || parameter.number > kMaxParameter) {
    Fail(OutOfRange(text, "is no parameter: they are $1 to $" + std::to_string(kMaxParameter)));
    return nullptr;
  }
  return BoxOf(Literal{parameter, std::string(text), token_});
}

std::unique_ptr<Literal> ParseContext::MakeString(std::string_view text) const {
  const char quote = text.front();
  std::string value;
  value.reserve(text.size());
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    value += text[i];
    if (text[i] == quote) {
      ++i;  // the second of a pair
    }
  }
  return BoxOf(Literal{std::move(value), std::string(text), token_});
}

void ParseContext::NoteIllegal(std::string_view character) {
  if (notices_.size() == kMaxNotices) {
    ++notices_left_out_;
    return;
  }
  notices_.push_back("illegal character [" + Printable(character) + "] at " + ToString(token_));
}

std::vector<std::string> ParseContext::TakeNotices() {
  if (notices_left_out_ > 0) {
    notices_.push_back("illegal characters: " + std::to_string(notices_left_out_) + " more");
  }
  return std::move(notices_);
}

void ParseContext::FailUnclosedString(bool at_line_end) {
  if (at_line_end) {
    Fail({Code::kSyntax, "newline in string constant at " + ToString(token_) + ": " +
                             Excerpt(token_text_.substr(0, token_text_.find('\n')))});
  } else {
    Fail(SyntaxError(token_, "unexpected end of input: string is not closed"));
  }
}

void ParseContext::FailUnclosedComment() {
  Fail(SyntaxError(token_, "unexpected end of input: comment is not closed"));
}

void ParseContext::FailUnexpected(bool at_end, const std::vector<std::string_view>& expected) {
  std::string what = at_end ? "unexpected end of input" : "near \"" + Excerpt(token_text_) + "\"";
  what += ExpectedList(expected);
  Fail(SyntaxError(token_, what));
}

std::unique_ptr<Expr> ParseContext::Nested(Expr expr) {
  if (expr.depth() > kMaxExprDepth) {
    Fail(
        {Code::kInvalidArgument, "conditions are nested too deep at " + ToString(expr.position())});
  }
  return std::make_unique<Expr>(std::move(expr));
}

Identifier Named(std::string_view text, Position position) { return {std::string(text), position}; }

int64_t IntegerOf(const Box<Literal>& literal) { return std::get<int64_t>(literal->value); }

Literal NullAt(std::string_view text, Position position) {
  return {NullValue{}, std::string(text), position};
}

Literal TextAt(std::string_view text, Position position) {
  return {std::string(text), std::string(text), position};
}

Literal TextOf(const Literal& literal) { return TextAt(literal.text, literal.position); }

TransactionModes Combined(TransactionModes first, TransactionModes second) {
  return {second.isolation ? second.isolation : first.isolation,
          second.read_only ? second.read_only : first.read_only};
}

std::vector<Expr> Conjuncts(Box<Expr> condition) {
  if (condition->kind() != Expr::Kind::kAnd) {
    return ListOf(std::move(condition));
  }
  std::vector<Expr> conjuncts;
  for (const std::unique_ptr<Expr>& child : condition->children()) {
    conjuncts.push_back(std::move(*child));
  }
  return conjuncts;
}

Box<ColumnRef> MakeColumnRef(Identifier name) {
  return BoxOf(ColumnRef{std::nullopt, std::move(name.text), name.position});
}

Box<ColumnRef> MakeColumnRef(Identifier relation, std::string_view name) {
  const Position position = relation.position;
  return BoxOf(ColumnRef{std::move(relation), std::string(name), position});
}

Box<ColumnDefinition> MakeColumn(Identifier name, std::string_view word,
                                 std::optional<int64_t> length, Position type_position) {
  return BoxOf(ColumnDefinition{std::move(name),
                                TypeName{std::string(word), length, std::nullopt, type_position}});
}

Box<Statement> MakePrint(Print::Target target, Identifier relation) {
  return Boxed(Print{target, std::move(relation), 0, {}, {}});
}

}  // namespace redbase::parser::internal
