// Messages that every Env words alike.
#pragma once

#include <cstddef>
#include <string>

#include "common/status.h"

namespace redbase::common {

inline Status ShortRead(const std::string& path, size_t got, size_t wanted) {
  return {Code::kIoError, path + ": short read, " + std::to_string(got) + " of " +
                              std::to_string(wanted) + " bytes"};
}

inline Status LockedBy(const std::string& path, const std::string& process) {
  return {Code::kUnavailable, path + ": locked by process " + process};
}

}  // namespace redbase::common
