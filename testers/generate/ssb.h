// The five tables of the Star Schema Benchmark (O'Neil et al., 2009), with its
// distributions.  At scale 1 lineorder has about 6 million rows.  Amounts are whole
// numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "testers/generate/table_source.h"

namespace redbase::generate {

std::vector<TableSource> SsbTables(double scale, uint64_t seed);

}  // namespace redbase::generate
