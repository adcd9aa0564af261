#include "ex/internal/partition_streams.h"

#include <utility>

namespace redbase::ex {

Result<bool> PartitionStreams::ReadAhead(const ql::WakeFunction& wake) {
  for (Stream& stream : streams_) {
    if (!stream.first) {
      ASSIGN_OR_RETURN(const ql::Poll poll, stream.rows->Receive(&stream.batch, wake));
      if (poll == ql::Poll::kBlocked) {
        return false;
      }
      stream.first = poll;
    }
  }
  reads_ahead_ = false;
  return true;
}

Result<ql::Poll> PartitionStreams::Next(Batch* batch, const ql::WakeFunction& wake) {
  if (reads_ahead_) {
    ASSIGN_OR_RETURN(const bool read, ReadAhead(wake));
    if (!read) {
      return ql::Poll::kBlocked;
    }
  }
  while (current_ < streams_.size()) {
    Stream& stream = streams_[current_];
    ql::Poll poll = ql::Poll::kEnd;
    if (stream.first) {
      poll = *std::exchange(stream.first, std::nullopt);
      std::swap(*batch, stream.batch);
    } else {
      ASSIGN_OR_RETURN(poll, stream.rows->Receive(batch, wake));
    }
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
