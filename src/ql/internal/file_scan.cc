#include "ql/internal/file_scan.h"

namespace redbase::ql {

namespace {

// Waking another thread does not pay for fewer morsels.
constexpr uint64_t kShortScan = 2;

}  // namespace

struct FileScanOperator::State : WorkerState {
  State(const rm::RecordFile& records, const FileScan& scan, const tx::View* view)
      : records_scan(records, scan.projection, scan.predicates, scan.with_rids, view) {}

  rm::RecordScan records_scan;
  std::optional<rm::Morsel> morsel;
};

size_t FileScanOperator::MaxWorkers() const {
  const uint64_t morsels = morsels_->morsel_count();
  return morsels <= kShortScan ? 1 : morsels;
}

Status FileScanOperator::DoOpen() {
  morsels_.emplace(records_);
  return {};
}

Result<std::unique_ptr<WorkerState>> FileScanOperator::DoNewWorker(const WakeFunction& /*wake*/) {
  return std::unique_ptr<WorkerState>(std::make_unique<State>(records_, scan_, view_));
}

Result<Poll> FileScanOperator::DoNext(WorkerState* state, Batch* batch) {
  auto& self = *static_cast<State*>(state);
  while (true) {
    if (!self.morsel) {
      // Many morsels may give no row at all.
      if (cancel_ != nullptr && cancel_->cancelled()) {
        return cancel_->Check();
      }
      self.morsel = morsels_->Take();
      if (!self.morsel) {
        return Poll::kEnd;
      }
      self.Advance(self.morsel->number);
      self.records_scan.Start(*self.morsel);
    }
    ASSIGN_OR_RETURN(const bool more, self.records_scan.Next(batch));
    if (!more) {
      self.morsel.reset();
    } else if (batch->selected() > 0) {
      batch->set_sequence(self.morsel->number);
      return Poll::kRows;
    }
  }
}

}  // namespace redbase::ql
