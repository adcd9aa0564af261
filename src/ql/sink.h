// Sink: where a pipeline ends: takes the batches of all its workers.
//
//   Begin once; then per worker Start, Take for each batch, End; when every worker
//   has ended without error, Finish.
#pragma once

#include <vector>

#include "ql/operator.h"

namespace redbase::ql {

// One worker of a pipeline as its sink sees it.
struct PipelineWorker {
  WorkerState* source = nullptr;  // the leaf of its chain
  WakeFunction wake;
};

// kWait: the batch is taken, but no further one for now; the worker's wake
// function is called when it may go on.
enum class Accepted : uint8_t { kGoOn, kWait };

class Sink {
 public:
  virtual ~Sink() = default;

  virtual Status Begin(std::vector<PipelineWorker> workers) = 0;
  // The worker is about to take its first morsel.  A worker without anything
  // to do may never start.
  virtual void Start(size_t /*worker*/) {}
  // May take the contents and leave any other batch.
  virtual Result<Accepted> Take(size_t worker, Batch* batch) = 0;
  virtual Status End(size_t /*worker*/) { return {}; }
  // A worker has advanced; called from the worker, between the calls above.
  virtual void PositionChanged() {}
  virtual Status Finish() { return {}; }
};

}  // namespace redbase::ql
