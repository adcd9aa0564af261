#include "ql/internal/aggregate_state.h"

#include <cmath>
#include <type_traits>
#include <utility>

#include "common/decimal.h"
#include "common/physical_value.h"
#include "ql/internal/collected_aggregates.h"
#include "ql/internal/physical_order.h"

namespace redbase::ql {

namespace {

Status OutOfRange(LogicalType type) {
  return {Code::kInvalidArgument, TypeName(type) + " out of range"};
}

// A sum of doubles and what rounding has taken from it (Knuth's two-sum), so that the
// order of the summands makes no difference that would be seen.
struct CompensatedSum {
  double sum = 0;
  double rest = 0;

  void Add(double value) {
    const double next = sum + value;
    const double part = next - sum;
    const double error = (sum - (next - part)) + (value - part);
    sum = next;
    rest += std::isfinite(next) ? error : 0;
  }
  double value() const { return sum + rest; }
};

// How the sum of a type is kept; Add is false when it does not fit.
template <typename T>
struct SumOf;

template <typename T>
struct IntegerSum {
  T sum = 0;
  bool Add(T value) { return !__builtin_add_overflow(sum, value, &sum); }
  bool Merge(const IntegerSum& other) { return Add(other.sum); }
};
template <>
struct SumOf<int16_t> : IntegerSum<int64_t> {};
template <>
struct SumOf<int32_t> : IntegerSum<int64_t> {};
template <>
struct SumOf<int64_t> : IntegerSum<Int128> {};
template <>
struct SumOf<Int128> : IntegerSum<Int128> {};

struct RealSum {
  CompensatedSum sum;
  bool Add(double value) {
    sum.Add(value);
    return true;
  }
  bool Merge(const RealSum& other) {
    sum.Add(other.sum.sum);
    sum.Add(other.sum.rest);
    return true;
  }
};
template <>
struct SumOf<float> : RealSum {};
template <>
struct SumOf<double> : RealSum {};

template <typename T>
constexpr bool kIsReal = std::is_floating_point_v<T>;

// Writes an exact number as an integer or a decimal.
Status WriteExact(std::optional<Decimal> value, size_t place, Vector* out) {
  const LogicalType type = out->type();
  if (!value) {
    return OutOfRange(type);
  }
  if (type.id == TypeId::kDecimal && !common::FitsDigits(value->unscaled, type.length)) {
    return OutOfRange(type);
  }
  if (out->physical() == PhysicalType::kInt128) {
    out->data<Int128>()[place] = value->unscaled;
    return {};
  }
  const auto narrow = static_cast<int64_t>(value->unscaled);
  if (out->physical() != PhysicalType::kInt64 || narrow != value->unscaled) {
    return OutOfRange(type);
  }
  out->data<int64_t>()[place] = narrow;
  return {};
}

Status WriteReal(double value, size_t place, Vector* out) {
  if (out->physical() == PhysicalType::kFloat32) {
    out->data<float>()[place] = static_cast<float>(value);
  } else {
    out->data<double>()[place] = value;
  }
  return {};
}

// A cell a group: `Cell` has Add(value), which is false when that does not fit, Merge(cell),
// and Write(type of the argument, place, out).
template <typename T, typename Cell>
class CellState : public AggregateState {
 public:
  CellState(uint32_t column, LogicalType argument, LogicalType result)
      : column_(column), argument_(argument), result_(result) {}

  void Resize(size_t groups) override { cells_.resize(groups); }

  Status Add(const GroupedRows& rows) override {
    const T* const values = rows.batch.column(column_).template data<T>();
    bool fits = true;
    if (cells_.size() == 1) {
      Cell cell = cells_[0];
      for (const uint16_t row : rows.rows) {
        fits &= cell.Add(values[row], argument_);
      }
      cells_[0] = cell;
    } else {
      for (size_t i = 0; i < rows.rows.size(); ++i) {
        fits &= cells_[rows.groups[i]].Add(values[rows.rows[i]], argument_);
      }
    }
    return fits ? Status() : OutOfRange(result_);
  }

