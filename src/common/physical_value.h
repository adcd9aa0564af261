// Values and what vectors hold of them: the C++ type of every physical type, and
// the ways from a Value to it and back.
#pragma once

#include <cassert>
#include <cstdint>
#include <type_traits>

#include "common/int128.h"
#include "common/interval.h"
#include "common/types.h"
#include "common/value.h"
#include "common/vector.h"

namespace redbase {

// Calls f with std::type_identity<T>, T being what vectors of `type` hold.
template <typename F>
decltype(auto) WithPhysicalType(PhysicalType type, F&& f) {
  switch (type) {
    case PhysicalType::kBool:
      return f(std::type_identity<uint8_t>());
    case PhysicalType::kInt16:
      return f(std::type_identity<int16_t>());
    case PhysicalType::kInt32:
      return f(std::type_identity<int32_t>());
    case PhysicalType::kInt64:
      return f(std::type_identity<int64_t>());
    case PhysicalType::kInt128:
      return f(std::type_identity<Int128>());
    case PhysicalType::kFloat32:
      return f(std::type_identity<float>());
    case PhysicalType::kFloat64:
      return f(std::type_identity<double>());
    case PhysicalType::kString:
      return f(std::type_identity<StringView>());
    case PhysicalType::kInterval:
      return f(std::type_identity<Interval>());
  }
  assert(false && "a physical type of unknown number");
  return f(std::type_identity<int32_t>());
}

// What a vector holds for `value`; a StringView borrows from it.  An int may stand
// for a boolean.
// Requires: value is not null, and of a type that lies in memory as T.
template <typename T>
T PhysicalOf(const Value& value);
template <>
uint8_t PhysicalOf(const Value& value);
template <>
int16_t PhysicalOf(const Value& value);
template <>
int32_t PhysicalOf(const Value& value);
template <>
int64_t PhysicalOf(const Value& value);
template <>
Int128 PhysicalOf(const Value& value);
template <>
float PhysicalOf(const Value& value);
template <>
double PhysicalOf(const Value& value);
template <>
StringView PhysicalOf(const Value& value);
template <>
Interval PhysicalOf(const Value& value);

// The value of type `type` that a vector holds as `physical`.
Value ValueOf(LogicalType type, uint8_t physical);
Value ValueOf(LogicalType type, int16_t physical);
Value ValueOf(LogicalType type, int32_t physical);
Value ValueOf(LogicalType type, int64_t physical);
Value ValueOf(LogicalType type, Int128 physical);
Value ValueOf(LogicalType type, float physical);
Value ValueOf(LogicalType type, double physical);
Value ValueOf(LogicalType type, const StringView& physical);
Value ValueOf(LogicalType type, const Interval& physical);

// The value in a row of a vector; null where that is not valid.
Value ValueAt(const Vector& vector, size_t row);
// Puts a value, or null, into a row.  A long string is borrowed.
// Requires: value is null or of the vector's type.
void PutBorrowed(const Value& value, size_t row, Vector* out);

}  // namespace redbase
