// TextScanOperator: the rows of a load file, parsed range by range.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "common/sync.h"
#include "ql/internal/text_file.h"
#include "ql/internal/text_parser.h"
#include "ql/operator.h"

namespace redbase::ql {

class TextScanOperator : public Operator {
 public:
  TextScanOperator(Schema schema, const TextScan& scan, const ExecContext& context);

  size_t MaxWorkers() const override;
  // "N values cut to fit, the first at line L, column C".
  std::vector<std::string> Notices() const override EXCLUDES(mutex_);

 private:
  struct State;

  Status DoOpen() override;
  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  // The next range with lines in it; false when there are no more.
  Result<bool> NextLines(State* state);
  void NoteCuts(State* state) EXCLUDES(mutex_);

  const TextScan& scan_;
  common::Env& env_;
  common::MemoryAccount* const memory_;
  const common::CancelToken* const cancel_;
  const std::string location_;
  std::unique_ptr<TextFile> file_;
  std::atomic<uint64_t> next_range_{0};

  mutable common::Mutex mutex_;
  uint64_t cut_values_ GUARDED_BY(mutex_) = 0;
  uint64_t first_cut_ GUARDED_BY(mutex_) = 0;  // its place in the file
  uint32_t first_cut_column_ GUARDED_BY(mutex_) = 0;
};

}  // namespace redbase::ql
