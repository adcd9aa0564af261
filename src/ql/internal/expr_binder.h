// ExprBinder: an expression as it was written to what it computes, with names looked up and types
// made to fit.
//
// A literal in quotes, null and a parameter have no type of their own (kUnknown): they take that
// of what they are compared with, computed with or stored in.
//
// Conditions that only filter rows need not tell unknown from false.  In these every `not` is
// moved down to the comparisons, and comparisons of a column with a constant are made exact in
// the column's type, so that scans and indexes can use them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "parser/ast.h"
#include "ql/expr.h"
#include "ql/internal/scope.h"
#include "ql/internal/type_rules.h"
#include "ql/parameters.h"

namespace redbase::ql {

// What stands inside of expressions and is more than one.
class CallContext {
 public:
  virtual ~CallContext() = default;
  // The value of a subquery, or of a test of `operands` with it.
  virtual Result<ExprPtr> BindSubquery(const parser::Expr& expr, std::vector<ExprPtr> operands) = 0;
  // Null: the function is neither an aggregate nor called with a window.
  virtual Result<ExprPtr> BindAggregate(const parser::Expr& call) = 0;
};

class ExprBinder {
 public:
  // `texts`: with which messages begin.  `parameters` null: there may be none.
  // `calls` null: subqueries and aggregates are refused.
  ExprBinder(const Scope& scope, const ColumnTable& columns, ScopeTexts texts,
             Parameters* parameters, CallContext* calls)
      : scope_(scope), columns_(columns), texts_(texts), parameters_(parameters), calls_(calls) {}

  // The value; its type may be kUnknown.
  Result<ExprPtr> Bind(const parser::Expr& expr) const;
  // The value with a type: text where nothing decides.
  Result<ExprPtr> BindTyped(const parser::Expr& expr) const;
  // The condition, or that it does not hold, as far as it filters rows: unknown may be false.
  // A constant where no column decides.
  Result<ExprPtr> BindFilter(const parser::Expr& condition, bool negate = false) const;
  // The value as one of the type, as `cast` converts, or as a value is stored in a column.
  Result<ExprPtr> Assigned(const parser::Expr& expr, const Column& target) const;

  // The expression as one of another type; `source` says where it stands.
  Result<ExprPtr> Convert(ExprPtr expr, LogicalType type, const parser::Expr& source) const;
  // Both sides as they are compared.
  Result<ExprPtr> Compare(ExprPtr left, CompareOp op, ExprPtr right,
                          const parser::Expr& left_source, const parser::Expr& right_source,
                          bool filter) const;
  // The values as ones of one type.
  Result<LogicalType> MakeAlike(std::vector<ExprPtr>* values,
                                const std::vector<const parser::Expr*>& sources) const;

 private:
  using Kind = parser::Expr::Kind;

  Result<ExprPtr> BindLiteral(const parser::Literal& literal) const;
  Result<std::vector<ExprPtr>> BindAll(const parser::Expr& expr, size_t first) const;
  Result<ExprPtr> BindBoolean(const parser::Expr& expr, bool negate, bool filter) const;
  Result<ExprPtr> BindComparison(const parser::Expr& expr, bool negate, bool filter) const;
  Result<ExprPtr> CompareSources(const parser::Expr& left, parser::ComparisonOp op,
                                 const parser::Expr& right, bool negate, bool filter) const;
  Result<ExprPtr> CompareRows(const parser::Expr& left, CompareOp op, const parser::Expr& right,
                              bool filter) const;
  Result<ExprPtr> BindNullTest(const parser::Expr& expr, bool negate) const;
  Result<ExprPtr> BindTruthTest(const parser::Expr& expr, bool negate) const;
  Result<ExprPtr> BindList(const parser::Expr& list, bool negate, bool filter) const;
  Result<ExprPtr> BindBetween(const parser::Expr& between, bool negate, bool filter) const;
  Result<ExprPtr> BindIn(const parser::Expr& in, bool negate, bool filter) const;
  Result<ExprPtr> BindLike(const parser::Expr& like, bool negate, bool filter) const;
  Result<ExprPtr> BindText(const parser::Expr& side) const;
  Result<ExprPtr> BindUnary(const parser::Expr& expr) const;
  Result<ExprPtr> BindBinary(const parser::Expr& expr) const;
  Result<ExprPtr> BindOperator(ExprPtr left, parser::BinaryOp op, ExprPtr right,
                               const parser::Expr& source, const parser::Expr& right_source) const;
  Result<ExprPtr> BindCase(const parser::Expr& expr) const;
  Result<ExprPtr> BindCast(const parser::Expr& expr) const;
  Result<ExprPtr> BindFunction(const parser::Expr& expr) const;
  Result<ExprPtr> BindSubquery(const parser::Expr& expr) const;
  // Null: no function that has a form of its own has this name.
  Result<ExprPtr> BindSpecial(const parser::Expr& expr) const;
  Result<ExprPtr> AsText(ExprPtr expr, const parser::Expr& source) const;
  Result<ExprPtr> CallOf(std::string_view name, std::vector<ExprPtr> arguments,
                         const parser::Expr& source) const;
  Result<ExprPtr> ConvertUnknown(ExprPtr expr, LogicalType type, const parser::Expr& source) const;
  Status Mismatch(const parser::Expr& left, LogicalType left_type, const parser::Expr& right,
                  LogicalType right_type) const;
  // As Compare, but a comparison also where both sides are constant.
  Result<ExprPtr> Comparison(ExprPtr left, CompareOp op, ExprPtr right,
                             const parser::Expr& left_source, const parser::Expr& right_source,
                             bool filter) const;
  Status GiveTypes(ExprPtr* left, ExprPtr* right, const parser::Expr& left_source,
                   const parser::Expr& right_source) const;
  Status NoType(const parser::Expr& source) const;
  Status Error(Code code, const std::string& detail, const parser::Expr& source) const;

  const Scope& scope_;
  const ColumnTable& columns_;
  const ScopeTexts texts_;
  Parameters* const parameters_;
  CallContext* const calls_;
};

// A value that is stored in the column; `text` begins the message when it cannot be.
Result<Value> BindStored(const parser::Literal& literal, const Column& column,
                         std::string_view text, Parameters* parameters);

// The constant that an expression without columns, parameters and changing functions is; the
// expression itself when it is none, or fails.
ExprPtr Folded(ExprPtr expr);
// All of them, or any.  `filter`: unknown counts as false.
ExprPtr Combine(bool all, std::vector<ExprPtr> parts, bool filter);

}  // namespace redbase::ql
