#include "sm/partition_vector.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "common/decimal.h"
#include "common/name_match.h"
#include "common/physical_value.h"
#include "common/vector.h"

namespace redbase::sm {

namespace {

// Few bounds are counted one by one: no branch to predict.  More are searched.
constexpr size_t kSearchFrom = 16;

// The order of Value::Compare: NaN is above everything and equal to itself.
template <typename T>
bool AtMost(const T& bound, const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    return (bound <= value) | std::isnan(value);
  } else if constexpr (std::is_same_v<T, StringView>) {
    return bound.Compare(value) <= 0;
  } else {
    return bound <= value;
  }
}

template <typename T>
uint32_t CountAtMost(const std::vector<T>& bounds, const T& value) {
  if (bounds.size() < kSearchFrom) {
    uint32_t count = 0;
    for (const T& bound : bounds) {
      count += AtMost(bound, value) ? 1 : 0;
    }
    return count;
  }
  const auto above = std::partition_point(bounds.begin(), bounds.end(),
                                          [&](const T& bound) { return AtMost(bound, value); });
  return static_cast<uint32_t>(above - bounds.begin());
}

template <typename T>
void PartitionTyped(const std::vector<Value>& bounds, const Batch& batch, const Vector& column,
                    std::vector<uint32_t>* partitions) {
  std::vector<T> native;
  native.reserve(bounds.size());
  for (const Value& bound : bounds) {
    native.push_back(PhysicalOf<T>(bound));
  }
  const T* values = column.data<T>();
  for (size_t i = 0; i < batch.selected(); ++i) {
    const size_t row = batch.RowAt(i);
    (*partitions)[i] = column.IsValid(row) ? CountAtMost(native, values[row]) + 1 : 1;
  }
}

// The least and greatest integer of a type; nullopt for other types.
std::optional<std::pair<int64_t, int64_t>> IntegerLimits(TypeId type) {
  const auto limits_of = [](auto zero) {
    using T = decltype(zero);
    return std::pair<int64_t, int64_t>(std::numeric_limits<T>::min(),
                                       std::numeric_limits<T>::max());
  };
  switch (type) {
    case TypeId::kInt:
      return limits_of(int32_t{0});
    case TypeId::kSmallint:
      return limits_of(int16_t{0});
    case TypeId::kBigint:
      return limits_of(int64_t{0});
    case TypeId::kBoolean:
      return std::pair<int64_t, int64_t>(0, 1);
    default:
      return std::nullopt;
  }
}

int64_t IntegerOf(const Value& value) {
  if (value.is_boolean()) {
    return value.boolean_value() ? 1 : 0;
  }
  return value.is_bigint() ? value.bigint_value() : value.int_value();
}

bool IsWhole(const Value& value) {
  if (value.is_decimal()) {
    return common::FloorDecimal(value.decimal_value(), 0)->exact;
  }
  if (value.is_real()) {
    return std::trunc(value.real_value()) == value.real_value();
  }
  return !value.is_double() || std::trunc(value.double_value()) == value.double_value();
}

// Whether some integer v of [first, last] has `v op x`.
bool AnyInteger(int64_t first, int64_t last, CompareOp op, const Value& x) {
  const int below = Value::Compare(Value::Bigint(first), x);
  const int above = Value::Compare(Value::Bigint(last), x);
  switch (op) {
    case CompareOp::kEq:
      return below <= 0 && above >= 0 && IsWhole(x);
    case CompareOp::kNe:
      return below != 0 || above != 0;
    case CompareOp::kLt:
      return below < 0;
    case CompareOp::kLe:
      return below <= 0;
    case CompareOp::kGt:
      return above > 0;
    case CompareOp::kGe:
      return above >= 0;
  }
  return true;
}

// The least value of a string or real type; of other types nobody asks for it.
std::optional<Value> LeastOf(TypeId type) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (IsString(type)) {
    return Value::String("");
  }
  return type == TypeId::kReal || type == TypeId::kDouble ? std::optional(Value::Double(-kInfinity))
                                                          : std::nullopt;
}

bool IsNan(const Value& value) {
  return (value.is_real() && std::isnan(value.real_value())) ||
         (value.is_double() && std::isnan(value.double_value()));
}

// The same for strings, reals and the like from `range.lower` to below `range.upper`.
// Between two of them another is taken to lie, which at worst asks a partition
// too many.
bool AnyDense(const PartitionRange& range, TypeId type, CompareOp op, const Value& x) {
  const std::optional<Value> least = range.lower ? range.lower : LeastOf(type);
  const bool starts_below = !least || Value::Compare(*least, x) < (op == CompareOp::kLt ? 0 : 1);
  const bool ends_above =
      range.upper ? Value::Compare(*range.upper, x) > 0 : !(op == CompareOp::kGt && IsNan(x));
  switch (op) {
    case CompareOp::kEq:
      return starts_below && ends_above;
    case CompareOp::kNe:
      return true;
    case CompareOp::kLt:
    case CompareOp::kLe:
      return starts_below;
    case CompareOp::kGt:
    case CompareOp::kGe:
      return ends_above;
  }
  return true;
}

}  // namespace

