// JoinSearch: in which order and by which methods the relations of a block are
// joined, and where.
//
// Dynamic programming over left-deep orders for up to kExhaustiveRelations
// relations, greedy beyond.  For every set of relations the best step is kept per
// placement of its rows (together at one place, or partitioned by a vector), as
// Selinger et al. (SIGMOD 1979) keep the best per order: a join of relations that
// are split alike on the columns they are joined by stays where the rows are.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "ql/internal/access_path.h"
#include "ql/internal/join_block.h"

namespace redbase::ql {

inline constexpr size_t kMaxRelations = 1024;
inline constexpr size_t kExhaustiveRelations = 8;
using RelationSet = std::bitset<kMaxRelations>;

// A condition on two relations or more.
struct JoinConjunct {
  const Expr* expr = nullptr;
  RelationSet relations;
};

// How the rows of a step are partitioned.
struct Placement {
  const sm::PartitionVector* vector = nullptr;  // null: all rows in one place
  std::vector<uint32_t> columns;                // that are split by it
  std::vector<uint32_t> partitions;             // that may hold rows
};

enum class StepKind : uint8_t { kAccess, kGather, kHash, kIndex, kNested };

// Steps refer to others by their position in JoinPlan::steps.
struct Step {
  StepKind kind = StepKind::kAccess;
  uint32_t left = 0;                     // input of all but kAccess
  uint32_t right = 0;                    // kHash, kNested
  uint32_t relation = 0;                 // kAccess; the inner one of kIndex
  const sm::IndexInfo* index = nullptr;  // kIndex
  std::vector<uint32_t> conjuncts;       // join conjuncts decided here
  RelationSet relations;
  double rows = 0;
  double cost = 0;
  Placement placement;
};

struct JoinPlan {
  std::vector<Step> steps;
  uint32_t root = 0;
};

struct JoinInput {
  const JoinBlock* block = nullptr;
  std::vector<AccessPath> paths;  // one a relation
  std::vector<JoinConjunct> conjuncts;
  PlannerOptions options;
};

// The root gives its rows out in one place.
// Requires: at least one and at most kMaxRelations relations.
JoinPlan SearchJoins(const JoinInput& input);

// `column = column` with one side in `left` and the other in `right`: those block
// columns, in that order; nullopt for other conditions.
std::optional<std::pair<uint32_t, uint32_t>> EquiColumns(const JoinBlock& block, const Expr& expr,
                                                         const RelationSet& left,
                                                         const RelationSet& right);

}  // namespace redbase::ql
