// RecordingTransport: keeps a transcript of what a transport carries, one line a
// message:
//
//   c -> n2 Scan student (gpa > 3.5)    the coordinator asks data node 2
//   c -> n2 rows 40                     it has sent this many rows, and no more
//   n2 -> c rows 17                     the fragment ended after so many rows
//   n1 -> c rows 100, pages 2           the size of a relation
//   n2 -> c kIoError: disk on fire      what was asked for failed
//   c -> n1 Commit
//
// Lines stand in the order in which messages were sent or answers taken.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/sync.h"
#include "ex/transport.h"

namespace redbase::ex {

// The lines.  Thread-safe.
class Transcript {
 public:
  void Add(std::string line) EXCLUDES(mutex_);
  // What was said since the last call.
  std::vector<std::string> Take() EXCLUDES(mutex_);

 private:
  common::Mutex mutex_;
  std::vector<std::string> lines_ GUARDED_BY(mutex_);
};

class RecordingTransport : public Transport {
 public:
  // `transcript` outlives the transport.
  RecordingTransport(std::unique_ptr<Transport> inner, Transcript* transcript)
      : inner_(std::move(inner)), transcript_(transcript) {}

  Result<Reply> Call(uint32_t node, const Request& request, const CallContext& context) override;
  Result<std::unique_ptr<FragmentStream>> RunFragment(uint32_t node, FragmentRequest request,
                                                      const CallContext& context) override;

 private:
  const std::unique_ptr<Transport> inner_;
  Transcript* const transcript_;
};

}  // namespace redbase::ex