bool PartitionRange::Contains(const Value& value) const {
  if (value.is_null()) {
    return !lower;
  }
  return (!lower || Value::Compare(*lower, value) <= 0) &&
         (!upper || Value::Compare(value, *upper) < 0);
}

Result<PartitionVector> PartitionVector::Make(uint32_t column, LogicalType type,
                                              const std::vector<Value>& bounds) {
  const auto invalid = [](const Value& value, const std::string& why) {
    return Status(
        Code::kInvalidArgument,
        "EX warning: invalid value in partition vector: " +
            (value.is_string() ? common::QuotedName(value.string_value()) : value.ToString()) +
            " " + why);
  };
  std::vector<Value> typed;
  typed.reserve(bounds.size());
  for (const Value& bound : bounds) {
    if (bound.is_null()) {
      return invalid(bound, "is no value of type " + TypeName(type));
    }
    Result<Value> value = bound.CastTo(type);
    if (!value.ok()) {
      return Status(value.status().code(),
                    "EX warning: invalid value in partition vector: " + value.status().message());
    }
    if (!typed.empty() && Value::Compare(typed.back(), *value) >= 0) {
      return invalid(*value,
                     "does not follow " +
                         (typed.back().is_string() ? common::QuotedName(typed.back().string_value())
                                                   : typed.back().ToString()) +
                         ": values must be ascending");
    }
    typed.push_back(std::move(value).value());
  }
  return PartitionVector(column, type, std::move(typed));
}

uint32_t PartitionVector::PartitionOf(const Value& value) const {
  if (value.is_null()) {
    return 1;
  }
  const auto above = std::partition_point(
      bounds_.begin(), bounds_.end(),
      [&value](const Value& bound) { return Value::Compare(bound, value) <= 0; });
  return static_cast<uint32_t>(above - bounds_.begin()) + 1;
}

void PartitionVector::PartitionRows(const Batch& batch, std::vector<uint32_t>* partitions) const {
  const Vector& column = batch.column(column_);
  partitions->assign(batch.selected(), 1);
  WithPhysicalType(column.physical(), [&](auto tag) {
    PartitionTyped<typename decltype(tag)::type>(bounds_, batch, column, partitions);
  });
}

std::vector<uint32_t> PartitionVector::PartitionsFor(CompareOp op, const Value& value) const {
  std::vector<uint32_t> partitions;
  if (value.is_null()) {
    return partitions;
  }
  const std::optional<std::pair<int64_t, int64_t>> limits = IntegerLimits(type_.id);
  for (uint32_t partition = 1; partition <= partition_count(); ++partition) {
    const PartitionRange range = RangeOf(partition);
    bool may_hold = false;
    if (!limits) {
      may_hold = AnyDense(range, type_.id, op, value);
    } else if (!range.upper || IntegerOf(*range.upper) > limits->first) {
      const int64_t first = range.lower ? IntegerOf(*range.lower) : limits->first;
      const int64_t last = range.upper ? IntegerOf(*range.upper) - 1 : limits->second;
      may_hold = AnyInteger(first, last, op, value);
    }
    if (may_hold) {
      partitions.push_back(partition);
    }
  }
  return partitions;
}

std::vector<uint32_t> PartitionVector::AllPartitions() const {
  std::vector<uint32_t> partitions(partition_count());
  for (uint32_t i = 0; i < partition_count(); ++i) {
    partitions[i] = i + 1;
  }
  return partitions;
}

PartitionRange PartitionVector::RangeOf(uint32_t partition) const {
  PartitionRange range;
  range.column = column_;
  if (partition > 1) {
    range.lower = bounds_[partition - 2];
  }
  if (partition < partition_count()) {
    range.upper = bounds_[partition - 1];
  }
  return range;
}

bool PartitionVector::SplitsLike(const PartitionVector& other) const {
  const auto equal = [](const Value& a, const Value& b) { return Value::Compare(a, b) == 0; };
  // Strings of any length agree with each other, and so do plain numbers; other
  // types only with themselves.
  const bool plain = (IsString(type_.id) && IsString(other.type_.id)) ||
                     (IsNumber(type_.id) && IsNumber(other.type_.id));
  const bool alike = type_.id == other.type_.id || plain;
  return alike && type_.scale == other.type_.scale &&
         PhysicalTypeOf(type_) == PhysicalTypeOf(other.type_) &&
         std::equal(bounds_.begin(), bounds_.end(), other.bounds_.begin(), other.bounds_.end(),
                    equal);
}

}  // namespace redbase::sm
