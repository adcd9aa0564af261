#include "ql/logical_plan.h"

namespace redbase::ql {

uint32_t QueryBlock::ColumnCount() const { return Base(static_cast<uint32_t>(from.size())); }

std::pair<uint32_t, uint32_t> QueryBlock::Origin(uint32_t column) const {
  uint32_t relation = 0;
  while (column >= from[relation]->schema.size()) {
    column -= static_cast<uint32_t>(from[relation]->schema.size());
    ++relation;
  }
  return {relation, column};
}

uint32_t QueryBlock::Base(uint32_t relation) const {
  size_t base = 0;
  for (uint32_t i = 0; i < relation; ++i) {
    base += from[i]->schema.size();
  }
  return static_cast<uint32_t>(base);
}

void QueryBlock::AddCondition(ExprPtr condition) {
  if (condition->kind == ExprKind::kAnd) {
    for (ExprPtr& child : condition->children) {
      AddCondition(std::move(child));
    }
    return;
  }
  if (condition->kind != ExprKind::kConstant) {
    conjuncts.push_back(std::move(condition));
    return;
  }
  if (condition->value != Value::Int(1)) {
    // What no row satisfies.
    const LogicalType type = from[0]->schema[0].type;
    conjuncts.push_back(Expr::Compare(CompareOp::kEq, Expr::ColumnRef(0, type),
                                      Expr::Constant(Value::Null(), type)));
  }
}

Schema QueryBlock::BlockSchema() const {
  Schema schema;
  for (const sm::RelationPtr& relation : from) {
    schema = Schema::Join(schema, relation->schema);
  }
  return schema;
}

}  // namespace redbase::ql
