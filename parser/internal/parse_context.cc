#include "parser/internal/parse_context.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <span>
#include <system_error>

#include "common/name_match.h"
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

bool IsWord(std::string_view token) {
  return std::all_of(token.begin(), token.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

// The words that are never names; any other may stand where a name is expected.
bool IsClassicWord(std::string_view token) {
  static constexpr std::string_view kClassic[] = {
      "create", "drop",   "table", "index",  "load",       "set",    "help", "print",     "exit",
      "select", "from",   "where", "insert", "delete",     "update", "and",  "into",      "values",
      "reset",  "resize", "io",    "buffer", "distribute", "on",     "off",  "queryplans"};
  return IsOneOf(token, kClassic);
}

// Which of the right tokens need not be named: the ways in which an expression may begin or go
// on, words that are names as well, and the dot that may follow any name.
class Implied {
 public:
  explicit Implied(const std::vector<std::string_view>& expected)
      : name_(IsOneOf("a name", expected)),
        value_(IsOneOf("a real number", expected)),
        expression_(value_ && IsOneOf("case", expected)),
        goes_on_(IsOneOf("an operator", expected)),
        integer_(!value_ && IsOneOf("an integer", expected)),
        several_(expected.size() > 1) {}

  bool operator()(std::string_view token) const {
    const bool is_kind = token.starts_with("a ") || token.starts_with("an ");
    if ((name_ || expression_) && IsWord(token) && !IsClassicWord(token)) {
      return true;
    }
    if (value_ && (is_kind ? token != "a name" || expression_ : IsOneOf(token, kBegin))) {
      return true;
    }
    if (goes_on_ && (is_kind || token == "and" || IsOneOf(token, kGoOn))) {
      return true;
    }
    return (integer_ && (token == "+" || token == "-")) || (several_ && token == ".");
  }

  bool value() const { return value_; }
  bool expression() const { return expression_; }

 private:
  static constexpr std::string_view kBegin[] = {"(", "+", "-", "~", "null", "true", "false"};
  static constexpr std::string_view kGoOn[] = {
      "*",  "=",  "+",  "-",       "/",    "%",     "^",       "~",  "::",
      "is", "in", "or", "between", "like", "ilike", "similar", "at", "not of an operator"};

  bool name_;
  bool value_;
  bool expression_;
  bool goes_on_;
  bool integer_;
  bool several_;
};

// What of the right tokens helps to name.  Empty when there are too many.
std::vector<std::string_view> Useful(const std::vector<std::string_view>& expected) {
  if (IsOneOf("create", expected)) {
    return {"a command"};
  }
  const Implied implied(expected);
  std::vector<std::string_view> useful;
  for (const std::string_view token : expected) {
    if (!implied(token)) {
      useful.push_back(token);
    }
  }
  if (implied.value()) {
    useful.emplace_back(implied.expression() ? "an expression" : "a value");
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
    return MakeReal(text);
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

int64_t ParseContext::IntegerOf(const std::unique_ptr<Literal>& literal) {
  if (const auto* integer = std::get_if<int64_t>(&literal->value)) {
    return *integer;
  }
  Fail(OutOfRange(literal->text, "does not fit 64 bits"));
  return 0;
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
  if (constexpr size_t kLeast = 3; !at_end && token_text_.size() >= kLeast) {
    std::vector<std::string_view> words;
    std::copy_if(expected.begin(), expected.end(), std::back_inserter(words), IsWord);
    what += common::DidYouMean(token_text_, words);
  }
  Fail(SyntaxError(token_, what));
}

std::unique_ptr<Expr> ParseContext::Nested(Expr expr) {
  if (expr.depth() > kMaxExprDepth) {
    Fail({Code::kInvalidArgument,
          "expressions are nested too deep at " + ToString(expr.position())});
  }
  return std::make_unique<Expr>(std::move(expr));
}

std::unique_ptr<Query> ParseContext::Nested(std::unique_ptr<Query> query) {
  if (query->depth > kMaxExprDepth) {
    Fail({Code::kInvalidArgument, "queries are nested too deep at " + ToString(query->position)});
  }
  return query;
}

std::unique_ptr<Expr> ParseContext::Binary(std::unique_ptr<Expr> left, BinaryOp op,
                                           std::unique_ptr<Expr> right) {
  return Nested(Expr::Binary(std::move(*left), op, std::move(*right)));
}

std::unique_ptr<Expr> ParseContext::Compared(std::unique_ptr<Expr> left, ComparisonOp op,
                                             std::unique_ptr<Expr> right) {
  return Nested(Expr::Comparison(std::move(*left), op, std::move(*right)));
}

std::unique_ptr<Literal> ParseContext::Signed(char sign, std::unique_ptr<Literal> number,
                                              Position position) {
  const std::string text = sign + number->text;
  const bool integer = text.find_first_of(".eE") == std::string::npos;
  std::unique_ptr<Literal> made = integer ? MakeInteger(text) : MakeReal(text);
  if (made) {
    made->position = position;
    return made;
  }
  return number;  // the failure is noted
}

std::unique_ptr<Expr> ParseContext::WithSign(char sign, std::unique_ptr<Expr> operand,
                                             Position position) {
  const bool number = operand->kind() == Expr::Kind::kLiteral && operand->literal().is_number();
  if (number &&
      std::string_view("+-").find(operand->literal().text.front()) == std::string_view::npos) {
    return BoxOf(Expr(Open(Signed(sign, BoxOf(operand->literal()), position))));
  }
  const UnaryOp op = sign == '-' ? UnaryOp::kMinus : UnaryOp::kPlus;
  return Nested(Expr::Unary(op, Open(std::move(operand)), position));
}

std::unique_ptr<Expr> ParseContext::OfQuery(Subquery::Kind kind, std::unique_ptr<Query> query,
                                            Position position) {
  return Nested(Expr::OfSubquery(Subquery{kind, ComparisonOp::kEq, std::move(query)}, std::nullopt,
                                 position));
}

std::unique_ptr<Expr> ParseContext::Quantified(std::unique_ptr<Expr> left, Subquery::Kind kind,
                                               ComparisonOp op, std::unique_ptr<Query> query) {
  const Position position = left->position();
  return Nested(
      Expr::OfSubquery(Subquery{kind, op, std::move(query)}, Open(std::move(left)), position));
}

namespace {

// Joins above each other.
uint32_t DepthOf(const TableRef& table) {
  uint32_t depth = 0;
  for (const TableRef* at = &table; at->kind == TableRef::Kind::kJoin; at = at->left.get()) {
    ++depth;
  }
  return depth;
}

}  // namespace

std::unique_ptr<TableRef> ParseContext::Joined(std::unique_ptr<TableRef> left, JoinWord word,
                                               std::unique_ptr<TableRef> right) {
  auto joined = std::make_unique<TableRef>();
  joined->kind = TableRef::Kind::kJoin;
  joined->position = left->position;
  joined->join = word;
  joined->left = std::move(left);
  joined->right = std::move(right);
  if (DepthOf(*joined) > kMaxExprDepth) {
    Fail({Code::kInvalidArgument, "too many joins at " + ToString(joined->position)});
  }
  return joined;
}

std::string_view ParseContext::Keep(std::string text) {
  kept_.push_back(std::move(text));
  return kept_.back();
}

std::vector<Expr> Two(Box<Expr> first, Box<Expr> second) {
  return Append(ListOf(std::move(first)), std::move(second));
}

Box<Query> Completed(Box<Query> query, std::vector<OrderItem> order, Limits limits,
                     std::vector<RowLocking> locking) {
  const bool complete = !query->with.empty() || !query->order_by.empty() || query->limit ||
                        query->offset || !query->locking.empty();
  if (complete) {  // it stood in parentheses
    const Position position = query->position;
    Select outer;
    outer.items.push_back(Open(StarItem(std::nullopt, position)));
    outer.from.push_back(
        Open(QueryRef(std::move(query), {Identifier{"query", position}, {}}, false, position)));
    query = QueryOf(std::move(outer), position);
  }
  query->order_by = std::move(order);
  query->limit = Opened(std::move(limits.limit));
  query->offset = Opened(std::move(limits.offset));
  query->locking = std::move(locking);
  return query;
}

Box<Query> WithTables(Box<With> with, Box<Query> query) {
  if (!query->with.empty()) {  // a query in parentheses with tables of its own
    query = Completed(std::move(query), {}, {}, {});
  }
  query->recursive = with->recursive;
  query->with = std::move(with->tables);
  return query;
}

Box<Query> Combined(Box<Query> left, SetOperation::Kind kind, bool all, Box<Query> right,
                    Position position) {
  const Position begin = left->position;
  const uint32_t depth = std::max(left->depth, right->depth);
  Box<Query> query =
      QueryOf(SetOperation{kind, all, std::move(left), std::move(right), position}, begin);
  query->depth = depth + 1;
  return query;
}

Limits Both(Limits first, Limits second) {
  return {first.limit ? std::move(first.limit) : std::move(second.limit),
          first.offset ? std::move(first.offset) : std::move(second.offset)};
}

Box<SelectItem> Item(Box<Expr> expr, std::optional<Identifier> alias, Position position) {
  return BoxOf(SelectItem{Open(std::move(expr)), std::nullopt, std::move(alias), position});
}

Box<SelectItem> StarItem(std::optional<Identifier> relation, Position position) {
  return BoxOf(SelectItem{std::nullopt, std::move(relation), std::nullopt, position});
}

Box<GroupingItem> GroupingOf(Box<Expr> expr) {
  GroupingItem item;
  item.exprs.push_back(Open(std::move(expr)));
  return BoxOf(std::move(item));
}

namespace {

Box<TableRef> TableOf(TableRef::Kind kind, Alias alias, Position position) {
  auto table = std::make_unique<TableRef>();
  table->kind = kind;
  table->alias = std::move(alias.name);
  table->column_aliases = std::move(alias.columns);
  table->position = position;
  return table;
}

}  // namespace

Box<TableRef> RelationRef(Identifier relation, Alias alias) {
  Box<TableRef> table = TableOf(TableRef::Kind::kRelation, std::move(alias), relation.position);
  table->relation = std::move(relation);
  return table;
}

Box<TableRef> QueryRef(Box<Query> query, Alias alias, bool lateral, Position position) {
  Box<TableRef> table = TableOf(TableRef::Kind::kQuery, std::move(alias), position);
  table->query = std::move(query);
  table->lateral = lateral;
  return table;
}

Box<TableRef> FunctionRef(Box<Expr> call, Alias alias, bool lateral, Position position) {
  Box<TableRef> table = TableOf(TableRef::Kind::kFunction, std::move(alias), position);
  table->function = Open(std::move(call));
  table->lateral = lateral;
  return table;
}

Box<TableRef> Aliased(Box<TableRef> table, Alias alias) {
  table->alias = std::move(alias.name);
  table->column_aliases = std::move(alias.columns);
  return table;
}

Box<Statement> MakeInsert(Identifier table, std::vector<Identifier> columns, Box<Query> source) {
  Insert insert{std::move(table), std::move(columns), {}, nullptr};
  auto* values = std::get_if<ValuesList>(&source->body);
  const bool plain = values != nullptr && source->with.empty() && source->order_by.empty() &&
                     !source->limit && !source->offset && source->locking.empty();
  if (plain) {
    insert.rows = std::move(values->rows);
  } else {
    insert.query = std::move(source);
  }
  return Boxed(std::move(insert));
}

Box<Expr> Call(const Identifier& name, std::vector<Expr> arguments) {
  FunctionCall call;
  call.name = {common::FoldCase(name.text), name.position};
  return BoxOf(Expr::Function(std::move(call), std::move(arguments)));
}

Box<Expr> WithWindow(Box<Expr> call, Box<Expr> filter, Box<Window> over) {
  call->function().filter = Opened(std::move(filter));
  call->function().over = Opened(std::move(over));
  return call;
}

FrameBound CurrentRow() { return {FrameBound::Kind::kCurrentRow, std::nullopt}; }

Box<FrameBound> Bound(FrameBound::Kind kind, Box<Expr> offset) {
  return BoxOf(FrameBound{kind, Opened(std::move(offset))});
}

Box<TypeName> TypeOf(std::string_view word, Position position, std::optional<int64_t> length,
                     std::optional<int64_t> scale) {
  return BoxOf(TypeName{std::string(word), length, scale, position});
}

std::string_view TimeType(std::string_view word, std::string_view zone) {
  if (zone.empty()) {
    return word;
  }
  return word == "time" ? "timetz" : "timestamptz";
}

Box<Expr> TypedLiteral(std::string_view type, Box<Literal> text, Position position) {
  return BoxOf(Expr::Cast(Expr(Open(std::move(text))), Open(TypeOf(type, position)), position));
}

Box<Literal> WithUnit(Box<Literal> text, std::string_view unit) {
  if (!unit.empty()) {
    auto& value = std::get<std::string>(text->value);
    value += " ";
    value += unit;
  }
  return text;
}

Literal OneAt(Position position) { return {int64_t{1}, "1", position}; }

Identifier Named(std::string_view text, Position position) { return {std::string(text), position}; }

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

Box<Statement> MakePrint(Print::Target target, Identifier relation) {
  return Boxed(Print{target, std::move(relation), 0, {}, {}});
}

}  // namespace redbase::parser::internal
