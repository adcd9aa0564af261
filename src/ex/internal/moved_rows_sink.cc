#include "ex/internal/moved_rows_sink.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "ex/internal/input_channel.h"

namespace redbase::ex {

Result<ql::Accepted> MovedRowsSink::Take(size_t /*worker*/, Batch* batch) {
  const common::MutexLock lock(mutex_);
  RETURN_IF_ERROR(reservation_.Resize(reservation_.bytes() + BytesOf(*batch)));
  rows_.push_back(std::move(*batch));
  return ql::Accepted::kGoOn;
}

Status MovedRowsSink::Finish() {
  const common::MutexLock lock(mutex_);
  std::stable_sort(rows_.begin(), rows_.end(),
                   [](const Batch& a, const Batch& b) { return a.sequence() < b.sequence(); });
  std::vector<Piece> pieces;
  for (Batch& batch : rows_) {
    const Vector& flags = batch.column(batch.column_count() - 1);
    std::vector<uint16_t> all;
    std::vector<uint16_t> moved;
    for (size_t i = 0; i < batch.selected(); ++i) {
      const auto row = static_cast<uint16_t>(batch.RowAt(i));
      all.push_back(row);
      if (flags.data<uint8_t>()[row] != 0) {
        moved.push_back(row);
      }
    }
    if (!moved.empty()) {
      // The splitter's pieces are copies: they lack the last column.
      batch.SetSelection(std::move(moved));
      splitter_.Add(&batch, &pieces);
      batch.SetSelection(std::move(all));
    }
    batch.columns().pop_back();
  }
  splitter_.Flush(&pieces);
  RETURN_IF_ERROR(writer_.Send(&pieces));
  writer_.EndInputs();
  return {};
}

}  // namespace redbase::ex
