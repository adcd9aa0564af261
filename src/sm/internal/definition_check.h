// Whether a table may be made as it is defined.
#pragma once

#include "common/status.h"
#include "sm/catalog.h"
#include "sm/catalog_snapshot.h"

namespace redbase::sm {

inline constexpr size_t kMaxColumns = 1600;
inline constexpr uint32_t kMaxClassicStringLength = 255;
inline constexpr uint32_t kMaxVarcharLength = 10 << 20;

// kAlreadyExists: the name, or that of the view of its partition vector, is
// taken.  kInvalidArgument: names, columns, types, partitions; each is named.
Status CheckDefinition(const TableDefinition& definition, const CatalogSnapshot& snapshot,
                       const DatabaseOptions& options);

}  // namespace redbase::sm
