// PageFile: an open file of pages of one size, seen through the buffer pool.
//
// Page 0 is the file header; the others belong to the file's owner.  Pages given
// back form a chain and are handed out first.
//
// File header page, little-endian, offsets in bytes (after the PageHeader):
//
//   24      28        32          36         40          44          48
//   +-------+---------+-----------+----------+-----------+-----------+-------------+
//   | magic | version | page size | pages    | free head | free count| database id |
//   | "RBPF"| u32     | u32       | u32      | u32       | u32       | u64         |
//   +-------+---------+-----------+----------+-----------+-----------+-------------+
//
// A free page holds, after its PageHeader, the number of the next one (u32).
//
// Invariants, checked by Check():
//   (1) every page below `pages` has a right checksum, number and file id;
//   (2) the free chain holds `free count` distinct pages of kind kFree, which are
//       all pages of that kind.
//
// Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "common/check_report.h"
#include "common/env.h"
#include "common/result.h"
#include "pf/buffer_pool.h"
#include "pf/page.h"

namespace redbase::pf {

class Frame;       // pf/internal/frame_table.h
struct FileState;  // pf/internal/file_state.h

inline constexpr uint32_t kFileFormatVersion = 1;
inline constexpr std::array<char, 4> kFileMagic = {'R', 'B', 'P', 'F'};

// What follows the PageHeader of page 0.
struct FileHeader {
  std::array<char, 4> magic;
  uint32_t version;
  uint32_t page_size;
  uint32_t pages;
  PageNum free_head;  // kNoPage when nothing is free
  uint32_t free_count;
  uint64_t database_id;
};
static_assert(offsetof(FileHeader, version) == 28 - kPageHeaderSize);
static_assert(offsetof(FileHeader, page_size) == 32 - kPageHeaderSize);
static_assert(offsetof(FileHeader, pages) == 36 - kPageHeaderSize);
static_assert(offsetof(FileHeader, free_head) == 40 - kPageHeaderSize);
static_assert(offsetof(FileHeader, free_count) == 44 - kPageHeaderSize);
static_assert(offsetof(FileHeader, database_id) == 48 - kPageHeaderSize);
static_assert(sizeof(FileHeader) == 32);

// Of the bytes of page 0.
FileHeader ReadFileHeader(PageView page);

// A page held for reading: pinned, its latch in shared mode, until destroyed.
class PinnedPage {
 public:
  PinnedPage() = default;
  PinnedPage(PinnedPage&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  PinnedPage& operator=(PinnedPage&& other) noexcept;
  ~PinnedPage() { Release(); }

  void Release();
  explicit operator bool() const { return frame_ != nullptr; }
  PageView bytes() const;
  PageNum page_num() const;

 private:
  friend class PageFile;
  explicit PinnedPage(Frame* frame) : frame_(frame) {}
  Frame* frame_ = nullptr;
};

// A page read without pin or latch: what was read counts only if Validate()
// is true afterwards.  Bytes may change at any moment: check every offset.
class OptimisticPage {
 public:
  OptimisticPage() = default;
  explicit operator bool() const { return frame_ != nullptr; }
  PageView bytes() const;
  bool Validate() const;

 private:
  friend class PageFile;
  friend class MiniTransaction;
  OptimisticPage(const Frame* frame, uint64_t version) : frame_(frame), version_(version) {}
  const Frame* frame_ = nullptr;
  uint64_t version_ = 0;
};

struct PageFileIdentity {
  FileId file_id{0};
  uint64_t database_id = 0;
  // Where the changes of the file go; null: to the pool's log.
  Log* log = nullptr;
};

class PageFile {
 public:
  // kAlreadyExists when the path does; nothing is left behind by a failure.
  // Requires: IsPageSize(page_size).
  static Result<std::unique_ptr<PageFile>> Create(BufferPool& pool, const std::string& path,
                                                  PageFileIdentity identity, size_t page_size);
  // kCorruption, naming the path, when it is no page file, is of a newer
  // version, or is not the file that `identity` says.
  static Result<std::unique_ptr<PageFile>> Open(BufferPool& pool, const std::string& path,
                                                PageFileIdentity identity);
  // Writes what is dirty, as far as it can; Close reports failures.
  ~PageFile();

  // Writes every changed page and syncs.  After a sync that failed, every later
  // one fails too: what should have reached the disk may be lost.
  // Requires: this thread holds no page of the file.
  Status Flush();
  // Flush, then drop the file's pages from the pool; after a failure the file is
  // still open.  Requires: none pinned, but for other threads' background work.
  Status Close();
  // Drops the file's pages unwritten: the file is going to be removed.
  void Abandon();

  // Pinned and latched for reading.  kCorruption, naming file and page, when
  // the page is damaged, was never written (all zero), or lies beyond the end;
  // kNoMemory when every frame is pinned.  With kScan, neighbours are read
  // ahead.
  Result<PinnedPage> Read(PageNum page, Access access = Access::kRandom);
  // The page, if it is in memory and nobody is changing it; else an empty one:
  // use Read.  Always empty unless common::Latch::kOptimisticReads.
  OptimisticPage Peek(PageNum page) const;

  size_t page_size() const;
  FileId id() const;
  const std::string& path() const;
  BufferPool& pool() const;
  Log& log() const;
  // Pages in the file, header and free ones included.
  uint32_t page_count() const;

  // Reads every page, and says of each damaged one what is wrong; of many, how many there
  // are.  Requires: nobody changes the file.
  void Check(common::CheckReport* report);
  // The first of these problems.
  Status Validate();

 private:
  friend class MiniTransaction;
  friend class UnloggedPages;
  friend Result<bool> Redo(PageFile& file, uint64_t sequence, const LogRecordHeader& header,
                           std::span<const std::byte> payload);
  struct Key {
    explicit Key() = default;
  };

 public:
  // Use Create() or Open().
  PageFile(Key, std::shared_ptr<FileState> state);

 private:
  Status DropPages(bool keep_dirty);
  // Redo can no longer make the page from nothing.
  void ForgetMade(PageNum page);

  std::shared_ptr<FileState> state_;
  bool closed_ = false;
};

// Looks at the pages of a file that cannot be opened, as they lie on the disk, and
// changes nothing: checksum, number and file id of each.
void CheckPagesOnDisk(common::Env& env, const std::string& path, FileId file,
                      common::CheckReport* report);

}  // namespace redbase::pf
