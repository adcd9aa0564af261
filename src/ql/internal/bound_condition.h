// BoundCondition: the condition of a nested loop join over right rows alone: left columns
// are constants, set for one left row after another.
#pragma once

#include <memory>
#include <vector>

#include "common/batch.h"
#include "ql/expr.h"

namespace redbase::ql {

class BoundCondition {
 public:
  BoundCondition(const Expr& condition, uint32_t left_columns) : expr_(condition.Clone()) {
    Bind(*expr_, left_columns);
  }

  void SetLeftRow(const Batch& left, size_t row) {
    for (const LeftColumn& left_column : constants_) {
      left_column.constant->value = left.GetValue(left_column.column, row);
    }
  }
  const Expr& expr() const { return *expr_; }

 private:
  struct LeftColumn {
    Expr* constant;
    uint32_t column;
  };

  void Bind(Expr& node, uint32_t left_columns) {
    if (node.kind == ExprKind::kColumn && node.column < left_columns) {
      node.kind = ExprKind::kConstant;
      constants_.push_back({&node, node.column});
    } else if (node.kind == ExprKind::kColumn) {
      node.column -= left_columns;
    }
    for (const ExprPtr& child : node.children) {
      Bind(*child, left_columns);
    }
  }

  ExprPtr expr_;
  std::vector<LeftColumn> constants_;
};

}  // namespace redbase::ql
