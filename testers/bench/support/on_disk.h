// What benchmarks of databases on the real disk share.
#pragma once

#include <stdlib.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "common/result.h"

namespace redbase {

// Ends the program after a failure, and says of which.
template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "failed: %s\n", result.status().message().c_str());
    std::abort();
  }
  return std::move(result).value();
}

inline void Must(const Status& status) {
  if (!status.ok()) {
    std::fprintf(stderr, "failed: %s\n", status.message().c_str());
    std::abort();
  }
}

// A folder that is removed with what is in it.
class Folder {
 public:
  Folder() { path_ = mkdtemp(name_); }
  ~Folder() {
    if (std::system(("rm -rf " + path_).c_str()) != 0) {
      std::fprintf(stderr, "%s is left\n", path_.c_str());
    }
  }
  const std::string& path() const { return path_; }

 private:
  char name_[32] = "/tmp/redbase-bench-XXXXXX";
  std::string path_;
};

}  // namespace redbase
