// What a comparison operator says of the order of two values.
#pragma once

#include "common/value.h"

namespace redbase {

// `order` as of Value::Compare: negative, zero or positive.
inline bool Holds(CompareOp op, int order) {
  switch (op) {
    case CompareOp::kEq:
      return order == 0;
    case CompareOp::kNe:
      return order != 0;
    case CompareOp::kLt:
      return order < 0;
    case CompareOp::kLe:
      return order <= 0;
    case CompareOp::kGt:
      return order > 0;
    case CompareOp::kGe:
      return order >= 0;
  }
  return false;
}

}  // namespace redbase
