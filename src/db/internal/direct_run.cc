#include "db/internal/direct_run.h"

#include <utility>

namespace redbase::db {

Result<Batch*> RunDirect(ex::ClusterStatement& statement, ql::DirectPlan& plan,
                         const common::Patience& patience) {
  Result<Batch*> rows = statement.Run(plan);
  while (!rows.ok()) {
    RETURN_IF_ERROR(statement.Restart(std::move(rows).status(), patience));
    rows = statement.Run(plan);
  }
  return rows;
}

}  // namespace redbase::db
