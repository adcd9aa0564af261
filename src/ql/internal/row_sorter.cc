#include "ql/internal/row_sorter.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace redbase::ql {

namespace {

// Fewer entries are sorted by comparisons alone.
constexpr size_t kFewEntries = 256;
// Bytes of the prefix by which entries are distributed before they are compared.
constexpr size_t kMostDigits = 4;
// Rows above twice the limit before rows are dropped.
constexpr size_t kSlack = 4 * kBatchCapacity;

uint8_t ByteOf(const SortPrefix& prefix, size_t digit) {
  const uint64_t word = digit < 8 ? prefix.high : prefix.low;
  return static_cast<uint8_t>(word >> (8 * (7 - digit % 8)));
}

// The most significant bytes in which the prefixes differ, and whether there are more.
struct Digits {
  std::vector<size_t> bytes;
  SortPrefix mask;  // these bytes and those before them
  bool all = true;
};

Digits DigitsOf(const std::vector<SortEntry>& entries) {
  SortPrefix differ;
  for (const SortEntry& entry : entries) {
    differ.high |= entry.prefix.high ^ entries[0].prefix.high;
    differ.low |= entry.prefix.low ^ entries[0].prefix.low;
  }
  Digits digits;
  for (size_t digit = 0; digit < sizeof(SortPrefix); ++digit) {
    if (ByteOf(differ, digit) == 0) {
      continue;
    }
    if (digits.bytes.size() == kMostDigits) {
      digits.all = false;
      break;
    }
    digits.bytes.push_back(digit);
    (digit < 8 ? digits.mask.high : digits.mask.low) = ~uint64_t{0} << (8 * (7 - digit % 8));
  }
  if (!digits.bytes.empty() && digits.bytes.back() >= 8) {
    digits.mask.high = ~uint64_t{0};
  }
  return digits;
}

// Least significant digit first, so entries that agree keep their order.
void Distribute(const Digits& digits, std::vector<SortEntry>* entries,
                std::vector<SortEntry>* scratch) {
  scratch->resize(entries->size());
  for (size_t i = digits.bytes.size(); i-- > 0;) {
    const size_t digit = digits.bytes[i];
    std::array<size_t, 256> places{};
    for (const SortEntry& entry : *entries) {
      ++places[ByteOf(entry.prefix, digit)];
    }
    size_t sum = 0;
    for (size_t& place : places) {
      sum += std::exchange(place, sum);
    }
    for (const SortEntry& entry : *entries) {
      (*scratch)[places[ByteOf(entry.prefix, digit)]++] = entry;
    }
    entries->swap(*scratch);
  }
}

}  // namespace

RowSorter::RowSorter(const Schema& schema, const SortOrder& order, std::optional<uint64_t> limit,
                     common::MemoryAccount* memory)
    : schema_(schema),
      order_(order),
      limit_(limit),
      memory_(memory),
      rows_(std::make_unique<RowStore>(schema_, memory)),
      reservation_(std::make_unique<common::MemoryReservation>(memory)) {}

Status RowSorter::Charge(size_t scratch) {
  return reservation_->Resize((entries_.capacity() + scratch) * sizeof(SortEntry) +
                              sequences_.capacity() * sizeof(uint64_t));
}

Status RowSorter::Add(Batch* batch) {
  order_.MakePrefixes(*batch, &prefixes_);
  if (last_) {
    DropLateRows(batch);
    if (prefixes_.empty()) {
      return {};
    }
  }
  if (sequences_.empty() || sequences_.back() != batch->sequence()) {
    sequences_.push_back(batch->sequence());
  }
  auto row = static_cast<RowNumber>(rows_->row_count());
  RETURN_IF_ERROR(rows_->Append(*batch));
  const auto run = static_cast<uint32_t>(sequences_.size() - 1);
  for (const SortPrefix& prefix : prefixes_) {
    entries_.push_back({prefix, row++, run});
  }
  RETURN_IF_ERROR(Charge(0));
  // Written so that a large limit does not overflow.
  if (limit_ && entries_.size() / 2 >= *limit_ && entries_.size() >= *limit_ + kSlack) {
    return Cut();
  }
  return {};
}

void RowSorter::DropLateRows(Batch* batch) {
  std::vector<uint16_t> rows;
  for (size_t i = 0; i < prefixes_.size(); ++i) {
    // Of rows with equal keys the earlier ones are wanted, and they are there.
    const bool wanted =
        prefixes_[i] < *last_ || (prefixes_[i] == *last_ && !order_.prefix_is_exact());
    if (wanted) {
      prefixes_[rows.size()] = prefixes_[i];
      rows.push_back(static_cast<uint16_t>(batch->RowAt(i)));
    }
  }
  prefixes_.resize(rows.size());
  batch->SetSelection(std::move(rows));
}

bool RowSorter::Precedes(const SortEntry& a, const SortEntry& b) const {
  if (a.prefix != b.prefix) {
    return a.prefix < b.prefix;
  }
  if (!order_.prefix_is_exact()) {
    const std::vector<Batch>& chunks = rows_->chunks();
    const int order = order_.Compare(chunks[a.row / kBatchCapacity], a.row % kBatchCapacity,
                                     chunks[b.row / kBatchCapacity], b.row % kBatchCapacity);
    if (order != 0) {
      return order < 0;
    }
  }
  return a.row < b.row;
}

Status RowSorter::Sort() {
  const auto precedes = [this](const SortEntry& a, const SortEntry& b) { return Precedes(a, b); };
  if (entries_.size() < kFewEntries) {
    std::sort(entries_.begin(), entries_.end(), precedes);
    return {};
  }
  RETURN_IF_ERROR(Charge(entries_.size()));
  const Digits digits = DigitsOf(entries_);
  std::vector<SortEntry> scratch;
  Distribute(digits, &entries_, &scratch);
  if (digits.all && order_.prefix_is_exact()) {
    return Charge(0);
  }
  const auto digits_of = [&digits](const SortEntry& entry) {
    return SortPrefix{entry.prefix.high & digits.mask.high, entry.prefix.low & digits.mask.low};
  };
  for (auto first = entries_.begin(); first != entries_.end();) {
    const SortPrefix common = digits_of(*first);
    auto last = first + 1;
    while (last != entries_.end() && digits_of(*last) == common) {
      ++last;
    }
    if (last - first > 1) {
      std::sort(first, last, precedes);
    }
    first = last;
  }
  return Charge(0);
}

Status RowSorter::Cut() {
  RETURN_IF_ERROR(Sort());
  entries_.resize(static_cast<size_t>(*limit_));
  if (entries_.empty()) {
    last_ = SortPrefix{};
  } else {
    last_ = entries_.back().prefix;
  }
  // Rows stay in the order they came.
  std::sort(entries_.begin(), entries_.end(),
            [](const SortEntry& a, const SortEntry& b) { return a.row < b.row; });
  auto kept = std::make_unique<RowStore>(schema_, memory_);
  std::vector<RowNumber> numbers;
  for (size_t done = 0; done < entries_.size();) {
    const size_t count = std::min(kBatchCapacity, entries_.size() - done);
    numbers.resize(count);
    for (size_t i = 0; i < count; ++i) {
      numbers[i] = std::exchange(entries_[done + i].row, static_cast<RowNumber>(done + i));
    }
    Batch batch(schema_);
    for (size_t c = 0; c < schema_.size(); ++c) {
      rows_->Gather(c, numbers, &batch.column(c));
    }
    batch.set_rows(count);
    RETURN_IF_ERROR(kept->Append(batch));
    done += count;
  }
  rows_ = std::move(kept);
  return {};
}

}  // namespace redbase::ql
