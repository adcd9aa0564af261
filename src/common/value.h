// Value: one SQL value outside of a batch, as in literals, keys and catalogs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "common/result.h"
#include "common/types.h"

namespace redbase {

enum class CompareOp : uint8_t { kEq = 0, kNe = 1, kLt = 2, kLe = 3, kGt = 4, kGe = 5 };

// "=", "<>", "<", "<=", ">", ">=".
std::string_view CompareOpName(CompareOp op);
// a op b is b Flip(op) a.
CompareOp Flip(CompareOp op);

// `$1`, `$2`: the number of a parameter, from 1.
enum class ParameterNumber : uint32_t {};

class Value {
 public:
  // Null, of no type yet.
  Value() = default;
  static Value Null() { return {}; }
  static Value Int(int32_t v) { return Value(v); }
  static Value Bigint(int64_t v) { return Value(v); }
  static Value Real(float v) { return Value(v); }
  static Value Double(double v) { return Value(v); }
  static Value String(std::string v) { return Value(std::move(v)); }
  // What a plan has where a value will be given; no operator ever sees one.
  static Value Parameter(ParameterNumber number) { return Value(number); }

  bool is_null() const { return std::holds_alternative<std::monostate>(v_); }
  bool is_int() const { return std::holds_alternative<int32_t>(v_); }
  bool is_bigint() const { return std::holds_alternative<int64_t>(v_); }
  bool is_real() const { return std::holds_alternative<float>(v_); }
  bool is_double() const { return std::holds_alternative<double>(v_); }
  bool is_string() const { return std::holds_alternative<std::string>(v_); }
  bool is_parameter() const { return std::holds_alternative<ParameterNumber>(v_); }
  // Requires: the matching is_...().
  int32_t int_value() const { return std::get<int32_t>(v_); }
  int64_t bigint_value() const { return std::get<int64_t>(v_); }
  float real_value() const { return std::get<float>(v_); }
  double double_value() const { return std::get<double>(v_); }
  const std::string& string_value() const { return std::get<std::string>(v_); }
  ParameterNumber parameter_number() const { return std::get<ParameterNumber>(v_); }

  bool operator==(const Value&) const = default;

  // Order of two values of one type, or of two numbers: negative, 0, positive.
  // Nulls sort first, NaN last and equal to itself, -0 equals 0.
  // Requires: comparable types.
  static int Compare(const Value& a, const Value& b);

  // The value as `type`; reals are rounded to the nearest.  kTypeMismatch for
  // another kind (a real is no integer), kInvalidArgument when out of range,
  // too long or, in a varchar, no UTF-8.  Null stays null.
  Result<Value> CastTo(LogicalType type) const;

  // "null", "5", "1.500000" (classic six decimals), "text", "$1".
  std::string ToString() const;

 private:
  using Data =
      std::variant<std::monostate, int32_t, int64_t, float, double, std::string, ParameterNumber>;
  template <typename T>
  explicit Value(T v) : v_(std::move(v)) {}
  Data v_;
};

}  // namespace redbase
