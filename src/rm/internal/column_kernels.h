// Comparisons of a column slice with a constant, by SIMD.
//
// Bit i of the result says what holds for value i; words of 64, bits at and past
// the count are zero.  Values need no alignment.
#pragma once

#include <cstddef>
#include <cstdint>

namespace redbase::rm {

// What the processor compares; the other operators are their complements.
enum class Comparison : uint8_t { kEqual, kLess, kLessOrEqual };

void CompareValues(const uint8_t* values, size_t count, uint8_t constant, Comparison comparison,
                   uint64_t* bits);
void CompareValues(const int16_t* values, size_t count, int16_t constant, Comparison comparison,
                   uint64_t* bits);
void CompareValues(const int32_t* values, size_t count, int32_t constant, Comparison comparison,
                   uint64_t* bits);
void CompareValues(const int64_t* values, size_t count, int64_t constant, Comparison comparison,
                   uint64_t* bits);
// NaN compares false with everything, itself included.
void CompareValues(const float* values, size_t count, float constant, Comparison comparison,
                   uint64_t* bits);
void CompareValues(const double* values, size_t count, double constant, Comparison comparison,
                   uint64_t* bits);
// (value & mask) == constant.
void CompareMasked(const uint64_t* values, size_t count, uint64_t mask, uint64_t constant,
                   uint64_t* bits);

}  // namespace redbase::rm
