#include "parser/classic_echo.h"

#include <array>
#include <charconv>
#include <string_view>
#include <vector>

#include "parser/internal/sql_writer.h"
#include "parser/type_name.h"

namespace redbase::parser {
namespace {

using internal::SqlWriter;

// In double quotes, quotes inside doubled, so that it can be read again.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    out.append(c == '"' ? 2 : 1, c);
  }
  return out + "\"";
}

std::string SixDecimals(double value) {
  std::array<char, 400> buffer;  // the largest double has 309 digits
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::fixed, 6);
  return {buffer.data(), end};
}

std::string Shortest(double value) {
  std::array<char, 32> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

std::string EchoText(const Literal& literal) {
  if (const auto* integer = std::get_if<int64_t>(&literal.value)) {
    return std::to_string(*integer);
  }
  if (const auto* real = std::get_if<double>(&literal.value)) {
    return SixDecimals(*real);
  }
  if (const auto* text = std::get_if<std::string>(&literal.value)) {
    return Quoted(*text);
  }
  if (const auto* truth = std::get_if<bool>(&literal.value)) {
    return *truth ? "true" : "false";
  }
  if (const Parameter* const parameter = literal.parameter()) {
    return "$" + std::to_string(parameter->number);
  }
  return "null";
}

std::string EchoText(const Identifier& name) { return name.text; }

std::string EchoText(const ColumnRef& column) { return PlanText(column); }

constexpr SqlWriter kEcho{[](const Literal& literal) { return EchoText(literal); }, "<>"};

std::string EchoText(const Expr& expr) { return kEcho.Write(expr); }
std::string EchoText(const SelectItem& item) { return kEcho.Write(item); }
std::string EchoText(const TableRef& table) { return kEcho.Write(table); }

// The classic list: a blank before every item, a comma between two.
template <typename T>
std::string BlankedList(const std::vector<T>& items) {
  std::string out;
  for (const T& item : items) {
    if (!out.empty()) {
      out += ",";
    }
    out += " ";
    out += EchoText(item);
  }
  return out;
}

std::string NameList(const std::vector<Identifier>& names) {
  std::string out;
  for (const Identifier& name : names) {
    if (!out.empty()) {
      out += ", ";
    }
    out += name.text;
  }
  return out;
}

std::string AliasText(const std::optional<Identifier>& alias) {
  return alias ? " as " + alias->text : "";
}

// "where" and the conditions; empty without conditions.
std::string WhereText(const std::vector<Expr>& where) {
  std::string out;
  for (const Expr& condition : where) {
    out += out.empty() ? "where  " : " and ";
    out += where.size() > 1 ? kEcho.Inner(condition) : kEcho.Write(condition);
  }
  return out;
}

struct Echo {
  std::string operator()(const CreateTable& create) const {
    std::string out = "create table " + create.table.text + " (";
    bool first = true;
    for (const ColumnDefinition& column : create.columns) {
      out += first ? "" : ", ";
      out += column.name.text + " = " + ToString(column.type);
      first = false;
    }
    return out + ");\n";
  }
  std::string operator()(const DropTable& drop) const {
    return "drop table " + drop.table.text + ";\n";
  }
  std::string operator()(const CreateIndex& create) const {
    return std::string(create.unique ? "create unique index " : "create index ") +
           create.table.text + "(" + NameList(create.columns) + ");\n";
  }
  std::string operator()(const DropIndex& drop) const {
    return "drop index " + drop.table.text + "(" + NameList(drop.columns) + ");\n";
  }
  std::string operator()(const Load& load) const {
    return "load " + load.table.text + "(" + EchoText(load.path) + ");\n";
  }
  std::string operator()(const Set& set) const {
    return "set " + set.parameter.text + " = " + EchoText(set.value) + ";\n";
  }
  std::string operator()(const Help& help) const {
    return help.table.has_value() ? "help " + help.table->text + ";\n" : "help;\n";
  }
  std::string operator()(const Print& print) const {
    const std::string& relation = print.relation.text;
    switch (print.target) {
      case Print::Target::kRelation:
        return "print " + relation + ";\n";
      case Print::Target::kPage:
        return "print page " + relation + " " + std::to_string(print.page) + ";\n";
      case Print::Target::kTree:
        return "print tree " + relation + "(" + NameList(print.columns) + ");\n";
      case Print::Target::kPartitions:
        return "print partitions " + relation + ";\n";
      case Print::Target::kBuffer:
      case Print::Target::kIo:
        break;
    }
    return "";
  }
  std::string operator()(const Query& query) const {
    const Select* const select = query.select();
    if (select == nullptr || !query.with.empty()) {
      return kEcho.Write(query) + ";\n";
    }
    return "select " + kEcho.DistinctText(*select) + BlankedList(select->items) +
           (select->from.empty() ? "" : "\n from " + BlankedList(select->from)) + "\n" +
           WhereText(select->where) + kEcho.GroupingText(*select) + kEcho.EndText(query) + ";\n";
  }
  std::string operator()(const Insert& insert) const {
    std::string out = "insert into " + insert.table.text;
    out += insert.columns.empty() ? " " : " (" + NameList(insert.columns) + ") ";
    if (insert.query) {
      return out + kEcho.Write(*insert.query) + ";\n";
    }
    out += "values ";
    bool first = true;
    for (const std::vector<Expr>& row : insert.rows) {
      out += first ? "( " : ", ( ";
      out += BlankedList(row) + ")";
      first = false;
    }
    return out + ";\n";
  }
  std::string operator()(const Delete& del) const {
    return "delete " + del.table.text + AliasText(del.alias) + " " +
           (del.using_tables.empty() ? "" : "using" + BlankedList(del.using_tables) + " ") +
           WhereText(del.where) + ";\n";
  }
  std::string operator()(const Update& update) const {
    std::string out = "update " + update.table.text + AliasText(update.alias) + " set ";
    bool first = true;
    for (const Assignment& assignment : update.assignments) {
      out += first ? " " : ",  ";
      out += EchoText(assignment.column) + " =  " + EchoText(assignment.value);
      first = false;
    }
    out += update.from.empty() ? "" : " from" + BlankedList(update.from) + " ";
    return out + WhereText(update.where) + ";\n";
  }
  std::string operator()(const Begin& begin) const {
    std::string out = "begin";
    if (begin.modes.isolation) {
      out += " isolation level ";
      out += ToString(*begin.modes.isolation);
    }
    if (begin.modes.read_only) {
      out += *begin.modes.read_only ? " read only" : " read write";
    }
    return out + ";\n";
  }
  std::string operator()(const Commit& /*commit*/) const { return "commit;\n"; }
  std::string operator()(const Rollback& /*rollback*/) const { return "rollback;\n"; }
  std::string operator()(const Savepoint& savepoint) const {
    return "savepoint " + savepoint.name.text + ";\n";
  }
  std::string operator()(const RollbackTo& rollback) const {
    return "rollback to savepoint " + rollback.savepoint.text + ";\n";
  }
  std::string operator()(const Release& release) const {
    return "release savepoint " + release.savepoint.text + ";\n";
  }
  std::string operator()(const LockTable& lock) const {
    return "lock table " + BlankedList(lock.tables) + " in " + std::string(ToString(lock.mode)) +
           " mode" + (lock.nowait ? " nowait" : "") + ";\n";
  }
  std::string operator()(const Checkpoint& /*checkpoint*/) const { return "checkpoint;\n"; }
  std::string operator()(const Backup& backup) const {
    return "backup " + EchoText(backup.path) + ";\n";
  }
  std::string operator()(const Shell& shell) const { return shell.command + "\n"; }
  template <typename Other>
  std::string operator()(const Other&) const {
    return "";
  }
};

}  // namespace

std::string ClassicEcho(const Statement& statement) { return std::visit(Echo(), statement); }

std::string PlanText(const ColumnRef& column) {
  return column.relation.has_value() ? column.relation->text + "." + column.name : column.name;
}

std::string PlanText(const Literal& literal) {
  if (const auto* real = std::get_if<double>(&literal.value)) {
    return Shortest(*real);
  }
  const auto* text = std::get_if<std::string>(&literal.value);
  return text != nullptr ? *text : EchoText(literal);
}

namespace {

constexpr SqlWriter kPlans{[](const Literal& literal) { return PlanText(literal); }, "!="};

}  // namespace

std::string PlanText(const Expr& expr) { return kPlans.Write(expr); }

std::string PlanText(const SelectItem& item) { return kPlans.Write(item); }

std::string PlanText(const TableRef& table) { return kPlans.Write(table); }

std::string PlanText(const Query& query) { return kPlans.Write(query); }

}  // namespace redbase::parser
