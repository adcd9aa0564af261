#include "ex/internal/partition_streams.h"

#include <utility>

namespace redbase::ex {

Result<ql::Poll> PartitionStreams::Next(Batch* batch, const ql::WakeFunction& wake) {
  while (current_ < streams_.size()) {
    Stream& stream = streams_[current_];
    ASSIGN_OR_RETURN(const ql::Poll poll, stream.rows->Receive(batch, wake));
    if (poll == ql::Poll::kRows) {
      batch->set_sequence(batches_++);
      batch->set_partition(stream.partition);
    }
    if (poll != ql::Poll::kEnd) {
      return poll;
    }
    FragmentSummary summary = stream.rows->summary();
    changed_rows_ += summary.changed_rows;
    for (std::string& notice : summary.notices) {
      notices_.push_back(std::move(notice));
    }
    ++current_;
    batches_ = 0;
  }
  return ql::Poll::kEnd;
}

}  // namespace redbase::ex
