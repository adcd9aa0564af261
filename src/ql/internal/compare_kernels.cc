#include "ql/internal/compare_kernels.h"

#include <cmath>
#include <type_traits>
#include <utility>

#include "common/compare.h"
#include "common/physical_value.h"

namespace redbase::ql {

namespace {

template <typename T>
bool IsNan(T v) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::isnan(v);
  } else {
    return false;
  }
}

template <typename T>
bool IsEqual(const T& a, const T& b) {
  return a == b || (IsNan(a) && IsNan(b));
}

template <typename T>
bool IsLess(const T& a, const T& b) {
  return a < b || (IsNan(b) && !IsNan(a));
}
bool IsLess(const StringView& a, const StringView& b) { return a.Compare(b) < 0; }
bool IsEqual(const StringView& a, const StringView& b) { return a == b; }

// An integer against a real, with no rounding of either.
bool IsLess(int64_t a, double b) {
  constexpr double kTwo63 = 9223372036854775808.0;
  if (std::isnan(b) || b >= kTwo63) {
    return true;
  }
  if (b < -kTwo63) {
    return false;
  }
  const double whole = std::trunc(b);
  const auto integer = static_cast<int64_t>(whole);
  return a < integer || (a == integer && whole < b);
}
bool IsEqual(int64_t a, double b) {
  constexpr double kTwo63 = 9223372036854775808.0;
  return b >= -kTwo63 && b < kTwo63 && std::trunc(b) == b && a == static_cast<int64_t>(b);
}

struct Equal {
  template <typename L, typename R>
  static bool Holds(const L& a, const R& b) {
    return IsEqual(a, b);
  }
};
struct Less {
  template <typename L, typename R>
  static bool Holds(const L& a, const R& b) {
    return IsLess(a, b);
  }
};
struct LessOrEqual {
  template <typename L, typename R>
  static bool Holds(const L& a, const R& b) {
    return IsLess(a, b) || IsEqual(a, b);
  }
};
template <typename Test>
struct Not {
  template <typename L, typename R>
  static bool Holds(const L& a, const R& b) {
    return !Test::Holds(a, b);
  }
};

// Writes each row and counts it only if it passes: no branch to mispredict.
template <typename Test, typename T, bool kConstant>
size_t Pass(const T* left, const T* right, Rows rows, uint16_t* out) {
  size_t n = 0;
  const T constant = right[0];
  rows.ForEach([&](size_t row) {
    out[n] = static_cast<uint16_t>(row);
    n += Test::Holds(left[row], kConstant ? constant : right[row]) ? 1 : 0;
  });
  return n;
}

template <typename Test, typename T>
void CompareWith(Operand left, Operand right, Rows rows, std::vector<uint16_t>* out) {
  const size_t before = out->size();
  out->resize(before + rows.count);
  const T* a = left.vector->data<T>();
  const T* b = right.vector->data<T>();
  uint16_t* to = out->data() + before;
  const size_t n =
      right.constant ? Pass<Test, T, true>(a, b, rows, to) : Pass<Test, T, false>(a, b, rows, to);
  out->resize(before + n);
}

template <typename T>
void CompareTyped(CompareOp op, Operand left, Operand right, Rows rows,
                  std::vector<uint16_t>* out) {
  switch (op) {
    case CompareOp::kEq:
      return CompareWith<Equal, T>(left, right, rows, out);
    case CompareOp::kNe:
      return CompareWith<Not<Equal>, T>(left, right, rows, out);
    case CompareOp::kLt:
      return CompareWith<Less, T>(left, right, rows, out);
    case CompareOp::kLe:
      return CompareWith<LessOrEqual, T>(left, right, rows, out);
    case CompareOp::kGt:
      return CompareWith<Not<LessOrEqual>, T>(left, right, rows, out);
    case CompareOp::kGe:
      return CompareWith<Not<Less>, T>(left, right, rows, out);
  }
}

