// The rows of the views that show the catalog in its classic columns.
//
// relcat has a row for relcat and attrcat first, then for each table in the
// order of creation; attrcat likewise, a row for each of their attributes.
// Lengths are declared ones: 4 and N, 0 for a varchar without a limit; offsets
// are their plain sums.  A sum too large for an int stands as the largest int.
#pragma once

#include <vector>

#include "common/batch.h"
#include "sm/catalog_snapshot.h"
#include "sm/control_file.h"

namespace redbase::sm {

// Requires: a view of this snapshot.
std::vector<Batch> RowsOfView(const Relation& view, const CatalogSnapshot& snapshot,
                              const DatabaseOptions& options);

}  // namespace redbase::sm
