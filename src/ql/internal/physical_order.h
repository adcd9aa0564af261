// Order of two values of one physical type: as Value::Compare, NaN last and equal to itself.
#pragma once

#include <type_traits>

#include "common/interval.h"
#include "common/vector.h"

namespace redbase::ql {

// Negative, 0 or positive.
template <typename T>
int OrderOf(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a || b != b) {
      return (a != a ? 1 : 0) - (b != b ? 1 : 0);
    }
  }
  return (b < a ? 1 : 0) - (a < b ? 1 : 0);
}
inline int OrderOf(const StringView& a, const StringView& b) { return a.Compare(b); }

}  // namespace redbase::ql