// A bigint against a double, either of which may be constant.
template <typename Test>
void CompareMixedWith(Operand left, Operand right, Rows rows, std::vector<uint16_t>* out) {
  const int64_t* a = left.vector->data<int64_t>();
  const double* b = right.vector->data<double>();
  rows.ForEach([&](size_t row) {
    if (Test::Holds(a[left.constant ? 0 : row], b[right.constant ? 0 : row])) {
      out->push_back(static_cast<uint16_t>(row));
    }
  });
}

void CompareMixed(CompareOp op, Operand left, Operand right, Rows rows,
                  std::vector<uint16_t>* out) {
  switch (op) {
    case CompareOp::kEq:
      return CompareMixedWith<Equal>(left, right, rows, out);
    case CompareOp::kNe:
      return CompareMixedWith<Not<Equal>>(left, right, rows, out);
    case CompareOp::kLt:
      return CompareMixedWith<Less>(left, right, rows, out);
    case CompareOp::kLe:
      return CompareMixedWith<LessOrEqual>(left, right, rows, out);
    case CompareOp::kGt:
      return CompareMixedWith<Not<LessOrEqual>>(left, right, rows, out);
    case CompareOp::kGe:
      return CompareMixedWith<Not<Less>>(left, right, rows, out);
  }
}

// All rows or none.
void CompareConstants(CompareOp op, Operand left, Operand right, Rows rows,
                      std::vector<uint16_t>* out) {
  left.constant = false;
  std::vector<uint16_t> first;
  CompareRows(op, left, right, {nullptr, 1}, &first);
  if (!first.empty()) {
    rows.ForEach([out](size_t row) { out->push_back(static_cast<uint16_t>(row)); });
  }
}

// Whether one side is a decimal, and the other has another scale or is none: then
// what lies in the vectors cannot be compared as it is.
bool HaveOtherScales(LogicalType a, LogicalType b) {
  const bool decimals = a.id == TypeId::kDecimal && b.id == TypeId::kDecimal;
  return decimals ? a.scale != b.scale || PhysicalTypeOf(a) != PhysicalTypeOf(b)
                  : a.id == TypeId::kDecimal || b.id == TypeId::kDecimal;
}

void CompareByValue(CompareOp op, Operand left, Operand right, Rows rows,
                    std::vector<uint16_t>* out) {
  rows.ForEach([&](size_t row) {
    const Value a = ValueAt(*left.vector, left.constant ? 0 : row);
    const Value b = ValueAt(*right.vector, right.constant ? 0 : row);
    if (redbase::Holds(op, Value::Compare(a, b))) {
      out->push_back(static_cast<uint16_t>(row));
    }
  });
}

}  // namespace

Rows WithoutNulls(Operand operand, Rows rows, std::vector<uint16_t>* storage) {
  if (!operand.vector->may_have_nulls()) {
    return rows;
  }
  std::vector<uint16_t> kept(rows.count);
  size_t n = 0;
  rows.ForEach([&](size_t row) {
    kept[n] = static_cast<uint16_t>(row);
    n += operand.IsValid(row) ? 1 : 0;
  });
  kept.resize(n);
  // `rows` may be in the old storage until here.
  *storage = std::move(kept);
  return Rows::Of(*storage);
}

void CompareRows(CompareOp op, Operand left, Operand right, Rows rows, std::vector<uint16_t>* out) {
  if (rows.count == 0) {
    return;
  }
  if (left.constant && right.constant) {
    return CompareConstants(op, left, right, rows, out);
  }
  if (HaveOtherScales(left.vector->type(), right.vector->type())) {
    return CompareByValue(op, left, right, rows, out);
  }
  const PhysicalType left_type = left.vector->physical();
  const PhysicalType right_type = right.vector->physical();
  const bool mixed_backward =
      left_type == PhysicalType::kFloat64 && right_type == PhysicalType::kInt64;
  // Kernels have the constant on the right, and an integer left of a real.
  if (left_type == right_type ? left.constant : mixed_backward) {
    std::swap(left, right);
    op = Flip(op);
  }
  if (left_type != right_type) {
    return CompareMixed(op, left, right, rows, out);
  }
  WithPhysicalType(left_type, [&](auto tag) {
    CompareTyped<typename decltype(tag)::type>(op, left, right, rows, out);
  });
}

}  // namespace redbase::ql
