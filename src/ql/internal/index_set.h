// IndexSet: some indexes of a relation, kept in step with its records.
//
// Changes are collected and made together: sorted, neighbours share pages of the
// tree.  A tree that does not fit into the buffer pool is passed once a statement
// then, and not once a batch.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ix/bplus_tree.h"
#include "ix/key_reservation.h"
#include "ql/exec_context.h"
#include "ql/internal/entry_list.h"
#include "sm/relation.h"

namespace redbase::ql {

// "duplicate key (5, 'x') in unique index NAME".
Status DuplicateKey(const sm::IndexInfo& index, const ix::BPlusTree& tree, std::string_view key);

class IndexSet {
 public:
  // The indexes that `choose` wants.
  static Result<IndexSet> Open(const sm::Relation& relation, ExecContext& context,
                               const std::function<bool(const sm::IndexInfo&)>& choose);

  bool empty() const { return indexes_.empty(); }
  size_t size() const { return indexes_.size(); }
  bool has_unique() const;

  // The entries of the selected rows, which have the relation's columns, are going
  // to enter or leave the trees; the i-th RID belongs to the i-th selected row.
  // What is collected is applied when it takes much memory.  Errors as Apply.
  // Requires: between inserts and erases, Apply.
  Status Insert(const Batch& rows, std::span<const Rid> rids);
  Status Erase(const Batch& rows, std::span<const Rid> rids);
  // Keeps the keys of a row, which has the relation's columns, free for an insert to come.
  // False when that insert would fail or has to wait.
  Result<bool> Reserve(const Batch& rows, size_t row);
  void EndReservations();
  // Makes the changes collected.  kConstraint, naming index and values, for a second
  // record with a key of a unique index; kMustWait when that depends on another transaction.
  Status Apply();

 private:
  enum class Change : uint8_t { kInsert, kErase };
  struct Index {
    sm::IndexInfo info;
    ix::BPlusTree* tree;
    std::unique_ptr<EntryList> entries;  // collected, all for change_
    bool may_be_too_long;                // a key, for the tree
    std::unique_ptr<ix::KeyReservation> reserved = nullptr;
  };

  IndexSet(ExecContext& context, ix::ChangerOf changer_of)
      : context_(&context), changer_of_(std::move(changer_of)) {}
  Status Collect(Change change, const Batch& rows, std::span<const Rid> rids);
  Status ApplyTo(const Index& index);
  Status ApplyOne(const Index& index, const ix::Entry& entry);

  ExecContext* context_;
  ix::ChangerOf changer_of_;
  Change change_ = Change::kInsert;
  std::vector<Index> indexes_;
  std::string key_;  // to be reserved
};

}  // namespace redbase::ql
