#include "ql/planner.h"

#include <algorithm>
#include <utility>

#include "ql/binder.h"
#include "ql/internal/access_path.h"
#include "ql/internal/query_binder.h"
#include "ql/internal/query_planner.h"
#include "ql/logical_plan.h"

namespace redbase::ql {
namespace {

std::vector<PlanPtr> Children(PlanPtr first, PlanPtr second = nullptr) {
  std::vector<PlanPtr> children;
  children.push_back(std::move(first));
  if (second) {
    children.push_back(std::move(second));
  }
  return children;
}

std::vector<uint32_t> AllColumns(const sm::Relation& relation) {
  std::vector<uint32_t> columns(relation.schema.size());
  for (uint32_t i = 0; i < columns.size(); ++i) {
    columns[i] = i;
  }
  return columns;
}

Schema FullSchema(const sm::Relation& relation) {
  return ProjectedSchema(relation, AllColumns(relation));
}

Schema WithMovedColumn(Schema schema) {
  schema.Add({kMovedColumn, {TypeId::kBoolean, 0}, ""});
  return schema;
}

// Takes the rows of `source` into a relation, wherever they belong.
PlanPtr PlanInsertOf(const sm::Relation& relation, PlanPtr source, Insert insert) {
  const Schema schema = FullSchema(relation);
  if (!relation.partitioning) {
    return MakePlan(schema, std::move(insert), Children(std::move(source)));
  }
  PlanPtr fragment = MakePlan(schema, std::move(insert), Children(MakePlan(schema, Receive{})));
  return MakePlan(schema, Route{relation.name, *relation.partitioning, false},
                  Children(std::move(source), std::move(fragment)));
}

// Puts a change that runs where its rows are below a Gather, where they are spread.
PlanPtr GatherChange(const sm::Relation& relation, const AccessPath& path, PlanPtr change) {
  if (!relation.partitioning) {
    return change;
  }
  Schema schema = change->schema;
  return MakePlan(std::move(schema), Gather{{relation.name}, path.partitions},
                  Children(std::move(change)));
}

// The records that a delete or update changes: all columns, with their RIDs.
struct Target {
  PlanPtr scan;
  AccessPath path;
};

class StatementPlanner {
 public:
  StatementPlanner(const sm::CatalogSnapshot& catalog, const Statistics& statistics,
                   PlannerOptions options, Parameters* parameters)
      : context_{catalog, options.view, parameters, {}},
        binder_(&context_),
        statistics_(statistics),
        options_(options) {}

  Result<PlanPtr> operator()(const parser::Query& query) {
    ASSIGN_OR_RETURN(BoundQuery bound, binder_.Bind(query));
    return PlanQuery(std::move(bound), /*project=*/true);
  }

  Result<PlanPtr> operator()(const parser::Print& statement) {
    ASSIGN_OR_RETURN(BoundQuery bound, binder_.Bind(statement));
    return PlanQuery(std::move(bound), /*project=*/false);
  }

  Result<PlanPtr> operator()(const parser::Insert& statement) {
    ASSIGN_OR_RETURN(BoundInsert bound, binder_.Bind(statement));
    PlanPtr source;
    if (bound.source == nullptr) {
      source = MakePlan(FullSchema(*bound.relation), Values{std::move(bound.rows)});
    } else {
      BoundQuery query;
      query.outputs = bound.source->outputs;
      for (const Column& column : bound.relation->schema.columns()) {
        query.names.push_back(column.name);
      }
      query.plan = std::move(bound.source);
      ASSIGN_OR_RETURN(source, PlanQuery(std::move(query), /*project=*/true));
    }
    return PlanInsertOf(*bound.relation, std::move(source),
                        Insert{bound.relation->name, /*returning=*/true, /*bulk=*/false});
  }

  Result<PlanPtr> operator()(const parser::Load& statement) {
    ASSIGN_OR_RETURN(BoundLoad bound, binder_.Bind(statement));
    PlanPtr source = MakePlan(FullSchema(*bound.relation), TextScan{bound.path, ','});
    return PlanInsertOf(*bound.relation, std::move(source),
                        Insert{bound.relation->name, /*returning=*/false, /*bulk=*/true});
  }

  Result<PlanPtr> operator()(const parser::Delete& statement) {
    ASSIGN_OR_RETURN(const BoundDelete bound, binder_.Bind(statement));
    const sm::Relation& relation = *bound.target.get.relation;
    Target target = FindTarget(bound.target);
    PlanPtr change =
        MakePlan(FullSchema(relation), Delete{relation.name}, Children(std::move(target.scan)));
    return GatherChange(relation, target.path, std::move(change));
  }

  Result<PlanPtr> operator()(const parser::Update& statement) {
    ASSIGN_OR_RETURN(BoundUpdate bound, binder_.Bind(statement));
    const sm::Relation& relation = *bound.target.get.relation;
    Target target = FindTarget(bound.target);
    const bool moves =
        relation.partitioning &&
        std::any_of(bound.assignments.begin(), bound.assignments.end(),
                    [&](const auto& a) { return a.column == relation.partitioning->column(); });
    Schema schema = FullSchema(relation);
    PlanPtr change = MakePlan(moves ? WithMovedColumn(schema) : schema,
                              Update{relation.name, std::move(bound.assignments), moves},
                              Children(std::move(target.scan)));
    change = GatherChange(relation, target.path, std::move(change));
    if (!moves) {
      return change;
    }
    PlanPtr fragment = MakePlan(schema, Insert{relation.name, false, false},
                                Children(MakePlan(schema, Receive{})));
    return MakePlan(schema, Route{relation.name, *relation.partitioning, /*moved_only=*/true},
                    Children(std::move(change), std::move(fragment)));
  }

  template <typename Other>
  Result<PlanPtr> operator()(const Other& /*statement*/) {
    return Status(Code::kInternal, "a statement without a plan reached the planner");
  }

 private:
  Result<PlanPtr> PlanQuery(BoundQuery query, bool project) {
    return QueryPlanner(context_.columns, statistics_, options_).Plan(std::move(query), project);
  }

  Target FindTarget(const BoundTarget& bound) const {
    RelationRequest request;
    request.relation = bound.get.relation.get();
    request.projection = AllColumns(*request.relation);
    request.with_rids = true;
    const ColumnId base = bound.get.columns[0];
    for (const ExprPtr& conjunct : bound.conjuncts) {
      ExprPtr own = conjunct->Clone();
      VisitColumns(*own, [base](uint32_t& column) { column -= base; });
      if (own->kind == ExprKind::kConstant && !own->value.is_parameter()) {
        own = NeverTrue(*request.relation);
      }
      if (auto predicate = AsPredicate(*own)) {
        request.predicates.push_back(*std::move(predicate));
      } else {
        request.filters.push_back(std::move(own));
      }
    }
    Target target;
    target.path = ChooseAccessPath(request, statistics_, options_);
    target.scan = BuildAccess(request, target.path, options_);
    return target;
  }

  BindContext context_;
  const Binder binder_;
  const Statistics& statistics_;
  const PlannerOptions options_;
};

}  // namespace

Result<PlanPtr> Planner::Plan(const parser::Statement& statement, Parameters* parameters) const {
  return std::visit(StatementPlanner(catalog_, statistics_, options_, parameters), statement);
}

}  // namespace redbase::ql
