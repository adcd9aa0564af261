// PartitionVector: how one column's values are split into ranges, one a partition.
//
// Bounds b[1] < ... < b[n-1] make n partitions, numbered from 1: partition 1 holds
// what is below b[1], k what is at least b[k-1] and below b[k], n the rest.  Nulls
// are in partition 1.  So every value has exactly one home.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "common/batch.h"
#include "common/result.h"
#include "common/types.h"
#include "common/value.h"

namespace redbase::sm {

// A partition's values of one column: at least `lower`, below `upper`; absent
// bounds are open.  Without a lower bound, null too.
struct PartitionRange {
  uint32_t column = 0;
  std::optional<Value> lower;
  std::optional<Value> upper;

  bool Contains(const Value& value) const;
  bool operator==(const PartitionRange&) const = default;
};

class PartitionVector {
 public:
  // Requires: bounds are of `type`, not null, strictly ascending.
  PartitionVector(uint32_t column, LogicalType type, std::vector<Value> bounds)
      : column_(column), type_(type), bounds_(std::move(bounds)) {}

  // From values as a statement gives them, cast to `type`.  kTypeMismatch or
  // kInvalidArgument, "EX warning: invalid value in partition vector: ...", for
  // null, values of another type, and values that do not ascend.
  static Result<PartitionVector> Make(uint32_t column, LogicalType type,
                                      const std::vector<Value>& bounds);

  uint32_t column() const { return column_; }
  LogicalType type() const { return type_; }
  uint32_t partition_count() const { return static_cast<uint32_t>(bounds_.size()) + 1; }
  const std::vector<Value>& bounds() const { return bounds_; }

  // The partition of a value, from 1.
  uint32_t PartitionOf(const Value& value) const;
  // The partition of each selected row of a batch, in the order of selection.
  // Requires: the batch has the relation's columns, at their positions.
  void PartitionRows(const Batch& batch, std::vector<uint32_t>* partitions) const;
  // The partitions that may hold values v with `v op value`, ascending; none
  // for a null.  Exact for integers, also against a real.
  // Requires: value is null or comparable with `type`.
  std::vector<uint32_t> PartitionsFor(CompareOp op, const Value& value) const;
  std::vector<uint32_t> AllPartitions() const;
  PartitionRange RangeOf(uint32_t partition) const;

  // Same bounds of the same type: rows that agree in the column are together.
  bool SplitsLike(const PartitionVector& other) const;
  bool operator==(const PartitionVector&) const = default;

 private:
  uint32_t column_;
  LogicalType type_;
  std::vector<Value> bounds_;
};

}  // namespace redbase::sm
