// The eight tables of TPC-H, with the distributions of its specification (chapter 4) and
// texts of our own.  At scale 1 lineitem has about 6 million rows.
#pragma once

#include <cstdint>
#include <vector>

#include "testers/generate/table_source.h"

namespace redbase::generate {

std::vector<TableSource> TpchTables(double scale, uint64_t seed);

}  // namespace redbase::generate
