// SqlWriter: expressions and queries as SQL text.
//
// The classic echo and plans write literals and "not equal" in ways of their own; everything
// else is alike.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/ast.h"

namespace redbase::parser::internal {

struct SqlWriter {
  std::string (*literal)(const Literal& literal);
  std::string_view not_equal;

  std::string Write(const Expr& expr) const;
  // In parentheses, if it is of parts that could be taken for the outer one's: as part of a
  // condition, or as the operand of an operator.
  std::string Inner(const Expr& expr) const;
  std::string Operand(const Expr& expr) const;
  std::string Write(const SelectItem& item) const;
  std::string Write(const TableRef& table) const;
  std::string Write(const Query& query) const;

  // Parts of a query, each with a blank in front; empty where there is none.
  std::string DistinctText(const Select& select) const;
  std::string GroupingText(const Select& select) const;  // group by, having, window
  std::string EndText(const Query& query) const;         // order by, limit, offset, for update

 private:
  std::string Comparison(const Expr& expr) const;
  std::string Chain(const Expr& expr) const;
  std::string Case(const Expr& expr) const;
  std::string Function(const Expr& expr) const;
  std::string OfSubquery(const Expr& expr) const;
  std::string Write(const Select& select) const;
  std::string Write(const ValuesList& values) const;
  std::string Write(const SetOperation& operation) const;
  std::string Write(const GroupingItem& item) const;
  std::string Write(const OrderItem& item) const;
  std::string Write(const Window& window) const;
  std::string Write(const FrameBound& bound) const;
  std::string List(const Expr& expr, size_t first, std::string_view between) const;
  template <typename T>
  std::string Listed(const std::vector<T>& items) const;
};

}  // namespace redbase::parser::internal
