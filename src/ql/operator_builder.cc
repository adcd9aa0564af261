// BuildOperator: a plan node and its children as operators.
#include <utility>
#include <variant>

#include "ql/internal/aggregate.h"
#include "ql/internal/append.h"
#include "ql/internal/delete.h"
#include "ql/internal/file_scan.h"
#include "ql/internal/filter.h"
#include "ql/internal/hash_join.h"
#include "ql/internal/hash_semi_join.h"
#include "ql/internal/index_join.h"
#include "ql/internal/index_scan.h"
#include "ql/internal/insert.h"
#include "ql/internal/limit.h"
#include "ql/internal/lock_rows.h"
#include "ql/internal/nested_loop_join.h"
#include "ql/internal/nested_loop_semi_join.h"
#include "ql/internal/project.h"
#include "ql/internal/set_operation.h"
#include "ql/internal/sort.h"
#include "ql/internal/text_scan.h"
#include "ql/internal/update.h"
#include "ql/internal/values.h"
#include "ql/internal/view_scan.h"
#include "ql/operator.h"

namespace redbase::ql {

namespace {

using OperatorPtr = std::unique_ptr<Operator>;

Status BadPlan(const std::string& what) { return {Code::kInternal, "bad plan: " + what}; }

// Pairs of columns that are compared without a cast.
Status RequireSameTypes(const Schema& left, const std::vector<uint32_t>& left_columns,
                        const Schema& right, const std::vector<uint32_t>& right_columns) {
  bool same = left_columns.size() <= right_columns.size();
  for (size_t i = 0; same && i < left_columns.size(); ++i) {
    same =
        PhysicalTypeOf(left[left_columns[i]].type) == PhysicalTypeOf(right[right_columns[i]].type);
  }
  return same ? Status() : BadPlan("join keys of different types");
}

// The first `count` columns of `given` are, in type, those of `wanted`.
Status RequireColumns(const Schema& given, const Schema& wanted, size_t count, const char* node) {
  bool same = given.size() >= count && wanted.size() == count;
  for (size_t i = 0; same && i < count; ++i) {
    same = PhysicalTypeOf(given[i].type) == PhysicalTypeOf(wanted[i].type);
  }
  return same ? Status() : BadPlan(std::string(node) + ": columns of other types");
}

// Builds one node; its children are built already.
class Builder {
 public:
  Builder(const PlanNode& plan, ExecContext& context, std::vector<OperatorPtr> children,
          std::unique_ptr<LimitScope> limit_scope)
      : schema_(plan.schema),
        plan_(plan),
        context_(context),
        children_(std::move(children)),
        limit_scope_(std::move(limit_scope)) {}

  Result<OperatorPtr> operator()(const FileScan& scan) {
    // A view shows what the transaction sees; other relations it has locked.
    const tx::Transaction* const own = context_.transaction;
    sm::SnapshotPtr seen = context_.catalog->SeenBy(own == nullptr ? nullptr : &own->state());
    sm::RelationPtr view = seen->FindExact(scan.relation);
    if (view != nullptr && view->kind == sm::RelationKind::kView) {
      return Make<ViewScanOperator>(schema_, scan, std::move(view), std::move(seen),
                                    *context_.catalog);
    }
    ASSIGN_OR_RETURN(const sm::RelationPtr relation, context_.catalog->Find(scan.relation));
    ASSIGN_OR_RETURN(const rm::RecordFile* records, context_.catalog->Records(*relation));
    return Make<FileScanOperator>(schema_, scan, *records, context_.cancel, context_.view);
  }

  Result<OperatorPtr> operator()(const IndexScan& scan) {
    ASSIGN_OR_RETURN(const Indexed indexed, Open(scan));
    return Make<IndexScanOperator>(schema_, scan, indexed.relation, *indexed.records, *indexed.tree,
                                   context_.view);
  }

  Result<OperatorPtr> operator()(const Filter& filter) {
    return Make<FilterOperator>(schema_, TakeChild(0), *filter.predicate);
  }

