// JoinBlock: inputs that are joined in any order, and the conditions that their rows must satisfy.
//
// An input is a relation, whose rows can be read in several ways, or a plan that is made already.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ql/logical_plan.h"
#include "ql/plan.h"

namespace redbase::ql {

// A physical plan and what column of the statement each of its columns is.
struct BuiltPlan {
  PlanPtr plan;
  std::vector<ColumnId> columns;
};

struct JoinSource {
  const logical::Get* get = nullptr;  // null: it is `built`
  BuiltPlan built;

  const std::vector<ColumnId>& columns() const {
    return get != nullptr ? get->columns : built.columns;
  }
};

class JoinBlock {
 public:
  // `columns` outlives the block.
  explicit JoinBlock(const ColumnTable& columns) : columns_(columns) {}

  void Add(JoinSource source);

  const std::vector<JoinSource>& sources() const { return sources_; }
  std::vector<JoinSource>& sources() { return sources_; }
  std::vector<ExprPtr>& conjuncts() { return conjuncts_; }
  const std::vector<ExprPtr>& conjuncts() const { return conjuncts_; }
  const ColumnTable& columns() const { return columns_; }

  // The source and its column that a column is.  Requires: one of the block.
  std::pair<uint32_t, uint32_t> Origin(ColumnId column) const { return origins_.at(column); }

 private:
  const ColumnTable& columns_;
  std::vector<JoinSource> sources_;
  std::vector<ExprPtr> conjuncts_;
  std::unordered_map<ColumnId, std::pair<uint32_t, uint32_t>> origins_;
};

}  // namespace redbase::ql
