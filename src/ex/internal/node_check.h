// Checks what one node has, as far as the node itself knows, and what the master says of
// it.
#pragma once

#include <cstdint>
#include <vector>

#include "common/check_report.h"
#include "ex/message.h"
#include "sm/catalog.h"

namespace redbase::ex {

// The catalog, the log, every file, and of each relation that its rows are within its
// range, and that each of its indexes has an entry for each of them and no others.
// Requires: nobody changes anything.
void CheckNode(sm::Catalog& catalog, common::CheckReport* report);
// The same of a master, whose catalog says how many relations and indexes there are.
void CheckMaster(sm::Catalog& catalog, common::CheckReport* report);
// The node's fragments are these and no others, and have these indexes.
void CheckFragments(const sm::Catalog& catalog, const std::vector<FragmentDefinition>& fragments,
                    common::CheckReport* report);

// What the master's catalog says of a node.
std::vector<FragmentDefinition> FragmentsOf(const sm::Catalog& master, uint32_t node);

}  // namespace redbase::ex