  Result<OperatorPtr> operator()(const Project& project) {
    return Make<ProjectOperator>(schema_, TakeChild(0), project.expressions);
  }

  Result<OperatorPtr> operator()(const NestedLoopJoin& join) {
    RETURN_IF_ERROR(RequireJoinSchema(join.kind));
    if (GivesLeftRows(join.kind)) {
      return Make<NestedLoopSemiJoinOperator>(schema_, TakeChild(0), TakeChild(1), join, context_);
    }
    return Make<NestedLoopJoinOperator>(schema_, TakeChild(0), TakeChild(1), join, context_);
  }

  Result<OperatorPtr> operator()(const HashJoin& join) {
    RETURN_IF_ERROR(RequireSameTypes(children_[0]->schema(), join.left_keys, children_[1]->schema(),
                                     join.right_keys));
    if (join.left_keys.empty() || join.left_keys.size() != join.right_keys.size()) {
      return BadPlan("hash join without keys");
    }
    RETURN_IF_ERROR(RequireJoinSchema(join.kind));
    if (GivesLeftRows(join.kind)) {
      return Make<HashSemiJoinOperator>(schema_, TakeChild(0), TakeChild(1), join, context_);
    }
    return Make<HashJoinOperator>(schema_, TakeChild(0), TakeChild(1), join, context_.memory);
  }

  Result<OperatorPtr> operator()(const IndexJoin& join) {
    ASSIGN_OR_RETURN(const Indexed indexed, Open(join.inner));
    RETURN_IF_ERROR(RequireSameTypes(children_[0]->schema(), join.outer_keys,
                                     indexed.relation->schema, join.inner.index.columns));
    return Make<IndexJoinOperator>(schema_, TakeChild(0), join, indexed.relation, *indexed.records,
                                   *indexed.tree, context_.view);
  }

  Result<OperatorPtr> operator()(const Sort& sort) {
    return Make<SortOperator>(schema_, TakeChild(0), sort, context_);
  }
  Result<OperatorPtr> operator()(const Limit& limit) {
    ASSIGN_OR_RETURN(const LimitOperator::Range range, LimitOperator::RangeOf(limit));
    return Make<LimitOperator>(schema_, TakeChild(0), range, std::move(limit_scope_));
  }
  Result<OperatorPtr> operator()(const Aggregate& aggregate) {
    auto made = std::make_unique<AggregateOperator>(schema_, TakeChild(0), aggregate, context_);
    RETURN_IF_ERROR(made->Check());
    return OperatorPtr(std::move(made));
  }
  Result<OperatorPtr> operator()(const Append& /*append*/) {
    for (const OperatorPtr& child : children_) {
      RETURN_IF_ERROR(RequireColumns(child->schema(), schema_, child->schema().size(), "append"));
    }
    return Make<AppendOperator>(schema_, std::move(children_));
  }
  Result<OperatorPtr> operator()(const SetOperation& operation) {
    for (const OperatorPtr& child : children_) {
      RETURN_IF_ERROR(
          RequireColumns(child->schema(), schema_, child->schema().size(), "set operation"));
    }
    return SetOperationOperator::Make(schema_, TakeChild(0), TakeChild(1), operation, context_);
  }

  Result<OperatorPtr> operator()(const Values& values) {
    for (const std::vector<Value>& row : values.rows) {
      if (row.size() != schema_.size()) {
        return BadPlan("literal row of " + std::to_string(row.size()) + " values");
      }
    }
    return Make<ValuesOperator>(schema_, values.rows);
  }

  Result<OperatorPtr> operator()(const TextScan& scan) {
    return Make<TextScanOperator>(schema_, scan, context_);
  }

