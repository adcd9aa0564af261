#include "rm/internal/page_predicate.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "common/compare.h"
#include "common/decimal.h"
#include "common/physical_value.h"
#include "rm/internal/column_kernels.h"
#include "rm/internal/order_key.h"
#include "rm/internal/overflow.h"

namespace redbase::rm {

namespace {

constexpr size_t kMostWords = 64;

bool IsLower(CompareOp op) { return op == CompareOp::kLt || op == CompareOp::kLe; }

std::pair<Int128, Int128> RangeOf(PhysicalType physical) {
  switch (physical) {
    case PhysicalType::kBool:
      return {0, 255};
    case PhysicalType::kInt16:
      return {std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()};
    case PhysicalType::kInt32:
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    case PhysicalType::kInt128:
      return {kMinInt128, kMaxInt128};
    default:
      return {kLeastKey, kGreatestKey};
  }
}

bool IsPlainNumber(const Value& value) {
  return value.is_int() || value.is_bigint() || value.is_real() || value.is_double() ||
         value.is_decimal() || value.is_boolean();
}

bool IsOf(const Value& value, TypeId id) {
  switch (id) {
    case TypeId::kDate:
      return value.is_date();
    case TypeId::kTime:
      return value.is_time();
    case TypeId::kTimestamp:
      return value.is_timestamp();
    case TypeId::kTimestamptz:
      return value.is_timestamptz();
    case TypeId::kUuid:
      return value.is_uuid();
    case TypeId::kInterval:
      return value.is_interval();
    case TypeId::kBytea:
      return value.is_bytes();
    default:
      return IsString(id) ? value.is_string() : IsPlainNumber(value);
  }
}

// A number as the greatest of the scale that is not above it.
std::optional<common::DecimalFloor> FloorOf(const Value& value, uint8_t scale) {
  if (value.is_real() || value.is_double()) {
    return common::FloorDecimal(value.is_real() ? double{value.real_value()} : value.double_value(),
                                scale);
  }
  if (value.is_decimal()) {
    return common::FloorDecimal(value.decimal_value(), scale);
  }
  const int64_t integer = value.is_bigint() ? value.bigint_value()
                          : value.is_int()  ? value.int_value()
                                            : int64_t{value.boolean_value()};
  return common::FloorDecimal(Decimal{integer, 0}, scale);
}

}  // namespace

Result<PagePredicate> PagePredicate::Make(const ColumnPredicate& predicate, LogicalType type) {
  PagePredicate made;
  made.column_ = predicate.column;
  made.op_ = predicate.op;
  made.physical_ = PhysicalTypeOf(type);
  if (predicate.kind != ColumnPredicate::Kind::kCompare) {
    made.test_ =
        predicate.kind == ColumnPredicate::Kind::kIsNull ? Test::kIsNull : Test::kIsNotNull;
    return made;
  }
  if (predicate.value.is_null()) {
    return made;
  }
  made.test_ = Test::kCompare;
  if (!IsOf(predicate.value, type.id)) {
    return Status(Code::kTypeMismatch, "a column of type " + TypeName(type) +
                                           " cannot be compared with " +
                                           predicate.value.ToString());
  }
  if (made.MakeOwn(predicate.value, type)) {
    return made;
  }
  if (made.physical_ == PhysicalType::kFloat32 || made.physical_ == PhysicalType::kFloat64) {
    made.MakeReal(predicate.op, predicate.value, made.physical_);
  } else {
    made.MakeInteger(predicate.value, type.scale);
  }
  return made;
}

// A constant of a type that is compared with itself only; false for numbers.
bool PagePredicate::MakeOwn(const Value& value, LogicalType type) {
  switch (type.id) {
    case TypeId::kDate:
      integer_ = value.date_value().days;
      break;
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestamptz:
      integer_ = PhysicalOf<int64_t>(value);
      break;
    case TypeId::kUuid:
      integer_ = value.uuid_value().ordered;
      key_ = OrderKey(integer_);
      return true;
    case TypeId::kInterval:
      interval_ = value.interval_value();
      key_ = OrderKey(interval_);
      return true;
    default:
      if (physical_ != PhysicalType::kString) {
        return false;
      }
      string_ = PhysicalOf<StringView>(value).view();
      key_ = OrderKey(string_);
      return true;
  }
  key_ = static_cast<int64_t>(integer_);
  return true;
}

// `v op value` for integers v, or those of a decimal, as a comparison with an integer.
void PagePredicate::MakeInteger(const Value& value, uint8_t scale) {
  const std::optional<common::DecimalFloor> floor = FloorOf(value, scale);
  if (!floor) {
    // NaN is above all numbers.
    return Always(Holds(op_, Value::Compare(value, Value::Int(0)) < 0 ? 1 : -1));
  }
  if (!floor->exact) {
    if (op_ == CompareOp::kEq || op_ == CompareOp::kNe) {
      return Always(op_ == CompareOp::kNe);
    }
    op_ = IsLower(op_) ? CompareOp::kLe : CompareOp::kGt;
  }
  const auto [least, greatest] = RangeOf(physical_);
  if (floor->unscaled < least || floor->unscaled > greatest) {
    return Always(Holds(op_, floor->unscaled < least ? 1 : -1));
  }
  integer_ = floor->unscaled;
  key_ = physical_ == PhysicalType::kInt128 ? OrderKey(integer_) : static_cast<int64_t>(integer_);
}

void PagePredicate::MakeReal(CompareOp op, const Value& value, PhysicalType physical) {
  double nearest = value.CastTo({TypeId::kDouble}).value().double_value();
  if (physical == PhysicalType::kFloat32) {
    nearest = double{static_cast<float>(nearest)};
  }
  const int order = Value::Compare(Value::Double(nearest), value);
  if (order != 0 && (op == CompareOp::kEq || op == CompareOp::kNe)) {
    return Always(op == CompareOp::kNe);
  }
  // Between the constant and its nearest neighbour lies no value of the column.
  if (order < 0) {
    op = IsLower(op) ? CompareOp::kLe : CompareOp::kGt;
  } else if (order > 0) {
    op = IsLower(op) ? CompareOp::kLt : CompareOp::kGe;
  }
  op_ = op;
  real_ = nearest;
  key_ = OrderKey(nearest);
}

bool PagePredicate::HasExactKeys() const {
  return physical_ != PhysicalType::kString && physical_ != PhysicalType::kInt128 &&
         physical_ != PhysicalType::kInterval;
}

bool PagePredicate::MayPass(const ColumnDescriptor& d) const {
  if (test_ == Test::kIsNull) {
    return (d.flags & ColumnDescriptor::kMayHaveNulls) != 0;
  }
  if (test_ == Test::kNothing || d.min > d.max) {
    return false;
  }
  if (test_ == Test::kIsNotNull) {
    return true;
  }
  const bool exact = HasExactKeys();
  switch (op_) {
    case CompareOp::kEq:
      return d.min <= key_ && key_ <= d.max;
    case CompareOp::kNe:
      return !exact || d.min != key_ || d.max != key_;
    case CompareOp::kLt:
      return exact ? d.min < key_ : d.min <= key_;
    case CompareOp::kLe:
      return d.min <= key_;
    case CompareOp::kGt:
      return exact ? d.max > key_ : d.max >= key_;
    case CompareOp::kGe:
      return d.max >= key_;
  }
  return true;
}

// Whether min and max say that every value passes.
bool PagePredicate::AllPass(const ColumnDescriptor& d) const {
  switch (op_) {
    case CompareOp::kEq:
      return HasExactKeys() && d.min == key_ && d.max == key_;
    case CompareOp::kNe:
      return key_ < d.min || d.max < key_;
    case CompareOp::kLt:
      return d.max < key_;
    case CompareOp::kLe:
      return HasExactKeys() ? d.max <= key_ : d.max < key_;
    case CompareOp::kGt:
      return d.min > key_;
    case CompareOp::kGe:
      return HasExactKeys() ? d.min >= key_ : d.min > key_;
  }
  return false;
}

template <typename T>
void PagePredicate::CompareAs(const std::byte* values, size_t count, T constant,
                              uint64_t* bits) const {
  Comparison comparison = Comparison::kEqual;
  if (op_ == CompareOp::kLt || op_ == CompareOp::kGe) {
    comparison = Comparison::kLess;
  } else if (op_ == CompareOp::kLe || op_ == CompareOp::kGt) {
    comparison = Comparison::kLessOrEqual;
  }
  CompareValues(reinterpret_cast<const T*>(values), count, constant, comparison, bits);
  if (op_ == CompareOp::kNe || op_ == CompareOp::kGe || op_ == CompareOp::kGt) {
    for (size_t i = 0; i < (count + 63) / 64; ++i) {
      bits[i] = ~bits[i];
    }
  }
}

// Of 16 bytes: values in pages are aligned to 8.
template <typename T>
void PagePredicate::CompareWide(const std::byte* values, size_t count, const T& constant,
                                uint64_t* bits) const {
  std::fill(bits, bits + (count + 63) / 64, 0);
  for (size_t i = 0; i < count; ++i) {
    const T value = LoadAs<T>(values + i * sizeof(T));
    const int order = value < constant ? -1 : (constant < value ? 1 : 0);
    bits[i / 64] |= uint64_t{Holds(op_, order)} << (i % 64);
  }
}

// NaN equals itself and is above all numbers, while the processor's comparisons
// with it are false: their complements, > and >=, come out right by themselves.
template <typename T>
void PagePredicate::CompareReals(const std::byte* values, size_t count, uint64_t* bits) const {
  if (!std::isnan(real_)) {
    CompareAs<T>(values, count, static_cast<T>(real_), bits);
    return;
  }
  // v = v is false for NaN only.
  const bool numbers_pass = Holds(op_, -1);
  const bool nan_passes = Holds(op_, 0);
  for (size_t i = 0; i < (count + 63) / 64; ++i) {
    bits[i] = 0;
  }
  for (size_t i = 0; i < count; ++i) {
    const bool passes = std::isnan(LoadAs<T>(values + i * sizeof(T))) ? nan_passes : numbers_pass;
    bits[i / 64] |= uint64_t{passes} << (i % 64);
  }
}

void PagePredicate::CompareNumbers(const std::byte* values, size_t count, uint64_t* bits) const {
  switch (physical_) {
    case PhysicalType::kBool:
      return CompareAs<uint8_t>(values, count, static_cast<uint8_t>(integer_), bits);
    case PhysicalType::kInt16:
      return CompareAs<int16_t>(values, count, static_cast<int16_t>(integer_), bits);
    case PhysicalType::kInt32:
      return CompareAs<int32_t>(values, count, static_cast<int32_t>(integer_), bits);
    case PhysicalType::kInt64:
      return CompareAs<int64_t>(values, count, static_cast<int64_t>(integer_), bits);
    case PhysicalType::kFloat32:
      return CompareReals<float>(values, count, bits);
    case PhysicalType::kFloat64:
      return CompareReals<double>(values, count, bits);
    case PhysicalType::kInt128:
      return CompareWide(values, count, integer_, bits);
    case PhysicalType::kInterval:
      return CompareWide(values, count, interval_, bits);
    case PhysicalType::kString:
      break;
  }
  std::fill(bits, bits + (count + 63) / 64, 0);
}

Result<bool> PagePredicate::StringPasses(const FileCore& core, const RecordPage& page,
                                         const ColumnSlice& slice, size_t slot) const {
  const VarEntry entry = slice.Entry(slot);
  if (entry.length != VarEntry::kLong) [[likely]] {
    const std::string_view value = page.Bytes(entry, slice.values + slot * sizeof(VarEntry));
    return Holds(op_, value.compare(string_));
  }
  LongReference reference{};
  if (!page.Long(entry, &reference)) {
    return core.Damaged(page.number(), "a value lies beyond the page");
  }
  std::string value;
  RETURN_IF_ERROR(ReadOverflow(core.file, reference, &value));
  return Holds(op_, value.compare(string_));
}

Status PagePredicate::FilterStrings(const FileCore& core, const RecordPage& page,
                                    const ColumnSlice& slice, SlotRange range,
                                    uint64_t* bits) const {
  const bool by_length = op_ == CompareOp::kEq && string_.size() < VarEntry::kStub &&
                         string_.size() <= core.layout.longest_inline();
  if (by_length) {
    // Length and prefix, beside the offset, decide most of it.
    VarEntry want{0, static_cast<uint16_t>(string_.size()), 0};
    std::memcpy(&want.prefix, string_.data(), std::min(string_.size(), sizeof(want.prefix)));
    uint64_t constant;
    std::memcpy(&constant, &want, sizeof(constant));
    // A long value may be as short as this one, and is looked at below.
    std::array<uint64_t, kMostWords> equal{};
    std::array<uint64_t, kMostWords> is_long{};
    const auto* entries =
        reinterpret_cast<const uint64_t*>(slice.values + range.first * sizeof(VarEntry));
    CompareMasked(entries, range.count, ~uint64_t{0xFFFF}, constant, equal.data());
    CompareMasked(entries, range.count, uint64_t{0xFFFF} << 16, uint64_t{0xFFFF} << 16,
                  is_long.data());
    for (size_t i = 0; i < range.words(); ++i) {
      bits[i] &= equal[i] | is_long[i];
    }
  }
  for (size_t i = 0; i < range.words(); ++i) {
    for (uint64_t rest = bits[i]; rest != 0; rest &= rest - 1) {
      const auto bit = static_cast<size_t>(std::countr_zero(rest));
      ASSIGN_OR_RETURN(const bool passes,
                       StringPasses(core, page, slice, range.first + i * 64 + bit));
      bits[i] &= ~(uint64_t{!passes} << bit);
    }
  }
  return {};
}

Status PagePredicate::Filter(const FileCore& core, const RecordPage& page, const ColumnSlice& slice,
                             SlotRange range, uint64_t* bits) const {
  const size_t words = range.words();
  for (size_t i = 0; i < words && test_ != Test::kNothing; ++i) {
    const uint64_t nulls =
        slice.nulls == nullptr ? 0 : LoadAs<uint64_t>(slice.nulls + (range.first / 64 + i) * 8);
    bits[i] &= test_ == Test::kIsNull ? nulls : ~nulls;
  }
  if (test_ == Test::kNothing) {
    std::fill(bits, bits + words, 0);
  }
  if (test_ != Test::kCompare || AllPass(slice.descriptor)) {
    return {};
  }
  if (physical_ == PhysicalType::kString) {
    return FilterStrings(core, page, slice, range, bits);
  }
  std::array<uint64_t, kMostWords> passing;
  CompareNumbers(slice.values + range.first * slice.descriptor.width, range.count, passing.data());
  for (size_t i = 0; i < words; ++i) {
    bits[i] &= passing[i];
  }
  return {};
}

}  // namespace redbase::rm
