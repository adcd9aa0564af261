// Key encoding: typed columns to bytes that compare with memcmp as the values do.
//
// Per column, in order:
//   one byte for null or not (nulls first: 0x00 null, 0x01 value; nulls last:
//   0x02 null, 0x01 value), then for a value
//   integers   big-endian with the sign bit flipped
//   floats     big-endian; sign bit set: all bits flipped, else the sign bit;
//              -0 as 0; every NaN alike and above +infinity
//   strings    the bytes with 0x00 as 0x00 0xFF, then 0x00 0x00
// A descending column has all bytes of its value (not of its null byte) flipped.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "common/batch.h"
#include "common/types.h"
#include "common/value.h"

namespace redbase::ix {

struct KeyColumn {
  LogicalType type;
  bool descending = false;
  bool nulls_first = true;

  bool operator==(const KeyColumn&) const = default;
};

// Appends the encoding of row `row` of the vectors at `columns` of `batch`.
void EncodeKey(std::span<const KeyColumn> key, const Batch& batch,
               std::span<const uint32_t> columns, size_t row, std::string* out);

// Appends the encoding of a prefix of the key: values.size() <= key.size().
// Requires: each value is null or of its column's physical type.
void EncodeKeyPrefix(std::span<const KeyColumn> key, std::span<const Value> values,
                     std::string* out);

// No key of such columns has more bytes.
size_t LongestKey(std::span<const KeyColumn> key);

// The least byte string greater than every one that begins with `prefix`;
// empty when there is none.
std::string PrefixSuccessor(std::string prefix);

// The values again, for drawings and checks; kCorruption for other bytes.
Result<std::vector<Value>> DecodeKey(std::span<const KeyColumn> key, std::string_view encoded);

}  // namespace redbase::ix
