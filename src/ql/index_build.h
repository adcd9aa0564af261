// Building the tree of a new index from the records of its relation.
#pragma once

#include "common/result.h"
#include "ql/exec_context.h"
#include "sm/relation.h"

namespace redbase::ql {

// Fills the empty tree of `index`: scans the records, sorts the keys in memory and
// builds the tree from them.  kConstraint, naming index and values, when two
// records share a key of a unique index.
// The tree is part of an index created by the same transaction: rollback drops it.
Status BuildIndex(ExecContext& context, const sm::Relation& relation, const sm::IndexInfo& index);

}  // namespace redbase::ql
