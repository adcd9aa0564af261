// What a plan names, in the catalog of the database where it is going to run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/executor.h"
#include "common/result.h"
#include "ql/exec_context.h"
#include "ql/plan.h"
#include "sm/catalog.h"

namespace redbase::ex {

// The relation of exactly this name.
Result<sm::RelationPtr> FindRelation(const sm::Catalog& catalog, const std::string& name);
// kCorruption: the relation is not what it was taken for.
Status DiffersFromMaster(const std::string& relation);
// The index on exactly these columns; null when there is none.
const sm::IndexInfo* FindIndex(const sm::Relation& relation, const std::vector<uint32_t>& columns);

// Gives the plan this catalog's indexes in place of those of where it was made.
Status ResolveIndexes(const sm::Catalog& catalog, ql::PlanNode* plan);

// Creates an index and fills its tree.  No helpers: several nodes may do this at
// the same time.
Status CreateFilledIndex(ql::ExecContext& context, const sm::Relation& relation,
                         const std::vector<uint32_t>& columns, bool unique);

}  // namespace redbase::ex
