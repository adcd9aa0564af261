#include "db/settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "common/text.h"

namespace redbase::db {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

struct Parameter {
  const char* name;
  bool Settings::*member;
  const char* on;
  const char* off;
  // Other words for the same; null: none.
  const char* other_on = nullptr;
  const char* other_off = nullptr;
};

constexpr std::array<Parameter, 5> kParameters = {{
    {"printCommands", &Settings::print_commands, "TRUE", "FALSE"},
    {"optimizeQuery", &Settings::optimize_query, "TRUE", "FALSE"},
    {"partitionedPrint", &Settings::partitioned_print, "TRUE", "FALSE"},
    {"bQueryPlans", &Settings::query_plans, "1", "0"},
    {"synchronous_commit", &Settings::synchronous_commit, "on", "off", "true", "false"},
}};

constexpr const char* kLockTimeout = "lock_timeout";

bool IsOneOf(std::string_view value, const char* word, const char* other) {
  return Lower(value) == Lower(word) || (other != nullptr && Lower(value) == other);
}

Status InvalidValue(const std::string& name, const std::string& takes, std::string_view value) {
  return {Code::kInvalidArgument, "SM warning: invalid parameter value: " + name + " takes " +
                                      takes + ", not \"" + std::string(value) + "\""};
}

Status SetLockTimeout(std::string_view value, Settings* settings) {
  int32_t millis = 0;
  if (common::ParseNumber(value, &millis) != common::ParseOutcome::kOk || millis < 0) {
    return InvalidValue(kLockTimeout, "milliseconds", value);
  }
  settings->lock_timeout = millis;
  return {};
}

}  // namespace

Status Settings::Set(std::string_view name, std::string_view value) {
  if (Lower(name) == kLockTimeout) {
    return SetLockTimeout(value, this);
  }
  for (const Parameter& parameter : kParameters) {
    if (Lower(parameter.name) != Lower(name)) {
      continue;
    }
    const bool on = IsOneOf(value, parameter.on, parameter.other_on);
    if (!on && !IsOneOf(value, parameter.off, parameter.other_off)) {
      return InvalidValue(parameter.name,
                          "\"" + std::string(parameter.on) + "\" or \"" + parameter.off + "\"",
                          value);
    }
    this->*parameter.member = on;
    return {};
  }
  return Status(Code::kInvalidArgument,
                "SM warning: invalid system parameter: \"" + std::string(name) +
                    "\" (there are printCommands, optimizeQuery, partitionedPrint, bQueryPlans, "
                    "synchronous_commit, lock_timeout)");
}

}  // namespace redbase::db
