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
  // A page nobody uses, zero after its header, of the given kind.
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

  // The sequence given to the changes; 0 when there were none.
  uint64_t Commit();

 private:
  struct Held;
  BufferPool& pool_;
  std::vector<Held> held_;
  std::string records_;
  bool applying_ = false;
};

// Redoes one record on `file` unless its page already has it (by sequence);
// makes the file longer when needed.
Status Redo(PageFile& file, uint64_t sequence, const LogRecordHeader& header,
            std::span<const std::byte> payload);

}  // namespace redbase::pf
