#include "rm/internal/column_kernels.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/random.h"

namespace redbase::rm {
namespace {

bool Naive(auto a, auto b, Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return a == b;
    case Comparison::kLess:
      return a < b;
    case Comparison::kLessOrEqual:
      return a <= b;
  }
  return false;
}

template <typename T>
class ColumnKernels : public ::testing::Test {};
using ValueTypes = ::testing::Types<uint8_t, int16_t, int32_t, int64_t, float, double>;
TYPED_TEST_SUITE(ColumnKernels, ValueTypes);

TYPED_TEST(ColumnKernels, AgreeWithOneComparisonAtATime) {
  Random random(1);
  for (const size_t count : {size_t{1}, size_t{63}, size_t{64}, size_t{65}, size_t{1000}}) {
    std::vector<TypeParam> values(count);
    for (TypeParam& value : values) {
      value = static_cast<TypeParam>(random.Below(9));
    }
    for (const Comparison comparison :
         {Comparison::kEqual, Comparison::kLess, Comparison::kLessOrEqual}) {
      std::vector<uint64_t> bits((count + 63) / 64, ~uint64_t{0});
      CompareValues(values.data(), count, TypeParam{4}, comparison, bits.data());
      for (size_t i = 0; i < bits.size() * 64; ++i) {
        const bool want = i < count && Naive(values[i], TypeParam{4}, comparison);
        ASSERT_EQ(((bits[i / 64] >> (i % 64)) & 1U) != 0, want) << "value " << i;
      }
    }
  }
}

TEST(MaskedKernel, ComparisonLooksAtTheMaskOnly) {
  const std::vector<uint64_t> values = {0x1234, 0xFF34, 0x1235};
  uint64_t bits = 0;
  CompareMasked(values.data(), values.size(), 0xFF, 0x34, &bits);
  EXPECT_EQ(bits, 3U);
}

}  // namespace
}  // namespace redbase::rm
