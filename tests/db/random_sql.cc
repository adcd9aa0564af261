#include "tests/db/random_sql.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

namespace redbase::db {
namespace {

constexpr size_t kLargestProduct = 150000;

bool Comparable(LogicalType a, LogicalType b) { return IsString(a.id) == IsString(b.id); }

std::string RealText(float value) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.2f", static_cast<double>(value));
  return text;
}

}  // namespace

std::string LiteralText(const Value& value) {
  if (value.is_real()) {
    return RealText(value.real_value());
  }
  if (!value.is_string()) {
    return value.ToString();
  }
  std::string text = "'";
  for (const char c : value.string_value()) {
    text += c == '\'' ? "''" : std::string(1, c);
  }
  return text + "'";
}

RandomTable RandomSql::Table(const std::string& name) {
  static const std::vector<LogicalType> kTypes = {
      {TypeId::kInt, 0},           {TypeId::kInt, 0},      {TypeId::kReal, 0},
      {TypeId::kClassicString, 6}, {TypeId::kVarchar, 30}, {TypeId::kClassicString, 40},
      {TypeId::kVarchar, 6000}};
  RandomTable table;
  table.name = name;
  const size_t count = 2 + Below(OneIn(10) ? 40 : 5);
  for (size_t i = 0; i < count; ++i) {
    table.columns.push_back({"c" + std::to_string(i), OneOf(kTypes)});
  }
  table.columns[0].type = {TypeId::kInt, 0};
  return table;
}

std::string RandomSql::CreateTable(const RandomTable& table) {
  std::string text = "create table " + table.name + " (";
  for (const RandomColumn& column : table.columns) {
    text +=
        (&column == table.columns.data() ? "" : ", ") + column.name + " " + TypeName(column.type);
  }
  return text + ")";
}

std::string RandomSql::Distribute(const RandomTable& table, size_t nodes) {
  // Often the first column, so that tables are split alike.
  const RandomColumn& column = OneIn(2) ? table.columns[0] : OneOf(table.columns);
  std::vector<Value> bounds;
  while (bounds.size() < nodes - 1) {
    const Value bound = column.type.id == TypeId::kInt && OneIn(2)
                            ? Value::Int(static_cast<int32_t>(bounds.size() * 3))
                            : NonNull(column.type);
    const auto less = [](const Value& a, const Value& b) { return Value::Compare(a, b) < 0; };
    const auto at = std::lower_bound(bounds.begin(), bounds.end(), bound, less);
    if (at == bounds.end() || Value::Compare(*at, bound) != 0) {
      bounds.insert(at, bound);
    }
  }
  std::string text = " distribute " + column.name + " (";
  for (size_t i = 0; i < bounds.size(); ++i) {
    text += (i == 0 ? "" : ", ") + LiteralText(bounds[i]);
  }
  return text + ")";
}

std::string RandomSql::CreateIndex(const RandomTable& table) {
  // Keys have a longest length.
  std::vector<std::string> names;
  for (const RandomColumn& column : table.columns) {
    if (column.type.length <= 40) {
      names.push_back(column.name);
    }
  }
  const std::string first = OneOf(names);
  const std::string second = OneOf(names);
  const bool both = OneIn(3) && first != second;
  return table.name + "(" + first + (both ? ", " + second : "") + ")";
}

std::string RandomSql::String(size_t longest) {
  static const std::vector<std::string> kPieces = {
      "a", "b", "B", "z", " ", "'", "\"", "\xC3\xA9", "~", "0", "common prefix ", "-"};
  std::string text;
  size_t pieces = OneIn(4) ? 1 + Below(6) : Below(3);
  if (longest > 1000 && OneIn(30)) {
    pieces = 200 + Below(400);
  }
  for (size_t i = 0; i < pieces; ++i) {
    const std::string& piece = OneOf(kPieces);
    if (text.size() + piece.size() <= longest) {
      text += piece;
    }
  }
  return text;
}

