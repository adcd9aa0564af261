// Operators and functions of dates, times and intervals.
#include <string>

#include "common/date_time.h"
#include "ql/internal/functions/decimal_operand.h"
#include "ql/internal/functions/functions.h"
#include "ql/internal/functions/kernel.h"

namespace redbase::ql {
namespace {

using Text = std::string_view;

constexpr LogicalType kDate{TypeId::kDate};
constexpr LogicalType kTime{TypeId::kTime};
constexpr LogicalType kTimestamp{TypeId::kTimestamp};
constexpr LogicalType kTimestamptz{TypeId::kTimestamptz};
constexpr LogicalType kInterval{TypeId::kInterval};

// What a vector holds of a result, or that there is none.
template <typename T, typename Stored>
Result<Stored> StoredOf(const std::optional<T>& value, Stored T::*member, const char* what) {
  if (!value) {
    return Status(Code::kInvalidArgument, std::string(what) + " out of range");
  }
  return (*value).*member;
}
Result<int32_t> Raw(const std::optional<Date>& date, const char* what) {
  return StoredOf(date, &Date::days, what);
}
Result<int64_t> Raw(const std::optional<Timestamp>& timestamp, const char* what) {
  return StoredOf(timestamp, &Timestamp::micros, what);
}
Result<Interval> Raw(const std::optional<Interval>& interval, const char* what) {
  return interval ? Result<Interval>(*interval)
                  : Status(Code::kInvalidArgument, std::string(what) + " out of range");
}

Result<int32_t> AddDays(int32_t days, int32_t more) {
  return Raw(common::AddDays({days}, more), "date");
}
Result<int32_t> DaysAdd(int32_t more, int32_t days) { return AddDays(days, more); }
Result<int32_t> SubtractDays(int32_t days, int32_t fewer) {
  return Raw(common::AddDays({days}, -int64_t{fewer}), "date");
}

Result<int32_t> DaysBetween(int32_t a, int32_t b) {
  int32_t days = 0;
  if (!Date{a}.is_finite() || !Date{b}.is_finite() || __builtin_sub_overflow(a, b, &days)) {
    return Status(Code::kInvalidArgument, "cannot subtract infinite dates");
  }
  return days;
}

Result<int64_t> AddTo(int64_t timestamp, Interval interval) {
  return Raw(common::AddInterval(Timestamp{timestamp}, interval), "timestamp");
}
Result<int64_t> ToAdd(Interval interval, int64_t timestamp) { return AddTo(timestamp, interval); }

Result<int64_t> SubtractFrom(int64_t timestamp, Interval interval) {
  ASSIGN_OR_RETURN(const Interval negative, Raw(common::Negate(interval), "interval"));
  return AddTo(timestamp, negative);
}

Result<int64_t> DateAdd(int32_t days, Interval interval) {
  ASSIGN_OR_RETURN(const int64_t midnight, Raw(common::TimestampOf(Date{days}), "timestamp"));
  return AddTo(midnight, interval);
}
Result<int64_t> AddDate(Interval interval, int32_t days) { return DateAdd(days, interval); }

Result<int64_t> DateSubtract(int32_t days, Interval interval) {
  ASSIGN_OR_RETURN(const int64_t midnight, Raw(common::TimestampOf(Date{days}), "timestamp"));
  return SubtractFrom(midnight, interval);
}

Result<int64_t> DateAtTime(int32_t days, int64_t time) {
  return Raw(common::TimestampOf(Date{days}, time), "timestamp");
}

int64_t TimeAdd(int64_t time, Interval interval) {
  return common::AddInterval(TimeOfDay{time}, interval).micros;
}
Result<int64_t> TimeSubtract(int64_t time, Interval interval) {
  ASSIGN_OR_RETURN(const Interval negative, Raw(common::Negate(interval), "interval"));
  return TimeAdd(time, negative);
}

Result<Interval> Between(int64_t a, int64_t b) {
  return Raw(common::Difference(Timestamp{a}, Timestamp{b}), "interval");
}

Result<Interval> Add(Interval a, Interval b) { return Raw(common::AddIntervals(a, b), "interval"); }
Result<Interval> Negate(Interval a) { return Raw(common::Negate(a), "interval"); }
Result<Interval> Subtract(Interval a, Interval b) {
  ASSIGN_OR_RETURN(const Interval negative, Negate(b));
  return Add(a, negative);
}
Result<Interval> Times(Interval a, double factor) {
  return Raw(common::MultiplyInterval(a, factor), "interval");
}
Result<Interval> TimesLeft(double factor, Interval a) { return Times(a, factor); }
Result<Interval> Over(Interval a, double divisor) {
  if (divisor == 0) {
    return Status(Code::kInvalidArgument, "division by zero");
  }
  return Times(a, 1 / divisor);
}

Result<Interval> Age(int64_t a, int64_t b) {
  return Raw(common::Age(Timestamp{a}, Timestamp{b}), "interval");
}

Result<common::DateField> FieldOf(Text name) {
  const std::optional<common::DateField> field = common::DateFieldOf(name);
  if (!field) {
    return Status(Code::kInvalidArgument, "unit \"" + std::string(name) + "\" not recognized");
  }
  return *field;
}

Result<int64_t> Truncate(Text unit, int64_t timestamp) {
  ASSIGN_OR_RETURN(const common::DateField field, FieldOf(unit));
  return Raw(common::Truncate(field, Timestamp{timestamp}), "timestamp");
}

Result<Interval> TruncateInterval(Text unit, Interval interval) {
  ASSIGN_OR_RETURN(const common::DateField field, FieldOf(unit));
  return Raw(common::Truncate(field, interval), "interval");
}

Result<int32_t> MakeDate(int32_t year, int32_t month, int32_t day) {
  return Raw(common::DateOf(common::CivilDate{year, month, day}), "date field value");
}

// What the field of each kind of value is.
std::optional<Decimal> FieldOfValue(common::DateField field, const Operand& operand, size_t row) {
  switch (operand.vector->type().id) {
    case TypeId::kInterval:
      return common::Extract(field, Argument<Interval>(operand)[row]);
    case TypeId::kTime:
      return common::Extract(field, TimeOfDay{Argument<int64_t>(operand)[row]});
    case TypeId::kDate: {
      const std::optional<Timestamp> midnight =
          common::TimestampOf(Date{Argument<int32_t>(operand)[row]});
      return midnight ? common::Extract(field, *midnight) : std::nullopt;
    }
    default:
      return common::Extract(field, Timestamp{Argument<int64_t>(operand)[row]});
  }
}

// As a decimal, or as a double.
Status ExtractKernel(std::span<const Operand> arguments, Rows rows, Vector* out) {
  const Argument<Text> names(arguments[0]);
  for (size_t i = 0; i < rows.count; ++i) {
    const size_t row = rows[i];
    ASSIGN_OR_RETURN(const common::DateField field, FieldOf(names[row]));
    const std::optional<Decimal> value = FieldOfValue(field, arguments[1], row);
    if (!value) {
      return {Code::kInvalidArgument, "unit \"" + std::string(names[row]) +
                                          "\" not supported for type " +
                                          TypeName(arguments[1].vector->type())};
    }
    if (out->physical() == PhysicalType::kFloat64) {
      out->data<double>()[row] = common::DecimalToDouble(*value);
      continue;
    }
    const std::optional<Decimal> scaled = common::RescaleDecimal(*value, out->type().scale);
    if (!scaled || !common::FitsDigits(scaled->unscaled, out->type().length)) {
      return {Code::kInvalidArgument, "field out of range"};
    }
    WriteDecimal(scaled->unscaled, row, out);
  }
  return {};
}

// Only parts of a second have digits behind the point.
LogicalType FieldType(std::span<const ExprPtr> arguments) {
  constexpr uint32_t kDigits = 18;
  constexpr uint8_t kMicros = 6;
  using Field = common::DateField;
  const bool known = arguments[0]->kind == ExprKind::kConstant && arguments[0]->value.is_string();
  const std::optional<Field> field =
      known ? common::DateFieldOf(arguments[0]->value.string_value()) : std::nullopt;
  const bool whole = field && *field != Field::kSecond && *field != Field::kMilliseconds &&
                     *field != Field::kEpoch && *field != Field::kJulian;
  return LogicalType::Decimal(kDigits, whole ? 0 : kMicros);
}

constexpr LogicalType kInt = kIntType;
constexpr LogicalType kText = kTextType;
constexpr LogicalType kDouble = kDoubleType;
constexpr LogicalType kField = LogicalType::Decimal(18, 6);

const Overload kDates[] = {
    {{"+", MapRows<AddDays, int32_t, int32_t>, true}, {kDate, kInt}, kDate},
    {{"+", MapRows<DaysAdd, int32_t, int32_t>, true}, {kInt, kDate}, kDate},
    {{"-", MapRows<SubtractDays, int32_t, int32_t>, true}, {kDate, kInt}, kDate},
    {{"-", MapRows<DaysBetween, int32_t, int32_t>, true}, {kDate, kDate}, kInt},
    {{"+", MapRows<DateAdd, int32_t, Interval>, true}, {kDate, kInterval}, kTimestamp},
    {{"+", MapRows<AddDate, Interval, int32_t>, true}, {kInterval, kDate}, kTimestamp},
    {{"-", MapRows<DateSubtract, int32_t, Interval>, true}, {kDate, kInterval}, kTimestamp},
    {{"+", MapRows<DateAtTime, int32_t, int64_t>, true}, {kDate, kTime}, kTimestamp},
    {{"+", MapRows<AddTo, int64_t, Interval>, true}, {kTimestamp, kInterval}, kTimestamp},
    {{"+", MapRows<ToAdd, Interval, int64_t>, true}, {kInterval, kTimestamp}, kTimestamp},
    {{"-", MapRows<SubtractFrom, int64_t, Interval>, true}, {kTimestamp, kInterval}, kTimestamp},
    {{"-", MapRows<Between, int64_t, int64_t>, true}, {kTimestamp, kTimestamp}, kInterval},
    {{"+", MapRows<AddTo, int64_t, Interval>, true}, {kTimestamptz, kInterval}, kTimestamptz},
    {{"-", MapRows<SubtractFrom, int64_t, Interval>, true},
     {kTimestamptz, kInterval},
     kTimestamptz},
    {{"-", MapRows<Between, int64_t, int64_t>, true}, {kTimestamptz, kTimestamptz}, kInterval},
    {{"+", MapRows<TimeAdd, int64_t, Interval>, true}, {kTime, kInterval}, kTime},
    {{"-", MapRows<TimeSubtract, int64_t, Interval>, true}, {kTime, kInterval}, kTime},
    {{"+", MapRows<Add, Interval, Interval>, true}, {kInterval, kInterval}, kInterval},
    {{"-", MapRows<Subtract, Interval, Interval>, true}, {kInterval, kInterval}, kInterval},
    {{"-", MapRows<Negate, Interval>, true}, {kInterval}, kInterval},
    {{"*", MapRows<Times, Interval, double>, true}, {kInterval, kDouble}, kInterval},
    {{"*", MapRows<TimesLeft, double, Interval>, true}, {kDouble, kInterval}, kInterval},
    {{"/", MapRows<Over, Interval, double>, true}, {kInterval, kDouble}, kInterval},
    {{"age", MapRows<Age, int64_t, int64_t>}, {kTimestamp, kTimestamp}, kInterval},
    {{"date_trunc", MapRows<Truncate, Text, int64_t>}, {kText, kTimestamp}, kTimestamp},
    {{"date_trunc", MapRows<Truncate, Text, int64_t>}, {kText, kTimestamptz}, kTimestamptz},
    {{"date_trunc", MapRows<TruncateInterval, Text, Interval>}, {kText, kInterval}, kInterval},
    {{"make_date", MapRows<MakeDate, int32_t, int32_t, int32_t>}, {kInt, kInt, kInt}, kDate},
    {{"extract", ExtractKernel}, {kText, kDate}, kField, FieldType},
    {{"extract", ExtractKernel}, {kText, kTimestamp}, kField, FieldType},
    {{"extract", ExtractKernel}, {kText, kTimestamptz}, kField, FieldType},
    {{"extract", ExtractKernel}, {kText, kTime}, kField, FieldType},
    {{"extract", ExtractKernel}, {kText, kInterval}, kField, FieldType},
    {{"date_part", ExtractKernel}, {kText, kDate}, kDouble},
    {{"date_part", ExtractKernel}, {kText, kTimestamp}, kDouble},
    {{"date_part", ExtractKernel}, {kText, kTime}, kDouble},
    {{"date_part", ExtractKernel}, {kText, kInterval}, kDouble},
};

}  // namespace

std::span<const Overload> DateFunctions() { return kDates; }

}  // namespace redbase::ql
