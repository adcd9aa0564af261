#include "ql/internal/record_fetch.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

#include "ql/expr_eval.h"
#include "ql/internal/column_predicates.h"

namespace redbase::ql {

namespace {

std::vector<uint32_t> Union(std::vector<uint32_t> columns, const std::vector<uint32_t>& more) {
  for (const uint32_t column : more) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      columns.push_back(column);
    }
  }
  return columns;
}

}  // namespace

std::vector<uint32_t> AllColumns(const Schema& schema) {
  std::vector<uint32_t> columns(schema.size());
  std::iota(columns.begin(), columns.end(), 0U);
  return columns;
}

RecordFetch::RecordFetch(const rm::RecordFile& records, sm::RelationPtr relation,
                         std::vector<uint32_t> projection,
                         const std::vector<rm::ColumnPredicate>& predicates, const tx::View* view,
                         const std::vector<uint32_t>& more)
    : records_(records),
      relation_(std::move(relation)),
      columns_(Union(WithTestedColumns(std::move(projection), predicates), more)),
      schema_(relation_->schema.Project(columns_)),
      predicate_(PredicateExpr(predicates, relation_->schema, columns_)),
      view_(view) {}

Status RecordFetch::Fetch(std::span<const Rid> rids, Batch* out) const {
  out->Reset(schema_);
  RETURN_IF_ERROR(records_.Fetch(rids, columns_, view_, out));
  return predicate_ ? Select(*predicate_, out) : Status();
}

uint32_t RecordFetch::PlaceOf(uint32_t column) const {
  const auto place = std::find(columns_.begin(), columns_.end(), column);
  assert(place != columns_.end());
  return static_cast<uint32_t>(place - columns_.begin());
}

}  // namespace redbase::ql
