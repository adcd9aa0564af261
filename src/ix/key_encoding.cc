#include "ix/key_encoding.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

#include "common/physical_value.h"

namespace redbase::ix {

namespace {

constexpr char kNullFirst = 0x00;
constexpr char kValue = 0x01;
constexpr char kNullLast = 0x02;
// Within a string: a zero byte is kZero kEscape, the end is kZero kZero.
constexpr char kZero = 0x00;
constexpr char kEscape = '\xFF';

template <typename T>
using UnsignedOf = std::conditional_t<
    sizeof(T) == 1, uint8_t,
    std::conditional_t<sizeof(T) == 2, uint16_t,
                       std::conditional_t<sizeof(T) == 4, uint32_t,
                                          std::conditional_t<sizeof(T) == 8, uint64_t, UInt128>>>>;

template <typename U>
constexpr U kTopBit = static_cast<U>(U{1} << (sizeof(U) * 8 - 1));

// The standard's trait leaves 128 bits out.
template <typename T>
constexpr bool kIsSigned = static_cast<T>(-1) < static_cast<T>(0);

template <typename U>
U BigEndian(U bits) {
  if constexpr (sizeof(U) == 1) {
    return bits;
  } else if constexpr (sizeof(U) == 2) {
    return __builtin_bswap16(bits);
  } else if constexpr (sizeof(U) == 4) {
    return __builtin_bswap32(bits);
  } else if constexpr (sizeof(U) == 8) {
    return __builtin_bswap64(bits);
  } else {
    return (U{__builtin_bswap64(static_cast<uint64_t>(bits))} << 64) |
           __builtin_bswap64(static_cast<uint64_t>(bits >> 64));
  }
}

// Bits that compare as unsigned numbers as the values do.
template <typename T>
UnsignedOf<T> OrderedBits(T value) {
  using U = UnsignedOf<T>;
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) {
      value = std::numeric_limits<T>::quiet_NaN();  // of positive sign
    } else if (value == 0) {
      value = 0;
    }
    const U bits = std::bit_cast<U>(value);
    return (bits & kTopBit<U>) != 0 ? static_cast<U>(~bits) : static_cast<U>(bits | kTopBit<U>);
  } else if constexpr (kIsSigned<T>) {
    return static_cast<U>(static_cast<U>(value) ^ kTopBit<U>);
  } else {
    return value;
  }
}

template <typename T>
T FromOrderedBits(UnsignedOf<T> bits) {
  using U = UnsignedOf<T>;
  if constexpr (std::is_floating_point_v<T>) {
    const bool positive = (bits & kTopBit<U>) != 0;
    return std::bit_cast<T>(positive ? static_cast<U>(bits & ~kTopBit<U>) : static_cast<U>(~bits));
  } else if constexpr (kIsSigned<T>) {
    return static_cast<T>(bits ^ kTopBit<U>);
  } else {
    return bits;
  }
}

template <typename T>
void AppendNumber(T value, bool descending, std::string* out) {
  using U = UnsignedOf<T>;
  U bits = OrderedBits(value);
  bits = descending ? static_cast<U>(~bits) : bits;
  bits = BigEndian(bits);
  char bytes[1 + sizeof(U)];
  bytes[0] = kValue;
  std::memcpy(bytes + 1, &bits, sizeof(bits));
  out->append(bytes, sizeof(bytes));
}

void FlipFrom(size_t begin, std::string* out) {
  for (size_t i = begin; i < out->size(); ++i) {
    (*out)[i] = static_cast<char>(~(*out)[i]);
  }
}

void AppendString(std::string_view value, bool descending, std::string* out) {
  out->push_back(kValue);
  const size_t begin = out->size();
  for (size_t zero = value.find(kZero); zero != std::string_view::npos; zero = value.find(kZero)) {
    out->append(value.substr(0, zero + 1));
    out->push_back(kEscape);
    value.remove_prefix(zero + 1);
  }
  out->append(value);
  out->append(2, kZero);
  if (descending) {
    FlipFrom(begin, out);
  }
}

// Zeros are escaped, and two follow.
size_t LongestString(LogicalType type) {
  constexpr size_t kBytesOfCharacter = 4;
  if (type.length == 0) {
    return std::numeric_limits<uint32_t>::max();
  }
  return 2 * size_t{type.length} * (type.id == TypeId::kClassicString ? 1 : kBytesOfCharacter) + 2;
}

template <typename T>
void AppendPhysical(const T& value, bool descending, std::string* out) {
  if constexpr (std::is_same_v<T, StringView>) {
    AppendString(value.view(), descending, out);
  } else if constexpr (std::is_same_v<T, Interval>) {
    AppendNumber(value.Length(), descending, out);
  } else {
    AppendNumber(value, descending, out);
  }
}

void AppendNull(const KeyColumn& column, std::string* out) {
  out->push_back(column.nulls_first ? kNullFirst : kNullLast);
}

void AppendCell(const KeyColumn& column, const Vector& vector, size_t row, std::string* out) {
  assert(vector.physical() == PhysicalTypeOf(column.type));
  if (!vector.IsValid(row)) {
    AppendNull(column, out);
    return;
  }
  WithPhysicalType(vector.physical(), [&](auto tag) {
    AppendPhysical(vector.data<typename decltype(tag)::type>()[row], column.descending, out);
  });
}

