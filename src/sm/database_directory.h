// Databases as directories: made whole or not at all, and removed.
//
// A plain database is what sm::Catalog::Create makes.  A distributed one of N
// nodes is a plain one, the master, that also holds the directories data.1 ...
// data.N, each a plain one.
//
// CreateDatabase builds under the name `.dbcreate-<random>` beside the target and
// renames it at the end; so do backups and restores under names of their own.  DestroyDatabase
// removes the control file last, so that a removal that was interrupted can be repeated.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/cancel_token.h"
#include "common/check_report.h"
#include "common/env.h"
#include "common/result.h"

namespace redbase::sm {

inline constexpr uint32_t kMaxNodes = 1024;

// Where data node `node` of the database at `path` is.
std::string NodePath(const std::string& path, uint32_t node);
// The database_id of data node `node` below a master with this id.
uint64_t NodeDatabaseId(uint64_t master_id, uint32_t node);

// Makes a directory whole or not at all: `fill` is called to put everything, synced, into
// an empty one, `.<prefix>-<random>` beside it, which then gets its name.
// kAlreadyExists when the path does; kInvalidArgument within a database.  After a failure
// nothing is left.
using DirectoryContent = std::function<Status(const std::string& directory)>;
Status MakeWholeDirectory(common::Env& env, const std::string& path, const std::string& prefix,
                          const DirectoryContent& fill);

// `node_count` 0 makes a plain database; `page_size` 0 stands for the defaults.
// kInvalidArgument for other than 0 and 2 ... kMaxNodes nodes, no page size, or
// no name; kAlreadyExists when the path does: "cannot create directory: ...".
// After a failure nothing is left; kCancelled through `cancel`, which may be null,
// is one.
Status CreateDatabase(common::Env& env, const std::string& path, uint32_t node_count,
                      uint32_t page_size, const common::CancelToken* cancel = nullptr);

// Looks at the pages of every file of relations and indexes in the directory of a database
// or a data node that cannot be opened, and changes nothing.
void CheckFilesOnDisk(common::Env& env, const std::string& path, common::CheckReport* report);
// The numbers of the data nodes whose directories are in that of a database.
Result<std::vector<uint32_t>> FindNodes(common::Env& env, const std::string& path);

// kNotFound or kInvalidArgument, "cannot destroy the database: ...", for what
// is no database or holds a file that is not of one, kIoError where a directory
// may not be changed, with nothing removed; kUnavailable while it is in use.
// Never follows a symbolic link: neither `path` itself nor anything in it may be
// one.
Status DestroyDatabase(common::Env& env, const std::string& path);

}  // namespace redbase::sm
