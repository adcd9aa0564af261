// DirectPlan: a plan that concerns few rows of one relation, made ready to run again and
// again: a select by the whole key of a unique index, or an insert of literal rows.
//
// What a Query makes anew for each execution, and the files it looks up, are kept here.
// There are no pipelines: everything happens within Run.  Values are read from the plan
// when it runs.
//
// One thread at a time.
#pragma once

#include <memory>

#include "common/batch.h"
#include "common/result.h"
#include "ql/exec_context.h"
#include "ql/plan.h"
#include "sm/catalog.h"

namespace redbase::ql {

class DeferredInsert;

class DirectPlan {
 public:
  virtual ~DirectPlan() = default;

  // Null for plans of other kinds.  Good as long as the catalog's version stays, or what
  // the plan uses is locked.
  static Result<std::unique_ptr<DirectPlan>> Make(std::shared_ptr<const PlanNode> plan,
                                                  sm::Catalog& catalog);

  // Runs the plan: its rows, good until the next Run, though the caller may take them
  // away; null when there are none.  After a failure the caller rolls back.
  virtual Result<Batch*> Run(const ExecContext& context) = 0;
  // Whether its rows were changed.
  virtual bool changes() const = 0;
  // Of an insert; null for others.
  virtual DeferredInsert* deferred() { return nullptr; }
};

// Rows that a DirectPlan for an insert had at several times, to be put in together: run as
// a plan of its own, it puts in those that are kept.  Their keys are reserved, so that
// nothing but a failure can refuse them then.
class DeferredInsert : public DirectPlan {
 public:
  // Keeps the rows that the insert has now; their number, or 0 when the insert has to run
  // now, since it would fail or has to wait.  Requires: the insert has run in the
  // transaction; not full.
  virtual size_t Keep() = 0;
  virtual bool empty() const = 0;
  virtual bool full() const = 0;
  // Forgets what is kept, and gives its memory back.
  virtual void Clear() = 0;

  bool changes() const override { return true; }
};

}  // namespace redbase::ql
