#include "ql/internal/join_search.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "ql/internal/cost_model.h"

namespace redbase::ql {
namespace {

bool IsSubset(const RelationSet& part, const RelationSet& whole) { return (part & ~whole).none(); }

bool SamePlacement(const Placement& a, const Placement& b) {
  if (a.vector == nullptr || b.vector == nullptr) {
    return a.vector == b.vector;
  }
  return a.vector->SplitsLike(*b.vector);
}

class Search {
 public:
  explicit Search(const JoinInput& input) : input_(input) {}

  JoinPlan Run() {
    const auto count = static_cast<uint32_t>(input_.paths.size());
    for (uint32_t r = 0; r < count; ++r) {
      AddAccess(r);
    }
    uint32_t root = 0;
    if (!input_.options.optimize) {
      root = InFromOrder(count);
    } else if (count <= kExhaustiveRelations) {
      root = Exhaustive(count);
    } else {
      root = Greedy(count);
    }
    plan_.root = Together(root);
    return std::move(plan_);
  }

 private:
  const Step& At(uint32_t step) const { return plan_.steps[step]; }

  uint32_t Add(Step step) {
    plan_.steps.push_back(std::move(step));
    return static_cast<uint32_t>(plan_.steps.size() - 1);
  }

  void AddAccess(uint32_t relation) {
    const AccessPath& path = input_.paths[relation];
    Step step;
    step.relation = relation;
    step.relations.set(relation);
    step.rows = path.rows;
    step.cost = path.cost;
    const logical::Get* const get = input_.block->sources()[relation].get;
    if (get != nullptr && get->relation->partitioning) {
      const sm::PartitionVector& vector = *get->relation->partitioning;
      step.placement = {&vector, {get->columns[vector.column()]}, path.partitions};
    }
    Add(std::move(step));
  }

  // The step itself, or a Gather above it when its rows are spread.
  uint32_t Together(uint32_t step) {
    if (At(step).placement.vector == nullptr) {
      return step;
    }
    Step gather;
    gather.kind = StepKind::kGather;
    gather.left = step;
    gather.relations = At(step).relations;
    gather.rows = At(step).rows;
    gather.cost = At(step).cost + kShuffleStart + At(step).rows * kShuffleRow;
    return Add(std::move(gather));
  }

  // Products from left to right; the conditions are left to filters above.
  uint32_t InFromOrder(uint32_t count) {
    uint32_t joined = Together(0);
    for (uint32_t r = 1; r < count; ++r) {
      const uint32_t right = Together(r);
      Step step;
      step.kind = StepKind::kNested;
      step.left = joined;
      step.right = right;
      step.relations = At(joined).relations | At(right).relations;
      step.rows = At(joined).rows * At(right).rows;
      joined = Add(std::move(step));
    }
    return joined;
  }

  // The conjuncts that joining `right` to `left` makes decidable.
  std::vector<uint32_t> ConjunctsAt(const RelationSet& left, const RelationSet& right) const {
    std::vector<uint32_t> decided;
    for (uint32_t i = 0; i < input_.conjuncts.size(); ++i) {
      const RelationSet& relations = input_.conjuncts[i].relations;
      if (IsSubset(relations, left | right) && !IsSubset(relations, left) &&
          !IsSubset(relations, right)) {
        decided.push_back(i);
      }
    }
    return decided;
  }

  double BaseRows(uint32_t block_column) const {
    return input_.paths[input_.block->Origin(block_column).first].base_rows;
  }

  double RowsOf(const Step& left, const Step& right, const std::vector<uint32_t>& decided) const {
    double rows = left.rows * right.rows;
    for (const uint32_t i : decided) {
      const Expr& expr = *input_.conjuncts[i].expr;
      const bool columns = expr.kind == ExprKind::kCompare &&
                           expr.children[0]->kind == ExprKind::kColumn &&
                           expr.children[1]->kind == ExprKind::kColumn;
      const double left_rows = columns ? BaseRows(expr.children[0]->column) : left.rows;
      const double right_rows = columns ? BaseRows(expr.children[1]->column) : right.rows;
      rows *= JoinSelectivity(expr, left_rows, right_rows);
    }
    return rows;
  }

