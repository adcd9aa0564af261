// IndexScanOperator: the records whose keys lie in a range, in key order.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "ix/index_scan.h"
#include "ql/internal/record_fetch.h"
#include "ql/operator.h"

namespace redbase::ql {

// The bytes between two bounds; nullopt when no key can be there: a bound with
// a null compares true with nothing.
std::optional<ix::KeyRange> MakeKeyRange(std::span<const ix::KeyColumn> key,
                                         const std::optional<KeyBound>& lower,
                                         const std::optional<KeyBound>& upper);

class IndexScanOperator : public Operator {
 public:
  IndexScanOperator(Schema schema, const IndexScan& scan, sm::RelationPtr relation,
                    const rm::RecordFile& records, const ix::BPlusTree& tree);

 private:
  struct State;

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  // The next RIDs; false at the end.
  Result<bool> NextRids(State* state) const;

  const IndexScan& scan_;
  const ix::BPlusTree& tree_;
  const RecordFetch fetch_;
};

}  // namespace redbase::ql
