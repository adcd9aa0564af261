#include "main/command_printer.h"

#include <string_view>
#include <vector>

#include "parser/classic_echo.h"
#include "parser/type_name.h"

namespace redbase::main {
namespace {

std::string Line(std::string_view name, std::string_view value) {
  return "   " + std::string(name) + " = " + std::string(value) + "\n";
}

std::string Text(const parser::Literal& literal) {
  return std::holds_alternative<std::string>(literal.value) ? literal.text
                                                            : parser::PlanText(literal);
}

std::string Text(const parser::Expr& expr) {
  return expr.kind() == parser::Expr::Kind::kLiteral ? Text(expr.literal())
                                                     : parser::PlanText(expr);
}

std::string ConditionLines(const std::vector<parser::Expr>& where) {
  std::string lines;
  for (const parser::Expr& condition : where) {
    lines += Line("condition", parser::PlanText(condition));
  }
  return lines;
}

std::string NameLines(std::string_view label, const std::vector<parser::Identifier>& names) {
  std::string lines;
  for (const parser::Identifier& name : names) {
    lines += Line(label, name.text);
  }
  return lines;
}

std::string IndexLines(const parser::Identifier& table,
                       const std::vector<parser::Identifier>& columns) {
  return Line("relName", table.text) + NameLines("attrName", columns);
}

std::string PrintLines(const parser::Print& print) {
  using Target = parser::Print::Target;
  switch (print.target) {
    case Target::kRelation:
      return "Print\n" + Line("relName", print.relation.text);
    case Target::kBuffer:
      return "PrintBuffer\n";
    case Target::kIo:
      return "PrintIO\n";
    case Target::kPage:
      return "PrintPage\n" + Line("relName", print.relation.text) +
             Line("page", std::to_string(print.page));
    case Target::kTree:
      return "PrintTree\n" + IndexLines(print.relation, print.columns);
    case Target::kPartitions:
      return "PrintPartitions\n" + Line("relName", print.relation.text);
  }
  return "";
}

struct Describer {
  std::string operator()(const parser::CreateTable& s) const {
    std::string text = "CreateTable\n" + Line("relName", s.table.text);
    for (const parser::ColumnDefinition& column : s.columns) {
      text += Line("attribute", column.name.text + " " + parser::ToString(column.type));
    }
    if (s.distribute) {
      text += Line("distribute", s.distribute->attribute.text);
      for (const parser::Literal& value : s.distribute->values) {
        text += Line("value", Text(value));
      }
    }
    return text;
  }
  std::string operator()(const parser::DropTable& s) const {
    return "DropTable\n" + Line("relName", s.table.text);
  }
  std::string operator()(const parser::CreateIndex& s) const {
    return "CreateIndex\n" + IndexLines(s.table, s.columns) +
           (s.unique ? Line("unique", "true") : "");
  }
  std::string operator()(const parser::DropIndex& s) const {
    return "DropIndex\n" + IndexLines(s.table, s.columns);
  }
  std::string operator()(const parser::Load& s) const {
    return "Load\n" + Line("relName", s.table.text) + Line("fileName", Text(s.path));
  }
  std::string operator()(const parser::Set& s) const {
    return "Set\n" + Line("paramName", s.parameter.text) + Line("value", Text(s.value));
  }
  std::string operator()(const parser::Help& s) const {
    return s.table ? "Help\n" + Line("relName", s.table->text) : "Help\n";
  }
  std::string operator()(const parser::Print& s) const { return PrintLines(s); }
  std::string operator()(const parser::Query& query) const {
    const parser::Select* const select = query.select();
    if (select == nullptr) {
      return "Select\n" + Line("query", parser::PlanText(query));
    }
    std::string text = "Select\n";
    for (const parser::SelectItem& item : select->items) {
      text += Line("attribute", parser::PlanText(item));
    }
    for (const parser::TableRef& table : select->from) {
      text += Line("relName", parser::PlanText(table));
    }
    return text + ConditionLines(select->where);
  }
  std::string operator()(const parser::Insert& s) const {
    std::string text = "Insert\n" + Line("relName", s.table.text);
    for (const std::vector<parser::Expr>& row : s.rows) {
      for (const parser::Expr& value : row) {
        text += Line("value", Text(value));
      }
    }
    return s.query ? text + Line("query", parser::PlanText(*s.query)) : text;
  }
  std::string operator()(const parser::Delete& s) const {
    return "Delete\n" + Line("relName", s.table.text) + ConditionLines(s.where);
  }
  std::string operator()(const parser::Update& s) const {
    std::string text = "Update\n" + Line("relName", s.table.text);
    for (const parser::Assignment& assignment : s.assignments) {
      text += Line("attribute", parser::PlanText(assignment.column));
      text += Line("value", Text(assignment.value));
    }
    return text + ConditionLines(s.where);
  }
  std::string operator()(const parser::QueryPlans& s) const {
    return "QueryPlans\n" + Line("value", s.on ? "on" : "off");
  }
  std::string operator()(const parser::ResetIo& /*s*/) const { return "ResetIO\n"; }
  std::string operator()(const parser::ResetBuffer& /*s*/) const { return "ResetBuffer\n"; }
  std::string operator()(const parser::ResizeBuffer& s) const {
    return "ResizeBuffer\n" + Line("pages", std::to_string(s.pages));
  }
  std::string operator()(const parser::Begin& s) const {
    std::string text = "Begin\n";
    if (s.modes.isolation) {
      text += Line("isolationLevel", parser::ToString(*s.modes.isolation));
    }
    if (s.modes.read_only) {
      text += Line("readOnly", *s.modes.read_only ? "true" : "false");
    }
    return text;
  }
  std::string operator()(const parser::Commit& /*s*/) const { return "Commit\n"; }
  std::string operator()(const parser::Rollback& /*s*/) const { return "Rollback\n"; }
  std::string operator()(const parser::Savepoint& s) const {
    return "Savepoint\n" + Line("savepoint", s.name.text);
  }
  std::string operator()(const parser::RollbackTo& s) const {
    return "RollbackTo\n" + Line("savepoint", s.savepoint.text);
  }
  std::string operator()(const parser::Release& s) const {
    return "Release\n" + Line("savepoint", s.savepoint.text);
  }
  std::string operator()(const parser::LockTable& s) const {
    return "Lock\n" + NameLines("relName", s.tables) +
           Line("mode", std::string(parser::ToString(s.mode)));
  }
  std::string operator()(const parser::Checkpoint& /*s*/) const { return "Checkpoint\n"; }
  std::string operator()(const parser::Backup& s) const {
    return "Backup\n" + Line("directory", Text(s.path));
  }
  std::string operator()(const parser::Exit& /*s*/) const { return "Exit\n"; }
  std::string operator()(const parser::Empty& /*s*/) const { return ""; }
  std::string operator()(const parser::Shell& /*s*/) const { return ""; }
};

}  // namespace

std::string DescribeCommand(const parser::Statement& statement) {
  return std::visit(Describer(), statement);
}

}  // namespace redbase::main
