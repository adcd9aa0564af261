#include "ex/internal/partition_writer.h"

#include <utility>

namespace redbase::ex {

PartitionWriter::PartitionWriter(const ql::PlanNode& route, FragmentStarter& starter)
    : route_(std::get<ql::Route>(route.detail)),
      fragment_(*route.children[1]),
      starter_(starter),
      streams_(route_.vector.partition_count() + 1) {}

FragmentStream* PartitionWriter::Find(uint32_t partition) const {
  const common::MutexLock lock(mutex_);
  return streams_[partition].get();
}

Result<FragmentStream*> PartitionWriter::FindOrStart(uint32_t partition) {
  if (FragmentStream* const found = Find(partition)) {
    return found;
  }
  ASSIGN_OR_RETURN(std::unique_ptr<FragmentStream> started,
                   starter_.StartFragment(partition, fragment_, {route_.relation}, run_ahead_));
  const common::MutexLock lock(mutex_);
  streams_[partition] = std::move(started);
  return streams_[partition].get();
}

Status PartitionWriter::Send(std::vector<Piece>* pieces) {
  for (Piece& piece : *pieces) {
    ASSIGN_OR_RETURN(FragmentStream* const stream, FindOrStart(piece.partition));
    RETURN_IF_ERROR(stream->Send(&piece.rows));
  }
  return {};
}

Result<ql::Accepted> PartitionWriter::MayGoOn(const std::vector<uint32_t>& partitions,
                                              const ql::WakeFunction& wake) {
  for (const uint32_t partition : partitions) {
    FragmentStream* const stream = Find(partition);
    if (stream == nullptr) {
      continue;
    }
    ASSIGN_OR_RETURN(const ql::Accepted accepted, stream->MayGoOn(wake));
    if (accepted == ql::Accepted::kWait) {
      return accepted;
    }
  }
  return ql::Accepted::kGoOn;
}

void PartitionWriter::EndInputs() {
  for (uint32_t partition = 1; partition <= route_.vector.partition_count(); ++partition) {
    if (FragmentStream* const stream = Find(partition)) {
      stream->EndInput();
    }
  }
}

PartitionStreams PartitionWriter::TakeStreams() {
  const common::MutexLock lock(mutex_);
  PartitionStreams streams;
  for (uint32_t partition = 1; partition < streams_.size(); ++partition) {
    if (streams_[partition] != nullptr) {
      streams.Add(partition, std::move(streams_[partition]));
    }
  }
  return streams;
}

}  // namespace redbase::ex
