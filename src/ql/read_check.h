// ReadSet: what a transaction has read, as conditions, and whether others have changed any of
// it since: that is what a serializable transaction is checked for.
//
// A read is a conjunction of predicates on one relation, which a scan or look-up in an index
// was confined to.  It is invalid when a change of a transaction that the reader does not
// see concerns a row that satisfied the predicates before, or does after: so rows that come
// count as those that go.  The changes are found in the versions that are kept for the
// reader's snapshot.  This is precision locking (Jordan, Banerjee & Batman, 1981; Neumann,
// Mühlbauer & Kemper, 2015, section 3); ours asks for the versions of a relation, not for the
// undo records of transactions, and takes a join's look-ups for a read of all that their
// constant predicates leave.
//
// Thread-safe, but for Add.
#pragma once

#include <string>
#include <vector>

#include "common/status.h"
#include "ql/plan.h"
#include "rm/record_file.h"
#include "sm/catalog.h"
#include "tx/oracle.h"

namespace redbase::ql {

struct RelationRead {
  std::string relation;
  std::vector<rm::ColumnPredicate> predicates;

  friend bool operator==(const RelationRead&, const RelationRead&) = default;
};

class ReadSet {
 public:
  // What the plan is going to read.
  void Add(const PlanNode& plan);
  // What a change has read that failed for a key that is there: any row of its relation.
  void AddKeys(const PlanNode& plan);
  void AddAll(const std::string& relation) { Add(RelationRead{relation, {}}); }
  bool empty() const { return reads_.empty(); }

  // kConflict when a transaction that has ended, and whose end `view` does not see, has
  // changed in this database what was read.  Relations that are elsewhere are passed over.
  Status Check(sm::Catalog& catalog, const tx::View& view) const;

 private:
  void Add(RelationRead read);

  std::vector<RelationRead> reads_;
};

}  // namespace redbase::ql
