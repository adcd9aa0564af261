// SortOperator: the rows of an input in order, those with equal keys in the order of the
// source; with a limit only the first.
//
// Each worker of the input sorts its own rows (RowSorter).  The sorted parts are merged by
// the workers of the next pipeline, each a range of keys at a time.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "ql/internal/row_sorter.h"
#include "ql/operator.h"
#include "ql/sink.h"

namespace redbase::ql {

class SortOperator : public Operator {
 public:
  SortOperator(Schema schema, std::unique_ptr<Operator> input, const Sort& sort,
               const ExecContext& context);

  BlockingInput blocking_input() override { return {input_.get(), &sink_}; }
  size_t MaxWorkers() const override { return ranges_.size(); }

 private:
  struct State;

  class SortSink : public Sink {
   public:
    explicit SortSink(SortOperator& owner) : owner_(owner) {}
    Status Begin(std::vector<PipelineWorker> workers) override;
    Result<Accepted> Take(size_t worker, Batch* batch) override;
    Status End(size_t worker) override;
    Status Finish() override { return owner_.CutRanges(); }

   private:
    SortOperator& owner_;
  };
  // Of one worker; its rows are in rows_ in the end.
  struct Part {
    std::unique_ptr<RowSorter> sorter;
    RowNumber base = 0;  // what its row numbers are raised by in rows_
  };
  // One range of keys: the entries [begin[p], end[p]) of each part p.
  struct Range {
    std::vector<size_t> begin;
    std::vector<size_t> end;
    uint64_t rows = 0;  // that are wanted of it
  };

  Result<std::unique_ptr<WorkerState>> DoNewWorker(const WakeFunction& wake) override;
  Result<Poll> DoNext(WorkerState* state, Batch* batch) override;
  Status CutRanges();
  // The first entry of the part that does not precede the other one.
  size_t LowerBound(size_t part, size_t other_part, const SortEntry& other) const;
  bool Precedes(size_t part_a, const SortEntry& a, size_t part_b, const SortEntry& b) const;
  // The next rows of the range, at most a batch.
  void Merge(State* state) const;

  const std::unique_ptr<Operator> input_;
  const Sort& sort_;
  const common::CancelToken* const cancel_;
  common::MemoryAccount* const memory_;
  const SortOrder order_;
  SortSink sink_;
  std::vector<Part> parts_;
  std::unique_ptr<RowStore> rows_;  // of all parts
  std::vector<Range> ranges_;
  std::atomic<size_t> next_range_{0};
};

}  // namespace redbase::ql
