#include "parser/internal/sql_writer.h"

#include <array>
#include <memory>
#include <optional>
#include <variant>

#include "parser/classic_echo.h"
#include "parser/type_name.h"

namespace redbase::parser::internal {
namespace {

// The operator as the echo and as plans spell it; they differ in `not equal`.
std::string_view OperatorText(ComparisonOp op, std::string_view not_equal) {
  switch (op) {
    case ComparisonOp::kEq:
      return "=";
    case ComparisonOp::kNe:
      return not_equal;
    case ComparisonOp::kLt:
      return "<";
    case ComparisonOp::kLe:
      return "<=";
    case ComparisonOp::kGt:
      return ">";
    case ComparisonOp::kGe:
      return ">=";
    case ComparisonOp::kIsNull:
      return "is null";
    case ComparisonOp::kIsNotNull:
      return "is not null";
    case ComparisonOp::kIsDistinct:
      return "is distinct from";
    case ComparisonOp::kIsNotDistinct:
      return "is not distinct from";
  }
  return "?";
}

bool IsNullTest(ComparisonOp op) {
  return op == ComparisonOp::kIsNull || op == ComparisonOp::kIsNotNull;
}

std::string Negation(const Expr& expr) { return expr.negated() ? " not" : ""; }

std::string Names(const std::vector<Identifier>& names) {
  std::string out;
  for (const Identifier& name : names) {
    out += (out.empty() ? "" : ", ") + name.text;
  }
  return out;
}

std::string AliasText(const TableRef& table) {
  if (!table.alias) {
    return "";
  }
  return " as " + table.alias->text +
         (table.column_aliases.empty() ? "" : " (" + Names(table.column_aliases) + ")");
}

std::string LockingText(const std::vector<RowLocking>& locking) {
  constexpr std::array<const char*, 4> kStrengths = {"key share", "share", "no key update",
                                                     "update"};
  constexpr std::array<const char*, 3> kLockedRows = {"", " nowait", " skip locked"};
  std::string out;
  for (const RowLocking& each : locking) {
    out += " for ";
    out += kStrengths[static_cast<size_t>(each.strength)];
    out += each.of.empty() ? "" : " of  " + Names(each.of);
    out += kLockedRows[static_cast<size_t>(each.locked_rows)];
  }
  return out;
}

std::string_view JoinText(const TableRef& join) {
  constexpr std::array<std::string_view, 5> kWords = {" join ", " left join ", " right join ",
                                                      " full join ", " cross join "};
  return kWords[static_cast<size_t>(join.join)];
}

}  // namespace

std::string SqlWriter::Write(const Expr& expr) const {
  switch (expr.kind()) {
    case Expr::Kind::kColumn:
      return PlanText(expr.column());
    case Expr::Kind::kLiteral:
      return literal(expr.literal());
    case Expr::Kind::kComparison:
      return Comparison(expr);
    case Expr::Kind::kNot:
      return "not " + Inner(expr.child(0));
    case Expr::Kind::kAnd:
      return List(expr, 0, " and ");
    case Expr::Kind::kOr:
      return List(expr, 0, " or ");
    case Expr::Kind::kBetween:
      return Operand(expr.child(0)) + Negation(expr) + " between " + Operand(expr.child(1)) +
             " and " + Operand(expr.child(2));
    case Expr::Kind::kIn:
      return Operand(expr.child(0)) + Negation(expr) + " in (" + List(expr, 1, ", ") + ")";
    case Expr::Kind::kLike: {
      const char* const word = expr.similar()      ? " similar to "
                               : expr.folds_case() ? " ilike "
                                                   : " like ";
      return Operand(expr.child(0)) + Negation(expr) + word + Operand(expr.child(1)) +
             (expr.children().size() > 2 ? " escape " + Write(expr.child(2)) : "");
    }
    case Expr::Kind::kTruthTest: {
      constexpr std::array<const char*, 3> kTests = {"true", "false", "unknown"};
      return Operand(expr.child(0)) + " is" + Negation(expr) + " " +
             kTests[static_cast<size_t>(expr.test())];
    }
    case Expr::Kind::kUnary: {
      constexpr std::array<const char*, 3> kSigns = {"-", "+", "~"};
      return kSigns[static_cast<size_t>(expr.unary())] + Operand(expr.child(0));
    }
    case Expr::Kind::kBinary:
      return Chain(expr);
    case Expr::Kind::kCase:
      return Case(expr);
    case Expr::Kind::kCast:
      return "cast(" + Write(expr.child(0)) + " as " + ToString(expr.type()) + ")";
    case Expr::Kind::kFunction:
      return Function(expr);
    case Expr::Kind::kRow:
      return "(" + List(expr, 0, ", ") + ")";
    case Expr::Kind::kSubquery:
      return OfSubquery(expr);
  }
  return "?";
}

std::string SqlWriter::Inner(const Expr& expr) const {
  const bool compound = expr.kind() == Expr::Kind::kAnd || expr.kind() == Expr::Kind::kOr;
  return compound ? "(" + Write(expr) + ")" : Write(expr);
}

std::string SqlWriter::Operand(const Expr& expr) const {
  switch (expr.kind()) {
    case Expr::Kind::kColumn:
    case Expr::Kind::kLiteral:
    case Expr::Kind::kFunction:
    case Expr::Kind::kCast:
    case Expr::Kind::kCase:
    case Expr::Kind::kRow:
      return Write(expr);
    case Expr::Kind::kSubquery:
      return expr.children().empty() ? Write(expr) : "(" + Write(expr) + ")";
    default:
      return "(" + Write(expr) + ")";
  }
}

std::string SqlWriter::Comparison(const Expr& expr) const {
  std::string out = Operand(expr.child(0)) + " ";
  out += OperatorText(expr.op(), not_equal);
  return IsNullTest(expr.op()) ? out : out + " " + Operand(expr.child(1));
}

std::string SqlWriter::Chain(const Expr& expr) const {
  std::string out = Operand(expr.child(0));
  for (size_t i = 0; i < expr.operators().size(); ++i) {
    out += " ";
    out += ToString(expr.operators()[i]);
    out += " " + Operand(expr.child(i + 1));
  }
  return out;
}

std::string SqlWriter::Case(const Expr& expr) const {
  std::string out = "case";
  size_t next = 0;
  if (expr.has_operand()) {
    out += " " + Write(expr.child(next++));
  }
  const size_t end = expr.children().size() - (expr.has_else() ? 1 : 0);
  for (; next < end; next += 2) {
    out += " when " + Write(expr.child(next)) + " then " + Write(expr.child(next + 1));
  }
  return out + (expr.has_else() ? " else " + Write(expr.child(end)) : "") + " end";
}

std::string SqlWriter::Function(const Expr& expr) const {
  const FunctionCall& call = expr.function();
  std::string out = call.name.text + "(";
  out += call.star ? "*" : call.distinct ? "distinct " : "";
  out += List(expr, 0, ", ");
  out += call.order_by.empty() ? "" : " order by " + Listed(call.order_by);
  out += ")";
  out += call.filter ? " filter (where " + Write(*call.filter) + ")" : "";
  return out + (call.over ? " over " + Write(*call.over) : "");
}

std::string SqlWriter::OfSubquery(const Expr& expr) const {
  const Subquery& subquery = expr.subquery();
  std::string query = "(" + Write(*subquery.query) + ")";
  switch (subquery.kind) {
    case Subquery::Kind::kScalar:
      return query;
    case Subquery::Kind::kExists:
      return "exists " + query;
    case Subquery::Kind::kAny:
      if (subquery.op == ComparisonOp::kEq) {
        return Operand(expr.child(0)) + " in " + query;
      }
      break;
    case Subquery::Kind::kAll:
      if (subquery.op == ComparisonOp::kNe) {
        return Operand(expr.child(0)) + " not in " + query;
      }
      break;
  }
  return Operand(expr.child(0)) + " " + std::string(OperatorText(subquery.op, not_equal)) +
         (subquery.kind == Subquery::Kind::kAny ? " any " : " all ") + query;
}

std::string SqlWriter::List(const Expr& expr, size_t first, std::string_view between) const {
  const bool bare = between == ", ";
  std::string out;
  for (size_t i = first; i < expr.children().size(); ++i) {
    out += i == first ? "" : between;
    out += bare ? Write(expr.child(i)) : Inner(expr.child(i));
  }
  return out;
}

template <typename T>
std::string SqlWriter::Listed(const std::vector<T>& items) const {
  std::string out;
  for (const T& item : items) {
    out += (out.empty() ? "" : ", ") + Write(item);
  }
  return out;
}

std::string SqlWriter::Write(const SelectItem& item) const {
  if (!item.expr) {
    return item.star_of ? item.star_of->text + ".*" : "*";
  }
  return Write(*item.expr) + (item.alias ? " as " + item.alias->text : "");
}

std::string SqlWriter::Write(const TableRef& table) const {
  const std::string lateral = table.lateral ? "lateral " : "";
  switch (table.kind) {
    case TableRef::Kind::kRelation:
      return table.relation.text + AliasText(table);
    case TableRef::Kind::kQuery:
      return lateral + "(" + Write(*table.query) + ")" + AliasText(table);
    case TableRef::Kind::kFunction:
      return lateral + Write(*table.function) + AliasText(table);
    case TableRef::Kind::kJoin:
      break;
  }
  const bool nested = table.right->kind == TableRef::Kind::kJoin && !table.right->alias;
  std::string out = Write(*table.left) + (table.natural ? " natural" : "");
  out += JoinText(table);
  out += nested ? "(" + Write(*table.right) + ")" : Write(*table.right);
  out += table.on ? " on " + Write(*table.on) : "";
  out += table.using_columns.empty() ? "" : " using (" + Names(table.using_columns) + ")";
  return table.alias ? "(" + out + ")" + AliasText(table) : out;
}

std::string SqlWriter::Write(const Query& query) const {
  std::string out;
  for (const CommonTable& table : query.with) {
    out += out.empty() ? (query.recursive ? "with recursive " : "with ") : ", ";
    out += table.name.text + (table.columns.empty() ? "" : " (" + Names(table.columns) + ")");
    out += table.materialized
               ? (*table.materialized ? " as materialized (" : " as not materialized (")
               : " as (";
    out += Write(*table.query) + ")";
  }
  out += out.empty() ? "" : " ";
  out += std::visit([this](const auto& body) { return Write(body); }, query.body);
  return out + EndText(query);
}

std::string SqlWriter::Write(const Select& select) const {
  std::string out = "select" + DistinctText(select) + " " + Listed(select.items);
  out += select.from.empty() ? "" : " from " + Listed(select.from);
  for (size_t i = 0; i < select.where.size(); ++i) {
    out += i == 0 ? " where " : " and ";
    out += select.where.size() > 1 ? Inner(select.where[i]) : Write(select.where[i]);
  }
  return out + GroupingText(select);
}

std::string SqlWriter::Write(const ValuesList& values) const {
  std::string out = "values ";
  for (const std::vector<Expr>& row : values.rows) {
    out += (&row == &values.rows.front() ? "(" : ", (") + Listed(row) + ")";
  }
  return out;
}

std::string SqlWriter::Write(const SetOperation& operation) const {
  constexpr std::array<const char*, 3> kWords = {" union ", " intersect ", " except "};
  const auto side = [this](const Query& query) {
    const bool plain = query.select() != nullptr && query.with.empty() && query.order_by.empty() &&
                       !query.limit && !query.offset;
    return plain ? Write(query) : "(" + Write(query) + ")";
  };
  return side(*operation.left) + kWords[static_cast<size_t>(operation.kind)] +
         (operation.all ? "all " : "") + side(*operation.right);
}

std::string SqlWriter::Write(const GroupingItem& item) const {
  switch (item.kind) {
    case GroupingItem::Kind::kExpr:
      return Listed(item.exprs);
    case GroupingItem::Kind::kRollup:
      return "rollup (" + Listed(item.items) + ")";
    case GroupingItem::Kind::kCube:
      return "cube (" + Listed(item.items) + ")";
    case GroupingItem::Kind::kSets:
      return "grouping sets (" + Listed(item.items) + ")";
    case GroupingItem::Kind::kEmpty:
      break;
  }
  return "()";
}

std::string SqlWriter::Write(const OrderItem& item) const {
  std::string out = Write(item.expr) + (item.descending ? " desc" : "");
  if (item.nulls_first) {
    out += *item.nulls_first ? " nulls first" : " nulls last";
  }
  return out;
}

std::string SqlWriter::Write(const FrameBound& bound) const {
  switch (bound.kind) {
    case FrameBound::Kind::kUnboundedPreceding:
      return "unbounded preceding";
    case FrameBound::Kind::kPreceding:
      return Write(*bound.offset) + " preceding";
    case FrameBound::Kind::kCurrentRow:
      return "current row";
    case FrameBound::Kind::kFollowing:
      return Write(*bound.offset) + " following";
    case FrameBound::Kind::kUnboundedFollowing:
      break;
  }
  return "unbounded following";
}

std::string SqlWriter::Write(const Window& window) const {
  constexpr std::array<const char*, 3> kUnits = {"rows", "range", "groups"};
  constexpr std::array<const char*, 4> kExcludes = {"", " exclude current row", " exclude group",
                                                    " exclude ties"};
  std::string out = window.base ? window.base->text : "";
  const auto add = [&out](const std::string& part) { out += (out.empty() ? "" : " ") + part; };
  if (!window.partition_by.empty()) {
    add("partition by " + Listed(window.partition_by));
  }
  if (!window.order_by.empty()) {
    add("order by " + Listed(window.order_by));
  }
  if (window.frame) {
    add(std::string(kUnits[static_cast<size_t>(window.frame->unit)]) + " between " +
        Write(window.frame->start) + " and " + Write(window.frame->end) +
        kExcludes[static_cast<size_t>(window.frame->exclude)]);
  }
  return "(" + out + ")";
}

std::string SqlWriter::DistinctText(const Select& select) const {
  if (!select.distinct) {
    return "";
  }
  return select.distinct_on.empty() ? " distinct"
                                    : " distinct on (" + Listed(select.distinct_on) + ")";
}

std::string SqlWriter::GroupingText(const Select& select) const {
  std::string out = select.group_by.empty() ? "" : " group by " + Listed(select.group_by);
  for (size_t i = 0; i < select.having.size(); ++i) {
    out += i == 0 ? " having " : " and ";
    out += select.having.size() > 1 ? Inner(select.having[i]) : Write(select.having[i]);
  }
  for (size_t i = 0; i < select.windows.size(); ++i) {
    out += (i == 0 ? " window " : ", ") + select.windows[i].name.text + " as " +
           Write(select.windows[i].window);
  }
  return out;
}

std::string SqlWriter::EndText(const Query& query) const {
  std::string out = query.order_by.empty() ? "" : " order by " + Listed(query.order_by);
  out += query.limit ? " limit " + Write(*query.limit) : "";
  out += query.offset ? " offset " + Write(*query.offset) : "";
  return out + LockingText(query.locking);
}

}  // namespace redbase::parser::internal