Value RandomSql::NonNull(LogicalType type) {
  if (IsString(type.id)) {
    return Value::String(String(type.length));
  }
  if (type.id == TypeId::kInt) {
    static const std::vector<int32_t> kRare = {std::numeric_limits<int32_t>::max(),
                                               std::numeric_limits<int32_t>::min(),
                                               16777217,
                                               -16777217,
                                               0,
                                               1000000};
    if (OneIn(12)) {
      return Value::Int(OneOf(kRare));
    }
    return Value::Int(static_cast<int32_t>(Below(OneIn(2) ? 20 : 2000)) - 5);
  }
  static const std::vector<float> kRare = {16777216.0F, -16777216.0F, 1.2676506002282294e30F,
                                           -1.2676506002282294e30F, 2147483648.0F};
  if (OneIn(12)) {
    return Value::Real(OneOf(kRare));
  }
  return Value::Real(static_cast<float>(static_cast<int>(Below(100)) - 20) / 4);
}

std::vector<Value> RandomSql::Row(const RandomTable& table, bool with_nulls) {
  std::vector<Value> row;
  for (const RandomColumn& column : table.columns) {
    row.push_back(with_nulls && OneIn(9) ? Value::Null() : NonNull(column.type));
  }
  return row;
}

std::string RandomSql::Insert(const RandomTable& table,
                              const std::vector<std::vector<Value>>& rows) {
  std::string text = "insert into " + table.name + " values ";
  for (const std::vector<Value>& row : rows) {
    text += &row == rows.data() ? "(" : ", (";
    for (const Value& value : row) {
      text += (&value == row.data() ? "" : ", ") + LiteralText(value);
    }
    text += ")";
  }
  return text;
}

std::string RandomSql::LoadText(const std::vector<std::vector<Value>>& rows) {
  std::string text;
  for (const std::vector<Value>& row : rows) {
    for (const Value& value : row) {
      text += (&value == row.data() ? "" : ",") + value.ToString();
    }
    text += "\n";
  }
  return text;
}

RandomSql::ColumnOf RandomSql::Column(const From& from, size_t table) {
  const RandomColumn& column = OneOf(from[table]->columns);
  // Names are the same in all tables.
  const bool alone = from.size() == 1 && OneIn(2);
  return {alone ? column.name : from[table]->name + "." + column.name, column.type};
}

std::string RandomSql::Like(const From& from, size_t table, LogicalType type) {
  while (true) {
    const ColumnOf column = Column(from, table);
    if (Comparable(column.type, type)) {
      return column.text;
    }
    if (!IsString(type.id)) {
      return from[table]->name + ".c0";
    }
    if (OneIn(20)) {
      return "";
    }
  }
}

std::string RandomSql::Operator() {
  static const std::vector<std::string> kAll = {"=", "=", "<", "<=", ">", ">=", "<>"};
  return " " + OneOf(kAll) + " ";
}

std::string RandomSql::LiteralLike(LogicalType type) {
  if (OneIn(20)) {
    return "null";
  }
  return IsString(type.id) ? LiteralText(Value::String(String(50)))
                           : LiteralText(NonNull({OneIn(2) ? TypeId::kInt : TypeId::kReal, 0}));
}

std::string RandomSql::Condition(const From& from, int depth) {
  constexpr int kDeepest = 3;
  const auto inner = [&] { return Condition(from, depth + 1); };
  if (depth < kDeepest && OneIn(4)) {
    const std::string pair = "(" + inner() + (OneIn(2) ? " or " : " and ") + inner() + ")";
    return (OneIn(3) ? "not " : "") + pair;
  }
  if (depth < kDeepest && OneIn(12)) {
    return "not " + inner();
  }
  if (!OneIn(6)) {
    return Comparison(from);
  }
  const ColumnOf left = AnyColumn(from);
  const std::string operand = left.text + (OneIn(3) ? " not" : "");
  if (OneIn(2)) {
    return operand + " between " + LiteralLike(left.type) + " and " + LiteralLike(left.type);
  }
  if (IsString(left.type.id) && OneIn(2)) {
    std::string pattern = String(8);
    for (size_t i = Below(3); i > 0; --i) {
      pattern += (OneIn(3) ? "_" : "%") + String(8);
    }
    return operand + " like " + LiteralText(Value::String(pattern));
  }
  std::string list;
  for (size_t i = 1 + Below(4); i > 0; --i) {
    list += (list.empty() ? "" : ", ") + LiteralLike(left.type);
  }
  return operand + " in (" + list + ")";
}

