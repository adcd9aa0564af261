// RecordScan: the records of a file in page order, batch by batch, with
// projection and predicates evaluated inside the page.
//
//     rm::MorselSource morsels(file);              // shared by all workers
//     rm::RecordScan scan(file, projection, predicates, with_rids);  // one each
//     while (auto morsel = morsels.Take()) {
//       scan.Start(*morsel);
//       while (true) {
//         ASSIGN_OR_RETURN(const bool more, scan.Next(&batch));
//         if (!more) break;
//
// Survivors are copied into memory that the batch owns; no pin or latch outlives
// a call.  Records may be changed while a scan is open: without a view, each is seen at
// most once unless it is erased and inserted anew.  Pages that were not changed since
// the view are read without a look at single records.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/batch.h"
#include "rm/record_file.h"

namespace redbase::rm {

// A range of pages, [first, last).  `number` counts morsels in file order.
struct Morsel {
  uint32_t first = 0;
  uint32_t last = 0;
  uint64_t number = 0;
};

// Hands out the pages of a file, as it was when this was made.  Thread-safe.
class MorselSource {
 public:
  explicit MorselSource(const RecordFile& file);
  std::optional<Morsel> Take();
  uint64_t morsel_count() const;

 private:
  uint32_t pages_;
  uint32_t pages_per_morsel_;
  std::atomic<uint64_t> next_{0};
};

class RecordScan {
 public:
  // `projection` lists columns of the file in the order the batch has them;
  // predicates may test any column.  The file outlives the scan.  With a view, records
  // are as it sees them.
  RecordScan(const RecordFile& file, std::vector<uint32_t> projection,
             const std::vector<ColumnPredicate>& predicates, bool with_rids,
             const tx::View* view = nullptr);
  ~RecordScan();

  void Start(const Morsel& morsel);
  // Fills `batch` with the next survivors; false at the end of the morsel.
  // A batch is full, or ends where a page's rows end.
  Result<bool> Next(Batch* batch);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace redbase::rm
