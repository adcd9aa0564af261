#include "sm/internal/database_lock.h"

#include "common/name_match.h"
#include "sm/control_file.h"

namespace redbase::sm {

Result<std::unique_ptr<common::FileLock>> LockDatabase(common::Env& env, const std::string& path) {
  auto lock = env.Lock(path + "/" + kLockFileName);
  if (!lock.ok() && lock.status().code() == Code::kUnavailable) {
    // The message ends in "process 1234".
    const std::string& message = lock.status().message();
    const size_t holder = message.rfind("process ");
    return Status(Code::kUnavailable,
                  "database " + common::QuotedName(path) + " is in use by " +
                      (holder == std::string::npos ? "a process" : message.substr(holder)));
  }
  return lock;
}

}  // namespace redbase::sm