  Result<OperatorPtr> operator()(const Insert& insert) {
    ASSIGN_OR_RETURN(const sm::RelationPtr relation, context_.catalog->Find(insert.relation));
    RETURN_IF_ERROR(RequireColumns(children_[0]->schema(), relation->schema,
                                   children_[0]->schema().size(), "insert"));
    ASSIGN_OR_RETURN(rm::RecordFile * records, context_.catalog->Records(*relation));
    ASSIGN_OR_RETURN(IndexSet indexes,
                     IndexSet::Open(*relation, context_, [](const auto&) { return true; }));
    auto inserter =
        std::make_unique<RowInserter>(insert, *relation, *records, std::move(indexes), context_);
    return Make<InsertOperator>(schema_, TakeChild(0), insert, std::move(inserter),
                                context_.memory);
  }

  Result<OperatorPtr> operator()(const Delete& node) {
    ASSIGN_OR_RETURN(const sm::RelationPtr relation, context_.catalog->Find(node.relation));
    RETURN_IF_ERROR(RequireColumns(schema_, relation->schema, schema_.size(), "delete"));
    ASSIGN_OR_RETURN(rm::RecordFile * records, context_.catalog->Records(*relation));
    ASSIGN_OR_RETURN(IndexSet indexes,
                     IndexSet::Open(*relation, context_, [](const auto&) { return true; }));
    return Make<DeleteOperator>(schema_, TakeChild(0), relation, *records, std::move(indexes),
                                context_);
  }

  Result<OperatorPtr> operator()(const Update& update) {
    ASSIGN_OR_RETURN(sm::RelationPtr relation, context_.catalog->Find(update.relation));
    RETURN_IF_ERROR(RequireColumns(schema_, relation->schema,
                                   schema_.size() - (update.moves ? 1 : 0), "update"));
    for (const Assignment& assignment : update.assignments) {
      const LogicalType type = relation->schema[assignment.column].type;
      if (PhysicalTypeOf(assignment.value->type) != PhysicalTypeOf(type)) {
        return BadPlan("assignment of another type to " + relation->schema[assignment.column].name);
      }
    }
    const auto touched = [&update](const sm::IndexInfo& index) {
      for (const Assignment& assignment : update.assignments) {
        for (const uint32_t column : index.columns) {
          if (column == assignment.column) {
            return true;
          }
        }
      }
      return false;
    };
    ASSIGN_OR_RETURN(rm::RecordFile * records, context_.catalog->Records(*relation));
    ASSIGN_OR_RETURN(IndexSet changed, IndexSet::Open(*relation, context_, touched));
    ASSIGN_OR_RETURN(IndexSet others,
                     IndexSet::Open(*relation, context_,
                                    [&touched](const auto& index) { return !touched(index); }));
    UpdateTarget target{std::move(relation), records, std::move(changed), std::move(others)};
    return Make<UpdateOperator>(schema_, TakeChild(0), update, std::move(target), context_);
  }

  Result<OperatorPtr> operator()(const LockRows& lock) {
    ASSIGN_OR_RETURN(const sm::RelationPtr relation, context_.catalog->Find(lock.relation));
    ASSIGN_OR_RETURN(rm::RecordFile * records, context_.catalog->Records(*relation));
    return Make<LockRowsOperator>(schema_, TakeChild(0), lock, relation, *records, context_);
  }

  Result<OperatorPtr> operator()(const Gather& /*gather*/) { return Exchange(nullptr); }
  Result<OperatorPtr> operator()(const Route& /*route*/) { return Exchange(TakeChild(0)); }
  Result<OperatorPtr> operator()(const Receive& /*receive*/) { return Exchange(nullptr); }

 private:
  struct Indexed {
    sm::RelationPtr relation;
    const rm::RecordFile* records;
    const ix::BPlusTree* tree;
  };

  template <typename T, typename... Args>
  static OperatorPtr Make(Args&&... args) {
    return std::make_unique<T>(std::forward<Args>(args)...);
  }

  static bool GivesLeftRows(JoinKind kind) {
    return kind == JoinKind::kSemi || kind == JoinKind::kAnti || kind == JoinKind::kMark;
  }

