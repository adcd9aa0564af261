// Little-endian values copied in and out of byte ranges.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace redbase {

template <typename T>
T LoadAs(const std::byte* p) {
  static_assert(std::is_trivially_copyable_v<T>);
  T v;
  std::memcpy(&v, p, sizeof(T));
  return v;
}

template <typename T>
void StoreAs(std::byte* p, const T& v) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::memcpy(p, &v, sizeof(T));
}

inline std::string_view AsChars(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::span<const std::byte> AsBytes(std::string_view chars) {
  return {reinterpret_cast<const std::byte*>(chars.data()), chars.size()};
}

// Appends fixed-width values to a string of bytes.
class ByteWriter {
 public:
  explicit ByteWriter(std::string* out) : out_(out) {}
  template <typename T>
  void Put(const T& v) {
    static_assert(std::is_trivially_copyable_v<T>);
    out_->append(reinterpret_cast<const char*>(&v), sizeof(T));
  }
  void PutBytes(std::string_view bytes) { out_->append(bytes); }
  // A u32 length, then the bytes.
  void PutString(std::string_view s) {
    Put(static_cast<uint32_t>(s.size()));
    out_->append(s);
  }

 private:
  std::string* out_;
};

// Takes fixed-width values from bytes.  Reading past the end gives zeros and
// makes ok() false, so that a reader checks once, at the end.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : rest_(bytes) {}
  template <typename T>
  T Get() {
    if (rest_.size() < sizeof(T)) {
      ok_ = false;
      rest_ = {};
      return T{};
    }
    const T v = LoadAs<T>(rest_.data());
    rest_ = rest_.subspan(sizeof(T));
    return v;
  }
  std::string_view GetBytes(size_t n) {
    if (rest_.size() < n) {
      ok_ = false;
      n = 0;
      rest_ = {};
    }
    const std::string_view s = AsChars(rest_.first(n));
    rest_ = rest_.subspan(n);
    return s;
  }
  std::string_view GetString() { return GetBytes(Get<uint32_t>()); }
  std::span<const std::byte> rest() const { return rest_; }
  bool ok() const { return ok_; }

 private:
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

}  // namespace redbase
