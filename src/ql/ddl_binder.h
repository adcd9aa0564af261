// DdlBinder: definitions of tables and indexes, with names and types settled.
//
// Errors begin with the classic text and say what is wrong and where it stands.
#pragma once

#include <cstdint>
#include <vector>

#include "common/result.h"
#include "parser/ast.h"
#include "sm/catalog.h"

namespace redbase::ql {

// `node_count` is the number of data nodes, 0 for none.  What the catalog checks
// (names, sizes, duplicates) is left to it.
Result<sm::TableDefinition> BindCreateTable(const parser::CreateTable& statement,
                                            uint32_t node_count);

// A relation and columns of it, as `create index`, `drop index` and `print tree`
// name them.
struct BoundIndex {
  sm::RelationPtr relation;
  std::vector<uint32_t> columns;
};
Result<BoundIndex> BindIndex(const sm::CatalogSnapshot& catalog, const parser::Identifier& table,
                             const std::vector<parser::Identifier>& columns);

// The index on exactly these columns: kNotFound, "SM warning: index does not
// exist", when there is none.
Result<sm::IndexInfo> FindIndex(const BoundIndex& bound);

}  // namespace redbase::ql