std::string RandomSql::Comparison(const From& from) {
  const ColumnOf left = AnyColumn(from);
  if (OneIn(8)) {
    return left.text + (OneIn(2) ? " is null" : " is not null");
  }
  if (OneIn(6)) {
    const std::string right = Like(from, Below(from.size()), left.type);
    if (!right.empty()) {
      return left.text + Operator() + right;
    }
  }
  if (OneIn(40)) {
    return left.text + Operator() + "null";
  }
  if (IsString(left.type.id)) {
    return left.text + Operator() + LiteralText(Value::String(String(50)));
  }
  static const std::vector<std::string> kTooLarge = {"3000000000", "-3000000000",
                                                     "9007199254740992.0"};
  if (OneIn(20)) {
    return left.text + Operator() + OneOf(kTooLarge);
  }
  const std::string literal = LiteralText(NonNull({OneIn(2) ? TypeId::kInt : TypeId::kReal, 0}));
  static const std::vector<std::string> kFlipped = {" = ", " < ", " >= ", " <> "};
  return OneIn(8) ? literal + OneOf(kFlipped) + left.text : left.text + Operator() + literal;
}

std::string RandomSql::Conditions(const From& from, bool join) {
  std::vector<std::string> conditions;
  for (size_t i = 1; join && i < from.size(); ++i) {
    const ColumnOf left = Column(from, i);
    const std::string right = Like(from, Below(i), left.type);
    if (!right.empty() && !OneIn(6)) {
      conditions.push_back(left.text + (OneIn(8) ? Operator() : " = ") + right);
    }
    if (OneIn(3)) {
      conditions.push_back(from[i]->name + ".c0 = " + from[Below(i)]->name + ".c0");
    }
  }
  for (size_t i = Below(4); i > 0; --i) {
    conditions.push_back(Condition(from));
  }
  std::string text;
  for (const std::string& condition : conditions) {
    text += (text.empty() ? " where " : " and ") + condition;
  }
  return text;
}

std::string RandomSql::Delete(const RandomTable& table) {
  std::string where = Conditions({&table}, false);
  if (where.empty()) {
    where = " where c0 = " + LiteralText(NonNull(table.columns[0].type));
  }
  return "delete from " + table.name + where;
}

std::string RandomSql::Update(const RandomTable& table) {
  std::string text = "update " + table.name + " set ";
  std::vector<size_t> done;
  for (size_t i = 1 + Below(2); i > 0; --i) {
    const size_t target = OneIn(3) ? 0 : Below(table.columns.size());
    if (std::find(done.begin(), done.end(), target) != done.end()) {
      continue;
    }
    const RandomColumn& source = OneOf(table.columns);
    const LogicalType type = table.columns[target].type;
    // Lengths are of bytes here and of characters there, and these are ASCII.
    const bool fits = source.type.id == type.id && source.type.length <= type.length;
    const std::string value =
        fits ? source.name : (OneIn(9) ? std::string("null") : LiteralText(NonNull(type)));
    text += (done.empty() ? "" : ", ") + table.columns[target].name + " = " + value;
    done.push_back(target);
  }
  return text + Conditions({&table}, false);
}

RandomSql::From RandomSql::PickTables(const std::vector<RandomTable>& tables) {
  From from;
  size_t product = 1;
  const size_t wanted = 1 + Below(4);
  for (size_t tries = 0; tries < 12 && from.size() < wanted; ++tries) {
    const RandomTable* table = &OneOf(tables);
    if (std::find(from.begin(), from.end(), table) == from.end() &&
        product * (table->rows + 1) <= kLargestProduct) {
      product *= table->rows + 1;
      from.push_back(table);
    }
  }
  return from;
}

std::string RandomSql::Select(const std::vector<RandomTable>& tables) {
  From from = PickTables(tables);
  std::string text = "select ";
  if (OneIn(3)) {
    text += "*";
  } else {
    for (size_t i = Below(5) + 1; i > 0; --i) {
      text += AnyColumn(from).text + (i > 1 ? ", " : "");
    }
  }
  text += " from ";
  for (const RandomTable* table : from) {
    text += (table == from[0] ? "" : ", ") + table->name;
  }
  return text + Conditions(from, true);
}

}  // namespace redbase::db