  Status Merge(const AggregateState& other, std::span<const GroupNumber> from,
               std::span<const GroupNumber> to) override {
    const auto& cells = static_cast<const CellState&>(other).cells_;
    bool fits = true;
    for (size_t i = 0; i < from.size(); ++i) {
      fits &= cells_[to[i]].Merge(cells[from[i]]);
    }
    return fits ? Status() : OutOfRange(result_);
  }

  Status Write(std::span<const GroupNumber> groups, std::span<const uint16_t> places,
               Vector* out) const override {
    for (size_t i = 0; i < groups.size(); ++i) {
      RETURN_IF_ERROR(cells_[groups[i]].Write(argument_, places[i], out));
    }
    return {};
  }

  size_t bytes() const override { return cells_.capacity() * sizeof(Cell); }

 private:
  const uint32_t column_;
  const LogicalType argument_;
  const LogicalType result_;
  std::vector<Cell> cells_;
};

template <typename T>
struct SumCell {
  SumOf<T> sum;
  int64_t count = 0;

  bool Add(const T& value, const LogicalType& /*type*/) {
    ++count;
    return sum.Add(value);
  }
  bool Merge(const SumCell& other) {
    count += other.count;
    return sum.Merge(other.sum);
  }
  Status Write(const LogicalType& argument, size_t place, Vector* out) const {
    if (count == 0) {
      out->SetNull(place);
      return {};
    }
    if constexpr (kIsReal<T>) {
      return WriteReal(sum.sum.value(), place, out);
    } else {
      const Decimal exact{sum.sum, argument.scale};
      return WriteExact(exact.scale == out->type().scale
                            ? std::optional<Decimal>(exact)
                            : common::RescaleDecimal(exact, out->type().scale),
                        place, out);
    }
  }
};

template <typename T>
struct AvgCell : SumCell<T> {
  Status Write(const LogicalType& argument, size_t place, Vector* out) const {
    if (this->count == 0) {
      out->SetNull(place);
      return {};
    }
    if constexpr (kIsReal<T>) {
      return WriteReal(this->sum.sum.value() / static_cast<double>(this->count), place, out);
    } else {
      return WriteExact(common::DivideDecimals({this->sum.sum, argument.scale}, {this->count, 0},
                                               out->type().scale),
                        place, out);
    }
  }
};

// The result of variance and standard deviation from the sum of squares of the distances
// from the mean.
template <bool kSample, bool kRoot>
Status WriteVariance(int64_t count, double squares, size_t place, Vector* out) {
  const int64_t divisor = kSample ? count - 1 : count;
  if (divisor <= 0) {
    out->SetNull(place);
    return {};
  }
  const double variance = squares / static_cast<double>(divisor);
  return WriteReal(kRoot ? std::sqrt(variance) : variance, place, out);
}

template <typename T>
double AsDouble(const T& value, const LogicalType& type) {
  if constexpr (std::is_same_v<T, int64_t> || std::is_same_v<T, Int128>) {
    return common::DecimalToDouble({value, type.scale});
  } else {
    return static_cast<double>(value);
  }
}

// Welford's method, with Chan's to merge.
template <typename T, bool kSample, bool kRoot>
struct VarianceCell {
  int64_t count = 0;
  double mean = 0;
  double squares = 0;  // of the distances from the mean

  bool Add(const T& value, const LogicalType& type) {
    const double x = AsDouble(value, type);
    ++count;
    const double distance = x - mean;
    mean += distance / static_cast<double>(count);
    squares += distance * (x - mean);
    return true;
  }
  bool Merge(const VarianceCell& other) {
    if (other.count == 0) {
      return true;
    }
    const auto own = static_cast<double>(count);
    const auto more = static_cast<double>(other.count);
    const double distance = other.mean - mean;
    count += other.count;
    mean += distance * more / (own + more);
    squares += other.squares + distance * distance * own * more / (own + more);
    return true;
  }
  Status Write(const LogicalType& /*argument*/, size_t place, Vector* out) const {
    return WriteVariance<kSample, kRoot>(count, squares, place, out);
  }
};

// Exact: sums of at most 2^32 values of 32 bits and of their squares fit.
template <typename T, bool kSample, bool kRoot>
struct ExactVarianceCell {
  int64_t count = 0;
  int64_t sum = 0;
  Int128 square_sum = 0;

