// RidSink: the RIDs of a pipeline's rows, ascending, each once.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "common/memory_account.h"
#include "ql/sink.h"

namespace redbase::ql {

class RidSink : public Sink {
 public:
  explicit RidSink(common::MemoryAccount* memory) : memory_(memory) {}

  Status Begin(std::vector<PipelineWorker> workers) override;
  Result<Accepted> Take(size_t worker, Batch* batch) override;
  Status Finish() override;

  // Requires: finished.
  const std::vector<Rid>& rids() const { return parts_[0].rids; }

 private:
  struct Part {
    std::vector<Rid> rids;
    std::unique_ptr<common::MemoryReservation> reservation;
  };

  common::MemoryAccount* const memory_;
  std::vector<Part> parts_;
};

// kInternal unless each row of the batch has its RID.
Status RequireRids(const Batch& batch);

}  // namespace redbase::ql
