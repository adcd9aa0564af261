// StatementResult: what a statement gives, rows that are computed as they are asked for,
// or text.
//
// Unless all rows were read, the destructor cancels (a select) or takes back (a change);
// the statement is done when Next has answered false.  Of one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/batch.h"
#include "common/result.h"
#include "common/schema.h"
#include "ql/plan.h"

namespace redbase::db {

enum class ResultKind : uint8_t {
  kNone,      // done, nothing to show
  kRows,      // select, print, help
  kInserted,  // the rows of an insert, delete or update
  kDeleted,
  kUpdated,
  kText,  // a drawing, statistics, a message: text()
  kExit,  // the session should end
};

class StatementResult {
 public:
  virtual ~StatementResult() = default;

  virtual ResultKind kind() const = 0;
  // Names and types of the columns of its rows.
  virtual const Schema& schema() const = 0;
  // The next rows; false at the end, when a change has been committed, or, in a
  // transaction, done.
  virtual Result<bool> Next(Batch* batch) = 0;
  // The same for who only looks at the rows: good until the next call; null at the end.
  virtual Result<const Batch*> NextView() {
    ASSIGN_OR_RETURN(const bool more, Next(&viewed_));
    return more ? &viewed_ : nullptr;
  }
  virtual uint64_t changed_rows() const = 0;
  virtual const std::string& text() const = 0;
  // The plan, for statements that have one; null otherwise.
  virtual const ql::PlanNode* plan() const = 0;
  // The data nodes whose rows follow one another (Batch::partition()); empty
  // when the rows are not sectioned by node.
  virtual const std::vector<uint32_t>& nodes() const = 0;
  // An update of the partitioning attribute, which moves rows between nodes.
  virtual bool reshuffled() const = 0;
  // What the user should know of, complete at the end: values that a load has
  // cut, a commit that rolled back.
  virtual const std::vector<std::string>& notices() const = 0;

 private:
  Batch viewed_;
};

}  // namespace redbase::db
