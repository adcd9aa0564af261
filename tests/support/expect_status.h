// EXPECT_OK, ASSERT_OK, EXPECT_CODE, ASSERT_OK_AND_ASSIGN: what a Status or a
// Result must be.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "common/result.h"
#include "common/status.h"

namespace redbase::testing {

inline const Status& StatusOf(const Status& status) { return status; }
template <typename T>
const Status& StatusOf(const Result<T>& result) {
  return result.status();
}

template <typename T>
::testing::AssertionResult IsOk(const char* expr, const T& outcome) {
  const Status& status = StatusOf(outcome);
  if (status.ok()) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << expr << " gives " << CodeName(status.code()) << ": " << status.message();
}

template <typename T>
::testing::AssertionResult HasCode(const char* /*code_expr*/, const char* expr, Code code,
                                   const T& outcome) {
  const Status& status = StatusOf(outcome);
  if (status.code() == code) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << expr << " gives " << CodeName(status.code()) << ": "
                                       << status.message() << "\nwanted " << CodeName(code);
}

}  // namespace redbase::testing

#define EXPECT_OK(expr) EXPECT_PRED_FORMAT1(::redbase::testing::IsOk, expr)
#define ASSERT_OK(expr) ASSERT_PRED_FORMAT1(::redbase::testing::IsOk, expr)
#define EXPECT_CODE(code, expr) EXPECT_PRED_FORMAT2(::redbase::testing::HasCode, code, expr)
#define ASSERT_CODE(code, expr) ASSERT_PRED_FORMAT2(::redbase::testing::HasCode, code, expr)

// ASSERT_OK_AND_ASSIGN(auto x, F()): ends the test unless F succeeds.
#define ASSERT_OK_AND_ASSIGN(decl, expr) \
  ASSERT_OK_AND_ASSIGN_INNER(REDBASE_CONCAT(result_, __LINE__), decl, expr)
#define ASSERT_OK_AND_ASSIGN_INNER(result, decl, expr) \
  auto result = (expr);                                \
  ASSERT_OK(result);                                   \
  decl = std::move(result).value()
