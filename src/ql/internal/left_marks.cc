#include "ql/internal/left_marks.h"

#include <utility>

namespace redbase::ql {

namespace {

void GiveColumn(const std::vector<Mark>& marks, Batch* left, Batch* out) {
  const size_t last = left->column_count();
  for (size_t c = 0; c < last; ++c) {
    std::swap(out->column(c), left->column(c));
  }
  Vector& column = out->column(last);
  for (size_t i = 0; i < left->selected(); ++i) {
    const size_t row = left->RowAt(i);
    column.data<uint8_t>()[row] = marks[row] == Mark::kMatch ? 1 : 0;
    if (marks[row] == Mark::kUnknown) {
      column.SetNull(row);
    }
  }
  out->set_rows(left->rows());
  if (left->has_selection()) {
    out->SetSelection({left->selection().begin(), left->selection().end()});
  }
  out->rids() = std::move(left->rids());
  out->set_sequence(left->sequence());
}

}  // namespace

void GiveMarked(JoinKind kind, const std::vector<Mark>& marks, Batch* left, Batch* out) {
  if (kind == JoinKind::kMark) {
    GiveColumn(marks, left, out);
    return;
  }
  std::vector<uint16_t> rows;
  for (size_t i = 0; i < left->selected(); ++i) {
    const size_t row = left->RowAt(i);
    if ((marks[row] == Mark::kMatch) == (kind == JoinKind::kSemi)) {
      rows.push_back(static_cast<uint16_t>(row));
    }
  }
  std::swap(*left, *out);
  out->SetSelection(std::move(rows));
}

}  // namespace redbase::ql
