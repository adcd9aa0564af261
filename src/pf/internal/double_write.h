// DoubleWriteArea: copies of pages that are about to be written in place, so that a
// write torn by a power cut can be repaired; the file `wal.pages`.
//
// Copies lie one after another; when the area is full, everything written in place
// is synced, and a new round begins at the front.  Only copies of the last round are
// of use: those of earlier ones are older than what the disk holds.
//
// Entry, at a multiple of 512, little-endian, offsets in bytes:
//
//   0        4        8             16      24        28         32          36
//   +--------+--------+-------------+-------+---------+------------+-----------+
//   | crc32c | "RBDW" | database id | round | file id | first page | page size |
//   | u32    | u32    | u64         | u64   | u32     | u32        | u32       |
//   +--------+--------+-------------+-------+---------+------------+-----------+
//   36           40      48      512
//   +------------+-------+-------+-------------------------+
//   | page count | since | zeros | the pages, sealed       |
//   | u32        | u64   |       | page count * page size  |
//   +------------+-------+-------+-------------------------+
//
// `since` is the end of the log when the last checkpoint before began.  Copies from before
// the last complete one began are of no use: all was synced since then, and some pages, which
// redo could make, were written later without a copy.
//
// crc32c covers bytes 4 to 511; a page has a checksum of its own.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "common/env.h"
#include "common/result.h"
#include "pf/page.h"

namespace redbase::pf {

inline constexpr const char* kDoubleWriteName = "wal.pages";

class DoubleWriteArea {
 public:
  static constexpr uint64_t kCapacity = uint64_t{8} << 20;

  DoubleWriteArea(common::Env& env, const std::string& directory, uint64_t database_id);

  // Calls `visit` with each whole page of the last round, in the order they were
  // copied, unless that was before the checkpoint at `since` began.  Nothing when there is no
  // area.
  Status ForEachCopy(uint64_t since,
                     const std::function<Status(FileId file, PageNum page, PageView copy)>& visit);
  // Forgets all copies.
  Status Clear();

  bool Fits(size_t bytes) const;
  // Begins a new round.  Requires: what was copied before is synced in place.
  void Restart();
  // Copies neighbouring sealed pages; returns once the copy survives a power cut.
  // Requires: Fits(pages.size()).
  Status Copy(FileId file, PageNum first, size_t page_size, std::span<const std::byte> pages,
              uint64_t since);

 private:
  Status OpenFile();

  common::Env& env_;
  const std::string path_;
  const uint64_t database_id_;
  std::unique_ptr<common::File> file_;
  uint64_t round_;
  uint64_t next_ = 0;
  Status sync_error_;  // after it, copies may be lost even if a sync succeeds
};

}  // namespace redbase::pf
