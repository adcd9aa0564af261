// AddDistribution: lets the tables of a logic test lie on four data nodes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace redbase::slt {

enum class DistributedBy : uint8_t { kFirstColumn, kLastColumn };

// A `create table` with a column list gets a distribute clause for four nodes, with
// fixed values of the column's type; other statements come back as they are.  The column is
// the first or last that is in every key of the table, since equal keys must lie on
// one node, and has a type with a fixed spread; without one, the table stays whole.
std::string AddDistribution(std::string_view statement, DistributedBy by);

}  // namespace redbase::slt