  bool Add(const T& value, const LogicalType& /*type*/) {
    ++count;
    square_sum += Int128{value} * value;
    return !__builtin_add_overflow(sum, int64_t{value}, &sum);
  }
  bool Merge(const ExactVarianceCell& other) {
    count += other.count;
    square_sum += other.square_sum;
    return !__builtin_add_overflow(sum, other.sum, &sum);
  }
  Status Write(const LogicalType& /*argument*/, size_t place, Vector* out) const {
    const Int128 scaled = square_sum * count - Int128{sum} * sum;
    const double squares =
        count == 0 ? 0 : static_cast<double>(scaled) / static_cast<double>(count);
    return WriteVariance<kSample, kRoot>(count, squares, place, out);
  }
};

template <typename T, bool kMax>
struct ExtremeCell {
  T value{};
  bool known = false;

  bool Add(const T& other, const LogicalType& /*type*/) {
    const int order = OrderOf(other, value);
    if (!known || (kMax ? order > 0 : order < 0)) {
      value = other;
      known = true;
    }
    return true;
  }
  bool Merge(const ExtremeCell& other) { return !other.known || Add(other.value, {}); }
  Status Write(const LogicalType& /*argument*/, size_t place, Vector* out) const {
    if (!known) {
      out->SetNull(place);
    } else if constexpr (kIsReal<T>) {
      out->data<T>()[place] = value + T{0};  // -0 and 0 are one value
    } else {
      out->data<T>()[place] = value;
    }
    return {};
  }
};

template <bool kAnd>
struct BoolCell {
  bool known = false;
  bool value = kAnd;

  bool Add(const uint8_t& other, const LogicalType& /*type*/) {
    known = true;
    value = kAnd ? value && other != 0 : value || other != 0;
    return true;
  }
  bool Merge(const BoolCell& other) { return !other.known || Add(other.value ? 1 : 0, {}); }
  Status Write(const LogicalType& /*argument*/, size_t place, Vector* out) const {
    if (known) {
      out->data<uint8_t>()[place] = value ? 1 : 0;
    } else {
      out->SetNull(place);
    }
    return {};
  }
};

class CountState : public AggregateState {
 public:
  void Resize(size_t groups) override { counts_.resize(groups); }
  Status Add(const GroupedRows& rows) override {
    if (counts_.size() == 1) {
      counts_[0] += static_cast<int64_t>(rows.rows.size());
      return {};
    }
    for (const GroupNumber group : rows.groups) {
      ++counts_[group];
    }
    return {};
  }
  Status Merge(const AggregateState& other, std::span<const GroupNumber> from,
               std::span<const GroupNumber> to) override {
    const auto& counts = static_cast<const CountState&>(other).counts_;
    for (size_t i = 0; i < from.size(); ++i) {
      counts_[to[i]] += counts[from[i]];
    }
    return {};
  }
  Status Write(std::span<const GroupNumber> groups, std::span<const uint16_t> places,
               Vector* out) const override {
    for (size_t i = 0; i < groups.size(); ++i) {
      out->data<int64_t>()[places[i]] = counts_[groups[i]];
    }
    return {};
  }
  size_t bytes() const override { return counts_.capacity() * sizeof(int64_t); }

 private:
  std::vector<int64_t> counts_;
};

using StatePtr = std::unique_ptr<AggregateState>;

Status NoSuch(const AggregateCall& call, LogicalType type) {
  return {Code::kInternal, "bad plan: aggregate " +
                               std::to_string(static_cast<int>(call.function)) + " of " +
                               TypeName(type)};
}

// Makes states whose cells take the argument's physical type.
class StateMaker {
 public:
  StateMaker(const AggregateCall& call, LogicalType argument, LogicalType result)
      : call_(call), argument_(argument), result_(result) {}