  // The placement of a join of the two where they are; nullopt when rows that
  // belong together may be apart.
  std::optional<Placement> Meet(const Step& left, const Step& right,
                                const std::vector<uint32_t>& decided) const {
    const Placement& a = left.placement;
    const Placement& b = right.placement;
    if (a.vector == nullptr && b.vector == nullptr) {
      return Placement{};
    }
    if (a.vector == nullptr || b.vector == nullptr || !a.vector->SplitsLike(*b.vector)) {
      return std::nullopt;
    }
    for (const uint32_t i : decided) {
      const auto columns =
          EquiColumns(*input_.block, *input_.conjuncts[i].expr, left.relations, right.relations);
      if (columns && Contains(a.columns, columns->first) && Contains(b.columns, columns->second)) {
        Placement both{a.vector, a.columns, {}};
        both.columns.insert(both.columns.end(), b.columns.begin(), b.columns.end());
        std::set_intersection(a.partitions.begin(), a.partitions.end(), b.partitions.begin(),
                              b.partitions.end(), std::back_inserter(both.partitions));
        return both;
      }
    }
    return std::nullopt;
  }

  static bool Contains(const std::vector<uint32_t>& columns, uint32_t column) {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  }

  // The best join of a step with one more relation, where they are.
  std::optional<Step> JoinAt(uint32_t left_step, uint32_t right_step) {
    const Step& left = At(left_step);
    const Step& right = At(right_step);
    const std::vector<uint32_t> decided = ConjunctsAt(left.relations, right.relations);
    std::optional<Placement> placement = Meet(left, right, decided);
    if (!placement) {
      return std::nullopt;
    }
    Step step;
    step.kind = StepKind::kNested;
    step.left = left_step;
    step.right = right_step;
    step.relations = left.relations | right.relations;
    step.conjuncts = decided;
    step.rows = RowsOf(left, right, decided);
    step.cost = left.cost + right.cost + left.rows * right.rows * kPairRow;
    step.placement = *std::move(placement);
    ConsiderHash(left, right, &step);
    ConsiderIndex(left, right, &step);
    return step;
  }

  void ConsiderHash(const Step& left, const Step& right, Step* step) const {
    const bool has_key =
        std::any_of(step->conjuncts.begin(), step->conjuncts.end(), [&](uint32_t i) {
          return EquiColumns(*input_.block, *input_.conjuncts[i].expr, left.relations,
                             right.relations)
              .has_value();
        });
    const double cost = left.cost + right.cost + kHashStart +
                        std::min(left.rows, right.rows) * kHashBuildRow +
                        std::max(left.rows, right.rows) * kHashProbeRow;
    if (has_key && cost < step->cost) {
      step->kind = StepKind::kHash;
      step->cost = cost;
    }
  }

  // Looking each row of `left` up in an index of the relation that `right` reads.
  void ConsiderIndex(const Step& left, const Step& right, Step* step) const {
    const logical::Get* const get = input_.block->sources()[right.relation].get;
    if (right.kind != StepKind::kAccess || get == nullptr || get->locking) {
      return;
    }
    const sm::Relation& inner = *get->relation;
    for (const sm::IndexInfo& index : inner.indexes) {
      if (!KeyIsJoined(left, right, index, step->conjuncts)) {
        continue;
      }
      const double matches =
          index.unique ? 1 : std::max(1.0, step->rows / std::max(1.0, left.rows));
      const double cost = left.cost + left.rows * (kIndexStart + matches * kFetchRow);
      if (cost < step->cost) {
        step->kind = StepKind::kIndex;
        step->relation = right.relation;
        step->index = &index;
        step->cost = cost;
      }
    }
  }

  // The first column of the index is equal to a column of `left` of its type.
  bool KeyIsJoined(const Step& left, const Step& right, const sm::IndexInfo& index,
                   const std::vector<uint32_t>& conjuncts) const {
    const ColumnId key = input_.block->sources()[right.relation].get->columns[index.columns[0]];
    return std::any_of(conjuncts.begin(), conjuncts.end(), [&](uint32_t i) {
      const Expr& expr = *input_.conjuncts[i].expr;
      const auto columns = EquiColumns(*input_.block, expr, left.relations, right.relations);
      return columns && columns->second == key &&
             PhysicalTypeOf(expr.children[0]->type) == PhysicalTypeOf(expr.children[1]->type);
    });
  }

