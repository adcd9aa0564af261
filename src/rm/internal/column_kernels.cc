#include "rm/internal/column_kernels.h"

// This file is compiled once for every instruction set; the best one that the
// processor has is chosen when a kernel is first called.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rm/internal/column_kernels.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace redbase::rm {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// One bit a lane.
template <class D, class M>
HWY_INLINE uint64_t BitsOf(D d, M mask) {
  uint8_t bytes[8] = {};
  hn::StoreMaskBits(d, mask, bytes);
  uint64_t bits = 0;
  hwy::CopyBytes<sizeof(bits)>(bytes, &bits);
  return bits;
}

struct Equal {
  template <class V>
  HWY_INLINE auto operator()(V a, V b) const {
    return hn::Eq(a, b);
  }
  template <typename T>
  bool One(T a, T b) const {
    return a == b;
  }
};

struct Less {
  template <class V>
  HWY_INLINE auto operator()(V a, V b) const {
    return hn::Lt(a, b);
  }
  template <typename T>
  bool One(T a, T b) const {
    return a < b;
  }
};

struct LessOrEqual {
  template <class V>
  HWY_INLINE auto operator()(V a, V b) const {
    // Integers have no such instruction, and no NaN.
    if constexpr (hwy::IsFloat<hn::TFromV<V>>()) {
      return hn::Le(a, b);
    } else {
      return hn::Not(hn::Lt(b, a));
    }
  }
  template <typename T>
  bool One(T a, T b) const {
    return a <= b;
  }
};

template <typename T, class Op>
void Compare(const T* values, size_t count, T constant, Op op, uint64_t* bits) {
  const hn::CappedTag<T, 64> d;
  const size_t lanes = hn::Lanes(d);
  const auto right = hn::Set(d, constant);
  size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    uint64_t word = 0;
    for (size_t k = 0; k < 64; k += lanes) {
      word |= BitsOf(d, op(hn::LoadU(d, values + i + k), right)) << k;
    }
    *bits++ = word;
  }
  if (i < count) {
    uint64_t word = 0;
    for (size_t k = i; k < count; ++k) {
      word |= uint64_t{op.One(values[k], constant)} << (k - i);
    }
    *bits = word;
  }
}

template <typename T>
void CompareBy(const T* values, size_t count, T constant, Comparison comparison, uint64_t* bits) {
  switch (comparison) {
    case Comparison::kEqual:
      return Compare(values, count, constant, Equal{}, bits);
    case Comparison::kLess:
      return Compare(values, count, constant, Less{}, bits);
    case Comparison::kLessOrEqual:
      return Compare(values, count, constant, LessOrEqual{}, bits);
  }
}

void CompareU8(const uint8_t* values, size_t count, uint8_t c, Comparison comparison,
               uint64_t* bits) {
  CompareBy(values, count, c, comparison, bits);
}
void CompareI16(const int16_t* values, size_t count, int16_t c, Comparison comparison,
                uint64_t* bits) {
  CompareBy(values, count, c, comparison, bits);
}
void CompareI32(const int32_t* values, size_t count, int32_t c, Comparison comparison,
                uint64_t* bits) {
  CompareBy(values, count, c, comparison, bits);
}
void CompareI64(const int64_t* values, size_t count, int64_t c, Comparison comparison,
                uint64_t* bits) {
  CompareBy(values, count, c, comparison, bits);
}
void CompareF32(const float* values, size_t count, float c, Comparison comparison, uint64_t* bits) {
  CompareBy(values, count, c, comparison, bits);
}
void CompareF64(const double* values, size_t count, double c, Comparison comparison,
                uint64_t* bits) {
  CompareBy(values, count, c, comparison, bits);
}

void CompareMaskedU64(const uint64_t* values, size_t count, uint64_t mask, uint64_t constant,
                      uint64_t* bits) {
  const hn::CappedTag<uint64_t, 64> d;
  const auto masks = hn::Set(d, mask);
  struct MaskedEqual {
    decltype(masks) and_mask;
    uint64_t one_mask;
    HWY_INLINE auto operator()(decltype(hn::Zero(d)) a, decltype(hn::Zero(d)) b) const {
      return hn::Eq(hn::And(a, and_mask), b);
    }
    bool One(uint64_t a, uint64_t b) const { return (a & one_mask) == b; }
  };
  Compare(values, count, constant, MaskedEqual{masks, mask}, bits);
}

}  // namespace HWY_NAMESPACE
}  // namespace redbase::rm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace redbase::rm {

HWY_EXPORT(CompareU8);
HWY_EXPORT(CompareI16);
HWY_EXPORT(CompareI32);
HWY_EXPORT(CompareI64);
HWY_EXPORT(CompareF32);
HWY_EXPORT(CompareF64);
HWY_EXPORT(CompareMaskedU64);

void CompareValues(const uint8_t* values, size_t count, uint8_t constant, Comparison comparison,
                   uint64_t* bits) {
  HWY_DYNAMIC_DISPATCH(CompareU8)(values, count, constant, comparison, bits);
}
void CompareValues(const int16_t* values, size_t count, int16_t constant, Comparison comparison,
                   uint64_t* bits) {
  HWY_DYNAMIC_DISPATCH(CompareI16)(values, count, constant, comparison, bits);
}
void CompareValues(const int32_t* values, size_t count, int32_t constant, Comparison comparison,
                   uint64_t* bits) {
  HWY_DYNAMIC_DISPATCH(CompareI32)(values, count, constant, comparison, bits);
}
void CompareValues(const int64_t* values, size_t count, int64_t constant, Comparison comparison,
                   uint64_t* bits) {
  HWY_DYNAMIC_DISPATCH(CompareI64)(values, count, constant, comparison, bits);
}
void CompareValues(const float* values, size_t count, float constant, Comparison comparison,
                   uint64_t* bits) {
  HWY_DYNAMIC_DISPATCH(CompareF32)(values, count, constant, comparison, bits);
}
void CompareValues(const double* values, size_t count, double constant, Comparison comparison,
                   uint64_t* bits) {
  HWY_DYNAMIC_DISPATCH(CompareF64)(values, count, constant, comparison, bits);
}
void CompareMasked(const uint64_t* values, size_t count, uint64_t mask, uint64_t constant,
                   uint64_t* bits) {
  HWY_DYNAMIC_DISPATCH(CompareMaskedU64)(values, count, mask, constant, bits);
}

}  // namespace redbase::rm
#endif  // HWY_ONCE
