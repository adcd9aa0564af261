// What kernels of functions are made of: loops over the rows of one, two or three arguments.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "common/result.h"
#include "ql/function.h"

namespace redbase::ql {

// Reads an argument as values of a C++ type; strings as std::string_view.
template <typename T>
class Argument {
 public:
  using Stored = std::conditional_t<std::is_same_v<T, std::string_view>, StringView, T>;

  explicit Argument(const Operand& operand)
      : data_(operand.vector->data<Stored>()), step_(operand.constant ? 0 : 1) {}

  T operator[](size_t row) const {
    if constexpr (std::is_same_v<T, std::string_view>) {
      return data_[row * step_].view();
    } else {
      return data_[row * step_];
    }
  }

 private:
  const Stored* data_;
  size_t step_;
};

// Stores a result; a missing one is null.
inline void Store(std::string_view value, size_t row, Vector* out) { out->SetString(row, value); }
inline void Store(const std::string& value, size_t row, Vector* out) { out->SetString(row, value); }
inline void Store(bool value, size_t row, Vector* out) {
  out->data<uint8_t>()[row] = value ? 1 : 0;
}
template <typename T>
requires std::is_trivially_copyable_v<T>
void Store(T value, size_t row, Vector* out) { out->data<T>()[row] = value; }
template <typename T>
void Store(const std::optional<T>& value, size_t row, Vector* out) {
  if (value) {
    Store(*value, row, out);
  } else {
    out->SetNull(row);
    if (out->physical() == PhysicalType::kString) {
      out->data<StringView>()[row] = StringView();
    }
  }
}

namespace kernel_internal {

template <typename T>
struct IsResult : std::false_type {};
template <typename T>
struct IsResult<Result<T>> : std::true_type {};

template <typename Value>
Status StoreChecked(Value value, size_t row, Vector* out) {
  if constexpr (IsResult<Value>::value) {
    if (!value.ok()) {
      return value.status();
    }
    Store(*std::move(value), row, out);
  } else {
    Store(value, row, out);
  }
  return {};
}

}  // namespace kernel_internal

// A kernel that calls a function for each row: it takes the arguments and gives a value, an
// optional (none is null) or a Result of these.
template <auto kFunction, typename... Arguments>
Status MapRows(std::span<const Operand> arguments, Rows rows, Vector* out) {
  const auto run = [&]<size_t... kAt>(std::index_sequence<kAt...>)->Status {
    const std::tuple<Argument<Arguments>...> given{Argument<Arguments>(arguments[kAt])...};
    for (size_t i = 0; i < rows.count; ++i) {
      const size_t row = rows[i];
      RETURN_IF_ERROR(
          kernel_internal::StoreChecked(kFunction(std::get<kAt>(given)[row]...), row, out));
    }
    return {};
  };
  return run(std::index_sequence_for<Arguments...>());
}

}  // namespace redbase::ql
