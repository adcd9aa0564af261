// Comparison kernels: which of some rows satisfy `left op right`, for whole vectors
// of one physical type.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/value.h"
#include "common/vector.h"

namespace redbase::ql {

// Rows of a batch: those listed, or the first `count`.
struct Rows {
  const uint16_t* list = nullptr;
  size_t count = 0;

  static Rows Of(std::span<const uint16_t> rows) { return {rows.data(), rows.size()}; }
  size_t operator[](size_t i) const { return list == nullptr ? i : list[i]; }
  template <typename Visit>
  void ForEach(Visit visit) const {
    if (list == nullptr) {
      for (size_t i = 0; i < count; ++i) {
        visit(i);
      }
    } else {
      for (size_t i = 0; i < count; ++i) {
        visit(size_t{list[i]});
      }
    }
  }
};

// One side of a comparison: a value per row, or one for all rows.
struct Operand {
  const Vector* vector = nullptr;
  bool constant = false;

  bool IsValid(size_t row) const { return vector->IsValid(constant ? 0 : row); }
};

// The rows with a value, in order.  May answer `rows` itself; else uses `storage`.
Rows WithoutNulls(Operand operand, Rows rows, std::vector<uint16_t>* storage);

// Appends the rows for which the comparison is true to `out`.
// Decimals of different scales, and decimals beside other numbers, are compared
// exactly, but value by value.
// Requires: values at all rows; one physical type, or kInt64 on one side and
// kFloat64 on the other, or a decimal on one side and a number on the other.
void CompareRows(CompareOp op, Operand left, Operand right, Rows rows, std::vector<uint16_t>* out);

}  // namespace redbase::ql
