#include "ql/internal/aggregates.h"

#include <algorithm>
#include <array>

#include "ql/internal/type_rules.h"

namespace redbase::ql {
namespace {

using Fn = AggregateFunction;

struct Named {
  std::string_view name;
  Fn function;
};

constexpr std::array<Named, 19> kAggregates = {{
    {"count", Fn::kCount},
    {"sum", Fn::kSum},
    {"avg", Fn::kAvg},
    {"min", Fn::kMin},
    {"max", Fn::kMax},
    {"stddev", Fn::kStddevSamp},
    {"stddev_samp", Fn::kStddevSamp},
    {"stddev_pop", Fn::kStddevPop},
    {"variance", Fn::kVarSamp},
    {"var_samp", Fn::kVarSamp},
    {"var_pop", Fn::kVarPop},
    {"bool_and", Fn::kBoolAnd},
    {"every", Fn::kBoolAnd},
    {"bool_or", Fn::kBoolOr},
    {"string_agg", Fn::kStringAgg},
    {"array_agg", Fn::kArrayAgg},
    {"any_value", Fn::kFirst},
    {"mean", Fn::kAvg},
    {"first", Fn::kFirst},
}};

const Named* Find(std::string_view name) {
  const auto* const found = std::find_if(kAggregates.begin(), kAggregates.end(),
                                         [&](const Named& each) { return each.name == name; });
  return found == kAggregates.end() ? nullptr : found;
}

LogicalType SumType(LogicalType type) {
  switch (type.id) {
    case TypeId::kSmallint:
    case TypeId::kInt:
      return kBigintType;
    case TypeId::kBigint:
      return LogicalType::Decimal(kMaxDecimalPrecision, 0);
    case TypeId::kDecimal:
      return LogicalType::Decimal(kMaxDecimalPrecision, type.scale);
    default:
      return type;
  }
}

// Digits enough behind the point that a mean tells values apart.
LogicalType MeanType(LogicalType type) {
  constexpr uint8_t kLeastScale = 16;
  if (IsInteger(type.id)) {
    return LogicalType::Decimal(kMaxDecimalPrecision, kLeastScale);
  }
  if (type.id == TypeId::kDecimal) {
    return LogicalType::Decimal(kMaxDecimalPrecision, std::max(kLeastScale, type.scale));
  }
  return type.id == TypeId::kInterval ? type : kDoubleType;
}

Status Refused(std::string_view name, std::span<const ExprPtr> arguments) {
  std::string text = "function " + std::string(name) + "(";
  for (const ExprPtr& argument : arguments) {
    text += &argument == &arguments.front() ? "" : ", ";
    text += TypeName(argument->type);
  }
  return {Code::kTypeMismatch, text + ") does not exist"};
}

}  // namespace

bool IsAggregate(std::string_view name) { return Find(name) != nullptr; }

Result<ResolvedAggregate> ResolveAggregate(std::string_view name, bool star,
                                           std::span<const ExprPtr> arguments) {
  const Fn function = Find(name)->function;
  if (star) {
    if (function != Fn::kCount) {
      return Status(Code::kTypeMismatch, "function " + std::string(name) + "(*) does not exist");
    }
    return ResolvedAggregate{Fn::kCountRows, {}, kBigintType};
  }
  const size_t wanted = function == Fn::kStringAgg ? 2 : 1;
  if (arguments.size() != wanted) {
    return Refused(name, arguments);
  }
  LogicalType type = arguments[0]->type;
  if (type.id == TypeId::kUnknown) {
    type = kTextType;
  }
  const bool number = CategoryOf(type) == TypeCategory::kNumber;
  switch (function) {
    case Fn::kCount:
      return ResolvedAggregate{function, {type}, kBigintType};
    case Fn::kSum:
      if (number || type.id == TypeId::kInterval) {
        return ResolvedAggregate{function, {type}, SumType(type)};
      }
      break;
    case Fn::kAvg:
      if (number || type.id == TypeId::kInterval) {
        return ResolvedAggregate{function, {type}, MeanType(type)};
      }
      break;
    case Fn::kMin:
    case Fn::kMax:
    case Fn::kFirst:
      return ResolvedAggregate{function, {type}, type};
    case Fn::kStddevSamp:
    case Fn::kStddevPop:
    case Fn::kVarSamp:
    case Fn::kVarPop:
      if (number) {
        return ResolvedAggregate{function, {type}, kDoubleType};
      }
      break;
    case Fn::kBoolAnd:
    case Fn::kBoolOr:
      if (type.id == TypeId::kBoolean) {
        return ResolvedAggregate{function, {type}, type};
      }
      break;
    case Fn::kStringAgg:
      if (CategoryOf(type) == TypeCategory::kString) {
        return ResolvedAggregate{function, {kTextType, kTextType}, kTextType};
      }
      break;
    default:
      break;
  }
  return Refused(name, arguments);
}

}  // namespace redbase::ql
