#include "parser/ast.h"

#include <array>

namespace redbase::parser {

std::string_view ToString(TableLockMode mode) {
  constexpr std::array<std::string_view, 8> kNames = {
      "access share", "row share",           "row exclusive", "share update exclusive",
      "share",        "share row exclusive", "exclusive",     "access exclusive"};
  return kNames[static_cast<size_t>(mode)];
}

std::string_view ToString(IsolationLevel level) {
  switch (level) {
    case IsolationLevel::kReadUncommitted:
      return "read uncommitted";
    case IsolationLevel::kReadCommitted:
      return "read committed";
    case IsolationLevel::kRepeatableRead:
      return "repeatable read";
    case IsolationLevel::kSnapshot:
      return "snapshot";
    case IsolationLevel::kSerializable:
      return "serializable";
  }
  return "?";
}

}  // namespace redbase::parser
