// Result<T>: a T, or the Status that says why there is none.
#pragma once

#include <cassert>
#include <optional>
#include <utility>

#include "common/status.h"

namespace redbase {

template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose: `return value;` and `return status;` both read well.
  Result(T value) : value_(std::move(value)) {}         // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(std::move(status)) {  // NOLINT(google-explicit-constructor)
    assert(!status_.ok());
  }

  bool ok() const { return value_.has_value(); }
  const Status& status() const& { return status_; }
  Status&& status() && { return std::move(status_); }

  // Requires: ok().
  T& value() & {
    assert(ok());
    return *value_;
  }
  const T& value() const& {
    assert(ok());
    return *value_;
  }
  T&& value() && {
    assert(ok());
    return std::move(*value_);
  }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace redbase

#define REDBASE_CONCAT_INNER(a, b) a##b
#define REDBASE_CONCAT(a, b) REDBASE_CONCAT_INNER(a, b)

// ASSIGN_OR_RETURN(auto x, F()): returns F's Status, or moves its value to x.
#define ASSIGN_OR_RETURN(decl, expr) \
  ASSIGN_OR_RETURN_INNER(REDBASE_CONCAT(result_, __LINE__), decl, expr)
#define ASSIGN_OR_RETURN_INNER(result, decl, expr) \
  auto result = (expr);                            \
  if (!result.ok()) [[unlikely]] {                 \
    return std::move(result).status();             \
  }                                                \
  decl = std::move(result).value()