  // Joins two steps where they are, and after gathering them.
  void Consider(uint32_t left, uint32_t right, std::vector<uint32_t>* best) {
    if (auto step = JoinAt(left, right)) {
      Keep(*std::move(step), best);
    }
    const bool spread =
        At(left).placement.vector != nullptr || At(right).placement.vector != nullptr;
    if (spread) {
      const uint32_t left_together = Together(left);
      const uint32_t right_together = Together(right);
      if (auto step = JoinAt(left_together, right_together)) {
        Keep(*std::move(step), best);
      }
    }
  }

  // Keeps the cheapest step for each placement.
  void Keep(Step step, std::vector<uint32_t>* best) {
    for (uint32_t& kept : *best) {
      if (SamePlacement(At(kept).placement, step.placement)) {
        if (step.cost < At(kept).cost) {
          kept = Add(std::move(step));
        }
        return;
      }
    }
    best->push_back(Add(std::move(step)));
  }

  uint32_t Cheapest(const std::vector<uint32_t>& steps) {
    uint32_t cheapest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (const uint32_t step : steps) {
      const uint32_t together = Together(step);
      if (At(together).cost < least) {
        least = At(together).cost;
        cheapest = step;
      }
    }
    return cheapest;
  }

  uint32_t Exhaustive(uint32_t count) {
    std::vector<std::vector<uint32_t>> best(size_t{1} << count);
    for (uint32_t r = 0; r < count; ++r) {
      best[size_t{1} << r] = {r};
    }
    for (size_t set = 1; set < best.size(); ++set) {
      for (uint32_t r = 0; r < count; ++r) {
        const size_t bit = size_t{1} << r;
        if ((set & bit) == 0 || set == bit) {
          continue;
        }
        for (const uint32_t left : best[set ^ bit]) {
          Consider(left, r, &best[set]);
        }
      }
    }
    return Cheapest(best.back());
  }

  // The relations that some condition links to those in `joined`.
  RelationSet LinkedTo(const RelationSet& joined) const {
    RelationSet linked;
    for (const JoinConjunct& conjunct : input_.conjuncts) {
      if ((conjunct.relations & joined).any()) {
        linked |= conjunct.relations;
      }
    }
    return linked;
  }

  // Starts with the smallest relation; next is always the one that, among those
  // a condition links to the others (else among all), gives the fewest rows.
  uint32_t Greedy(uint32_t count) {
    std::vector<uint32_t> rest(count);
    for (uint32_t r = 0; r < count; ++r) {
      rest[r] = r;
    }
    const auto fewer = [&](uint32_t a, uint32_t b) { return At(a).rows < At(b).rows; };
    auto next = std::min_element(rest.begin(), rest.end(), fewer);
    uint32_t joined = *next;
    rest.erase(next);
    while (!rest.empty()) {
      const RelationSet linked = LinkedTo(At(joined).relations);
      next = std::min_element(rest.begin(), rest.end(), [&](uint32_t a, uint32_t b) {
        return linked.test(a) != linked.test(b) ? linked.test(a) : fewer(a, b);
      });
      std::vector<uint32_t> best;
      Consider(joined, *next, &best);
      joined = Cheapest(best);
      rest.erase(next);
    }
    return joined;
  }

  const JoinInput& input_;
  JoinPlan plan_;
};

}  // namespace

JoinPlan SearchJoins(const JoinInput& input) { return Search(input).Run(); }

std::optional<std::pair<uint32_t, uint32_t>> EquiColumns(const JoinBlock& block, const Expr& expr,
                                                         const RelationSet& left,
                                                         const RelationSet& right) {
  if (expr.kind != ExprKind::kCompare || expr.op != CompareOp::kEq ||
      expr.children[0]->kind != ExprKind::kColumn || expr.children[1]->kind != ExprKind::kColumn) {
    return std::nullopt;
  }
  const uint32_t a = expr.children[0]->column;
  const uint32_t b = expr.children[1]->column;
  const uint32_t a_relation = block.Origin(a).first;
  const uint32_t b_relation = block.Origin(b).first;
  if (left.test(a_relation) && right.test(b_relation)) {
    return std::pair(a, b);
  }
  if (left.test(b_relation) && right.test(a_relation)) {
    return std::pair(b, a);
  }
  return std::nullopt;
}

}  // namespace redbase::ql
