// RecordFetch: records by RID, with the predicates of an index scan checked against
// them.
//
// Thread-safe.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "common/batch.h"
#include "ql/expr.h"
#include "ql/plan.h"
#include "rm/record_file.h"
#include "sm/relation.h"

namespace redbase::ql {

// 0, 1, 2 ...: every column of a schema.
std::vector<uint32_t> AllColumns(const Schema& schema);

class RecordFetch {
 public:
  // Columns: the projection, then others that predicates test or `more` names.  Records
  // are as `view` sees them; as they are when it is null.
  RecordFetch(const rm::RecordFile& records, sm::RelationPtr relation,
              std::vector<uint32_t> projection, const std::vector<rm::ColumnPredicate>& predicates,
              const tx::View* view, const std::vector<uint32_t>& more = {});

  // The records that are there, in the order of `rids`, as `out` with columns();
  // those that satisfy the predicates are selected.
  Status Fetch(std::span<const Rid> rids, Batch* out) const;

  // Whether some record may be seen otherwise than it is.
  bool has_versions() const { return view_ != nullptr && records_.has_versions(); }
  const std::vector<uint32_t>& columns() const { return columns_; }
  // Where a column of the relation is among columns().
  uint32_t PlaceOf(uint32_t column) const;

 private:
  const rm::RecordFile& records_;
  const sm::RelationPtr relation_;
  const std::vector<uint32_t> columns_;
  const Schema schema_;
  const ExprPtr predicate_;  // may be null
  const tx::View* const view_;
};

}  // namespace redbase::ql
