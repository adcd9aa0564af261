// What the buffer pool must hold so that statements find room for the pages that
// they use at the same moment.
//
// A thread has at most kPagesOfAThread pages pinned at once.  Moving a record: its
// home, where it lies, a page that turns out to be too full for it, a new page and
// the file header.  Splitting a tree node takes four, all other work fewer.  Pins of
// the pool's own threads do not count: the pool waits for them.
#pragma once

#include <cstddef>

#include "common/status.h"
#include "sm/control_file.h"

namespace redbase::db {

inline constexpr size_t kPagesOfAThread = 5;
// A statement's own thread and one that helps.
inline constexpr size_t kLeastBufferPages = 2 * kPagesOfAThread;

// Of the pages of a database, the size of the largest.
size_t LargestPage(const sm::DatabaseOptions& options);
// kInvalidArgument when `bytes` are too few for any statement.
Status CheckBuffer(size_t bytes, const sm::DatabaseOptions& options);
// The helpers, at most `wanted`, that find room beside a statement's own thread.
// Requires: CheckBuffer is content.
unsigned HelpersWithRoom(size_t bytes, const sm::DatabaseOptions& options, unsigned wanted);

}  // namespace redbase::db
