// BPlusTree: an index, encoded keys with the RIDs of the records that have them.
//
// Keys are encodings of all columns of TreeOptions::key (ix/key_encoding.h), of
// which none is the beginning of another.  Entries are ordered by key, then RID.  Readers descend
// without latches and check afterwards that nothing changed; writers latch the one leaf they
// change, and the path from the root only when pages split or merge.  The format of a page is in
// ix/tree_page.h.
//
// Counts of entries and nodes are kept in memory, and saved by Flush and Close; a tree
// that was not closed counts again when it is opened.
//
// The tree holds the entries of the records as they are; those that older snapshots need
// besides are in memory (ix/internal/removed_entries.h).
//
// A unique tree refuses a second RID for a key that holds no null.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/rid.h"
#include "ix/key_encoding.h"
#include "pf/page_file.h"
#include "tx/transaction.h"

namespace redbase::ix {

// Measured: larger pages make inserts slower, smaller ones refuse longer keys.
inline constexpr size_t kDefaultPageSize = 8192;

struct FileContext {
  pf::BufferPool* pool;
  tx::UndoTargets* undo_targets;
};

struct TreeOptions {
  std::vector<KeyColumn> key;
  bool unique = false;
};

struct TreeStatistics {
  uint64_t entries = 0;
  uint32_t height = 0;  // levels; 1 when the root is a leaf
  uint32_t pages = 0;   // nodes; header, meta and free pages are not counted
};

struct Entry {
  std::string_view key;
  Rid rid;
};

// Entries in ascending order, for bulk building; false at the end.
using EntrySource = std::function<Result<bool>(Entry* entry)>;

// The transaction under way that was the last to change a record; null when there is none.
// Called with a latch held.
using ChangerOf = std::function<Result<std::shared_ptr<const tx::TransactionState>>(Rid rid)>;

class RemovedEntries;  // ix/internal/removed_entries.h

class BPlusTree : public tx::UndoTarget {
 public:
  // Nothing is left behind by a failure.
  static Result<std::unique_ptr<BPlusTree>> Create(const FileContext& context,
                                                   const std::string& path,
                                                   pf::PageFileIdentity identity,
                                                   TreeOptions options, size_t page_size);
  // kCorruption when the file is damaged or has another key.
  static Result<std::unique_ptr<BPlusTree>> Open(const FileContext& context,
                                                 const std::string& path,
                                                 pf::PageFileIdentity identity,
                                                 TreeOptions options);
  // With the key that the file says it has: for recovery, which knows no catalog.
  static Result<std::unique_ptr<BPlusTree>> OpenAsStored(const FileContext& context,
                                                         const std::string& path,
                                                         pf::PageFileIdentity identity);
  // Redo needs them; opening a tree does it, too.
  static void RegisterLogRecords();
  class Impl;
  // Create and Open make trees.
  explicit BPlusTree(std::unique_ptr<Impl> impl);
  ~BPlusTree() override;

  // kAlreadyExists when this very entry is there; kConstraint when the tree is
  // unique and the key is; kInvalidArgument when the key is longer than
  // max_key_bytes().  In a unique tree, kMustWait when it depends on another transaction
  // whether the key is free: one that has taken it out, or, as `changer_of` knows where it is
  // given, one that is changing the record which has it.
  Status Insert(tx::Transaction& transaction, std::string_view key, Rid rid,
                const ChangerOf* changer_of = nullptr);
  // kNotFound when the entry is not there.
  Status Erase(tx::Transaction& transaction, std::string_view key, Rid rid);

  // Appends the RIDs of `key`, ascending, to `rids`.
  Status Lookup(std::string_view key, std::vector<Rid>* rids) const;
  // Entries that an older snapshot may look for, and that the tree has no longer.
  const RemovedEntries& removed() const;
  bool has_removed() const;
  // Adds the RIDs of those whose keys begin with these bytes to the ones that were looked up
  // for them, from the first-th on: ascending, each once.
  Status AddRemoved(std::string_view prefix, size_t first, std::vector<Rid>* rids) const;
  // The first RID of `key`.
  Result<std::optional<Rid>> LookupOne(std::string_view key) const;
  // Whether this very entry is there: one descent, however many share the key.
  Result<bool> Contains(std::string_view key, Rid rid) const;

  // Fills an empty tree from sorted entries, pages about nine tenths full.
  // kConstraint, naming the key's values, for a duplicate in a unique tree.
  // Requires: the tree is empty and nobody else uses it; no undo is noted: the
  // caller drops the tree when the statement fails.
  Status BulkBuild(const EntrySource& source);

  TreeStatistics statistics() const;
  const TreeOptions& options() const;
  size_t max_key_bytes() const;
  pf::PageFile& file() const;

  Status Flush();
  Status Close();
  void Abandon();

  // Checks order, separators, fences, levels, the use of space, counts, the free chain, and
  // that there are no other pages.  Where pages are damaged it says of each what is wrong,
  // and leaves the rest.  Requires: nobody changes the tree meanwhile.
  void Check(common::CheckReport* report) const;
  // The first of these problems.
  Status Validate() const;
  // Level by level with fill and keys, for people.
  Result<std::string> Draw() const;

  Status Undo(tx::UndoKind kind, std::span<const std::byte> payload) override;

 private:
  friend class KeyReservation;

  static Result<std::unique_ptr<BPlusTree>> Load(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace redbase::ix
