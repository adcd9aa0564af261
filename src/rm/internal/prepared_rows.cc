#include "rm/internal/prepared_rows.h"

#include <algorithm>
#include <tuple>

#include "rm/internal/overflow.h"

namespace redbase::rm {

namespace {

bool Before(const StoredLong& a, const StoredLong& b) {
  return std::tie(a.column, a.row) < std::tie(b.column, b.row);
}

bool IsInHeap(uint32_t length) { return length > VarEntry::kInPrefix; }

}  // namespace

Result<LongValue> StoreLongValue(FileCore& core, tx::Transaction& transaction,
                                 std::string_view value) {
  return WriteOverflow(core.file, value, [&](PageNum page) {
    transaction.NoteUndo(core.file.id(), kUndoOverflow,
                         std::as_bytes(std::span<const PageNum, 1>(&page, 1)));
  });
}

void PreparedRows::Measure() {
  heap_.assign(count(), 0);
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (!core_.layout[columns_[c]].variable) {
      continue;
    }
    const Vector& vector = rows_.column(c);
    const StringView* views = vector.data<StringView>();
    for (size_t i = 0; i < heap_.size(); ++i) {
      const size_t row = rows_.RowAt(i);
      if (vector.IsValid(row) && IsInHeap(views[row].size())) {
        heap_[i] += views[row].size();
      }
    }
  }
}

Status PreparedRows::StoreLong(uint32_t column, uint32_t row, tx::Transaction& transaction) {
  const StringView& view = rows_.column(column).data<StringView>()[rows_.RowAt(row)];
  ASSIGN_OR_RETURN(const LongValue value, StoreLongValue(core_, transaction, view.view()));
  heap_[row] += static_cast<uint32_t>(sizeof(LongReference)) - view.size();
  const StoredLong stored{column, row, value};
  longs_.insert(std::upper_bound(longs_.begin(), longs_.end(), stored, Before), stored);
  return {};
}

// Moves values out, those too long for any page first and then the longest,
// until the row fits an empty page.
Status PreparedRows::Shrink(uint32_t row, tx::Transaction& transaction) {
  std::vector<std::pair<uint32_t, uint32_t>> inline_values;  // length, column
  for (uint32_t c = 0; c < columns_.size(); ++c) {
    const Vector& vector = rows_.column(c);
    if (core_.layout[columns_[c]].variable && vector.IsValid(rows_.RowAt(row))) {
      inline_values.emplace_back(vector.data<StringView>()[rows_.RowAt(row)].size(), c);
    }
  }
  std::sort(inline_values.rbegin(), inline_values.rend());
  for (const auto& [length, column] : inline_values) {
    const bool too_long = length > core_.layout.longest_inline();
    if (!too_long && heap_[row] <= core_.layout.most_heap()) {
      break;
    }
    RETURN_IF_ERROR(StoreLong(column, row, transaction));
  }
  return {};
}

Status PreparedRows::Prepare(tx::Transaction& transaction) {
  Measure();
  const size_t unsuspicious = std::min(core_.layout.longest_inline(), core_.layout.most_heap());
  for (uint32_t i = 0; i < heap_.size(); ++i) {
    if (heap_[i] > unsuspicious) {
      RETURN_IF_ERROR(Shrink(i, transaction));
    }
  }
  return {};
}

std::span<const StoredLong> PreparedRows::Longs(uint32_t column, size_t first, size_t count) const {
  const auto from = std::lower_bound(longs_.begin(), longs_.end(),
                                     StoredLong{column, static_cast<uint32_t>(first), {}}, Before);
  const auto to = std::lower_bound(
      from, longs_.end(), StoredLong{column, static_cast<uint32_t>(first + count), {}}, Before);
  return {from, to};
}

void PreparedRows::AddTo(RowBlockBuilder* builder, size_t first) const {
  for (uint32_t c = 0; c < columns_.size(); ++c) {
    builder->AddVector(columns_[c], core_.layout[columns_[c]], rows_, c, first,
                       Longs(c, first, builder->count()));
  }
}

std::vector<Cell> PreparedRows::Row(size_t i) const {
  std::vector<Cell> cells(columns_.size());
  const size_t row = rows_.RowAt(i);
  for (uint32_t c = 0; c < columns_.size(); ++c) {
    const Vector& vector = rows_.column(c);
    const ColumnLayout& layout = core_.layout[columns_[c]];
    Cell& cell = cells[c];
    cell.null = !vector.IsValid(row);
    if (const auto longs = Longs(c, i, 1); !longs.empty()) {
      cell.is_long = true;
      cell.bytes = AsChars(std::as_bytes(std::span<const LongValue, 1>(&longs[0].value, 1)));
    } else if (layout.variable) {
      cell.bytes = vector.data<StringView>()[row].view();
    } else {
      cell.bytes = AsChars({vector.raw() + row * layout.width, layout.width});
    }
  }
  return cells;
}

}  // namespace redbase::rm
