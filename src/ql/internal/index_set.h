// IndexSet: some indexes of a relation, kept in step with its records.
//
// Entries are sorted before they go into a tree, so that neighbours share its
// pages.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ix/bplus_tree.h"
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

  // The entries of the selected rows, which have the relation's columns; the i-th
  // RID belongs to the i-th selected row.  kConstraint, naming index and values,
  // for a second record with a key of a unique index.
  Status Insert(const Batch& rows, std::span<const Rid> rids);
  Status Erase(const Batch& rows, std::span<const Rid> rids);

  // Keeps entries back, to be inserted together: many more share pages when they
  // are sorted.  Inserts them earlier when they take much memory.
  Status InsertLater(const Batch& rows, std::span<const Rid> rids);
  Status InsertKept();

 private:
  struct Index {
    sm::IndexInfo info;
    ix::BPlusTree* tree;
    std::unique_ptr<EntryList> kept;
  };

  explicit IndexSet(ExecContext& context) : context_(&context) {}
  Status InsertAll(const Index& index, EntryList* entries);

  ExecContext* context_;
  std::vector<Index> indexes_;
};

}  // namespace redbase::ql
