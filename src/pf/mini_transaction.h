// MiniTransaction: a change to a few pages that happens as a whole; the only way
// to change a page.
//
//     pf::MiniTransaction change(file.pool());
//     ASSIGN_OR_RETURN(const pf::PageRef leaf, change.Write(file, leaf_num));
//     ASSIGN_OR_RETURN(const pf::PageRef fresh, change.Allocate(file, kLeafPage));
//     change.Apply(leaf, kSplitOff, payload);
//     change.Apply(fresh, kInitLeaf, payload);
//     change.Commit();
//
// Life cycle:
//   gathering   Write, Allocate and Free latch pages, and may fail; nothing has
//               changed, and dropping the object leaves no trace.
//   applying    from the first Apply on: no call fails, and nothing more may be
//               latched.
//   committed   Commit gave the records to the log as one group and released
//               all latches.
//
// Pages are latched in an order all users share: those of a tree from the root
// down and left to right, a record file's directory before its data pages; fresh
// and freed pages (Allocate, Free) after all Writes, since they latch the
// file header.
//
// Not thread-safe: one thread uses one object.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "pf/log.h"
#include "pf/page.h"
#include "pf/page_file.h"
#include "pf/page_op.h"

namespace redbase::pf {

// Names a page latched by one MiniTransaction.
enum class PageRef : uint32_t {};

class MiniTransaction {
 public:
  explicit MiniTransaction(BufferPool& pool);
  // Requires: not in state "applying".
  ~MiniTransaction();
  MiniTransaction(const MiniTransaction&) = delete;
  MiniTransaction& operator=(const MiniTransaction&) = delete;

  // Pins the page and latches it exclusively.  The same page again gives the
  // same PageRef.  Errors as PageFile::Read.
  Result<PageRef> Write(PageFile& file, PageNum page);
  // As Write, if the page is still as `seen` found it; nullopt otherwise.
  // Requires: seen came from file.Peek(page).
  Result<std::optional<PageRef>> WriteIfUnchanged(PageFile& file, PageNum page,
                                                  const OptimisticPage& seen);
  // A page nobody uses, of the given kind, zero after its header from the first
  // Apply on.
  Result<PageRef> Allocate(PageFile& file, PageKind kind);
  // Gives the page back when this commits.
  Status Free(PageRef page);
  // Releases a page that was latched but not changed, before Commit.
  void Unlatch(PageRef page);

  PageView bytes(PageRef page) const;
  PageNum page_num(PageRef page) const;

  // Makes the change now and records it.
  // Requires: the op is registered and its payload right for the page.
  void Apply(PageRef page, PageOpCode op, std::span<const std::byte> payload);
  void Apply(PageRef page, PageOpCode op, std::string_view payload);
  // Makes the change without a record.  Requires: see UnloggedPages.
  void ApplyUnlogged(PageRef page, PageOpCode op, std::span<const std::byte> payload);

  // The sequence given to the changes; 0 when there were none.
  uint64_t Commit();

 private:
  // A page pinned and latched exclusively; empty after Unlatch.
  struct Held {
    Frame* frame = nullptr;
    FileState* file = nullptr;
    PageNum page = kNoPage;
    bool reserved = false;  // by Allocate: nobody else knows it
    bool changed = false;
    bool is_new = false;  // the file has become longer by it
  };
  // What Allocate and Free are going to do to a file.
  struct Reservation {
    enum class Kind : uint8_t { kExtend, kTakeFree, kGiveFree };
    Kind kind;
    PageKind page_kind;  // unless kGiveFree
    PageRef header;
    PageRef page;
    PageNum next_free;  // for kTakeFree
  };
  // A record to be, when the log keeps records.
  struct Change {
    PageRef page;
    PageOpCode op;
    size_t begin;  // of the payload in payloads_
    size_t length;
  };
  // Enough for splits of a tree: no allocation then.
  static constexpr size_t kInlinePages = 8;

  Held& held(PageRef page) {
    const auto i = static_cast<size_t>(page);
    return i < kInlinePages ? inline_held_[i] : more_held_[i - kInlinePages];
  }
  const Held& held(PageRef page) const { return const_cast<MiniTransaction*>(this)->held(page); }
  std::optional<PageRef> Find(const FileState& file, PageNum page) const;
  PageRef Hold(FileState& file, PageNum page, Frame* frame);
  void Release(Held* page);
  void ReleaseAll();

  FileHeader PlannedHeader(PageRef header) const;
  Result<PageRef> Write(FileState& file, PageNum page);
  Result<PageRef> TakeFromChain(FileState& file, const FileHeader& header);
  void BeginApplying();
  void ApplyFrees();
  void Make(PageRef page, PageOpCode op, std::span<const std::byte> payload);
  void MakeUnlogged(PageRef page, PageOpCode op, std::span<const std::byte> payload);
  uint64_t CommitChanges();
  uint64_t AppendToLog();

  BufferPool& pool_;
  Log* log_ = nullptr;  // of the files of the pages, which all have the same
  bool keeps_records_ = false;
  bool applying_ = false;
  bool changed_ = false;
  uint32_t held_count_ = 0;
  std::array<Held, kInlinePages> inline_held_;
  std::vector<Held> more_held_;
  std::vector<Reservation> reservations_;
  std::vector<Change> changes_;
  std::string payloads_;
};

// Redoes one record on `file` unless its page already has it (by sequence).
// Records come in the order of the log, so a page is formatted before anything
// else happens to it: it need not be on the disk.  Whether it was made from nothing.
Result<bool> Redo(PageFile& file, uint64_t sequence, const LogRecordHeader& header,
                  std::span<const std::byte> payload);

}  // namespace redbase::pf
