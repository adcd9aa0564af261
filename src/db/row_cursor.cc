#include "db/row_cursor.h"

#include <cmath>
#include <limits>

#include "common/decimal.h"
#include "common/physical_value.h"

namespace redbase::db {
namespace {

// The number in a row of a vector; 0 where there is none.
template <typename T, typename FromReal>
T NumberAt(const Vector& vector, size_t row, FromReal from_real) {
  const LogicalType type = vector.type();
  if (!vector.IsValid(row) || (!IsNumber(type.id) && type.id != TypeId::kBoolean)) {
    return T{};
  }
  if (type.id == TypeId::kDecimal) {
    return from_real(common::DecimalToDouble(ValueAt(vector, row).decimal_value()));
  }
  switch (vector.physical()) {
    case PhysicalType::kBool:
      return static_cast<T>(vector.data<uint8_t>()[row]);
    case PhysicalType::kInt16:
      return static_cast<T>(vector.data<int16_t>()[row]);
    case PhysicalType::kInt32:
      return static_cast<T>(vector.data<int32_t>()[row]);
    case PhysicalType::kInt64:
      return static_cast<T>(vector.data<int64_t>()[row]);
    case PhysicalType::kFloat32:
      return from_real(double{vector.data<float>()[row]});
    case PhysicalType::kFloat64:
      return from_real(vector.data<double>()[row]);
    case PhysicalType::kString:
    case PhysicalType::kInt128:
    case PhysicalType::kInterval:
      break;
  }
  return T{};
}

// Beyond the range the nearest in it; 0 for NaN.
int64_t WithoutFraction(double real) {
  constexpr double kEnd = 9223372036854775808.0;  // 2^63
  if (std::isnan(real)) {
    return 0;
  }
  if (real >= kEnd) {
    return std::numeric_limits<int64_t>::max();
  }
  return real < -kEnd ? std::numeric_limits<int64_t>::min() : static_cast<int64_t>(real);
}

}  // namespace

Result<bool> RowCursor::Next() {
  while (batch_ == nullptr || next_ == batch_->selected()) {
    next_ = 0;
    ASSIGN_OR_RETURN(batch_, result_->NextView());
    if (batch_ == nullptr) {
      return false;
    }
  }
  row_ = batch_->RowAt(next_++);
  return true;
}

int64_t RowCursor::GetInt(size_t column) const {
  return NumberAt<int64_t>(batch_->column(column), row_, WithoutFraction);
}

double RowCursor::GetDouble(size_t column) const {
  return NumberAt<double>(batch_->column(column), row_, [](double real) { return real; });
}

std::string_view RowCursor::GetString(size_t column) const {
  const Vector& vector = batch_->column(column);
  if (vector.physical() != PhysicalType::kString || !vector.IsValid(row_)) {
    return {};
  }
  return vector.data<StringView>()[row_].view();
}

}  // namespace redbase::db
