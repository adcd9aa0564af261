// CheckReport: what checking a database, or a part of it, has found.
//
// A value: it travels between nodes.  Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace redbase::common {

struct CheckReport {
  // In the order they were found, none twice; each names the file, where there is one.
  std::vector<Status> problems;
  uint64_t relations = 0;
  uint64_t indexes = 0;
  uint64_t pages = 0;  // looked at, damaged ones included

  // Notes a failure; no effect on success.
  void Note(Status outcome);
  // Puts the context before each problem from number `first` on.
  void Annotate(size_t first, std::string_view context);
  // Adds what another check has found.
  void Add(CheckReport other);
  // The first problem, or success.
  Status First() const { return problems.empty() ? Status() : problems.front(); }
};

}  // namespace redbase::common
