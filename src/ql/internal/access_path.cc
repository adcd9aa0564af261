#include "ql/internal/access_path.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ql/internal/cost_model.h"

namespace redbase::ql {
namespace {

using Kind = rm::ColumnPredicate::Kind;

// The predicate on `column` for which `wanted` answers true; null without one.
template <typename Wanted>
const rm::ColumnPredicate* FindPredicate(const RelationRequest& request, uint32_t column,
                                         Wanted wanted) {
  for (const rm::ColumnPredicate& predicate : request.predicates) {
    if (predicate.column == column && predicate.kind == Kind::kCompare &&
        !predicate.value.is_null() && wanted(predicate.op)) {
      return &predicate;
    }
  }
  return nullptr;
}

std::vector<std::string> NamesOf(const sm::Relation& relation,
                                 const std::vector<rm::ColumnPredicate>& predicates) {
  std::vector<std::string> names;
  names.reserve(predicates.size());
  for (const rm::ColumnPredicate& predicate : predicates) {
    names.push_back(relation.schema[predicate.column].name);
  }
  return names;
}

// The predicates, those that the index's first column answers in front: that is
// what plans show of the scan.
std::vector<rm::ColumnPredicate> IndexedFirst(std::vector<rm::ColumnPredicate> predicates,
                                              const sm::IndexInfo& index) {
  std::stable_partition(predicates.begin(), predicates.end(),
                        [&](const rm::ColumnPredicate& predicate) {
                          return predicate.column == index.columns[0] &&
                                 predicate.kind == Kind::kCompare && predicate.op != CompareOp::kNe;
                        });
  return predicates;
}

bool IsEqual(CompareOp op) { return op == CompareOp::kEq; }
bool IsLower(CompareOp op) { return op == CompareOp::kGt || op == CompareOp::kGe; }
bool IsUpper(CompareOp op) { return op == CompareOp::kLt || op == CompareOp::kLe; }

// The range of the index that the predicates confine: equalities on the first
// columns, then perhaps a range.  False when they confine nothing.
bool ConfineIndex(const RelationRequest& request, const sm::IndexInfo& index, AccessPath* path,
                  double* selectivity) {
  std::vector<Value> prefix;
  *selectivity = 1;
  const auto use = [&](const rm::ColumnPredicate& predicate) {
    *selectivity *= Selectivity(*request.relation, path->base_rows, predicate);
  };
  size_t i = 0;
  for (; i < index.columns.size(); ++i) {
    const auto* equal = FindPredicate(request, index.columns[i], IsEqual);
    if (equal == nullptr) {
      break;
    }
    prefix.push_back(equal->value);
    use(*equal);
  }
  if (!prefix.empty()) {
    path->lower = KeyBound{prefix, true};
    path->upper = KeyBound{prefix, true};
  }
  const auto bound = [&](bool (*wanted)(CompareOp)) -> std::optional<KeyBound> {
    const auto* found = FindPredicate(request, index.columns[i], wanted);
    if (found == nullptr) {
      return std::nullopt;
    }
    use(*found);
    std::vector<Value> values = prefix;
    values.push_back(found->value);
    return KeyBound{std::move(values), found->op == CompareOp::kGe || found->op == CompareOp::kLe};
  };
  if (i < index.columns.size()) {
    if (auto lower = bound(IsLower)) {
      path->lower = std::move(lower);
    }
    if (auto upper = bound(IsUpper)) {
      path->upper = std::move(upper);
    }
  }
  return path->lower || path->upper;
}

std::vector<uint32_t> RelevantPartitions(const RelationRequest& request,
                                         const sm::PartitionVector& vector) {
  std::vector<uint32_t> partitions = vector.AllPartitions();
  const auto keep = [&](const std::vector<uint32_t>& others) {
    std::vector<uint32_t> both;
    std::set_intersection(partitions.begin(), partitions.end(), others.begin(), others.end(),
                          std::back_inserter(both));
    partitions = std::move(both);
  };
  for (const rm::ColumnPredicate& predicate : request.predicates) {
    // What will be given for a parameter is not known yet.
    if (predicate.column != vector.column() || predicate.value.is_parameter()) {
      continue;
    }
    if (predicate.kind == Kind::kCompare) {
      keep(vector.PartitionsFor(predicate.op, predicate.value));
    } else if (predicate.kind == Kind::kIsNull) {
      keep({vector.PartitionOf(Value::Null())});
    }
  }
  return partitions;
}

// A predicate as a conjunct again.
ExprPtr AsConjunct(const rm::ColumnPredicate& predicate, const sm::Relation& relation) {
  const LogicalType type = relation.schema[predicate.column].type;
  ExprPtr column = Expr::ColumnRef(predicate.column, type);
  switch (predicate.kind) {
    case Kind::kIsNull:
      return Expr::IsNull(std::move(column));
    case Kind::kIsNotNull:
      return Expr::Not(Expr::IsNull(std::move(column)));
    case Kind::kCompare:
      break;
  }
  return Expr::Compare(predicate.op, std::move(column), Expr::Constant(predicate.value, type));
}

// The conjuncts, over the relation's columns, above `plan`, which has those
// projected.
PlanPtr AddFilter(PlanPtr plan, std::vector<ExprPtr> conjuncts,
                  const std::vector<uint32_t>& projection) {
  if (conjuncts.empty()) {
    return plan;
  }
  ExprPtr predicate = Expr::And(std::move(conjuncts));
  VisitColumns(*predicate, [&](uint32_t& column) {
    const auto found = std::find(projection.begin(), projection.end(), column);
    column = static_cast<uint32_t>(found - projection.begin());
  });
  Schema schema = plan->schema;
  const double rows = plan->estimated_rows;
  std::vector<PlanPtr> children;
  children.push_back(std::move(plan));
  PlanPtr node = MakePlan(std::move(schema), Filter{std::move(predicate)}, std::move(children));
  node->estimated_rows = rows;
  return node;
}

}  // namespace

std::optional<rm::ColumnPredicate> AsPredicate(const Expr& expr) {
  rm::ColumnPredicate predicate;
  const Expr* test = &expr;
  if (expr.kind == ExprKind::kNot) {
    test = expr.children[0].get();
  }
  if (test->kind == ExprKind::kIsNull && test->children[0]->kind == ExprKind::kColumn) {
    predicate.kind = expr.kind == ExprKind::kNot ? Kind::kIsNotNull : Kind::kIsNull;
    predicate.column = test->children[0]->column;
    return predicate;
  }
  if (expr.kind != ExprKind::kCompare || expr.children[0]->kind != ExprKind::kColumn ||
      expr.children[1]->kind != ExprKind::kConstant) {
    return std::nullopt;
  }
  predicate.column = expr.children[0]->column;
  predicate.op = expr.op;
  predicate.value = expr.children[1]->value;
  return predicate;
}

ExprPtr NeverTrue(const sm::Relation& relation) {
  const LogicalType type = relation.schema[0].type;
  return Expr::Compare(CompareOp::kEq, Expr::ColumnRef(0, type),
                       Expr::Constant(Value::Null(), type));
}

std::vector<std::string> TestedNames(const RelationRequest& request) {
  return NamesOf(*request.relation, request.predicates);
}

AccessPath ChooseAccessPath(const RelationRequest& request, const Statistics& statistics,
                            const PlannerOptions& options) {
  const sm::Relation& relation = *request.relation;
  AccessPath best;
  best.base_rows = std::max(1.0, statistics.RowCount(relation));
  best.rows = best.base_rows;
  for (const rm::ColumnPredicate& predicate : request.predicates) {
    best.rows *= Selectivity(relation, best.base_rows, predicate);
  }
  best.cost = kScanStart + best.base_rows * kScanRow;
  if (relation.partitioning) {
    best.partitions = RelevantPartitions(request, *relation.partitioning);
  }
  if (!options.optimize) {
    return best;
  }
  const AccessPath scan = best;
  for (const sm::IndexInfo& index : relation.indexes) {
    AccessPath path = scan;
    double selectivity = 1;
    if (!ConfineIndex(request, index, &path, &selectivity)) {
      continue;
    }
    path.index = &index;
    path.cost = kIndexStart + path.base_rows * selectivity * kFetchRow;
    if (path.cost < best.cost) {
      best = std::move(path);
    }
  }
  return best;
}

Schema ProjectedSchema(const sm::Relation& relation, const std::vector<uint32_t>& projection) {
  Schema schema;
  for (const uint32_t column : projection) {
    Column copy = relation.schema[column];
    copy.relation = relation.name;
    schema.Add(std::move(copy));
  }
  return schema;
}

PlanPtr BuildAccess(const RelationRequest& request, const AccessPath& path,
                    const PlannerOptions& options) {
  const sm::Relation& relation = *request.relation;
  Schema schema = ProjectedSchema(relation, request.projection);
  PlanPtr plan;
  if (path.index != nullptr) {
    IndexScan scan{relation.name,      *path.index, path.lower,        path.upper,
                   request.projection, {},          request.with_rids, {}};
    scan.predicates = IndexedFirst(request.predicates, *path.index);
    scan.tested = NamesOf(relation, scan.predicates);
    plan = MakePlan(std::move(schema), std::move(scan));
  } else {
    FileScan scan{relation.name, request.projection, {}, request.with_rids, {}};
    if (options.optimize) {
      scan.predicates = request.predicates;
      scan.tested = TestedNames(request);
    }
    plan = MakePlan(std::move(schema), std::move(scan));
  }
  plan->estimated_rows = path.rows;
  std::vector<ExprPtr> conjuncts;
  if (!options.optimize) {
    for (const rm::ColumnPredicate& predicate : request.predicates) {
      conjuncts.push_back(AsConjunct(predicate, relation));
    }
  }
  for (const ExprPtr& filter : request.filters) {
    conjuncts.push_back(filter->Clone());
  }
  return AddFilter(std::move(plan), std::move(conjuncts), request.projection);
}

}  // namespace redbase::ql