  Status RequireJoinSchema(JoinKind kind) const {
    size_t wanted = children_[0]->schema().size();
    if (kind == JoinKind::kMark) {
      ++wanted;
    } else if (!GivesLeftRows(kind)) {
      wanted += children_[1]->schema().size();
    }
    return schema_.size() == wanted ? Status() : BadPlan("columns of a join");
  }

  OperatorPtr TakeChild(size_t i) { return std::move(children_[i]); }

  Result<Indexed> Open(const IndexScan& scan) {
    ASSIGN_OR_RETURN(const sm::RelationPtr relation, context_.catalog->Find(scan.relation));
    ASSIGN_OR_RETURN(const rm::RecordFile* records, context_.catalog->Records(*relation));
    ASSIGN_OR_RETURN(const ix::BPlusTree* tree, context_.catalog->Tree(*relation, scan.index));
    return Indexed{relation, records, tree};
  }

  Result<OperatorPtr> Exchange(OperatorPtr source) {
    if (context_.exchanges == nullptr) {
      return BadPlan("an exchange where there are no other partitions");
    }
    return context_.exchanges->MakeExchange(plan_, std::move(source), context_);
  }

  const Schema& schema_;
  const PlanNode& plan_;
  ExecContext& context_;
  std::vector<OperatorPtr> children_;
  std::unique_ptr<LimitScope> limit_scope_;  // that the child of a limit was built in
};

// Children that run here; fragments of exchanges run elsewhere.
size_t LocalChildren(const PlanNode& plan) {
  if (plan.As<Gather>() != nullptr) {
    return 0;
  }
  return plan.As<Route>() != nullptr ? 1 : plan.children.size();
}

// As many as the node must have.
size_t WantedChildren(const PlanNode& plan) {
  struct Count {
    size_t children;
    size_t operator()(const Append&) const { return children; }
    size_t operator()(const SetOperation&) const { return 2; }
    size_t operator()(const Sort&) const { return 1; }
    size_t operator()(const Limit&) const { return 1; }
    size_t operator()(const Aggregate&) const { return 1; }
    size_t operator()(const FileScan&) const { return 0; }
    size_t operator()(const IndexScan&) const { return 0; }
    size_t operator()(const Values&) const { return 0; }
    size_t operator()(const TextScan&) const { return 0; }
    size_t operator()(const Gather&) const { return 0; }
    size_t operator()(const Receive&) const { return 0; }
    size_t operator()(const NestedLoopJoin&) const { return 2; }
    size_t operator()(const HashJoin&) const { return 2; }
    size_t operator()(const Filter&) const { return 1; }
    size_t operator()(const Project&) const { return 1; }
    size_t operator()(const IndexJoin&) const { return 1; }
    size_t operator()(const Insert&) const { return 1; }
    size_t operator()(const Delete&) const { return 1; }
    size_t operator()(const LockRows&) const { return 1; }
    size_t operator()(const Update&) const { return 1; }
    size_t operator()(const Route&) const { return 1; }
  };
  return std::visit(Count{plan.children.size()}, plan.detail);
}

}  // namespace

Result<OperatorPtr> BuildOperator(const PlanNode& plan, ExecContext& context) {
  const size_t count = LocalChildren(plan);
  if (count != WantedChildren(plan) || plan.children.size() < count) {
    return BadPlan("a node with " + std::to_string(count) + " children");
  }
  std::unique_ptr<LimitScope> limit_scope;
  if (plan.As<Limit>() != nullptr) {
    limit_scope = std::make_unique<LimitScope>(context);
  }
  ExecContext& inner = limit_scope == nullptr ? context : limit_scope->context;
  std::vector<OperatorPtr> children;
  for (size_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(OperatorPtr child, BuildOperator(*plan.children[i], inner));
    children.push_back(std::move(child));
  }
  return std::visit(Builder(plan, context, std::move(children), std::move(limit_scope)),
                    plan.detail);
}

}  // namespace redbase::ql
