// CollectSink: keeps all rows of a pipeline, in the order of the source.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "ql/internal/row_store.h"
#include "ql/sink.h"

namespace redbase::ql {

class CollectSink : public Sink {
 public:
  CollectSink(Schema schema, common::MemoryAccount* memory)
      : schema_(std::move(schema)), memory_(memory) {}

  Status Begin(std::vector<PipelineWorker> workers) override;
  Result<Accepted> Take(size_t worker, Batch* batch) override;
  Status Finish() override;

  const Schema& schema() const { return schema_; }
  // Requires: finished.
  RowStore& rows() { return *rows_; }
  const RowStore& rows() const { return *rows_; }

 private:
  const Schema schema_;
  common::MemoryAccount* const memory_;
  std::vector<RowStore> parts_;
  std::unique_ptr<RowStore> rows_;
};

}  // namespace redbase::ql