  template <typename T>
  Result<StatePtr> Make() const {
    constexpr bool kIsNumber = !std::is_same_v<T, uint8_t> && !std::is_same_v<T, StringView> &&
                               !std::is_same_v<T, Interval>;
    switch (call_.function) {
      case AggregateFunction::kMin:
      case AggregateFunction::kMax:
        if constexpr (!std::is_same_v<T, StringView>) {
          return call_.function == AggregateFunction::kMin ? Of<T, ExtremeCell<T, false>>()
                                                           : Of<T, ExtremeCell<T, true>>();
        }
        break;
      case AggregateFunction::kBoolAnd:
      case AggregateFunction::kBoolOr:
        if constexpr (std::is_same_v<T, uint8_t>) {
          return call_.function == AggregateFunction::kBoolAnd ? Of<T, BoolCell<true>>()
                                                               : Of<T, BoolCell<false>>();
        }
        break;
      default:
        if constexpr (kIsNumber) {
          return MakeNumeric<T>();
        }
        break;
    }
    return NoSuch(call_, argument_);
  }

 private:
  template <typename T, typename Cell>
  Result<StatePtr> Of() const {
    return StatePtr(std::make_unique<CellState<T, Cell>>(call_.arguments[0], argument_, result_));
  }

  template <typename T>
  Result<StatePtr> MakeNumeric() const {
    switch (call_.function) {
      case AggregateFunction::kSum:
        return Of<T, SumCell<T>>();
      case AggregateFunction::kAvg:
        return Of<T, AvgCell<T>>();
      case AggregateFunction::kVarSamp:
        return MakeVariance<T, true, false>();
      case AggregateFunction::kVarPop:
        return MakeVariance<T, false, false>();
      case AggregateFunction::kStddevSamp:
        return MakeVariance<T, true, true>();
      case AggregateFunction::kStddevPop:
        return MakeVariance<T, false, true>();
      default:
        return NoSuch(call_, argument_);
    }
  }

  template <typename T, bool kSample, bool kRoot>
  Result<StatePtr> MakeVariance() const {
    if constexpr (std::is_same_v<T, int16_t> || std::is_same_v<T, int32_t>) {
      return Of<T, ExactVarianceCell<T, kSample, kRoot>>();
    } else {
      return Of<T, VarianceCell<T, kSample, kRoot>>();
    }
  }

  const AggregateCall& call_;
  const LogicalType argument_;
  const LogicalType result_;
};

// Whether it makes a difference to the function that values occur more than once.
bool CountsEachValue(AggregateFunction function) {
  switch (function) {
    case AggregateFunction::kMin:
    case AggregateFunction::kMax:
    case AggregateFunction::kBoolAnd:
    case AggregateFunction::kBoolOr:
      return false;
    default:
      return true;
  }
}

}  // namespace

Result<StatePtr> MakeAggregateState(const AggregateCall& call, const Schema& input,
                                    LogicalType result, common::MemoryAccount* memory) {
  if (call.function == AggregateFunction::kCountRows) {
    return StatePtr(std::make_unique<CountState>());
  }
  if (call.function == AggregateFunction::kArrayAgg) {
    return Status(Code::kInvalidArgument, "array_agg: there are no arrays yet");
  }
  if (call.arguments.empty()) {
    return NoSuch(call, result);
  }
  if (call.distinct && CountsEachValue(call.function)) {
    return MakeDistinctState(call, input, result, memory);
  }
  const LogicalType argument = input[call.arguments[0]].type;
  const PhysicalType physical = PhysicalTypeOf(argument);
  switch (call.function) {
    case AggregateFunction::kCount:
      return StatePtr(std::make_unique<CountState>());
    case AggregateFunction::kStringAgg:
      return MakeStringAggState(call, input, memory);
    case AggregateFunction::kMin:
    case AggregateFunction::kMax:
      if (physical == PhysicalType::kString) {
        return MakeExtremeStringState(call);
      }
      break;
    default:
      break;
  }
  return WithPhysicalType(physical, [&](auto tag) {
    return StateMaker(call, argument, result).Make<typename decltype(tag)::type>();
  });
}

}  // namespace redbase::ql
