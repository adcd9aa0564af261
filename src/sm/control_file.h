// ControlFile: the small file that makes a directory a database.
//
// Its format is at ControlBlock in the .cc; it is written once, by dbcreate, with
// a checksum over all of it.
#pragma once

#include <cstdint>
#include <string>

#include "common/env.h"
#include "common/result.h"

namespace redbase::sm {

inline constexpr const char* kControlFileName = "redbase.control";
// Renamed to the above once it is complete.
inline constexpr const char* kTemporaryControlFileName = "redbase.control.new";
inline constexpr const char* kLockFileName = "redbase.lock";

struct DatabaseOptions {
  uint64_t database_id = 0;       // random, on every page-file header
  uint32_t record_page_size = 0;  // 0, to Catalog::Create only: the default
  uint32_t tree_page_size = 0;    // the same
  uint32_t node_count = 0;        // data nodes below this one; 0: not distributed
  uint32_t node_number = 0;       // this is data node k of another; 0: it is none

  bool operator==(const DatabaseOptions&) const = default;
};

// Requires: both page sizes are IsPageSize.
Status WriteControlFile(common::Env& env, const std::string& database_path,
                        const DatabaseOptions& options);
// kNotFound: no database there; kCorruption: damaged, or of a newer format.
Result<DatabaseOptions> ReadControlFile(common::Env& env, const std::string& database_path);

}  // namespace redbase::sm
