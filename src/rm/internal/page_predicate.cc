#include "rm/internal/page_predicate.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "common/compare.h"
#include "rm/internal/column_kernels.h"
#include "rm/internal/order_key.h"
#include "rm/internal/overflow.h"

namespace redbase::rm {

namespace {

constexpr size_t kMostWords = 64;

bool IsLower(CompareOp op) { return op == CompareOp::kLt || op == CompareOp::kLe; }

std::pair<int64_t, int64_t> RangeOf(PhysicalType physical) {
  switch (physical) {
    case PhysicalType::kBool:
      return {0, 255};
    case PhysicalType::kInt16:
      return {std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()};
    case PhysicalType::kInt32:
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    default:
      return {kLeastKey, kGreatestKey};
  }
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
  const bool is_string = made.physical_ == PhysicalType::kString;
  if (is_string != predicate.value.is_string()) {
    return Status(Code::kTypeMismatch, "a column of type " + TypeName(type) +
                                           " cannot be compared with " +
                                           predicate.value.ToString());
  }
  if (is_string) {
    made.string_ = predicate.value.string_value();
    made.key_ = OrderKey(made.string_);
  } else if (made.physical_ == PhysicalType::kFloat32 || made.physical_ == PhysicalType::kFloat64) {
    made.MakeReal(predicate.op, predicate.value, made.physical_);
  } else {
    made.MakeInteger(predicate.value);
  }
  return made;
}

// `v op real` for integers v, as a comparison with an integer; nullopt when the
// answer needs none and was set.
std::optional<int64_t> PagePredicate::FloorConstant(double real) {
  constexpr double kBeyond = 9223372036854775808.0;  // 2^63
  // NaN is above all numbers.
  if (std::isnan(real) || real >= kBeyond || real < -kBeyond) {
    Always(Holds(op_, real < 0 ? 1 : -1));
    return std::nullopt;
  }
  const double floor = std::floor(real);
  if (floor != real) {
    if (op_ == CompareOp::kEq || op_ == CompareOp::kNe) {
      Always(op_ == CompareOp::kNe);
      return std::nullopt;
    }
    op_ = IsLower(op_) ? CompareOp::kLe : CompareOp::kGt;
  }
  return static_cast<int64_t>(floor);
}

void PagePredicate::MakeInteger(const Value& value) {
  std::optional<int64_t> integer;
  if (value.is_int() || value.is_bigint()) {
    integer = value.is_int() ? value.int_value() : value.bigint_value();
  } else {
    integer = FloorConstant(value.is_real() ? double{value.real_value()} : value.double_value());
  }
  if (!integer) {
    return;
  }
  const auto [least, greatest] = RangeOf(physical_);
  if (*integer < least || *integer > greatest) {
    return Always(Holds(op_, *integer < least ? 1 : -1));
  }
  integer_ = *integer;
  key_ = *integer;
}

void PagePredicate::MakeReal(CompareOp op, const Value& value, PhysicalType physical) {
  double nearest = value.is_int()      ? double{static_cast<double>(value.int_value())}
                   : value.is_bigint() ? static_cast<double>(value.bigint_value())
                   : value.is_real()   ? double{value.real_value()}
                                       : value.double_value();
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
  // Keys of strings are cut off: equal ones decide nothing.
  const bool exact = physical_ != PhysicalType::kString;
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
      return physical_ != PhysicalType::kString && d.min == key_ && d.max == key_;
    case CompareOp::kNe:
      return key_ < d.min || d.max < key_;
    case CompareOp::kLt:
      return d.max < key_;
    case CompareOp::kLe:
      return physical_ != PhysicalType::kString ? d.max <= key_ : d.max < key_;
    case CompareOp::kGt:
      return d.min > key_;
    case CompareOp::kGe:
      return physical_ != PhysicalType::kString ? d.min >= key_ : d.min > key_;
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
      return CompareAs<int64_t>(values, count, integer_, bits);
    case PhysicalType::kFloat32:
      return CompareReals<float>(values, count, bits);
    case PhysicalType::kFloat64:
      return CompareReals<double>(values, count, bits);
    case PhysicalType::kInt128:
    case PhysicalType::kInterval:
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
