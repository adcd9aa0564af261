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

class DirectPlan {
 public:
  virtual ~DirectPlan() = default;

  // Null for plans of other kinds.  `plan` outlives this.  Good as long as the catalog's
  // version stays.
  static Result<std::unique_ptr<DirectPlan>> Make(const PlanNode& plan, sm::Catalog& catalog);

  // Runs the plan: its rows, good until the next Run, though the caller may take them
  // away; null when there are none.  After a failure the caller rolls back.
  virtual Result<Batch*> Run(const ExecContext& context) = 0;
  // Whether its rows were changed.
  virtual bool changes() const = 0;
};

}  // namespace redbase::ql
