// PagePredicate: a scan's predicate in the form that pages evaluate: a constant
// of the column's own type, or an answer that needs no constant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/int128.h"
#include "common/interval.h"
#include "common/result.h"
#include "common/types.h"
#include "rm/internal/file_core.h"
#include "rm/record_file.h"
#include "rm/record_page.h"

namespace redbase::rm {

// Slots evaluated together: 64 words of bits at most, from a slot that is a
// multiple of 64 on.
struct SlotRange {
  size_t first = 0;
  size_t count = 0;

  size_t words() const { return (count + 63) / 64; }
};

class PagePredicate {
 public:
  // kTypeMismatch when the value cannot be compared with the column.
  static Result<PagePredicate> Make(const ColumnPredicate& predicate, LogicalType type);

  uint32_t column() const { return column_; }
  // False when min and max say that no record of the page passes.
  bool MayPass(const ColumnDescriptor& descriptor) const;
  // Clears the bits of slots that do not pass.
  Status Filter(const FileCore& core, const RecordPage& page, const ColumnSlice& slice,
                SlotRange range, uint64_t* bits) const;

 private:
  enum class Test : uint8_t { kCompare, kIsNull, kIsNotNull, kNothing };

  void MakeInteger(const Value& value, uint8_t scale);
  bool MakeOwn(const Value& value, LogicalType type);
  void MakeReal(CompareOp op, const Value& value, PhysicalType physical);
  void Always(bool passes) { test_ = passes ? Test::kIsNotNull : Test::kNothing; }
  // Equal keys, equal values.
  bool HasExactKeys() const;
  bool AllPass(const ColumnDescriptor& descriptor) const;
  void CompareNumbers(const std::byte* values, size_t count, uint64_t* bits) const;
  template <typename T>
  void CompareAs(const std::byte* values, size_t count, T constant, uint64_t* bits) const;
  template <typename T>
  void CompareWide(const std::byte* values, size_t count, const T& constant, uint64_t* bits) const;
  template <typename T>
  void CompareReals(const std::byte* values, size_t count, uint64_t* bits) const;
  Status FilterStrings(const FileCore& core, const RecordPage& page, const ColumnSlice& slice,
                       SlotRange range, uint64_t* bits) const;
  Result<bool> StringPasses(const FileCore& core, const RecordPage& page, const ColumnSlice& slice,
                            size_t slot) const;

  Test test_ = Test::kNothing;
  CompareOp op_ = CompareOp::kEq;
  uint32_t column_ = 0;
  PhysicalType physical_ = PhysicalType::kInt32;
  Int128 integer_ = 0;
  Interval interval_;
  double real_ = 0;
  std::string string_;
  int64_t key_ = 0;  // order key of the constant
};

}  // namespace redbase::rm
