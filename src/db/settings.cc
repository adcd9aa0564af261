#include "db/settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

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
};

constexpr std::array<Parameter, 4> kParameters = {{
    {"printCommands", &Settings::print_commands, "TRUE", "FALSE"},
    {"optimizeQuery", &Settings::optimize_query, "TRUE", "FALSE"},
    {"partitionedPrint", &Settings::partitioned_print, "TRUE", "FALSE"},
    {"bQueryPlans", &Settings::query_plans, "1", "0"},
}};

}  // namespace

Status Settings::Set(std::string_view name, std::string_view value) {
  for (const Parameter& parameter : kParameters) {
    if (Lower(parameter.name) != Lower(name)) {
      continue;
    }
    const bool on = Lower(value) == Lower(parameter.on);
    if (!on && Lower(value) != Lower(parameter.off)) {
      return Status(Code::kInvalidArgument,
                    "SM warning: invalid parameter value: " + std::string(parameter.name) +
                        " takes \"" + parameter.on + "\" or \"" + parameter.off + "\", not \"" +
                        std::string(value) + "\"");
    }
    this->*parameter.member = on;
    return {};
  }
  return Status(Code::kInvalidArgument,
                "SM warning: invalid system parameter: \"" + std::string(name) +
                    "\" (there are printCommands, optimizeQuery, partitionedPrint, bQueryPlans)");
}

}  // namespace redbase::db
