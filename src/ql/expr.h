// Expr: a bound scalar expression, over the columns of a batch.
//
// Plain data, so that plans can be copied, compared, printed and sent to another
// node.  Evaluation is in ql/expr_eval.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/schema.h"
#include "common/types.h"
#include "common/value.h"

namespace redbase::ql {

enum class ExprKind : uint8_t {
  kColumn,    // the value of column `column` of the row
  kConstant,  // `value`
  kCast,      // children[0] as `type`; with `assigns`, as it is stored in a column of the type
  kCompare,   // children[0] op children[1]
  kIsNull,    // children[0] is null
  kNot,
  kAnd,  // all children
  kOr,   // any child
  // children[0] like children[1]; `value` is the escape character or empty, `folds_case`.
  kLike,
  kIsTrue,    // children[0], a boolean, is true: never null
  kDistinct,  // children[0] op children[1], null being a value like others; kEq or kNe
  kCase,      // when children[0] then children[1] when children[2] ... else the last
  kCoalesce,  // the first child that is not null
  kFunction,  // `function` of all children
};

struct Function;

struct Expr {
  ExprKind kind = ExprKind::kConstant;
  LogicalType type;  // of the result
  std::vector<std::unique_ptr<Expr>> children;
  uint32_t column = 0;
  Value value;
  CompareOp op = CompareOp::kEq;
  bool folds_case = false;
  bool assigns = false;
  const Function* function = nullptr;

  static std::unique_ptr<Expr> ColumnRef(uint32_t column, LogicalType type);
  static std::unique_ptr<Expr> Constant(Value value, LogicalType type);
  static std::unique_ptr<Expr> Compare(CompareOp op, std::unique_ptr<Expr> left,
                                       std::unique_ptr<Expr> right);
  static std::unique_ptr<Expr> Cast(std::unique_ptr<Expr> child, LogicalType type);
  // As a cast, but what does not fit the column is an error where a cast cuts it off.
  static std::unique_ptr<Expr> Assign(std::unique_ptr<Expr> child, LogicalType type);
  static std::unique_ptr<Expr> IsNull(std::unique_ptr<Expr> child);
  static std::unique_ptr<Expr> Like(std::unique_ptr<Expr> text, std::unique_ptr<Expr> pattern,
                                    std::string escape, bool folds_case);
  static std::unique_ptr<Expr> Not(std::unique_ptr<Expr> child);
  static std::unique_ptr<Expr> IsTrue(std::unique_ptr<Expr> child);
  // Requires: op is kEq or kNe.
  static std::unique_ptr<Expr> Distinct(CompareOp op, std::unique_ptr<Expr> left,
                                        std::unique_ptr<Expr> right);
  // Conditions and values by turns, then what holds else.
  static std::unique_ptr<Expr> Case(std::vector<std::unique_ptr<Expr>> children, LogicalType type);
  static std::unique_ptr<Expr> Coalesce(std::vector<std::unique_ptr<Expr>> children,
                                        LogicalType type);
  static std::unique_ptr<Expr> Call(const Function& function,
                                    std::vector<std::unique_ptr<Expr>> arguments, LogicalType type);
  static std::unique_ptr<Expr> Boolean(bool value);
  // Null for none; the expression itself for one.
  static std::unique_ptr<Expr> And(std::vector<std::unique_ptr<Expr>> conjuncts);
  static std::unique_ptr<Expr> Or(std::vector<std::unique_ptr<Expr>> disjuncts);
  std::unique_ptr<Expr> Clone() const;
};

using ExprPtr = std::unique_ptr<Expr>;

bool IsTrue(const Expr& constant);
// Whether both are the same computation over the same columns.
bool Equal(const Expr& a, const Expr& b);

// "student.gpa > 3.5": columns by the names of `schema`, qualified when they
// have a relation.
std::string ToString(const Expr& expr, const Schema& schema);

// Calls `visit` with every column the expression reads.
void VisitColumns(Expr& expr, const std::function<void(uint32_t& column)>& visit);
void VisitColumns(const Expr& expr, const std::function<void(uint32_t column)>& visit);

}  // namespace redbase::ql
