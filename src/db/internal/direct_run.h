// RunDirect: runs a direct plan within a statement.
#pragma once

#include "common/cancel_token.h"
#include "common/result.h"
#include "ex/comm_layer.h"
#include "ql/direct_plan.h"

namespace redbase::db {

// The rows of `plan`; null when there are none.  Begins again when others are in its way.
Result<Batch*> RunDirect(ex::ClusterStatement& statement, ql::DirectPlan& plan,
                         const common::Patience& patience);

}  // namespace redbase::db
