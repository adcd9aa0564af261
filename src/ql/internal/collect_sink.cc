#include "ql/internal/collect_sink.h"

namespace redbase::ql {

Status CollectSink::Begin(std::vector<PipelineWorker> workers) {
  for (size_t i = 0; i < workers.size(); ++i) {
    parts_.emplace_back(schema_, memory_);
  }
  return {};
}

Result<Accepted> CollectSink::Take(size_t worker, Batch* batch) {
  RETURN_IF_ERROR(parts_[worker].Append(*batch));
  return Accepted::kGoOn;
}

Status CollectSink::Finish() {
  rows_ = std::make_unique<RowStore>(RowStore::Combine(std::move(parts_)));
  return rows_->PutInOrder();
}

}  // namespace redbase::ql
