// CachedPlan: the plan of a statement with parameters, kept from one execution to the
// next while the catalog stays as it is.
//
// Values are written into the plan before it runs, so it serves one execution at a time.
// A plan with exchanges is made for the values instead, since they decide which
// partitions hold such rows.  A plan is made anew, too, when a relation that it reads has
// grown or shrunk to the half, unless it is a direct one, which no sizes would change, and
// for a statement that sees other indexes than it was made for (sm::IndexInfo::made).
//
//     do Refresh, then lock what the plan uses, while not IsCurrent; MakeReady; With
//
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/result.h"
#include "common/value.h"
#include "db/internal/table_locks.h"
#include "ex/comm_layer.h"
#include "parser/ast.h"
#include "ql/direct_plan.h"
#include "ql/parameters.h"
#include "ql/plan.h"
#include "sm/relation.h"

namespace redbase::db {

class CachedPlan {
 public:
  // `statement` outlives this.
  CachedPlan(ex::CommLayer& nodes, const parser::Statement& statement)
      : nodes_(nodes), statement_(statement) {}

  // Plans anew, unless the plan is still good for the transaction, null outside of one, and
  // the view of the statement, null where it has not begun.
  Status Refresh(const tx::TransactionState* transaction, const tx::View* view, bool optimize);
  // Whether the plan is still the one to be run.
  bool IsGood(const tx::TransactionState* transaction, const tx::View* view, bool optimize) const;
  // Whether the transaction sees the catalog as it was when the plan was made.
  bool IsCurrent(const tx::TransactionState* transaction) const {
    return nodes_.catalog().VersionSeenBy(transaction) == catalog_->version();
  }
  // Looks up the files of a direct plan.  Requires: what it uses is locked, and it is current.
  Status MakeReady();
  // The plan to run with these values, one for each parameter.  Requires: ready.
  Result<std::shared_ptr<const ql::PlanNode>> With(std::span<const Value> values,
                                                   const tx::View& view);
  // The same for a direct plan, which reads the values when it runs.
  Status SetValues(std::span<const Value> values);
  // That plan, where it is of the direct kind; else null, as it is before the first MakeReady.
  const std::shared_ptr<ql::DirectPlan>& direct() const { return direct_; }

  // What it does with tables.
  const TableUses& uses() const { return uses_; }

  // As of the last Refresh that went well.
  const ql::Parameters& parameters() const { return parameters_; }
  const Schema& schema() const { return schema_; }

 private:
  // A relation that the plan reads, and how many rows it had.
  struct Size {
    sm::RelationPtr relation;
    double rows;
  };

  // An index that was made since the database was opened, and whether it might be used.
  struct IndexSight {
    tx::Stamp made;
    bool seen;
  };

  Result<ql::PlanPtr> Plan(const tx::View* view, ql::Parameters* parameters) const;
  // A plan for these values alone.
  Result<std::shared_ptr<const ql::PlanNode>> PlanFor(std::span<const Value> values,
                                                      const tx::View& view) const;
  Status CheckCount(std::span<const Value> values) const;
  // What the catalog says of the relations that it uses.
  void NoteRelations(const tx::View* view);

  ex::CommLayer& nodes_;
  const parser::Statement& statement_;
  ql::Parameters parameters_;
  std::shared_ptr<ql::PlanNode> plan_;  // null until the first Refresh
  Schema schema_;
  std::vector<ql::ParameterPlace> places_;
  std::shared_ptr<ql::DirectPlan> direct_;
  bool is_ready_ = false;
  TableUses uses_;
  bool has_exchanges_ = false;
  std::vector<Size> sizes_;         // of relations that it reads
  std::vector<IndexSight> sights_;  // of their indexes
  // What the plan was made for.
  sm::SnapshotPtr catalog_;
  bool optimize_ = true;
};

}  // namespace redbase::db
