// Decimals in vectors: unscaled integers of 8 or 16 bytes, by their precision.
#pragma once

#include "common/int128.h"
#include "ql/internal/compare_kernels.h"

namespace redbase::ql {

inline Int128 ReadDecimal(const Operand& operand, size_t row) {
  const size_t place = operand.constant ? 0 : row;
  return operand.vector->physical() == PhysicalType::kInt64
             ? Int128{operand.vector->data<int64_t>()[place]}
             : operand.vector->data<Int128>()[place];
}

// Requires: it has no more digits than the type of `out`.
inline void WriteDecimal(Int128 value, size_t row, Vector* out) {
  if (out->physical() == PhysicalType::kInt64) {
    out->data<int64_t>()[row] = static_cast<int64_t>(value);
  } else {
    out->data<Int128>()[row] = value;
  }
}

}  // namespace redbase::ql
