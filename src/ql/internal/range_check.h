// RangeCheck: which rows a fragment of a partitioned relation may hold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/batch.h"
#include "ql/expr.h"
#include "sm/relation.h"

namespace redbase::ql {

class RangeCheck {
 public:
  // Every row is inside when the relation is no fragment.
  explicit RangeCheck(const sm::Relation& relation);

  // False when every row is inside, whatever its values.
  bool restricts() const { return inside_ != nullptr; }
  // The selected rows that are inside.
  Status Inside(const Batch& rows, std::vector<uint16_t>* inside) const;
  // kConstraint, naming value and range, unless all selected rows are inside.
  Status Require(const Batch& rows) const;

 private:
  Status Outside(const Value& value) const;

  std::string column_;
  std::optional<sm::PartitionRange> range_;
  ExprPtr inside_;  // over the relation's columns; null when nothing is outside
};

}  // namespace redbase::ql
