// PageEditor: changes a record page; the page ops are made of its steps.
//
// The header is edited in a copy and written back by Finish.
#pragma once

#include <cstdint>
#include <span>

#include "pf/page.h"
#include "rm/internal/row_block.h"
#include "rm/record_page.h"

namespace redbase::rm {

class PageEditor {
 public:
  explicit PageEditor(pf::MutablePage bytes)
      : bytes_(bytes), header_(LoadAs<RecordPageHeader>(bytes.data() + kRecordHeaderAt)) {}

  RecordPage view() const { return RecordPage(bytes_); }
  const RecordPageHeader& header() const { return header_; }

  // Makes at least `bytes` of gap, moving the heap's values together if need
  // be.  False, with nothing changed, when there is no such room.
  bool Reserve(size_t bytes);

  // Requires of all below: slots within the capacity; heap reserved.
  void Occupy(uint16_t slot);
  // Gives the values of a live slot back.
  void ReleaseValues(uint16_t slot);
  // The same of one column: the entry becomes an empty string.
  void ReleaseValue(size_t column, uint16_t slot);
  void Vacate(uint16_t slot);
  void MakeStub(uint16_t slot, Rid target);
  // Writes one column of the block to its slots.
  void WriteColumn(const RowBlock& block, const BlockColumn& column);
  void AddMovedIn(uint16_t slot, Rid home);
  void RemoveMovedIn(uint16_t slot);

  void Finish();

 private:
  bool Compact();
  uint16_t Allocate(size_t bytes);
  void SetBit(size_t bitmap_at, uint16_t slot, bool value);
  ColumnDescriptor Descriptor(size_t i) const { return view().Descriptor(i); }
  void SetDescriptor(size_t i, const ColumnDescriptor& descriptor);
  void WriteNulls(const RowBlock& block, const BlockColumn& column, ColumnDescriptor* d);
  void WriteFixed(const RowBlock& block, const BlockColumn& column, const ColumnDescriptor& d);
  void WriteStrings(const RowBlock& block, const BlockColumn& column, ColumnDescriptor* d);
  void Clear();
  size_t fixed_end() const { return view().fixed_end(); }

  pf::MutablePage bytes_;
  RecordPageHeader header_;
};

}  // namespace redbase::rm
