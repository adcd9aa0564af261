// PartitionWriter: the fragments that take in what a Route sends, started when the
// first rows for them come.
//
// One thread at a time sends; several may ask whether they may go on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/sync.h"
#include "ex/internal/partition_streams.h"
#include "ex/internal/row_splitter.h"
#include "ql/plan.h"
#include "ql/sink.h"

namespace redbase::ex {

class PartitionWriter {
 public:
  // `route` is a ql::Route; it and `starter` outlive the writer.
  PartitionWriter(const ql::PlanNode& route, FragmentStarter& starter);

  // Fragments started from now on get threads of their own, where there are any.
  void RunAhead() { run_ahead_ = true; }
  Status Send(std::vector<Piece>* pieces) EXCLUDES(mutex_);
  // kWait while a partition has more than it should hold.
  Result<ql::Accepted> MayGoOn(const std::vector<uint32_t>& partitions,
                               const ql::WakeFunction& wake) EXCLUDES(mutex_);
  // All rows are sent.
  void EndInputs() EXCLUDES(mutex_);
  // What the fragments give out, by partition.  Nothing may be sent any more.
  PartitionStreams TakeStreams() EXCLUDES(mutex_);

 private:
  FragmentStream* Find(uint32_t partition) const EXCLUDES(mutex_);
  Result<FragmentStream*> FindOrStart(uint32_t partition) EXCLUDES(mutex_);

  const ql::Route& route_;
  const ql::PlanNode& fragment_;
  FragmentStarter& starter_;
  bool run_ahead_ = false;
  mutable common::Mutex mutex_;
  // By partition; null where no rows have come.
  std::vector<std::unique_ptr<FragmentStream>> streams_ GUARDED_BY(mutex_);
};

}  // namespace redbase::ex