void AppendValue(const KeyColumn& column, const Value& value, std::string* out) {
  if (value.is_null()) {
    AppendNull(column, out);
    return;
  }
  WithPhysicalType(PhysicalTypeOf(column.type), [&](auto tag) {
    AppendPhysical(PhysicalOf<typename decltype(tag)::type>(value), column.descending, out);
  });
}

// The interval of a length: as many months as there are, then days.
Interval IntervalOf(Int128 length) {
  constexpr Int128 kMonth = Int128{30} * kMicrosPerDay;
  const auto whole = [](Int128 parts) {
    using Limits = std::numeric_limits<int32_t>;
    return static_cast<int32_t>(
        std::clamp<Int128>(parts, Int128{Limits::min()}, Int128{Limits::max()}));
  };
  Interval interval;
  interval.months = whole(length / kMonth);
  length -= interval.months * kMonth;
  interval.days = whole(length / kMicrosPerDay);
  interval.micros = static_cast<int64_t>(length - Int128{interval.days} * kMicrosPerDay);
  return interval;
}

// Takes values off the front of an encoded key.
class Decoder {
 public:
  explicit Decoder(std::string_view encoded) : rest_(encoded) {}

  std::optional<Value> Next(const KeyColumn& column) {
    if (rest_.empty()) {
      return std::nullopt;
    }
    const char marker = rest_.front();
    rest_.remove_prefix(1);
    if (marker == (column.nulls_first ? kNullFirst : kNullLast)) {
      return Value::Null();
    }
    return marker == kValue ? NextValue(column) : std::nullopt;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::optional<Value> NextValue(const KeyColumn& column) {
    return WithPhysicalType(PhysicalTypeOf(column.type), [&](auto tag) -> std::optional<Value> {
      using T = typename decltype(tag)::type;
      if constexpr (std::is_same_v<T, StringView>) {
        const std::optional<std::string> text = String(column.descending);
        return text ? std::optional(ValueOf(column.type, StringView(*text))) : std::nullopt;
      } else if constexpr (std::is_same_v<T, Interval>) {
        const std::optional<Int128> length = Number<Int128>(column.descending);
        return length ? std::optional(Value::OfInterval(IntervalOf(*length))) : std::nullopt;
      } else {
        const std::optional<T> number = Number<T>(column.descending);
        return number ? std::optional(ValueOf(column.type, *number)) : std::nullopt;
      }
    });
  }

  template <typename T>
  std::optional<T> Number(bool descending) {
    using U = UnsignedOf<T>;
    if (rest_.size() < sizeof(U)) {
      return std::nullopt;
    }
    UInt128 bits = 0;
    for (size_t i = 0; i < sizeof(U); ++i) {
      bits = (bits << 8) | static_cast<uint8_t>(rest_[i]);
    }
    rest_.remove_prefix(sizeof(U));
    return FromOrderedBits<T>(static_cast<U>(descending ? ~bits : bits));
  }

  std::optional<std::string> String(bool descending) {
    const char flip = descending ? '\xFF' : '\0';
    std::string value;
    for (size_t i = 0; i < rest_.size(); ++i) {
      const char c = static_cast<char>(rest_[i] ^ flip);
      if (c != kZero) {
        value.push_back(c);
        continue;
      }
      if (++i == rest_.size()) {
        return std::nullopt;
      }
      const char after = static_cast<char>(rest_[i] ^ flip);
      if (after == kZero) {
        rest_.remove_prefix(i + 1);
        return value;
      }
      if (after != kEscape) {
        return std::nullopt;
      }
      value.push_back(kZero);
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

}  // namespace

size_t LongestKey(std::span<const KeyColumn> key) {
  size_t bytes = 0;
  for (const KeyColumn& column : key) {
    const PhysicalType physical = PhysicalTypeOf(column.type);
    bytes +=
        1 + (physical == PhysicalType::kString ? LongestString(column.type) : WidthOf(physical));
  }
  return bytes;
}

void EncodeKey(std::span<const KeyColumn> key, const Batch& batch,
               std::span<const uint32_t> columns, size_t row, std::string* out) {
  assert(columns.size() == key.size());
  for (size_t i = 0; i < key.size(); ++i) {
    AppendCell(key[i], batch.column(columns[i]), row, out);
  }
}

void EncodeKeyPrefix(std::span<const KeyColumn> key, std::span<const Value> values,
                     std::string* out) {
  assert(values.size() <= key.size());
  for (size_t i = 0; i < values.size(); ++i) {
    AppendValue(key[i], values[i], out);
  }
}

std::string PrefixSuccessor(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF') {
    prefix.pop_back();
  }
  if (!prefix.empty()) {
    prefix.back() = static_cast<char>(prefix.back() + 1);
  }
  return prefix;
}

Result<std::vector<Value>> DecodeKey(std::span<const KeyColumn> key, std::string_view encoded) {
  Decoder decoder(encoded);
  std::vector<Value> values;
  for (const KeyColumn& column : key) {
    std::optional<Value> value = decoder.Next(column);
    if (!value) {
      return Status(Code::kCorruption, "column " + std::to_string(values.size() + 1) +
                                           " of an index key cannot be decoded");
    }
    values.push_back(*std::move(value));
  }
  if (!decoder.at_end()) {
    return Status(Code::kCorruption, "an index key is longer than its columns");
  }
  return values;
}

}  // namespace redbase::ix
