// Where in a statement an error stands.
#pragma once

#include <string>
#include <string_view>

#include "common/status.h"
#include "parser/expr.h"

namespace redbase::ql {

// " at line 1, column 8".
inline std::string AtPosition(parser::Position position) {
  return " at " + parser::ToString(position);
}

// "text: detail at line 1, column 8".
inline Status ErrorAt(Code code, std::string_view text, const std::string& detail,
                      parser::Position position) {
  return {code, std::string(text) + ": " + detail + AtPosition(position)};
}

}  // namespace redbase::ql
