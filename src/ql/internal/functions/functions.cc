#include "ql/internal/functions/functions.h"

#include <map>
#include <optional>
#include <utility>

namespace redbase::ql {
namespace {

using OverloadsByName = std::multimap<std::string_view, const Overload*>;

const OverloadsByName& Registry() {
  static OverloadsByName registry = [] {
    OverloadsByName made;
    for (const std::span<const Overload> overloads :
         {MathFunctions(), StringFunctions(), DateFunctions()}) {
      for (const Overload& overload : overloads) {
        made.emplace(overload.function.name, &overload);
      }
    }
    return made;
  }();
  return registry;
}

LogicalType ParameterAt(const Overload& overload, size_t i) {
  return overload.parameters[std::min(i, overload.parameters.size() - 1)];
}

// How far an argument has to be changed; nullopt: it cannot be.
std::optional<int> CostOf(LogicalType from, LogicalType to) {
  if (from.id == to.id) {
    return 0;
  }
  if (!ConvertsImplicitly(from, to, /*assign=*/false)) {
    return std::nullopt;
  }
  constexpr int kUnknownAsText = 1;
  constexpr int kUnknownAsOther = 20;
  if (from.id == TypeId::kUnknown) {
    return IsString(to.id) ? kUnknownAsText : kUnknownAsOther;
  }
  if (CategoryOf(from) == TypeCategory::kNumber) {
    // A double is preferred to a real, and nearer types to farther ones.
    constexpr int kFloat = 5;
    const auto rank = [](TypeId id) {
      switch (id) {
        case TypeId::kSmallint:
          return 0;
        case TypeId::kInt:
          return 1;
        case TypeId::kBigint:
          return 2;
        case TypeId::kDecimal:
          return 3;
        case TypeId::kDouble:
          return kFloat;
        default:
          return kFloat + 1;
      }
    };
    return 1 + rank(to.id) - std::min(rank(from.id), rank(to.id));
  }
  return 1;
}

std::optional<int> CostOf(const Overload& overload, std::span<const ExprPtr> arguments) {
  const size_t most = overload.parameters.size();
  const bool counts =
      overload.variadic ? arguments.size() >= most
                        : arguments.size() <= most && arguments.size() + overload.optional >= most;
  if (!counts) {
    return std::nullopt;
  }
  int cost = 0;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::optional<int> own = CostOf(arguments[i]->type, ParameterAt(overload, i));
    if (!own) {
      return std::nullopt;
    }
    cost += *own;
  }
  return cost;
}

std::string CallText(std::string_view name, std::span<const ExprPtr> arguments) {
  std::string text(name);
  text += "(";
  for (const ExprPtr& argument : arguments) {
    text += &argument == &arguments.front() ? "" : ", ";
    text += TypeName(argument->type);
  }
  return text + ")";
}

}  // namespace

Result<ResolvedCall> ResolveCall(std::string_view name, std::span<const ExprPtr> arguments) {
  const auto [begin, end] = Registry().equal_range(name);
  if (begin == end) {
    return Status(Code::kNotFound, "function " + CallText(name, arguments) + " does not exist");
  }
  const Overload* best = nullptr;
  int least = 0;
  for (auto it = begin; it != end; ++it) {
    const std::optional<int> cost = CostOf(*it->second, arguments);
    if (cost && (best == nullptr || *cost < least)) {
      best = it->second;
      least = *cost;
    }
  }
  if (best == nullptr) {
    return Status(Code::kTypeMismatch, "function " + CallText(name, arguments) +
                                           " does not exist: no function " + std::string(name) +
                                           " takes such arguments");
  }
  ResolvedCall call;
  call.function = &best->function;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const LogicalType parameter = ParameterAt(*best, i);
    const LogicalType given = arguments[i]->type;
    // A decimal keeps its digits; an integer becomes one with as many as it may have.
    const LogicalType taken = parameter.id == TypeId::kDecimal ? AsDecimal(given) : parameter;
    const bool keeps = given.id == parameter.id;
    call.parameters.push_back(keeps ? given : taken.id == TypeId::kDecimal ? taken : parameter);
  }
  call.result = best->rule != nullptr ? best->rule(arguments) : best->result;
  return call;
}

}  // namespace redbase::ql
