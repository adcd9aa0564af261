#include "ex/shuffle_data.h"

#include <algorithm>
#include <utility>

namespace redbase::ex {

struct ShuffleData::State : ql::WorkerState {
  explicit State(ql::WakeFunction w) : wake(std::move(w)) {}
  const ql::WakeFunction wake;
};

uint32_t ShuffleData::PartitionCount() const {
  uint32_t count = 1;
  for (const uint32_t partition : std::get<ql::Gather>(gather_.detail).partitions) {
    count = std::max(count, partition + 1);
  }
  return count;
}

Status ShuffleData::DoOpen() {
  const auto& gather = std::get<ql::Gather>(gather_.detail);
  const ql::PlanNode& fragment = *gather_.children[0];
  const bool run_ahead = starter_.IsLong(fragment);
  for (const uint32_t partition : gather.partitions) {
    ASSIGN_OR_RETURN(std::unique_ptr<FragmentStream> stream,
                     starter_.StartFragment(partition, fragment, gather.relations, run_ahead));
    streams_.Add(partition, std::move(stream));
  }
  if (ql::LocksRows(fragment)) {
    streams_.ReadFirstRowsAhead();
  }
  return {};
}

Result<std::unique_ptr<ql::WorkerState>> ShuffleData::DoNewWorker(const ql::WakeFunction& wake) {
  return std::unique_ptr<ql::WorkerState>(std::make_unique<State>(wake));
}

Result<ql::Poll> ShuffleData::DoNext(ql::WorkerState* state, Batch* batch) {
  return streams_.Next(batch, static_cast<State*>(state)->wake);
}

Status ShuffleData::DoClose() {
  streams_.Close();
  return {};
}

}  // namespace redbase::ex
