// InsertBuffer: rows that inserts of a transaction have been given and that are not in their
// relation yet.
//
// A prepared insert that runs many times in one transaction costs less a row when rows are
// put in together.  Nobody else sees them before the commit; the transaction's own other
// statements do, so they are put in before the next one begins.  A row that is refused is so
// at once, since keys of unique indexes are reserved for it (ix::KeyReservation).
//
// Not thread-safe.
#pragma once

#include <memory>
#include <utility>

#include "ql/direct_plan.h"

namespace redbase::db {

class InsertBuffer {
 public:
  InsertBuffer() = default;
  ~InsertBuffer() { Close(); }
  InsertBuffer(const InsertBuffer&) = delete;
  InsertBuffer& operator=(const InsertBuffer&) = delete;

  // From now on takes rows of this plan, if it is an insert that allows it.  Requires: what
  // the plan uses is locked until Close.
  void Open(std::shared_ptr<ql::DirectPlan> insert) {
    Close();
    if (insert != nullptr && insert->deferred() != nullptr) {
      insert_ = std::move(insert);
    }
  }
  // Takes rows of nothing, and forgets those that it has.
  void Close() {
    if (ql::DeferredInsert* const open = rows()) {
      open->Clear();
    }
    insert_.reset();
  }
  bool IsOpenFor(const ql::DirectPlan* insert) const {
    return insert != nullptr && insert_.get() == insert;
  }
  bool empty() const { return rows() == nullptr || rows()->empty(); }
  // Null unless open.
  ql::DeferredInsert* rows() const { return insert_ ? insert_->deferred() : nullptr; }

 private:
  std::shared_ptr<ql::DirectPlan> insert_;
};

}  // namespace redbase::db
