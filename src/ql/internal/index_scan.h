// IndexScanOperator: the records whose keys lie in a range, in key order.
//
// While older versions are about, an entry says only that the record has or had this key:
// those whose record the view sees with another one are left out.
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
                    const rm::RecordFile& records, const ix::BPlusTree& tree, const tx::View* view);

 private:
  struct State;

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  // The next RIDs, with their keys if records may not have them; false at the end.
  Result<bool> NextRids(State* state) const;
  // Their records, with keys compared where there are any.
  Status FetchRecords(State* state) const;
  Status KeepEqualKeys(State* state) const;
  bool KeysMayDiffer() const;

  const IndexScan& scan_;
  const ix::BPlusTree& tree_;
  const tx::View* const view_;
  const RecordFetch fetch_;
  const RecordFetch keyed_fetch_;  // with the columns of the key
};

}  // namespace redbase::ql
