// IndexJoinOperator: for each row of its child, the records of a relation whose
// key equals columns of the row, found through an index.  The order of the child
// is kept.
#pragma once

#include <memory>

#include "ix/bplus_tree.h"
#include "ql/internal/record_fetch.h"
#include "ql/operator.h"

namespace redbase::ql {

class IndexJoinOperator : public Operator {
 public:
  IndexJoinOperator(Schema schema, std::unique_ptr<Operator> outer, const IndexJoin& join,
                    sm::RelationPtr relation, const rm::RecordFile& records,
                    const ix::BPlusTree& tree, const tx::View* view);

 private:
  struct State;

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  // Looks up outer rows until there is a batch of pairs or no row is left;
  // false when there is no pair.
  Result<bool> FindPairs(State* state) const;
  Status LookUp(size_t outer_row, State* state) const;
  // Fetches a batch of pairs and keeps those whose record is what the index says.
  Status FetchPairs(State* state) const;
  Status KeepEqualKeys(State* state) const;
  void Emit(State* state, Batch* batch) const;

  const IndexJoin& join_;
  const ix::BPlusTree& tree_;
  const tx::View* const view_;
  const RecordFetch fetch_;
};

}  // namespace redbase::ql
