#include "ql/internal/rid_sink.h"

#include <algorithm>

namespace redbase::ql {

Status RidSink::Begin(std::vector<PipelineWorker> workers) {
  for (size_t i = 0; i < workers.size(); ++i) {
    parts_.push_back({{}, std::make_unique<common::MemoryReservation>(memory_)});
  }
  return {};
}

Result<Accepted> RidSink::Take(size_t worker, Batch* batch) {
  RETURN_IF_ERROR(RequireRids(*batch));
  Part& part = parts_[worker];
  for (size_t i = 0; i < batch->selected(); ++i) {
    part.rids.push_back(batch->rids()[batch->RowAt(i)]);
  }
  RETURN_IF_ERROR(part.reservation->Resize(part.rids.capacity() * sizeof(Rid)));
  return Accepted::kGoOn;
}

Status RidSink::Finish() {
  std::vector<Rid>& all = parts_[0].rids;
  for (size_t i = 1; i < parts_.size(); ++i) {
    RETURN_IF_ERROR(parts_[0].reservation->Resize(parts_[0].reservation->bytes() +
                                                  parts_[i].reservation->bytes()));
    all.insert(all.end(), parts_[i].rids.begin(), parts_[i].rids.end());
  }
  parts_.resize(1);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return {};
}

Status RequireRids(const Batch& batch) {
  if (batch.rids().size() == batch.rows()) {
    return {};
  }
  return {Code::kInternal, "rows to change came without their RIDs"};
}

}  // namespace redbase::ql
