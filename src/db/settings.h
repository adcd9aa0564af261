// Settings: the system parameters of one session, set by `set NAME = "value"`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/status.h"

namespace redbase::db {

struct Settings {
  bool print_commands = false;     // printCommands: "TRUE" | "FALSE"
  bool optimize_query = true;      // optimizeQuery
  bool partitioned_print = false;  // partitionedPrint
  bool query_plans = false;        // bQueryPlans: "1" | "0"
  bool synchronous_commit = true;  // synchronous_commit: "on" | "off", "true" | "false"
  // lock_timeout: how many milliseconds a statement waits for others; 0: for ever.
  int64_t lock_timeout = 0;

  // Names and values in any case.  kInvalidArgument: "SM warning: invalid system
  // parameter: NAME" / "SM warning: invalid parameter value: ...".
  Status Set(std::string_view name, std::string_view value);
};

}  // namespace redbase::db
