#include "ql/internal/unmatched_rows.h"

#include <algorithm>

namespace redbase::ql {

Status UnmatchedRows::Begin(const RowStore& rows) {
  rows_ = &rows;
  const size_t places = rows.chunks().size() * kBatchCapacity;
  RETURN_IF_ERROR(reservation_.Resize(places));
  matched_ = std::vector<std::atomic<uint8_t>>(places);
  return {};
}

bool UnmatchedRows::Next(WorkerState* worker, uint32_t partition, size_t left_columns,
                         Batch* batch) {
  std::vector<RowNumber> rows;
  const std::vector<RowRun>& runs = rows_->runs();
  while (run_ < runs.size() && rows.size() < kBatchCapacity) {
    if (place_ == runs[run_].count) {
      ++run_;
      place_ = 0;
      continue;
    }
    const RowNumber row = runs[run_].first + place_++;
    if (matched_[row].load(std::memory_order_relaxed) == 0) {
      rows.push_back(row);
    }
  }
  if (rows.empty()) {
    return false;
  }
  for (size_t c = 0; c < left_columns; ++c) {
    FillWithNulls(rows.size(), &batch->column(c));
  }
  for (size_t c = left_columns; c < batch->column_count(); ++c) {
    rows_->Gather(c - left_columns, rows, &batch->column(c));
  }
  batch->set_rows(rows.size());
  batch->set_sequence(batches_++);
  batch->set_partition(partition);
  worker->leaf()->Advance(batch->sequence());
  return true;
}

void FillWithNulls(size_t count, Vector* column) {
  for (size_t row = 0; row < count; ++row) {
    column->SetNull(row);
  }
  if (column->physical() == PhysicalType::kString) {
    std::fill_n(column->data<StringView>(), count, StringView());
  }
}

}  // namespace redbase::ql
