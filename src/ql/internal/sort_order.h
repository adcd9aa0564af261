// SortOrder: how rows are ordered by some of their columns.
//
// Two rows are compared by their prefixes: 16 bytes, most significant first, in which each
// key takes a byte that says whether it is null and then the bytes of its value, brought
// into an order that memcmp knows; a string takes what is left.  Where the prefixes are
// equal and do not hold all of the keys, the columns decide.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/batch.h"
#include "ql/plan.h"

namespace redbase::ql {

struct SortPrefix {
  uint64_t high = 0;
  uint64_t low = 0;

  auto operator<=>(const SortPrefix&) const = default;
};

class SortOrder {
 public:
  SortOrder(const Schema& schema, std::span<const SortKey> keys);

  // Rows with equal prefixes have equal keys.
  bool prefix_is_exact() const { return exact_; }
  // The prefixes of the selected rows.
  void MakePrefixes(const Batch& batch, std::vector<SortPrefix>* prefixes) const;
  // Negative, 0 or positive: by the columns alone.
  int Compare(const Batch& a, size_t row_a, const Batch& b, size_t row_b) const;

 private:
  using CompareFunction = int (*)(const Vector& a, size_t row_a, const Vector& b, size_t row_b);
  struct Key {
    SortKey key;
    size_t offset = 0;  // in the prefix; at its end: not in it
    CompareFunction compare = nullptr;
  };

  std::vector<Key> keys_;
  bool exact_ = true;
};

}  // namespace redbase::ql
