// Errors that every Env words alike.
#pragma once

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

#include "common/status.h"

namespace redbase::common {

// What errors call a file without a name.
inline std::string TemporaryName(const std::string& directory) {
  return directory + "/(temporary)";
}

// An error number of a system call on `path`: kNotFound, kAlreadyExists or
// kIoError, with the message "<path>: <the system's reason>".
inline Status SystemError(const std::string& path, int error) {
  const Code code = error == ENOENT || error == ENOTDIR ? Code::kNotFound
                    : error == EEXIST                   ? Code::kAlreadyExists
                                                        : Code::kIoError;
  return {code, path + ": " + std::generic_category().message(error)};
}

inline Status ShortRead(const std::string& path, size_t got, size_t wanted) {
  return {Code::kIoError, path + ": short read, " + std::to_string(got) + " of " +
                              std::to_string(wanted) + " bytes"};
}

inline Status LockedBy(const std::string& path, const std::string& process) {
  return {Code::kUnavailable, path + ": locked by process " + process};
}

}  // namespace redbase::common
